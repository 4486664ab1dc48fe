"""A self-hosted identity and access server for people and companies."""

__version__ = "0.5.0"
