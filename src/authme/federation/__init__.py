"""OpenID Connect, as the client of other providers.

Owns discovery, their keys, the exchange of codes and the check of ID tokens, and what follows from a token about a person. Does
not own the providers' rows (`providers`), nor whom an account lets in (`sign_in`). Everything is fetched by the URL guard.
"""
