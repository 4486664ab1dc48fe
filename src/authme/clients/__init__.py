"""Clients.

Owns the credentials of applications: their secrets and keys, scopes and settings, and logging them in. Does not own sessions
of users, nor what a scope permits (each operation's requirement does).
"""
