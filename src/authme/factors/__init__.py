"""Authentication factors.

Owns what people prove themselves with beside a password: their contacts, authenticator apps, passkeys and recovery codes; who
may change them, and what a session has to have proved for that. Does not own raising a session (sign_in), nor contacts as
names (users).
"""
