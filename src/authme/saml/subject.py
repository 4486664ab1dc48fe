"""Of whom an assertion speaks, and whether whoever brings it may (SAML core section 2.4, profiles section 4.1.4.2)."""

from dataclasses import dataclass
from typing import Final

from authme.saml.model import AssertionRefused, Expected
from authme.saml.times import find_end
from authme.saml.xml import SAML, Element, children, name, only, text_of

_NAME_ID: Final = name(SAML, "NameID")
_OTHERS: Final = (name(SAML, "BaseID"), name(SAML, "EncryptedID"))
_CONFIRMATION: Final = name(SAML, "SubjectConfirmation")
_DATA: Final = name(SAML, "SubjectConfirmationData")
_BEARER: Final = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
_CONFIRMATIONS: Final = 10
_LONGEST: Final = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Who it is, and what was confirmed."""

    name_id: str
    name_id_format: str | None
    acs_url: str
    in_response_to: str | None
    end: int
    """Epoch seconds, without the skew."""


def read_subject(subject: Element, expected: Expected, in_response_to: str | None) -> Subject:
    """Return whom the assertion speaks of. `in_response_to` is what the response says. Raises AssertionRefused."""
    found = children(subject, one=(_NAME_ID, *_OTHERS), many=(_CONFIRMATION,))
    if any(found[each] for each in _OTHERS):
        raise AssertionRefused("the subject is encrypted, or not a NameID")
    name_id = only(subject, found[_NAME_ID], "NameID")
    acs_url, end = _confirm(found[_CONFIRMATION], expected, in_response_to)
    return Subject(
        name_id=_read_name_id(name_id, expected),
        name_id_format=name_id.get("Format"),
        acs_url=acs_url,
        in_response_to=in_response_to,
        end=end,
    )


def _read_name_id(name_id: Element, expected: Expected) -> str:
    text = text_of(name_id)
    # To the identity provider `maria` and `maria ` may be two persons, so nothing is stripped.
    if not 0 < len(text) <= _LONGEST or not text.isprintable() or text != text.strip():
        raise AssertionRefused("the NameID is empty, too long, or has spaces or control characters")
    # Within another qualifier the same text is another person's (core section 2.2.2).
    if name_id.get("NameQualifier", expected.entity_id) != expected.entity_id:
        raise AssertionRefused("the NameID is qualified by another identity provider")
    if name_id.get("SPNameQualifier", expected.service_entity_id) != expected.service_entity_id:
        raise AssertionRefused("the NameID is qualified for another service")
    return text


def _confirm(confirmations: list[Element], expected: Expected, in_response_to: str | None) -> tuple[str, int]:
    """Return where the subject was sent to, by the first confirmation that holds, and until when one of them does."""
    bearers = [each for each in confirmations if each.get("Method") == _BEARER]
    problem = AssertionRefused("the subject has no confirmation as bearer")
    if len(confirmations) > _CONFIRMATIONS:
        raise AssertionRefused("the subject has too many confirmations")
    held: list[tuple[str, int]] = []
    for each in bearers:
        try:
            held.append(_check_bearer(each, expected, in_response_to))
        except AssertionRefused as refused:
            problem = refused
    if not held:
        raise problem
    # Who is confirmed twice is confirmed until the later end: an assertion that is forgotten before could be used again.
    return held[0][0], max(end for _, end in held)


def _check_bearer(confirmation: Element, expected: Expected, in_response_to: str | None) -> tuple[str, int]:
    found = children(confirmation, one=(_NAME_ID, *_OTHERS, _DATA))
    if any(found[each] for each in (_NAME_ID, *_OTHERS)):
        raise AssertionRefused("the subject is to be confirmed by somebody else")
    data = only(confirmation, found[_DATA], "SubjectConfirmationData")
    recipient = data.get("Recipient")
    if recipient is None or recipient not in expected.acs_urls:
        raise AssertionRefused("the recipient is another")
    if data.get("NotBefore") is not None:
        raise AssertionRefused("the confirmation has a NotBefore, which a bearer's must not have")
    end = find_end(data, "NotOnOrAfter", expected)
    if end is None:
        raise AssertionRefused("the confirmation has no NotOnOrAfter")
    if data.get("InResponseTo") != in_response_to:
        raise AssertionRefused("response and assertion answer different requests")
    return recipient, end
