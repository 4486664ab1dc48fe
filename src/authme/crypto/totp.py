"""Codes of authenticator apps (RFC 6238): 6 digits, SHA-1, steps of 30 seconds, as every app takes them."""

import hmac

import pyotp

_STEP = 30
_WINDOW = (0, -1, 1)
"""One step before and one after: clocks of telephones drift (RFC 6238 section 5.2)."""


def new_totp_secret() -> str:
    """Return 160 random bits in base32 (RFC 4226 section 4, R6)."""
    return pyotp.random_base32()


def otpauth_uri(secret: str, *, account: str, issuer: str) -> str:
    """Return the URI that an app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)


def matching_step(secret: str, code: str, *, now: int, after: int) -> int | None:
    """Return the time step whose code this is, None if it is none that may be used.

    `now` is in seconds; a step up to `after` was used before and is never accepted again (RFC 6238 section 5.2).
    """
    generator = pyotp.HOTP(secret)
    offered = code.encode("utf-8", "replace")
    found = None
    for offset in _WINDOW:
        step = now // _STEP + offset
        # Each is compared, so that time does not tell which one matched.
        if step >= 0 and hmac.compare_digest(generator.at(step).encode(), offered) and step > after and found is None:
            found = step
    return found
