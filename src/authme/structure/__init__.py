"""The structure.

Owns the operations on organisations, business units, applications, service accounts, businesses with their users, and corporate
groups: made, found, changed and removed when nothing hangs on them any more.
"""
