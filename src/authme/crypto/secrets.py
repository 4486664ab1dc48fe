"""New random secrets."""

import secrets
import uuid


def new_secret() -> str:
    """Return 256 random bits as 43 characters of base64url: a client secret, an opaque token."""
    return secrets.token_urlsafe(32)


def new_uuid() -> str:
    """Return a random UUID (RFC 9562 section 5.4), 122 bits from the system: a refresh token."""
    return str(uuid.uuid4())
