"""API keys.

Owns the keys by which an application proves that it is a client: made, rotated, expired, removed, found by whoever checks one,
and when each was used last. Does not own the client, nor what a request with a key may do (authentication makes its caller).
"""
