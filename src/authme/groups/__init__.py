"""Groups and roles.

Owns registered roles, groups that carry them, what groups depend on, who is in them, and which roles follow for a user, a
business or a service account. Does not own the operations on members (accesses does).
"""
