"""Users.

Owns people and machine accounts, the names by which they are recognised, and who may manage whom. Does not own passwords at
rest or the counting of failures (credentials), nor logging in (sign_in).
"""
