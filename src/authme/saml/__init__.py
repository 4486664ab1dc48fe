"""SAML 2.0, as a service provider.

Owns metadata, requests, and the check of responses: XML, signatures, decryption, conditions. Does not own the providers' rows
(`providers`), nor whom an assertion lets in (`sign_in`).
"""
