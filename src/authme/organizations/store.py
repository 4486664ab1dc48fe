"""Organisations and what stands in them, at rest."""
