"""Clients.

Owns the credentials of applications: their secrets and public keys, scopes, settings, and where they stand in an organisation.
Does not own their API keys (api_keys), nor how they prove themselves (authentication) and log in (sign_in), nor what a scope
permits (each operation's requirement does).
"""
