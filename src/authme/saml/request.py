"""Authentication requests (SAML core section 3.4.1): that an identity provider prove who somebody is."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from lxml import etree
from lxml.etree import _Element as Element

from authme.saml.metadata import POST
from authme.saml.xml import SAML, SAMLP, name

_RANDOM_BYTES: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthnRequest:
    """One request."""

    id: str
    issued_at: int
    """Epoch seconds."""
    destination: str
    issuer: str
    """This server's entity id at that identity provider."""
    acs_url: str


def new_random() -> str:
    """Return the random part of a request's id: 160 bits (SAML core section 1.3.4)."""
    return secrets.token_hex(_RANDOM_BYTES)


def to_xml(request: AuthnRequest) -> Element:
    """Return the request as XML, not signed yet.

    Which form the NameID has is left to the identity provider: many refuse a request for one that they do not have.
    """
    issued_at = datetime.fromtimestamp(request.issued_at, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    root = etree.Element(
        name(SAMLP, "AuthnRequest"),
        {
            "ID": request.id,
            "Version": "2.0",
            "IssueInstant": issued_at,
            "Destination": request.destination,
            "ProtocolBinding": POST,
            "AssertionConsumerServiceURL": request.acs_url,
        },
        nsmap={"samlp": SAMLP, "saml": SAML},
    )
    etree.SubElement(root, name(SAML, "Issuer")).text = request.issuer
    etree.SubElement(root, name(SAMLP, "NameIDPolicy"), {"AllowCreate": "true"})
    return root
