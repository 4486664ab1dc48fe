"""The settings of a SAML identity provider, as a request says them."""

import asyncio
from collections.abc import Iterator
from typing import Final

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from authme.kernel.context import Context
from authme.kernel.errors import ErrorItem, FieldsRefused, field_malformed, field_missing
from authme.kernel.fetch import Fetcher, NotFetched
from authme.kernel.http import API
from authme.providers.model import Claims, SamlSettings
from authme.providers.urls import is_web_url
from authme.saml.keys import new_service_key, read_certificate
from authme.saml.metadata import IdpMetadata, MetadataRefused, read_metadata
from authme.settings import TokenSettings
from authme.structure.provider_wire import LONGEST_CERTIFICATE, LONGEST_URL, MOST_CERTIFICATES, SamlRequest

_LARGEST_METADATA: Final = 2_000_000
_RSA_BITS: Final = 2048
_OWN_FIELDS: Final = {"redirect_url": "redirectUrl", "post_url": "postUrl", "certificates": "certificates"}
"""What metadata says, and nothing else may then."""


async def read(ctx: Context, alias: str, body: SamlRequest, was: SamlSettings | None) -> tuple[SamlSettings, str | None, bool]:
    """Return the settings, the new private key, and whether the one of before stays; raise FieldsRefused.

    Reads metadata where the body names it, by the network too. A new provider gets a key of this server's own.
    """
    allows_loopback = ctx.part(Fetcher).allows_loopback
    items = [*_check_source(body), *_check_urls(body, allows_loopback=allows_loopback), *_check_certificates(body)]
    if items:
        raise FieldsRefused(items)
    described = await _described(ctx, body)
    if problems := [*_check_urls(described, allows_loopback=allows_loopback), *_check_certificates(described)]:
        raise FieldsRefused(problems)
    if was is not None:
        return _settings(described, described.service_entity_id or was.service_entity_id, was.service_certificate), None, True
    own_name = described.service_entity_id or f"{ctx.part(TokenSettings).issuer}{API}/saml/{alias}/metadata"
    private_key, certificate = await asyncio.to_thread(new_service_key, alias, ctx.clock.now())
    return _settings(described, own_name, certificate), private_key, False


def _check_source(body: SamlRequest) -> Iterator[ErrorItem]:
    if body.metadata is not None:
        for name, on_the_wire in _OWN_FIELDS.items():
            if getattr(body, name):
                yield field_malformed(f"saml.{on_the_wire}", "nothing is expected beside metadata")
        return
    if body.metadata_url is not None and not body.certificates:
        return
    if body.entity_id is None:
        yield field_missing("saml.entityId")
    if not body.certificates:
        yield field_missing("saml.certificates")
    if body.redirect_url is None and body.post_url is None:
        yield field_missing("saml.redirectUrl")


def _check_urls(body: SamlRequest, *, allows_loopback: bool) -> Iterator[ErrorItem]:
    named = [("redirectUrl", body.redirect_url), ("postUrl", body.post_url)]
    named += [(f"acsUrls[{position}]", url) for position, url in enumerate(body.acs_urls)]
    for name, url in named:
        if url is not None and not is_web_url(url, allows_loopback=allows_loopback):
            yield field_malformed(f"saml.{name}", "an absolute https URL without fragment is expected")


def _check_certificates(body: SamlRequest) -> Iterator[ErrorItem]:
    for position, text in enumerate(body.certificates):
        if problem := _problem_of(text):
            yield field_malformed(f"saml.certificates[{position}]", problem)


def _problem_of(certificate: str) -> str | None:
    try:
        key = read_certificate(certificate).public_key()
    except (ValueError, UnsupportedAlgorithm):
        return "a certificate is expected, its DER in base64"
    if isinstance(key, rsa.RSAPublicKey):
        return None if key.key_size >= _RSA_BITS else f"a key of at least {_RSA_BITS} bits is expected"
    return None if isinstance(key, ec.EllipticCurvePublicKey) else "an RSA key or one of an elliptic curve is expected"


async def _described(ctx: Context, body: SamlRequest) -> SamlRequest:
    """Return the body with what its metadata says in place of it."""
    field, xml = "saml.metadata", b""
    if body.metadata is not None:
        xml = body.metadata.encode()
    elif body.metadata_url is not None and not body.certificates:
        field, xml = "saml.metadataUrl", await _fetched(ctx, body.metadata_url)
    else:
        return body
    try:
        # In a thread: a large one takes most of a second.
        found = await asyncio.to_thread(read_metadata, xml, now=ctx.clock.now(), entity_id=body.entity_id)
    except MetadataRefused as error:
        raise FieldsRefused([ErrorItem("102", f"`{field}`: {error}")]) from error
    if problem := _beyond_what_is_kept(found):
        raise FieldsRefused([ErrorItem("102", f"`{field}`: {problem}")])
    return msgspec.structs.replace(
        body,
        entity_id=found.entity_id,
        redirect_url=found.redirect_url,
        post_url=found.post_url,
        certificates=found.certificates,
    )


def _beyond_what_is_kept(found: IdpMetadata) -> str | None:
    """Return what metadata has more of than a field takes: shown and given back, it would not be taken."""
    if len(found.certificates) > MOST_CERTIFICATES or any(len(one) > LONGEST_CERTIFICATE for one in found.certificates):
        return f"It has more than {MOST_CERTIFICATES} certificates for signing, or one that is too long."
    if any(url is not None and len(url) > LONGEST_URL for url in (found.redirect_url, found.post_url)):
        return f"It has a URL of more than {LONGEST_URL} characters."
    return None


async def _fetched(ctx: Context, url: str) -> bytes:
    try:
        answer = await ctx.part(Fetcher).fetch(url, at_most=_LARGEST_METADATA)
    except NotFetched as error:
        raise FieldsRefused([ErrorItem("102", f"`saml.metadataUrl`: {error}")]) from error
    if answer.status != 200:  # noqa: PLR2004  # HTTP
        raise FieldsRefused([ErrorItem("102", f"`saml.metadataUrl`: The host answers with status {answer.status}.")])
    return answer.body


def _settings(body: SamlRequest, service_entity_id: str, service_certificate: str) -> SamlSettings:
    claims = body.claims
    return SamlSettings(
        entity_id=body.entity_id or "",
        redirect_url=body.redirect_url,
        post_url=body.post_url,
        certificates=tuple(dict.fromkeys("".join(one.split()) for one in body.certificates)),
        metadata_url=body.metadata_url,
        service_entity_id=service_entity_id,
        acs_urls=tuple(dict.fromkeys(body.acs_urls)),
        service_certificate=service_certificate,
        signs_requests=body.signs_requests,
        allows_unsolicited=body.allows_unsolicited,
        trusts_email=body.trusts_email,
        trusts_document=body.trusts_document,
        claims=Claims(document=claims.document, email=claims.email, name=claims.name, groups=claims.groups),
        group_map=body.group_map,
    )
