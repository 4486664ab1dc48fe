"""Settings that follow from others."""

import os
from dataclasses import replace
from urllib.parse import urlsplit

from authme.settings.forms import THIS_MACHINE
from authme.settings.settings import Settings


def with_derived(loaded: Settings) -> Settings:
    """Return the settings with each that was not given and follows from others."""
    server, tokens = loaded.server, loaded.tokens
    host = f"[{server.host}]" if ":" in server.host else server.host
    scheme = "https" if server.tls_certificate else "http"
    issuer = tokens.issuer or f"{scheme}://{'127.0.0.1' if host in {'0.0.0.0', '[::]'} else host}:{server.port}"  # noqa: S104  # compared with
    threads = loaded.passwords.threads or os.cpu_count() or 1
    parts = urlsplit(issuer)
    # An address is no domain, so a server that is tried on its own machine is reached as localhost for passkeys.
    is_local = parts.hostname in THIS_MACHINE
    origin = f"{parts.scheme}://{parts.netloc}"
    origins = (origin, f"{parts.scheme}://localhost:{parts.port or server.port}") if is_local else (origin,)
    factors = replace(
        loaded.factors,
        passkey_rp_id=loaded.factors.passkey_rp_id or ("localhost" if is_local else parts.hostname),
        passkey_origins=loaded.factors.passkey_origins or tuple(dict.fromkeys(origins)),
    )
    return replace(
        loaded,
        factors=factors,
        tokens=replace(tokens, issuer=issuer, audience=tokens.audience or issuer),
        passwords=replace(loaded.passwords, threads=threads),
    )
