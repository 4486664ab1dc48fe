"""Whatever comes is refused with a clause, or says exactly what the provider signed.

`AUTHME_FUZZ_SECONDS` makes the two that change messages go on for longer, and from another seed each time.
"""

import os
import random
import re
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from authme.saml.model import Assertion, AssertionRefused, Expected
from authme.saml.response import check_response
from support.saml_cases import BOTH, IDP, SAID, expected, service_key
from support.saml_encryption import XENC, XENC11, encrypt
from support.saml_idp import NAMES, alone, field, put_in_place, tag
from support.saml_mutations import change_bytes, change_elements

SECONDS = float(os.environ.get("AUTHME_FUZZ_SECONDS", "0"))
CLAUSE = re.compile(r"[A-Za-z0-9 ,.#'()-]{8,120}")
SHAPES: dict[str, dict[str, Any]] = {
    "assertion": {"signs": ("Assertion",)},
    "response": {"signs": ("Response",)},
    "both": {"signs": BOTH},
    "encrypted": {"signs": ("Assertion",), "encrypts_for": True},
    "vouched": {"signs": ("Response",), "encrypts_for": True, "encryption": {"content": f"{XENC}aes128-cbc"}},
}


def made(shape: str) -> bytes:
    arguments = dict(SHAPES[shape])
    if arguments.pop("encrypts_for", False):
        arguments["encrypts_for"] = service_key().public_key()
    return bytes(etree.tostring(IDP.respond(SAID, **arguments)))


def read(message: bytes | str, what: Expected) -> Assertion | None:
    """Return what is believed of a message, but for what nobody signed in a response without a signature; None if refused."""
    clause = ""
    try:
        found: Assertion | None = check_response(message if isinstance(message, str) else field(message), what)
    except AssertionRefused as caught:
        found, clause = None, caught.clause
    assert found is not None or CLAUSE.fullmatch(clause)
    return found and replace(found, response_id="")


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("change", [change_bytes, change_elements])
def test_a_changed_message_is_refused_or_says_what_was_signed(change: Callable[[bytes, random.Random], bytes], shape: str):
    chance = random.Random(time.time() if SECONDS else f"{shape}-{change.__name__}")
    message, what = made(shape), expected()
    right = read(message, what)
    assert right is not None
    end, count = time.monotonic() + SECONDS, 0

    while time.monotonic() < end or count < 150:
        changed = change(message, chance)
        assert read(changed, what) in (None, right), changed
        count += 1


@settings(max_examples=150, deadline=None)
@given(st.text() | st.binary().map(field) | st.text().map(lambda text: field(text.encode("utf-8", "replace"))))
def test_any_text_is_refused(text: str):
    assert read(text, expected()) is None


ELEMENTS = (
    "samlp:Response",
    "samlp:Status",
    "saml:Assertion",
    "saml:EncryptedAssertion",
    "saml:Subject",
    "ds:Signature",
    "ds:SignedInfo",
)
ATTRIBUTES = st.dictionaries(
    st.sampled_from(["ID", "Version", "IssueInstant", "Destination", "URI"]),
    st.sampled_from(["2.0", "_a", "#_a", "2027-01-15T08:00:00Z", "https://app.test/acs", ""]),
    max_size=4,
)
NAMESPACES = {f"xmlns:{prefix}": uri for prefix, uri in NAMES.items()}
FRAGMENTS = st.recursive(
    st.text(alphabet="ab ", max_size=5),
    lambda inner: st.builds(
        lambda name, attributes, content: tag(name, "".join(content), **attributes, **NAMESPACES),
        st.sampled_from(ELEMENTS),
        ATTRIBUTES,
        st.lists(inner, max_size=4),
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(FRAGMENTS)
def test_any_message_of_saml_elements_that_nobody_signed_is_refused(text: str):
    assert read(field(text.encode()), expected()) is None


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.sampled_from([f"{XENC11}aes256-gcm", f"{XENC}aes128-cbc"]))
def test_whatever_is_encrypted_is_refused(plain: bytes, content: str):
    response = IDP.respond(SAID, signs=())
    put_in_place(response.find("saml:Assertion", NAMES), encrypt(plain, service_key().public_key(), content=content))

    assert read(etree.tostring(response), expected()) is None
    assert read(etree.tostring(IDP.sign(alone(response))), expected()) is None
