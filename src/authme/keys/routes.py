"""The keys on the wire."""

from authme.kernel.context import Context
from authme.kernel.http import API, Endpoint, Reply, Request
from authme.kernel.requirement import Requirement
from authme.kernel.wire import SparseAnswer
from authme.keys.keyring import Keyring
from authme.keys.negotiation import JSON, PEM, is_match, prefers_pem


class Jwk(SparseAnswer, frozen=True):
    """A public key (RFC 7517 section 4; members by its type in RFC 7518 section 6 and RFC 8037)."""

    kty: str
    use: str
    alg: str
    kid: str
    n: str | None = None
    e: str | None = None
    crv: str | None = None
    x: str | None = None
    y: str | None = None


class JwkSet(SparseAnswer, frozen=True):
    """The keys that sign, that will sign next, and that signed tokens which may still live (RFC 7517 section 5)."""

    keys: tuple[Jwk, ...]


async def show_keys(ctx: Context, request: Request) -> Reply:
    """The public keys with which to verify access tokens, as a JWK Set; in PEM only the key that signs now.

    A key is published a day before it signs and until its last token is dead, so an answer may be kept for as long as its
    `Cache-Control` says.
    """
    jwks, pem = await ctx.part(Keyring).published(ctx.tx)
    document, media_type = (pem, PEM) if prefers_pem(request.headers.get("accept", "")) else (jwks, JSON)
    # Whether the answer names an allowed origin hangs on the origin that asks.
    headers = (("Cache-Control", "public, max-age=300"), ("ETag", document.etag), ("Vary", "Accept, Origin"))
    if is_match(request.headers.get("if-none-match"), document.etag):
        return Reply(status=304, headers=headers)
    return Reply(document.body, media_type, headers=headers)


ENDPOINTS = [
    Endpoint(
        "KE-01",
        "GET",
        f"{API}/keys",
        Requirement.parse("public"),
        show_keys,
        "Gets public key used to validate JWT",
        ("Keys",),
        answer=JwkSet,
        wants_request=True,
        media_types=(JSON, PEM),
        unlisted_statuses=(304,),
    ),
]
