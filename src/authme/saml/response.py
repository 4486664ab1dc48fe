"""A response of an identity provider, from the form field that a browser brought to what it may be believed in.

In order: parse, places, signature of the response, its envelope, decryption, signature of the assertion, its content. From each
signature on, only what the verifier gave back is looked at.
"""

from typing import Final

from authme.saml.assertion import read_assertion
from authme.saml.decrypt import decrypt
from authme.saml.model import Assertion, AssertionRefused, Expected
from authme.saml.places import check_places
from authme.saml.signature import is_signed, verify
from authme.saml.status import check_status
from authme.saml.times import get_issue_instant
from authme.saml.versions import check_issuer, find_request_id, get_id
from authme.saml.xml import SAML, SAMLP, Element, XmlRefused, children, decode, name, only, read_message

_RESPONSE: Final = name(SAMLP, "Response")
_ISSUER: Final = name(SAML, "Issuer")
_STATUS: Final = name(SAMLP, "Status")
_ASSERTION: Final = name(SAML, "Assertion")
_ENCRYPTED: Final = name(SAML, "EncryptedAssertion")
_PARTS: Final = (_ISSUER, _STATUS, _ASSERTION, _ENCRYPTED, name(SAMLP, "Extensions"))


def check_response(xml_base64: str, expected: Expected) -> Assertion:
    """Return what the identity provider asserts (SAML profiles section 4.1.4.3).

    Takes milliseconds of this thread, a tenth of a second for the largest messages. It does not know which requests are open
    nor which assertions were used: see `Assertion`. Raises AssertionRefused, and nothing else whatever the text.
    """
    try:
        response = read_message(decode(xml_base64))
        if response.tag != _RESPONSE:
            raise AssertionRefused("it is not a SAML response")
        check_places(response)
        return read_response(response, expected)
    except XmlRefused as refused:
        raise AssertionRefused(str(refused)) from refused


def read_response(response: Element, expected: Expected) -> Assertion:
    """Return what is asserted in a response whose parts stand where they may. Raises AssertionRefused and XmlRefused."""
    is_vouched_for = is_signed(response)
    if is_vouched_for:
        response = verify(response, expected.certificates)
    parts = children(response, one=_PARTS)
    response_id, in_response_to = _check_envelope(response, parts, expected, is_vouched_for=is_vouched_for)
    assertion = _open(parts, expected, is_vouched_for=is_vouched_for)
    if is_signed(assertion):
        assertion = verify(assertion, expected.certificates)
    elif not is_vouched_for:
        raise AssertionRefused("neither the response nor its assertion is signed")
    believed = read_assertion(assertion, expected, response_id=response_id, in_response_to=in_response_to)
    if response.get("Destination", believed.acs_url) != believed.acs_url:
        raise AssertionRefused("the recipient is not the destination")
    return believed


def _check_envelope(
    response: Element, parts: dict[str, list[Element]], expected: Expected, *, is_vouched_for: bool
) -> tuple[str, str | None]:
    """Return the ids of the response and of the request that it answers."""
    response_id, in_response_to = get_id(response), find_request_id(response)
    check_status(only(response, parts[_STATUS], "Status"))
    get_issue_instant(response, expected)
    destination = response.get("Destination")
    # Bindings section 3.5.5.2: without it a signed response could be brought to another service of the same provider.
    if destination is None and is_vouched_for:
        raise AssertionRefused("the signed response has no destination")
    if destination is not None and destination not in expected.acs_urls:
        raise AssertionRefused("the destination is another")
    # Profiles section 4.1.4.2: whoever signs or encrypts says who they are.
    if parts[_ISSUER] or is_vouched_for or parts[_ENCRYPTED]:
        check_issuer(only(response, parts[_ISSUER], "Issuer"), expected)
    if in_response_to is None and not expected.allows_unsolicited:
        raise AssertionRefused("the response answers no request, and unsolicited ones are not allowed")
    return response_id, in_response_to


def _open(parts: dict[str, list[Element]], expected: Expected, *, is_vouched_for: bool) -> Element:
    """Return the assertion, decrypted if need be."""
    if parts[_ASSERTION]:
        return parts[_ASSERTION][0]
    if not parts[_ENCRYPTED]:
        raise AssertionRefused("the response has no assertion")
    assertion = decrypt(parts[_ENCRYPTED][0], expected.decryption_key, is_vouched_for=is_vouched_for)
    check_places(assertion)
    return assertion
