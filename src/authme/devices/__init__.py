"""Devices.

Owns the devices that people associate with themselves, and the series of remember-me tokens that log them in there again. Does
not own sessions, nor what such a login is worth (sign_in does).
"""
