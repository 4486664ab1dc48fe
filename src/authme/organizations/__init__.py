"""Organisations and what stands in them.

Owns organisations, their business units, applications and service accounts, businesses (companies) and corporate groups: what
they are and where they stand. Does not own their operations (structure does) nor who belongs to them (users and groups do).
"""
