"""What response and assertion have in common: version, id and issuer."""

import re
from typing import Final

from authme.saml.model import AssertionRefused, Expected
from authme.saml.xml import Element, local_name, uri_of

_ID: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,255}")
_ENTITY: Final = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"


def get_id(element: Element) -> str:
    """Return the id of a response or an assertion of SAML 2.0. Raises AssertionRefused."""
    if element.get("Version") != "2.0":
        raise AssertionRefused(f"the {local_name(element)} is not of SAML 2.0")
    found = element.get("ID", "")
    if not _ID.fullmatch(found):
        raise AssertionRefused(f"the {local_name(element)} has no ID, or none that is well-formed")
    return found


def find_request_id(response: Element) -> str | None:
    """Return which request the response says it answers. Raises AssertionRefused."""
    found = response.get("InResponseTo")
    if found is not None and not _ID.fullmatch(found):
        raise AssertionRefused("the InResponseTo is not well-formed")
    return found


def check_issuer(issuer: Element, expected: Expected) -> None:
    """Let through what the expected identity provider issued. Raises AssertionRefused."""
    if uri_of(issuer) != expected.entity_id or issuer.get("Format", _ENTITY) != _ENTITY:
        raise AssertionRefused("the issuer is another")
