"""Customers.

Owns the numeric ids by which people and companies are known as customers, one for each document. Does not own users or
businesses, which it links.
"""
