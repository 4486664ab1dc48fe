"""Cryptography: passwords, digests of secrets, sealing of what is stored, JOSE.

Owns every algorithm, cost and format. Pure: no database, no network, no clock, no word of a feature. Does not own what is
stored where, who may log in, or which key is current; callers bring times, keys and limits. Asks nobody.
"""
