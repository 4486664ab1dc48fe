"""Accounts.

Owns what is done to a user as a whole, across features: changing what is known of them, adding and removing names, finding
them, and removing them for good. Does not own any table.
"""
