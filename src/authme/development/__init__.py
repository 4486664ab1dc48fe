"""Pages for development.

Owns what only `authme dev` shows: the messages that would have been sent, and a page to try passkeys with. No other server
has them.
"""
