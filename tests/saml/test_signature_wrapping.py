"""Signature wrapping: a good signature, and beside what it signs something else for the service to read."""

from collections.abc import Callable
from typing import Any

import pytest

from authme.saml.model import AssertionRefused
from authme.saml.response import read_response
from authme.saml.xml import XmlRefused
from support.saml_cases import BOTH, IDP, OTHER, SAID, expected, refused
from support.saml_idp import NAMES, SAMLP, alone, but, read, response_xml, tag
from support.saml_wrapping import (
    assertion_of,
    encrypted_evil_after_signed,
    encrypted_within_encrypted,
    evil_beside_encrypted,
    evil_in_a_value,
    evil_in_another_namespace,
    evil_of,
    original_in_advice,
    original_in_key_info,
    signature_moved_up,
    signed,
    signed_response_within,
    two_signatures,
    with_an_id_in_another_attribute,
    xsw1,
    xsw2,
    xsw3,
    xsw3_after,
    xsw4,
    xsw5,
    xsw6,
    xsw7,
    xsw7_same_id,
    xsw8,
)

Element = Any
ATTACKS = [
    (xsw1, "a response stands within the message"),
    (xsw2, "a response stands within the message"),
    (xsw3, "there is more than one assertion"),
    (xsw3_after, "there is more than one assertion"),
    (xsw4, "an assertion stands where none belongs"),
    (xsw5, "there is more than one assertion"),
    (xsw6, "an assertion stands where none belongs"),
    (xsw7, "an assertion stands where none belongs"),
    (xsw7_same_id, "an assertion stands where none belongs"),
    (xsw8, "an assertion stands where none belongs"),
    (signature_moved_up, "the signature is of something else than the Response that it stands in"),
    (original_in_advice, "an assertion stands where none belongs"),
    (original_in_key_info, "an assertion stands where none belongs"),
    (evil_in_a_value, "an assertion stands where none belongs"),
    (evil_in_another_namespace, "there is more than one assertion"),
    (evil_beside_encrypted, "there is more than one assertion"),
    (encrypted_within_encrypted, "there is more than one assertion"),
    (encrypted_evil_after_signed, "there is more than one assertion"),
    (signed_response_within, "a response stands within the message"),
    (two_signatures, "the Assertion has more than one signature"),
    (with_an_id_in_another_attribute("ID"), "an element has an ID that has none"),
    (with_an_id_in_another_attribute("Id"), "an element has an ID that has none"),
    (with_an_id_in_another_attribute("id"), "an element has an ID that has none"),
    (with_an_id_in_another_attribute("{http://www.w3.org/XML/1998/namespace}id"), "an element has an ID that has none"),
    (with_an_id_in_another_attribute("{urn:other}ID"), "an element has an ID that has none"),
]
NAMES_OF_ATTACKS = [getattr(attack, "__name__", "") for attack, _ in ATTACKS]


@pytest.mark.parametrize(("attack", "clause"), ATTACKS, ids=NAMES_OF_ATTACKS)
def test_wrapped_responses_are_refused(attack: Callable[[], Element], clause: str):
    assert refused(attack()) == clause


@pytest.mark.parametrize("attack", [attack for attack, _ in ATTACKS], ids=NAMES_OF_ATTACKS)
def test_even_without_the_look_at_places_only_what_was_signed_is_read(attack: Callable[[], Element]):
    """Two lines of defence: this is the second one alone."""
    try:
        believed = read_response(attack(), expected())
    except (AssertionRefused, XmlRefused):
        return

    assert believed.name_id == "maria"


@pytest.mark.parametrize("place", ["samlp:Status", "saml:Assertion/saml:Subject", "saml:Assertion/ds:Signature/ds:KeyInfo"])
def test_signatures_stand_in_what_they_sign(place: str):
    response = signed()
    response.find(place, NAMES).append(alone(IDP.respond(SAID, signs=("Response",)).find("ds:Signature", NAMES)))

    assert refused(response) == "a signature stands where none belongs"


@pytest.mark.parametrize("id_of_evil", ["_response", "_assertion"])
def test_ids_are_unique(id_of_evil: str):
    response = signed()
    response.set("ID", "_same")
    assertion_of(response).set("ID", "_same")
    assert refused(response) == "two elements have the same ID"

    response = signed()
    assertion_of(response).find("ds:Signature", NAMES).set("Id", id_of_evil)
    assert refused(response) == "two elements have the same ID"


def test_a_signed_assertion_of_another_response_is_good_only_for_its_own_request():
    """An attacker puts the victim's assertion into a response of their own."""
    victims = assertion_of(IDP.respond(but(SAID, request_id="_of_the_victim")))
    response = read(response_xml(but(SAID, name_id="mallory")))
    response.replace(assertion_of(response), victims)

    assert refused(response) == "response and assertion answer different requests"


def test_a_signature_of_metadata_is_good_for_no_response():
    metadata = IDP.sign(
        read(tag("md:EntityDescriptor", **{"xmlns:md": "urn:oasis:names:tc:SAML:2.0:metadata", "ID": "_assertion"}))
    )
    response = IDP.respond(SAID, signs=())
    assertion_of(response).insert(1, metadata.find("ds:Signature", NAMES))

    assert refused(response) == "what was signed has been changed"


def test_a_signature_of_a_request_is_good_for_no_response():
    """What a provider signs in other roles has its keys, too; the digest is of something else."""
    request = IDP.sign(read(tag("samlp:AuthnRequest", **{"xmlns:samlp": SAMLP, "ID": "_response", "Version": "2.0"})))
    response = IDP.respond(SAID, signs=())
    response.insert(1, request.find("ds:Signature", NAMES))

    assert refused(response) == "what was signed has been changed"


def test_the_signature_of_one_assertion_is_not_good_for_another():
    response = signed()
    other = assertion_of(IDP.respond(but(SAID, name_id="admin"), signs=()))
    other.insert(1, assertion_of(response).find("ds:Signature", NAMES))
    response.replace(assertion_of(response), other)

    assert refused(response) == "what was signed has been changed"


def test_a_response_that_vouches_vouches_for_what_is_in_it_alone():
    """The signed response has another assertion put in after it was signed."""
    response = signed(*BOTH)
    response.replace(assertion_of(response), OTHER.sign(evil_of(assertion_of(response))))

    assert refused(response) == "what was signed has been changed"
