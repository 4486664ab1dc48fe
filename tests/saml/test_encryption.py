"""Encrypted assertions: which ways are taken, and that those that are not teach an attacker nothing."""

import base64
from typing import Any

import pytest
from lxml import etree

from authme.saml.model import AssertionRefused
from support.authority_keys import key_of
from support.saml_cases import BOTH, IDP, SAID, accepted, expected, refused, service_key
from support.saml_encryption import AES_256_GCM, OAEP, OAEP_SHA1, RSA_1_5, SAML, XENC, XENC11, encrypt
from support.saml_idp import NAMES, alone, but, put_in_place

NOT_DECRYPTED = "the assertion cannot be decrypted"
NAMED = {**NAMES, "xenc": XENC}


def encrypted(signs: tuple[str, ...] = ("Assertion",), **encryption: Any) -> Any:
    return IDP.respond(SAID, signs=signs, encrypts_for=service_key().public_key(), encryption=encryption)


def enclosing(plain: bytes, **encryption: Any) -> Any:
    """Return a response, signed by nobody, in which this text is encrypted."""
    response = IDP.respond(SAID, signs=())
    put_in_place(response.find("saml:Assertion", NAMES), encrypt(plain, service_key().public_key(), **encryption))
    return response


@pytest.mark.parametrize("content", [f"{XENC11}aes128-gcm", f"{XENC11}aes192-gcm", AES_256_GCM])
@pytest.mark.parametrize(
    ("transport", "digest", "mask"),
    [
        (OAEP_SHA1, None, None),
        (OAEP_SHA1, f"{XENC}sha256", None),
        (OAEP, None, None),
        (OAEP, f"{XENC}sha256", f"{XENC11}mgf1sha256"),
        (OAEP, f"{XENC}sha512", f"{XENC11}mgf1sha384"),
    ],
)
def test_oaep_and_gcm_are_decrypted(content: str, transport: str, digest: str | None, mask: str | None):
    assert accepted(encrypted(content=content, transport=transport, digest=digest, mask=mask)).name_id == "maria"


@pytest.mark.parametrize("size", [128, 192, 256])
def test_cbc_is_decrypted_only_where_the_response_vouches_for_it(size: int):
    content = f"{XENC}aes{size}-cbc"

    assert accepted(encrypted(("Response",), content=content)).name_id == "maria"
    assert accepted(encrypted(BOTH, content=content)).name_id == "maria"
    assert refused(encrypted(content=content)) == "the assertion is encrypted by CBC in a response without a signature"


def test_the_signature_of_the_response_is_looked_at_before_anything_is_decrypted():
    response = encrypted(("Response",), content=f"{XENC}aes128-cbc")
    value = response.findall(".//xenc:CipherValue", NAMED)[-1]
    value.text = base64.b64encode(bytes(64)).decode()

    assert refused(response) == "what was signed has been changed"


def test_the_signature_within_is_looked_at_even_where_the_response_vouches():
    evil = IDP.respond(SAID).find("saml:Assertion", NAMES)
    evil.find(".//saml:NameID", NAMES).text = "admin"
    response = IDP.sign(enclosing(etree.tostring(alone(evil))))

    assert refused(response) == "what was signed has been changed"


def test_rsa_1_5_is_refused():
    clause = "the encryption of the assertion's key is not RSA-OAEP"

    assert refused(encrypted(transport=RSA_1_5)) == clause
    assert refused(encrypted(BOTH, transport=RSA_1_5)) == clause


@pytest.mark.parametrize("algorithm", [f"{XENC}tripledes-cbc", f"{XENC}kw-aes256", "", "urn:x"])
def test_other_encryption_is_refused(algorithm: str):
    response = encrypted()
    response.find(".//xenc:EncryptedData/xenc:EncryptionMethod", NAMED).set("Algorithm", algorithm)

    assert refused(response) == "the assertion's encryption is not accepted"


def test_a_key_of_another_length_than_the_algorithms_is_refused():
    response = encrypted(content=f"{XENC11}aes128-gcm")
    response.find(".//xenc:EncryptedData/xenc:EncryptionMethod", NAMED).set("Algorithm", AES_256_GCM)

    assert refused(response) == NOT_DECRYPTED


def test_keys_may_stand_beside_the_data():
    assert accepted(encrypted(is_beside=True)).name_id == "maria"


def test_the_key_is_found_among_those_of_others_but_not_among_many():
    others = tuple(key_of("RSA-2048", f"other-{each}").public_key() for each in "abcd")

    assert accepted(encrypted(others=others[:3])).name_id == "maria"
    assert accepted(encrypted(others=others[:3], is_beside=True)).name_id == "maria"
    assert refused(encrypted(others=others)) == "the assertion is encrypted for too many recipients"


def test_what_is_encrypted_for_another_is_refused():
    other = key_of("RSA-2048", "other-a")

    assert refused(encrypted(), decryption_key=other) == NOT_DECRYPTED
    assert refused(encrypted(), decryption_key=None) == "the assertion is encrypted, and this server has no key for it"


@pytest.mark.parametrize("index", range(40))
def test_every_way_of_not_being_decrypted_is_told_alike(index: int):
    """What differs would be an oracle: for the key by Manger's attack, for the text by that of the padding."""
    response = encrypted()
    value = response.findall(".//xenc:CipherValue", NAMED)[index % 2]
    raw = bytearray(base64.b64decode(value.text))
    raw[-1 - index] ^= 1 << index % 8
    value.text = base64.b64encode(bytes(raw)).decode()

    assert refused(response) == NOT_DECRYPTED


@pytest.mark.parametrize("length", [0, 1, 11, 12, 27, 28])
def test_a_cipher_text_that_is_too_short_is_told_alike(length: int):
    response = encrypted()
    response.findall(".//xenc:CipherValue", NAMED)[1].text = base64.b64encode(bytes(length)).decode()

    assert refused(response) == NOT_DECRYPTED


@pytest.mark.parametrize("length", [0, 16, 31, 32, 33, 48])
def test_so_is_one_of_cbc(length: int):
    response = encrypted(("Response",), content=f"{XENC}aes128-cbc")
    response.remove(response.find("ds:Signature", NAMES))
    response.findall(".//xenc:CipherValue", NAMED)[1].text = base64.b64encode(bytes(length)).decode()

    assert refused(IDP.sign(response)) == NOT_DECRYPTED


@pytest.mark.parametrize(
    "plain",
    [
        b"",
        b"text",
        b"\xff\xfe",
        b"<a",
        b"<a/>",
        b"<Assertion/>",
        f"<Assertion xmlns='{SAML}'/><Assertion xmlns='{SAML}'/>".encode(),
        f"text<Assertion xmlns='{SAML}'/>".encode(),
        f"<Assertion xmlns='{SAML}'/>text".encode(),
        f"<!-- --><Assertion xmlns='{SAML}'/>".encode(),
        f"<?pi?><Assertion xmlns='{SAML}'/>".encode(),
        f"<!DOCTYPE a><Assertion xmlns='{SAML}'/>".encode(),
        f"</context><context><Assertion xmlns='{SAML}'/>".encode(),
        f"</context><Assertion xmlns='{SAML}'/><context>".encode(),
        b"<!-- ",
        b"<![CDATA[",
    ],
)
def test_what_is_not_one_assertion_is_told_alike(plain: bytes):
    assert refused(enclosing(plain)) == NOT_DECRYPTED


def test_an_assertion_may_use_prefixes_of_where_it_stands():
    assertion = IDP.respond(SAID).find("saml:Assertion", NAMES)
    plain = etree.tostring(alone(assertion)).replace(f' xmlns:saml="{SAML}"'.encode(), b"", 1)
    assert b"xmlns:saml=" not in plain

    assert accepted(enclosing(plain)).name_id == "maria"


def test_what_anybody_encrypts_is_still_to_be_signed():
    """The public key is public: encryption proves nothing."""
    evil = IDP.respond(but(SAID, name_id="admin"), signs=()).find("saml:Assertion", NAMES)

    assert refused(enclosing(etree.tostring(alone(evil)))) == "neither the response nor its assertion is signed"


def test_parameters_that_are_not_known_are_refused():
    clause = "the encryption of the assertion's key has parameters that are not accepted"
    for name, algorithm in (("ds:DigestMethod", "urn:x"), ("xenc11:MGF", "urn:x")):
        response = encrypted()
        response.find(f".//{name}", {**NAMED, "xenc11": XENC11}).set("Algorithm", algorithm)
        assert refused(response) == clause
    response = encrypted()
    method = response.find(".//xenc:EncryptedKey/xenc:EncryptionMethod", NAMED)
    etree.SubElement(method, f"{{{XENC}}}OAEPparams").text = "AAAA"
    assert refused(response) == clause


def test_nothing_is_fetched():
    response = encrypted()
    data = response.find(".//xenc:EncryptedData/xenc:CipherData", NAMED)
    data.remove(data[0])
    etree.SubElement(data, f"{{{XENC}}}CipherReference", URI="http://127.0.0.1:9/")

    assert refused(response) == "the encrypted assertion has no CipherValue"


@pytest.mark.parametrize("name", ["EncryptedData", "EncryptedKey", "EncryptionMethod", "CipherData", "CipherValue"])
def test_what_lacks_a_part_is_refused(name: str):
    for response in (encrypted(), encrypted(is_beside=True)):
        found = response.find(f".//xenc:{name}", NAMED)
        found.getparent().remove(found)
        with pytest.raises(AssertionRefused):
            accepted(response)


@pytest.mark.parametrize("text", ["=", "é", "A"])
def test_what_is_not_base64_is_refused(text: str):
    response = encrypted()
    response.find(".//xenc:CipherValue", NAMED).text = text

    assert refused(response) == "the encrypted assertion is not base64"


def test_there_is_one_text_in_an_encrypted_assertion():
    response = encrypted()
    data = response.find(".//xenc:EncryptedData", NAMED)
    data.addnext(alone(data))

    assert refused(response) == "the EncryptedAssertion has not one EncryptedData"
    assert expected().decryption_key is not None
