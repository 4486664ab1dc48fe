"""Say in plain words what is wrong with a SAML identity provider, before somebody cannot log in."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from authme.kernel.fetch import Fetcher, NotFetched
from authme.providers.finding import Finding
from authme.providers.model import Provider, SamlSettings
from authme.saml.keys import read_certificate, read_service_key
from authme.saml.metadata import IdpMetadata, MetadataRefused, read_metadata

_LARGEST: Final = 2_000_000
_OK: Final = 200
_RSA_BITS: Final = 2048
_SOON: Final = timedelta(days=30)
_TRANSIENT: Final = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"


async def diagnose(fetcher: Fetcher, provider: Provider, secret: str | None, now: int) -> list[Finding]:
    """Check the provider's settings, and what its metadata says today where the URL of that is known.

    `secret` is this server's private key as PEM, `now` in epoch seconds. Nobody is logged in by it: whether an assertion has
    what is expected shows the first login, whose refusal names the failed check.
    """
    settings = provider.settings
    if not isinstance(settings, SamlSettings):
        return [Finding("KIND", ok=False, message="It is no SAML identity provider.")]
    at = datetime.fromtimestamp(now, tz=UTC)
    found = [*_keys(settings, at), _service_key(settings, secret, at), *_requests(settings), *_trust(settings)]
    if settings.metadata_url is not None:
        metadata = await _fetch(fetcher, settings, now)
        found += [metadata] if isinstance(metadata, Finding) else _agreements(settings, metadata)
    return found


def _keys(settings: SamlSettings, at: datetime) -> Iterator[Finding]:
    """Say how the provider's certificates are; one that is over is still its key (metadata interoperability section 2.6.1)."""
    if not settings.certificates:
        yield Finding(
            "CERTIFICATES", ok=False, message="No certificate of the provider is configured: nothing it says is believed."
        )
    for position, text in enumerate(settings.certificates, 1):
        try:
            certificate = read_certificate(text)
            key = certificate.public_key()
        except ValueError:
            yield Finding("CERTIFICATES", ok=False, message=f"Certificate {position} of the provider cannot be read.")
            continue
        if isinstance(key, rsa.RSAPublicKey) and key.key_size < _RSA_BITS:
            message = (
                f"The key of certificate {position} of the provider has {key.key_size} bits, and {_RSA_BITS} are expected."
            )
            yield Finding("CERTIFICATES", ok=False, message=message)
        else:
            yield Finding(
                "CERTIFICATES", ok=True, message=f"Certificate {position} of the provider {_validity(certificate, at)}."
            )


def _validity(certificate: x509.Certificate, at: datetime) -> str:
    end = certificate.not_valid_after_utc
    day = f"{end:%Y-%m-%d}"
    if end <= at:
        return f"ended on {day}; its key is still believed, and the provider may be about to change it"
    return f"ends on {day}; ask the provider for the next one" if end - at < _SOON else f"is valid until {day}"


def _service_key(settings: SamlSettings, secret: str | None, at: datetime) -> Finding:
    try:
        certificate = read_certificate(settings.service_certificate)
        matches = secret is not None and read_service_key(secret).public_key() == certificate.public_key()
    except ValueError:
        matches = False
    if not matches:
        message = "This server's key for the provider is not there, or is not that of its certificate."
        return Finding("SERVICE_KEY", ok=False, message=message)
    return Finding("SERVICE_KEY", ok=True, message=f"This server's certificate for the provider {_validity(certificate, at)}.")


def _requests(settings: SamlSettings) -> Iterator[Finding]:
    ways = [name for name, url in (("REDIRECT", settings.redirect_url), ("POST", settings.post_url)) if url is not None]
    if ways:
        yield Finding("REQUESTS", ok=True, message=f"Requests go to the provider by {' and '.join(ways)}.")
    else:
        yield Finding("REQUESTS", ok=False, message="The provider has no URL that requests go to.")
    if not settings.acs_urls:
        yield Finding("ACS_URLS", ok=False, message="No URL of an application is configured that responses may be sent to.")


def _trust(settings: SamlSettings) -> Iterator[Finding]:
    """Say what is trusted and never said, or mapped and never read."""
    claims = settings.claims
    for what, trusted, attribute in (
        ("document", settings.trusts_document, claims.document),
        ("e-mail address", settings.trusts_email, claims.email),
    ):
        if trusted and attribute is None:
            yield Finding(
                "CLAIMS", ok=False, message=f"The provider's {what} is trusted, and no attribute is named that says it."
            )
        if attribute is not None and not trusted:
            yield Finding(
                "CLAIMS", ok=True, message=f"The {what} in {attribute} is not used, for the provider is not trusted with it."
            )
    if settings.group_map and claims.groups is None:
        yield Finding("CLAIMS", ok=False, message="Groups are mapped, and no attribute is named that says them.")


async def _fetch(fetcher: Fetcher, settings: SamlSettings, now: int) -> IdpMetadata | Finding:
    url = settings.metadata_url or ""
    try:
        answer = await fetcher.fetch(url, at_most=_LARGEST)
    except NotFetched as error:
        return Finding("METADATA", ok=False, message=f"{url} cannot be read: {error}")
    if answer.status != _OK:
        return Finding("METADATA", ok=False, message=f"{url} answers {answer.status}, and 200 is expected.")
    try:
        # In a thread: a large one takes most of a second.
        return await asyncio.to_thread(read_metadata, answer.body, now=now, entity_id=settings.entity_id)
    except MetadataRefused as error:
        return Finding("METADATA", ok=False, message=f"What is at {url} is of no use: {error}")


def _agreements(settings: SamlSettings, metadata: IdpMetadata) -> list[Finding]:
    """Compare the settings with the metadata of today."""
    found = [Finding("METADATA", ok=True, message="The provider's metadata was read.")]
    new, gone = set(metadata.certificates) - set(settings.certificates), set(settings.certificates) - set(metadata.certificates)
    if new:
        message = "The provider signs with a certificate that is not configured here; give its metadata anew."
        found.append(Finding("METADATA_CERTIFICATES", ok=False, message=message))
    if gone:
        message = "A certificate that is configured here is not in the metadata any more; it is still believed."
        found.append(Finding("METADATA_CERTIFICATES", ok=False, message=message))
    for name, here, there in (
        ("HTTP-Redirect", settings.redirect_url, metadata.redirect_url),
        ("HTTP-POST", settings.post_url, metadata.post_url),
    ):
        if here != there:
            message = f"Requests by {name} go to {here or 'no URL'}, and the metadata says {there or 'none'}."
            found.append(Finding("METADATA_URLS", ok=False, message=message))
    if metadata.wants_signed_requests and not settings.signs_requests:
        message = "The provider wants signed requests, and they are not signed."
        found.append(Finding("SIGNED_REQUESTS", ok=False, message=message))
    if metadata.name_id_formats and set(metadata.name_id_formats) <= {_TRANSIENT}:
        message = "The provider offers transient NameIDs alone, by which nobody is known the next time."
        found.append(Finding("NAME_ID", ok=False, message=message))
    return found
