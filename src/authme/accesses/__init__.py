"""Accesses.

Owns putting users, businesses and service accounts into groups, and saying through which path a role comes to them.
"""
