"""Signing in.

Owns the ways in which people prove who they are, each of which ends in `sessions.start`, the logins of clients, and the renewal
of what a login gave. Does not own passwords (credentials), names (users), the proof of a client (authentication) or the form of
tokens (tokens).
"""
