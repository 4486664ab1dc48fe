"""What an assertion says, read from what was signed alone."""

from typing import Final

from authme.saml.conditions import check_conditions
from authme.saml.model import Assertion, AssertionRefused, Expected
from authme.saml.subject import read_subject
from authme.saml.times import MAX_AGE, check_begun, find_end, get_instant, get_issue_instant
from authme.saml.versions import check_issuer, get_id
from authme.saml.xml import SAML, Element, children, name, only, text_of, uri_of

_ISSUER: Final = name(SAML, "Issuer")
_SUBJECT: Final = name(SAML, "Subject")
_CONDITIONS: Final = name(SAML, "Conditions")
_LOGIN: Final = name(SAML, "AuthnStatement")
_ATTRIBUTES: Final = name(SAML, "AttributeStatement")
_ATTRIBUTE: Final = name(SAML, "Attribute")
_ENCRYPTED_ATTRIBUTE: Final = name(SAML, "EncryptedAttribute")
_VALUE: Final = name(SAML, "AttributeValue")
_CONTEXT: Final = name(SAML, "AuthnContext")
_CLASS: Final = name(SAML, "AuthnContextClassRef")
_ONE: Final = (_ISSUER, _SUBJECT, _CONDITIONS, _LOGIN, _ATTRIBUTES, name(SAML, "Advice"))
_LEFT_ALONE: Final = (name(SAML, "Statement"), name(SAML, "AuthzDecisionStatement"))


def read_assertion(assertion: Element, expected: Expected, *, response_id: str, in_response_to: str | None) -> Assertion:
    """Return what the assertion says; it is verified already, and without its signature.

    `in_response_to` is what the response says. Raises AssertionRefused and XmlRefused.
    """
    assertion_id = get_id(assertion)
    issued_at = get_issue_instant(assertion, expected)
    found = children(assertion, one=_ONE, many=_LEFT_ALONE)
    check_issuer(only(assertion, found[_ISSUER], "Issuer"), expected)
    ends = [issued_at + MAX_AGE]
    end = check_conditions(only(assertion, found[_CONDITIONS], "Conditions"), expected)
    ends += [] if end is None else [end]
    subject = read_subject(only(assertion, found[_SUBJECT], "Subject"), expected, in_response_to)
    login = only(assertion, found[_LOGIN], "AuthnStatement")
    authn_context = _read_login(login, expected)
    return Assertion(
        id=assertion_id,
        response_id=response_id,
        issuer=expected.entity_id,
        name_id=subject.name_id,
        name_id_format=subject.name_id_format,
        in_response_to=in_response_to,
        session_index=login.get("SessionIndex"),
        acs_url=subject.acs_url,
        not_on_or_after=min(*ends, subject.end) + expected.skew,
        attributes=_read_attributes(found[_ATTRIBUTES]),
        authn_context=authn_context,
    )


def _read_login(login: Element, expected: Expected) -> str | None:
    """Return the class of the login at the provider, if it says one."""
    get_instant(login, "AuthnInstant")
    check_begun(login, "AuthnInstant", expected)
    find_end(login, "SessionNotOnOrAfter", expected)
    for context in login.iterchildren(_CONTEXT):
        for reference in context.iterchildren(_CLASS):
            return uri_of(reference)
    return None


def _read_attributes(statements: list[Element]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for statement in statements:
        parts = children(statement, many=(_ATTRIBUTE, _ENCRYPTED_ATTRIBUTE))
        if parts[_ENCRYPTED_ATTRIBUTE]:
            raise AssertionRefused("an attribute is encrypted on its own")
        for attribute in parts[_ATTRIBUTE]:
            key = attribute.get("Name")
            if not key:
                raise AssertionRefused("an attribute has no name")
            values = children(attribute, many=(_VALUE,))[_VALUE]
            found[key] = (*found.get(key, ()), *map(text_of, values))
    return found
