"""The legacy directory: the mainframe, on which people are known by a logon.

Owns what is asked of it and what it is told: the port (`directory.py`) with its adapters, which logon goes to which directory,
the facts of RACF's logons and secrets, whose logon is whose, and the commands on their way. Does not know what a proof is worth
(sign_in), nor what a user is beyond their id (users).
"""
