"""RACF through its LDAP front end (z/OS LDAP, backend SDBM).

Owns connections, names and attributes, and what the result codes and `R` messages of the front end mean for the port. What the
server wrote itself does not leave it, for it may hold a person's data.
"""
