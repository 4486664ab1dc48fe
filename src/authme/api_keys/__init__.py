"""API keys.

Owns the keys by which an application proves that it is a client: made, rotated, expired, removed. Does not own the client.
"""
