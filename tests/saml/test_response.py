"""A response as a whole: what it has to be, and what of it is believed."""

from typing import Any

import pytest

from authme.saml.model import Assertion
from support.saml_cases import ACS, BOTH, IDP, NOW, OTHER, SAID, SERVICE, accepted, expected, refused, said, service_key
from support.saml_idp import NAMES, PERSISTENT, SAML, SAMLP, SamlIdp, but, field, instant, read

EVERY_SIGNING = [("Assertion",), ("Response",), BOTH]


def set_on_response(**attributes: str | None) -> Any:
    def change(response: Any) -> None:
        for key, value in attributes.items():
            response.attrib.pop(key, None)
            if value is not None:
                response.set(key, value)

    return change


def responded(signs: tuple[str, ...] = ("Response",), **attributes: str | None) -> Any:
    return IDP.respond(SAID, signs=signs, change=set_on_response(**attributes))


@pytest.mark.parametrize("is_encrypted", [False, True])
@pytest.mark.parametrize("signs", EVERY_SIGNING)
def test_a_right_response_is_believed(signs: tuple[str, ...], is_encrypted: bool):  # noqa: FBT001  # a parameter of the test
    key = service_key().public_key() if is_encrypted else None

    believed = accepted(IDP.respond(SAID, signs=signs, encrypts_for=key))

    assert believed == Assertion(
        id="_assertion",
        response_id="_response",
        issuer=IDP.entity_id,
        name_id="maria",
        name_id_format=PERSISTENT,
        in_response_to="_request",
        session_index="_session",
        acs_url=ACS,
        not_on_or_after=NOW + 360,
        attributes={"document": ("52998224725",), "groups": ("a", "b")},
        authn_context="urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
    )


@pytest.mark.parametrize("is_encrypted", [False, True])
def test_what_nobody_signed_is_refused(is_encrypted: bool):  # noqa: FBT001  # a parameter of the test
    key = service_key().public_key() if is_encrypted else None

    assert refused(IDP.respond(SAID, signs=(), encrypts_for=key)) == "neither the response nor its assertion is signed"


@pytest.mark.parametrize("signs", EVERY_SIGNING)
def test_what_another_provider_signed_is_refused(signs: tuple[str, ...]):
    forged = OTHER.respond(SAID, signs=signs)

    assert refused(forged) == "the signature is of none of the identity provider's keys"
    assert accepted(forged, certificates=(OTHER.certificate,)).name_id == "maria"


def test_where_both_are_signed_both_have_to_hold():
    response = IDP.respond(SAID, signs=())
    assertion = response.find("saml:Assertion", NAMES)
    response.replace(assertion, OTHER.sign(assertion))

    assert refused(IDP.sign(response)) == "the signature is of none of the identity provider's keys"


def test_a_good_assertion_does_not_save_a_response_with_a_wrong_signature():
    response = IDP.respond(SAID)

    assert refused(OTHER.sign(response)) == "the signature is of none of the identity provider's keys"


def test_each_key_of_a_provider_that_changes_it_is_good():
    new = SamlIdp(owner="saml-idp-next")
    both = (IDP.certificate, new.certificate)

    assert accepted(new.respond(SAID), certificates=both) == accepted(IDP.respond(SAID), certificates=both)


def test_a_provider_without_keys_is_believed_in_nothing():
    assert refused(IDP.respond(SAID), certificates=()) == "the signature is of none of the identity provider's keys"


@pytest.mark.parametrize("signs", EVERY_SIGNING)
def test_what_is_changed_after_it_was_signed_is_refused(signs: tuple[str, ...]):
    response = IDP.respond(SAID, signs=signs)
    response.find(".//saml:NameID", NAMES).text = "admin"

    assert refused(response) == "what was signed has been changed"


@pytest.mark.parametrize(
    ("changes", "clause"),
    [
        ({"Version": "1.1"}, "the Response is not of SAML 2.0"),
        ({"Version": None}, "the Response is not of SAML 2.0"),
        ({"Destination": "https://app.test/acs/"}, "the destination is another"),
        ({"Destination": ""}, "the destination is another"),
        ({"Destination": None}, "the signed response has no destination"),
        ({"InResponseTo": "two words"}, "the InResponseTo is not well-formed"),
        ({"InResponseTo": ""}, "the InResponseTo is not well-formed"),
        ({"InResponseTo": "_another"}, "response and assertion answer different requests"),
        ({"IssueInstant": None}, "the Response has no IssueInstant"),
        ({"IssueInstant": "yesterday"}, "the IssueInstant of the Response is not an instant in UTC"),
        ({"IssueInstant": "2027-01-15T08:00:00"}, "the IssueInstant of the Response is not an instant in UTC"),
        ({"IssueInstant": "2027-01-15T08:00:00-03:00"}, "the IssueInstant of the Response is not an instant in UTC"),
        ({"IssueInstant": "2027-02-30T08:00:00Z"}, "the IssueInstant of the Response is not an instant in UTC"),
        ({"IssueInstant": "0000-01-15T08:00:00Z"}, "the IssueInstant of the Response is not an instant in UTC"),
        ({"IssueInstant": instant(NOW + 61)}, "the Response is from the future"),
        ({"IssueInstant": instant(NOW - 360)}, "the Response was made too long ago"),
    ],
)
def test_an_envelope_with_one_defect_is_refused(changes: dict[str, str | None], clause: str):
    assert refused(responded(**changes)) == clause


def test_instants_hold_up_to_the_skew():
    assert accepted(responded(IssueInstant=instant(NOW + 60))).name_id == "maria"
    assert accepted(responded(IssueInstant=instant(NOW - 359))).name_id == "maria"
    assert accepted(responded(IssueInstant="2027-01-15T08:00:00.1234567Z")).name_id == "maria"


def test_an_unsigned_response_needs_no_destination_but_has_no_wrong_one():
    assert accepted(responded(("Assertion",), Destination=None)).name_id == "maria"
    assert refused(responded(("Assertion",), Destination="https://evil.test/")) == "the destination is another"


def test_an_answer_to_no_request_is_refused_unless_allowed():
    unsolicited = said(request_id=None)

    assert refused(unsolicited) == "the response answers no request, and unsolicited ones are not allowed"
    assert accepted(unsolicited, allows_unsolicited=True).in_response_to is None


@pytest.mark.parametrize("on_response", [None, "_mine"])
def test_an_answer_to_anothers_request_is_not_made_ones_own_or_unsolicited(on_response: str | None):
    stolen = IDP.respond(SAID)
    set_on_response(InResponseTo=on_response)(stolen)

    assert refused(stolen, allows_unsolicited=True) == "response and assertion answer different requests"


def test_a_confirmation_that_answers_nothing_does_not_do_where_the_response_answers():
    unsolicited = IDP.respond(but(SAID, request_id=None))
    set_on_response(InResponseTo="_request")(unsolicited)

    assert refused(unsolicited, allows_unsolicited=True) == "response and assertion answer different requests"


@pytest.mark.parametrize("signs", [("Response",), ("Assertion",)])
@pytest.mark.parametrize("where", ["saml:Issuer", "saml:Assertion/saml:Issuer"])
def test_another_issuer_is_refused(signs: tuple[str, ...], where: str):
    def change(response: Any) -> None:
        response.find(where, NAMES).text = OTHER.entity_id

    assert refused(IDP.respond(SAID, signs=signs, change=change)) == "the issuer is another"


def test_an_issuer_that_is_not_an_entity_is_refused():
    def change(response: Any) -> None:
        response.find("saml:Assertion/saml:Issuer", NAMES).set("Format", PERSISTENT)

    assert refused(IDP.respond(SAID, change=change)) == "the issuer is another"


def without_issuer(response: Any) -> None:
    response.remove(response.find("saml:Issuer", NAMES))


def test_a_response_says_who_it_is_from_if_it_is_signed_or_encrypted():
    assert refused(IDP.respond(SAID, signs=("Response",), change=without_issuer)) == "the Response has no Issuer"
    encrypted = IDP.respond(SAID, change=without_issuer, encrypts_for=service_key().public_key())
    assert refused(encrypted) == "the Response has no Issuer"
    assert accepted(IDP.respond(SAID, change=without_issuer)).name_id == "maria"


STATUS = "urn:oasis:names:tc:SAML:2.0:status:"


@pytest.mark.parametrize(
    ("codes", "shown"),
    [
        ((f"{STATUS}Responder", f"{STATUS}AuthnFailed"), "Responder, AuthnFailed"),
        ((f"{STATUS}Requester",), "Requester"),
        (("<script>",), "a status that is not known"),
        ((f"{STATUS}Responder", f"{STATUS}Success"), "Responder"),
        ((f"{STATUS}success",), "a status that is not known"),
        ((), "a status that is not known"),
    ],
)
def test_a_status_other_than_success_is_refused_by_its_code(codes: tuple[str, ...], shown: str):
    def change(response: Any) -> None:
        place = response.find("samlp:Status", NAMES)
        place.clear()
        for code in codes:
            place.append(place.makeelement(f"{{{SAMLP}}}StatusCode", Value=code))
            place = place[0]
        response.remove(response.find("saml:Assertion", NAMES))

    assert refused(IDP.respond(SAID, signs=(), change=change)) == f"the identity provider did not log the person in ({shown})"


@pytest.mark.parametrize(
    ("what", "clause"),
    [
        ("samlp:Status", "the Response has no Status"),
        ("saml:Assertion", "the response has no assertion"),
    ],
)
def test_a_response_that_lacks_something_is_refused(what: str, clause: str):
    assert refused(IDP.respond(SAID, signs=("Response",), change=lambda root: root.remove(root.find(what, NAMES)))) == clause


def test_what_is_not_a_response_is_refused():
    assertion = IDP.respond(SAID).find("saml:Assertion", NAMES)

    assert refused(assertion) == "it is not a SAML response"
    assert refused(field(b"<a/>")) == "it is not a SAML response"
    assert refused(field(f'<Response xmlns="{SAML}"/>'.encode())) == "it is not a SAML response"


@pytest.mark.parametrize("text", ["", " ", "????", "PA", "PGE+", "ç", "\ud800", "A" * 4, "=", "<a/>"])
def test_text_that_carries_no_xml_is_refused(text: str):
    assert refused(text) in {"the response is not base64", "the XML is not well-formed"}


def test_base64_may_be_broken_into_lines():
    text = IDP.field(SAID)
    lines = "\r\n".join(text[start : start + 76] for start in range(0, len(text), 76))

    assert accepted(lines) == accepted(text)


def test_a_response_is_not_taken_for_another_services():
    assert refused(IDP.respond(SAID), service_entity_id="https://authme.test/other") == "the audience is another's"
    assert refused(IDP.respond(SAID), service_entity_id=f"{SERVICE}/") == "the audience is another's"


def test_a_refusal_says_nothing_of_the_message():
    assert expected().now == NOW
    message = read(b"<a>maria</a>")
    assert "maria" not in refused(message)
