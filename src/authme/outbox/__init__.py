"""The outbox.

Owns what has to be done beyond this server: rows written with the unit of work that asks for it, and the courier that does them
afterwards, again and again until it succeeds. Does not know what is to be done: for each kind a feature brings a handler.
"""
