"""API keys at rest."""
