"""Credentials.

Owns passwords at rest, the bounded pool in which they are hashed, and the counting of failed proofs. Does not know users'
names, nor what follows from a right password.
"""
