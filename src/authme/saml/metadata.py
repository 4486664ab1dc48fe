"""What an identity provider's metadata says (SAML metadata, `urn:oasis:names:tc:SAML:2.0:metadata`)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from lxml.etree import _Element as Element

from authme.providers.urls import is_web_url
from authme.saml.keys import read_certificate
from authme.saml.xml import DS, SAMLP, XmlRefused, name, read_xml, uri_of

METADATA: Final = "urn:oasis:names:tc:SAML:2.0:metadata"
REDIRECT: Final = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
POST: Final = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
_TRUE: Final = frozenset({"true", "1"})
_LONGEST: Final = 1024
"""SAML metadata section 2.2.1: what an entity id may have."""


class MetadataRefused(Exception):
    """Why metadata cannot be used, in plain words, for operators."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdpMetadata:
    """One identity provider."""

    entity_id: str
    redirect_url: str | None
    """Where requests go by the HTTP-Redirect binding."""
    post_url: str | None
    certificates: tuple[str, ...]
    """Base64 DER: of the keys that it signs with."""
    wants_signed_requests: bool
    name_id_formats: tuple[str, ...]
    valid_until: int | None
    """Epoch seconds."""


def read_metadata(xml: bytes, *, now: int, entity_id: str | None = None) -> IdpMetadata:
    """Return the identity provider that the metadata describes: the only one, or the one with this entity id.

    `now` is in epoch seconds. A signature of the metadata is not looked at: whoever reads it says where it comes from. Raises
    MetadataRefused.
    """
    try:
        return _read(read_xml(xml), now, entity_id)
    except XmlRefused as refused:
        raise MetadataRefused(f"The metadata cannot be read: {refused}.") from refused


def _read(root: Element, now: int, entity_id: str | None) -> IdpMetadata:
    entity, described = _choose(root, entity_id)
    ends = [end for one in (*entity.iterancestors(), entity, described) if (end := _end_of(one)) is not None]
    if ends and min(ends) <= now:
        raise MetadataRefused("It is expired (validUntil).")
    found = IdpMetadata(
        entity_id=_entity_id(entity),
        redirect_url=_location(described, REDIRECT),
        post_url=_location(described, POST),
        certificates=_certificates(described),
        wants_signed_requests=described.get("WantAuthnRequestsSigned", "") in _TRUE,
        name_id_formats=tuple(uri_of(one) for one in described.iterchildren(name(METADATA, "NameIDFormat"))),
        valid_until=min(ends, default=None),
    )
    if found.redirect_url is None and found.post_url is None:
        raise MetadataRefused("It names no SingleSignOnService with the HTTP-Redirect or HTTP-POST binding.")
    if not found.certificates:
        raise MetadataRefused("It has no certificate for signing, so that nothing of it could be believed.")
    return found


def _choose(root: Element, entity_id: str | None) -> tuple[Element, Element]:
    """Return the entity and its role as an identity provider."""
    if root.tag not in {name(METADATA, "EntityDescriptor"), name(METADATA, "EntitiesDescriptor")}:
        raise MetadataRefused("It is no SAML 2.0 metadata: its root is no EntityDescriptor or EntitiesDescriptor.")
    found = [
        (entity, role)
        for entity in root.iter(name(METADATA, "EntityDescriptor"))
        for role in entity.iterchildren(name(METADATA, "IDPSSODescriptor"))
        if entity_id in {None, entity.get("entityID")} and SAMLP in role.get("protocolSupportEnumeration", "").split()
    ]
    if not found:
        those = " with that entity id" if entity_id is not None else ""
        raise MetadataRefused(f"It describes no SAML 2.0 identity provider (IDPSSODescriptor){those}.")
    if len(found) > 1:
        raise MetadataRefused("It describes several identity providers; say which by its entity id.")
    return found[0]


def _entity_id(entity: Element) -> str:
    entity_id = entity.get("entityID", "")
    if not 0 < len(entity_id) <= _LONGEST or entity_id != entity_id.strip() or not entity_id.isprintable():
        raise MetadataRefused("Its entityID is not well-formed.")
    return entity_id


def _end_of(element: Element) -> int | None:
    text = element.get("validUntil")
    if text is None:
        return None
    try:
        end = datetime.fromisoformat(text)
    except ValueError as error:
        raise MetadataRefused("Its validUntil is no time.") from error
    if end.tzinfo is None:
        raise MetadataRefused("Its validUntil is not in UTC.")
    return int(end.timestamp())


def _location(described: Element, binding: str) -> str | None:
    for service in described.iterchildren(name(METADATA, "SingleSignOnService")):
        if service.get("Binding") != binding:
            continue
        location = service.get("Location", "")
        # People's browsers are sent there. On which machines http is let through is not known here.
        if not is_web_url(location, allows_loopback=True):
            raise MetadataRefused("The Location of its SingleSignOnService is no https URL.")
        return location
    return None


def _certificates(described: Element) -> tuple[str, ...]:
    """Return the certificates for signing; of a chain its first, for the authority's own key signs no assertions."""
    keys = [one for one in described.iterchildren(name(METADATA, "KeyDescriptor")) if one.get("use", "signing") == "signing"]
    given = [one.find(name(DS, "X509Certificate")) for key in keys for one in key.iter(name(DS, "X509Data"))]
    found = ["".join(uri_of(one).split()) for one in given if one is not None]
    for text in found:
        try:
            read_certificate(text)
        except ValueError as error:
            raise MetadataRefused("A certificate in it cannot be read.") from error
    return tuple(dict.fromkeys(found))
