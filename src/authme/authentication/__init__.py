"""Authentication of callers.

Owns turning a request's bearer token, client's secret, API key or client id into a `Caller`, and refusing whoever has been
locked, ended or removed: once, here, and not in each feature. Does not log anyone in (sign_in does) and does not decide what a
caller may do (the requirement of the operation and the feature's policy do).
"""
