"""Roles and groups at rest."""
