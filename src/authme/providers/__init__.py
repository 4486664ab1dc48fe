"""Identity providers: whose word about people is taken, and for what.

Owns the rows, their settings and secrets, and the operations on them. Does not know how a provider's answer is checked
(`federation` for OpenID Connect, `saml` for SAML), nor whom it lets in (`sign_in`).
"""
