"""Cross-origin access (the Fetch standard's CORS protocol): allowed origins are the server's list and the clients' own."""

from collections.abc import Awaitable, Callable

OriginCheck = Callable[[str], Awaitable[bool]]

_PREFLIGHT = (
    ("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"),
    ("Access-Control-Allow-Headers", "Authorization, Content-Type, X-Request-Id, X-Api-Key, param, ip"),
    ("Access-Control-Max-Age", "600"),
)


async def cors_headers(origin: str, allowed: OriginCheck, *, preflight: bool) -> tuple[tuple[str, str], ...]:
    """Return the headers for a request with this `Origin`; for a foreign origin only `Vary`.

    Credentials (cookies) are never allowed across origins: the API knows none.
    """
    if not await allowed(origin):
        return (("Vary", "Origin"),)
    shared = (
        ("Access-Control-Allow-Origin", origin),
        ("Access-Control-Expose-Headers", "X-Request-Id, Retry-After, ETag"),
        ("Vary", "Origin"),
    )
    return shared + _PREFLIGHT if preflight else shared
