"""Product accesses.

Owns the opaque tokens that let a user use a product of an order, and the cancelling of orders. Does not own orders or products.
"""
