"""Tokens.

Owns making and checking access tokens, and the rotation of refresh tokens. Does not know who may have one: sign_in and
clients do.
"""
