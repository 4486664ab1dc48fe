"""Messages to people.

Owns their texts in each language, and the ways they go: mail, short message, and in development a page on this machine. Does
not know why a message is sent, nor whose address it goes to (users does); its rows, retries and order are the outbox's.
"""
