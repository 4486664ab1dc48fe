"""Signing in.

Owns the ways in which people prove who they are, each of which ends in `sessions.start`, and the renewal of what a login
gave. Does not own passwords (credentials), names (users) or the form of tokens (tokens).
"""
