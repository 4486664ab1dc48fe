"""What an assertion says: each defect alone, in an assertion that is signed rightly."""

from collections.abc import Callable
from typing import Any

import pytest

from support.saml_cases import ACS, IDP, NOW, OTHER, SAID, SERVICE, accepted, refused, said
from support.saml_idp import (
    NAMES,
    PERSISTENT,
    Said,
    attributes_xml,
    but,
    conditions_xml,
    confirmation_xml,
    instant,
    login_xml,
    name_id_xml,
    tag,
)

Changes = dict[str, Any]


def one(part: str, inner: Callable[[Said], str]) -> Any:
    """Return a response with one part of its assertion in another form."""
    return said(lambda usual: {part: inner(usual)})


def audience(*names: str) -> str:
    return tag("saml:AudienceRestriction", "".join(tag("saml:Audience", name) for name in names))


@pytest.mark.parametrize(
    ("conditions", "clause"),
    [
        (lambda it: conditions_xml(it, NotBefore=instant(NOW + 61)), "the Conditions holds only later (NotBefore)"),
        (lambda it: conditions_xml(it, NotOnOrAfter=instant(NOW - 60)), "the Conditions is over (NotOnOrAfter)"),
        (lambda it: conditions_xml(it, NotOnOrAfter="never"), "the NotOnOrAfter of the Conditions is not an instant in UTC"),
        (lambda it: conditions_xml(it, ""), "the assertion names no audience"),
        (lambda it: conditions_xml(it, audience("https://other.test")), "the audience is another's"),
        (lambda it: conditions_xml(it, audience()), "the audience is another's"),
        (lambda it: conditions_xml(it, audience(SERVICE) + audience("https://other.test")), "the audience is another's"),
        (lambda it: conditions_xml(it, audience(f"{SERVICE}<saml:x/>")), "the Audience is not plain text"),
        (
            lambda it: conditions_xml(it, audience(SERVICE) + "<saml:Condition/>"),
            "the assertion has a condition that is not understood",
        ),
        (
            lambda it: conditions_xml(it, audience(SERVICE) + "<Only xmlns='urn:x'/>"),
            "the assertion has a condition that is not understood",
        ),
        (lambda _: "", "the Assertion has no Conditions"),
        (lambda it: conditions_xml(it) * 2, "the Assertion has more than one Conditions"),
    ],
)
def test_conditions_that_do_not_hold_are_refused(conditions: Callable[[Said], str], clause: str):
    assert refused(one("conditions_xml", conditions)) == clause


@pytest.mark.parametrize(
    "conditions",
    [
        lambda it: conditions_xml(it, NotBefore=instant(NOW + 60)),
        lambda it: conditions_xml(it, NotOnOrAfter=instant(NOW - 59)),
        lambda it: conditions_xml(it, NotBefore=None, NotOnOrAfter=None),
        lambda it: conditions_xml(it, audience("https://other.test", SERVICE) + audience(SERVICE)),
        lambda it: conditions_xml(it, audience(f"\n  {SERVICE}\n")),
        lambda it: conditions_xml(it, audience(SERVICE) + "<saml:OneTimeUse/><saml:ProxyRestriction Count='0'/>"),
    ],
)
def test_conditions_that_hold_are_let_through(conditions: Callable[[Said], str]):
    assert accepted(one("conditions_xml", conditions)).name_id == "maria"


HOLDER = "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"
NO_BEARER = "the subject has no confirmation as bearer"
SOMEBODY_ELSE = "the subject is to be confirmed by somebody else"


@pytest.mark.parametrize(
    ("confirmation", "clause"),
    [
        (lambda _: "", NO_BEARER),
        (lambda it: confirmation_xml(it, method=HOLDER), NO_BEARER),
        (lambda it: confirmation_xml(it, method=""), NO_BEARER),
        (lambda it: confirmation_xml(it, name_id_xml(it)), SOMEBODY_ELSE),
        (lambda it: confirmation_xml(it, "<saml:EncryptedID/>"), SOMEBODY_ELSE),
        (lambda it: confirmation_xml(it, Recipient="https://other.test/acs"), "the recipient is another"),
        (lambda it: confirmation_xml(it, Recipient=None), "the recipient is another"),
        (lambda it: confirmation_xml(it, Recipient="https://app.test/other"), "the recipient is not the destination"),
        (
            lambda it: confirmation_xml(it, NotBefore=instant(NOW)),
            "the confirmation has a NotBefore, which a bearer's must not have",
        ),
        (lambda it: confirmation_xml(it, NotOnOrAfter=None), "the confirmation has no NotOnOrAfter"),
        (lambda it: confirmation_xml(it, NotOnOrAfter=instant(NOW - 60)), "the SubjectConfirmationData is over (NotOnOrAfter)"),
        (lambda it: confirmation_xml(it, InResponseTo=None), "response and assertion answer different requests"),
        (lambda it: confirmation_xml(it, InResponseTo="_other"), "response and assertion answer different requests"),
        (lambda it: confirmation_xml(it) * 11, "the subject has too many confirmations"),
        (
            lambda _: tag("saml:SubjectConfirmation", Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"),
            "the SubjectConfirmation has no SubjectConfirmationData",
        ),
    ],
)
def test_a_confirmation_that_does_not_hold_is_refused(confirmation: Callable[[Said], str], clause: str):
    assert refused(one("confirmation_xml", confirmation)) == clause


def test_one_confirmation_that_holds_is_enough():
    several = one(
        "confirmation_xml",
        lambda it: confirmation_xml(it, method=HOLDER) + confirmation_xml(it, Recipient="x") + confirmation_xml(it),
    )

    assert accepted(several).acs_url == ACS


def test_what_was_sent_to_one_application_is_told_apart_from_what_was_sent_to_another():
    assert accepted(said(acs_url="https://app.test/other")).acs_url == "https://app.test/other"


NOT_A_NAME = "the NameID is empty, too long, or has spaces or control characters"


@pytest.mark.parametrize(
    ("name_id", "clause"),
    [
        (lambda it: name_id_xml(but(it, name_id="")), NOT_A_NAME),
        (lambda it: name_id_xml(but(it, name_id="maria ")), NOT_A_NAME),
        (lambda it: name_id_xml(but(it, name_id="\n  maria\n")), NOT_A_NAME),
        (lambda it: name_id_xml(but(it, name_id="mar\u200eia")), NOT_A_NAME),
        (lambda it: name_id_xml(but(it, name_id="m" * 1025)), NOT_A_NAME),
        (lambda it: name_id_xml(it, NameQualifier=OTHER.entity_id), "the NameID is qualified by another identity provider"),
        (lambda it: name_id_xml(it, SPNameQualifier="https://other.test"), "the NameID is qualified for another service"),
        (lambda it: name_id_xml(it) * 2, "the Subject has more than one NameID"),
        (lambda _: "<saml:BaseID/>", "the subject is encrypted, or not a NameID"),
        (lambda _: "<saml:EncryptedID/>", "the subject is encrypted, or not a NameID"),
        (lambda it: name_id_xml(it) + "<saml:EncryptedID/>", "the subject is encrypted, or not a NameID"),
        (lambda _: "<NameID xmlns='urn:x'>admin</NameID>", "the Subject has an element that does not belong there"),
        (
            lambda it: name_id_xml(it) + "<NameID xmlns='urn:x'>admin</NameID>",
            "the Subject has an element that does not belong there",
        ),
        (lambda it: name_id_xml(it) + "admin", "the Subject has text between its elements"),
        (lambda _: "<saml:NameID>admin<saml:x/>.maria</saml:NameID>", "the NameID is not plain text"),
        (lambda _: " ", "the Subject has no NameID"),
    ],
)
def test_a_subject_that_is_not_one_name_is_refused(name_id: Callable[[Said], str], clause: str):
    assert refused(one("name_id_xml", name_id)) == clause


def test_a_name_may_say_who_gave_it_to_whom():
    qualified = one(
        "name_id_xml", lambda it: name_id_xml(it, Format=None, NameQualifier=IDP.entity_id, SPNameQualifier=SERVICE)
    )

    assert accepted(qualified).name_id_format is None


def test_a_name_is_read_as_it_stands():
    name = "Conceição & <filhos> ]]> 😀"

    assert accepted(said(name_id=name)).name_id == name
    assert accepted(one("name_id_xml", lambda _: "<saml:NameID>ma<![CDATA[r]]>&#105;a</saml:NameID>")).name_id == "maria"


@pytest.mark.parametrize(
    ("logins", "clause"),
    [
        (lambda _: "", "the Assertion has no AuthnStatement"),
        (lambda it: login_xml(it) * 2, "the Assertion has more than one AuthnStatement"),
        (lambda it: login_xml(it, AuthnInstant=None), "the AuthnStatement has no AuthnInstant"),
        (lambda it: login_xml(it, AuthnInstant=instant(NOW + 61)), "the AuthnStatement holds only later (AuthnInstant)"),
        (lambda it: login_xml(it, SessionNotOnOrAfter=instant(NOW - 60)), "the AuthnStatement is over (SessionNotOnOrAfter)"),
    ],
)
def test_an_assertion_of_no_login_is_refused(logins: Callable[[Said], str], clause: str):
    assert refused(one("logins_xml", logins)) == clause


def test_a_login_may_be_old_and_say_little():
    plain = tag("saml:AuthnStatement", AuthnInstant=instant(NOW - 36_000), SessionNotOnOrAfter=instant(NOW + 1))
    believed = accepted(said(logins_xml=plain))

    assert (believed.session_index, believed.authn_context) == (None, None)


def with_value(inner: str) -> str:
    attribute = tag("saml:Attribute", tag("saml:AttributeValue", inner), Name="document")
    return tag("saml:AttributeStatement", attribute)


NO_NAME = "an attribute has no name"


@pytest.mark.parametrize(
    ("attributes", "clause"),
    [
        (lambda it: attributes_xml(it) * 2, "the Assertion has more than one AttributeStatement"),
        (
            lambda _: "<saml:AttributeStatement><saml:EncryptedAttribute/></saml:AttributeStatement>",
            "an attribute is encrypted on its own",
        ),
        (lambda _: "<saml:AttributeStatement><saml:Attribute/></saml:AttributeStatement>", NO_NAME),
        (lambda _: "<saml:AttributeStatement><saml:Attribute Name=''/></saml:AttributeStatement>", NO_NAME),
        (
            lambda _: "<saml:AttributeStatement><saml:Attribute Name='a'>b</saml:Attribute></saml:AttributeStatement>",
            "the Attribute has text between its elements",
        ),
        (
            lambda _: with_value("admin<saml:x/>maria"),
            "the AttributeValue is not plain text",
        ),
        (lambda _: "<AttributeStatement xmlns='urn:x'/>", "the Assertion has an element that does not belong there"),
    ],
)
def test_attributes_in_another_form_are_refused(attributes: Callable[[Said], str], clause: str):
    assert refused(one("attributes_xml", attributes)) == clause


def test_attributes_have_all_their_values_in_order():
    several = said(attributes=(("groups", ("b", "a")), ("document", ()), ("groups", ("c", ""))))

    assert accepted(several).attributes == {"groups": ("b", "a", "c", ""), "document": ()}
    assert accepted(said(attributes=())).attributes == {}


def change_assertion(**attributes: str | None) -> Any:
    def change(response: Any) -> None:
        assertion = response.find("saml:Assertion", NAMES)
        for key, value in attributes.items():
            assertion.attrib.pop(key)
            if value is not None:
                assertion.set(key, value)

    return IDP.respond(SAID, signs=("Response",), change=change)


@pytest.mark.parametrize(
    ("changes", "clause"),
    [
        ({"Version": "1.1"}, "the Assertion is not of SAML 2.0"),
        ({"ID": "two words"}, "the Assertion has no ID, or none that is well-formed"),
        ({"ID": None}, "the Assertion has no ID, or none that is well-formed"),
        ({"ID": f"_{'a' * 256}"}, "the Assertion has no ID, or none that is well-formed"),
        ({"IssueInstant": None}, "the Assertion has no IssueInstant"),
        ({"IssueInstant": instant(NOW + 61)}, "the Assertion is from the future"),
        ({"IssueInstant": instant(NOW - 360)}, "the Assertion was made too long ago"),
    ],
)
def test_an_assertion_with_one_defect_is_refused(changes: dict[str, str | None], clause: str):
    assert refused(change_assertion(**changes)) == clause


@pytest.mark.parametrize(
    ("changes", "until"),
    [
        ({}, NOW + 300),
        ({"conditions_xml": conditions_xml(SAID, NotOnOrAfter=instant(NOW + 20))}, NOW + 20),
        ({"confirmation_xml": confirmation_xml(SAID, NotOnOrAfter=instant(NOW + 10))}, NOW + 10),
        ({"confirmation_xml": confirmation_xml(SAID, NotOnOrAfter="9999-12-31T23:59:59Z")}, NOW + 300),
        ({"confirmation_xml": confirmation_xml(SAID, NotOnOrAfter=instant(NOW + 10)) + confirmation_xml(SAID)}, NOW + 300),
        ({"confirmation_xml": confirmation_xml(SAID) + confirmation_xml(SAID, NotOnOrAfter=instant(NOW + 10))}, NOW + 300),
    ],
)
def test_an_assertion_has_to_be_remembered_for_as_long_as_it_would_be_taken(changes: Changes, until: int):
    message = said(**changes)
    end = accepted(message).not_on_or_after

    assert end == until + 60
    assert accepted(message, now=end - 1).id == "_assertion"
    assert refused(message, now=end)


def test_persistent_names_are_shown_to_be():
    assert accepted(said()).name_id_format == PERSISTENT
