"""The signature itself: algorithms, references, transforms and keys. Each is computed rightly over what it claims."""

import base64
import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod

from support.authority_keys import Kind
from support.saml_cases import IDP, OTHER, SAID, accepted, refused
from support.saml_idp import DS, NAMES, SAML, SamlIdp, alone, put_in_place

Element = Any
XSI = "http://www.w3.org/2001/XMLSchema-instance"
TYPED = (
    f'<saml:AttributeStatement xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="{XSI}"><saml:Attribute Name="document">'
    f'<saml:AttributeValue xsi:type="xs:string">52998224725</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>'
)
EC = "http://www.w3.org/2001/10/xml-exc-c14n#"
NOT_ANY_KEYS = "the signature is of none of the identity provider's keys"


def signed_assertion(change: Callable[[Element], object], idp: SamlIdp = IDP) -> Element:
    """Return a response whose assertion's SignedInfo was changed and then signed by the provider's RSA key."""
    response = idp.respond(SAID)
    signature = response.find("saml:Assertion/ds:Signature", NAMES)
    signed_info = signature.find("ds:SignedInfo", NAMES)
    change(signed_info)
    sign_again(signature.getparent(), idp=idp)
    return response


def sign_again(element: Element, prefixes: list[str] | None = None, idp: SamlIdp = IDP) -> None:
    """Let the provider sign the SignedInfo as it stands."""
    signed_info = element.find("ds:Signature/ds:SignedInfo", NAMES)
    canonical = etree.tostring(signed_info, method="c14n", exclusive=True, inclusive_ns_prefixes=prefixes)
    value = idp.key.sign(canonical, padding.PKCS1v15(), hashes.SHA256())
    element.find("ds:Signature/ds:SignatureValue", NAMES).text = base64.b64encode(value).decode()


def edited(edit: Callable[[Element], object]) -> Element:
    """Return a response whose assertion's signature was changed outside of what it signs."""
    response = IDP.respond(SAID)
    edit(response.find("saml:Assertion/ds:Signature", NAMES))
    return response


@pytest.mark.parametrize(
    ("kind", "method"),
    [
        ("RSA-2048", SignatureMethod.RSA_SHA256),
        ("RSA-2048", SignatureMethod.RSA_SHA384),
        ("RSA-2048", SignatureMethod.RSA_SHA512),
        ("RSA-2048", SignatureMethod.SHA256_RSA_MGF1),
        ("RSA-2048", SignatureMethod.SHA384_RSA_MGF1),
        ("RSA-2048", SignatureMethod.SHA512_RSA_MGF1),
        ("RSA-4096", SignatureMethod.RSA_SHA256),
        ("P-256", SignatureMethod.ECDSA_SHA256),
        ("P-384", SignatureMethod.ECDSA_SHA384),
        ("P-521", SignatureMethod.ECDSA_SHA512),
    ],
)
@pytest.mark.parametrize("digest", [DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512])
def test_good_algorithms_are_good(kind: Kind, method: SignatureMethod, digest: DigestAlgorithm):
    idp = SamlIdp(kind=kind)

    assert accepted(idp.respond(SAID, method=method, digest=digest), certificates=(idp.certificate,)).name_id == "maria"


@pytest.mark.parametrize(
    ("kind", "method"),
    [
        ("RSA-2048", SignatureMethod.RSA_SHA1),
        ("RSA-2048", SignatureMethod.SHA1_RSA_MGF1),
        ("RSA-2048", SignatureMethod.RSA_SHA224),
        ("P-256", SignatureMethod.ECDSA_SHA1),
        ("P-256", SignatureMethod.ECDSA_SHA224),
    ],
)
def test_weak_algorithms_are_refused(kind: Kind, method: SignatureMethod):
    idp = SamlIdp(kind=kind)

    clause = refused(idp.respond(SAID, method=method), certificates=(idp.certificate,))

    assert clause == "the signature's algorithm is not accepted"


@pytest.mark.parametrize("signs", [("Response",), ("Assertion",)])
@pytest.mark.parametrize("digest", [DigestAlgorithm.SHA1, DigestAlgorithm.SHA224])
def test_weak_digests_are_refused(signs: tuple[str, ...], digest: DigestAlgorithm):
    assert refused(IDP.respond(SAID, signs=signs, digest=digest)) == "the digest's algorithm is not accepted"


@pytest.mark.parametrize("encoding", [serialization.Encoding.PEM, serialization.Encoding.DER])
def test_a_public_key_is_no_secret_of_a_mac(encoding: serialization.Encoding):
    secret = IDP.certificate.public_bytes(encoding)
    response = IDP.respond(SAID, signs=())
    assertion = response.find("saml:Assertion", NAMES)
    signed = IDP.sign(alone(assertion), method=SignatureMethod.HMAC_SHA256, key=secret, cert=None)
    put_in_place(assertion, signed)

    assert refused(response) == "the signature's algorithm is not accepted"


@pytest.mark.parametrize("kind", ["RSA-1024", "P-224"])
def test_short_keys_sign_nothing(kind: Kind):
    idp = SamlIdp(kind=kind)

    assert refused(idp.respond(SAID), certificates=(idp.certificate,)) == NOT_ANY_KEYS


def test_a_key_of_another_kind_is_passed_over():
    elliptic = SamlIdp(kind="P-256")

    assert accepted(IDP.respond(SAID), certificates=(elliptic.certificate, IDP.certificate)).name_id == "maria"
    assert accepted(elliptic.respond(SAID), certificates=(IDP.certificate, elliptic.certificate)).name_id == "maria"


def test_the_key_in_the_message_is_not_believed():
    forged = OTHER.respond(SAID, always_add_key_value=True)
    assert refused(forged) == NOT_ANY_KEYS

    response = IDP.respond(SAID)
    response.find(".//ds:X509Certificate", NAMES).text = OTHER.certificate_base64
    assert accepted(response).name_id == "maria"

    response.find(".//ds:KeyInfo", NAMES).getparent().remove(response.find(".//ds:KeyInfo", NAMES))
    assert accepted(response).name_id == "maria"


@pytest.mark.parametrize("method", list(CanonicalizationMethod))
def test_only_exclusive_canonical_forms_are_taken(method: CanonicalizationMethod):
    response = IDP.respond(SAID, c14n=method)

    if "xml-exc-c14n" in method.value:
        assert accepted(response).name_id == "maria"
    else:
        assert refused(response) == "the signature's canonical form is not the exclusive one"


def test_canonical_forms_may_keep_prefixes_that_only_values_have():
    """What OpenSAML signs: the prefix of `xsi:type="xs:string"` is declared above, and kept by name."""
    prefixes = ["xs", "samlp"]
    response = IDP.respond(
        replace(SAID, attributes_xml=TYPED),
    )
    assertion, signature = (response.find(each, NAMES) for each in ("saml:Assertion", "saml:Assertion/ds:Signature"))
    bare = copy.deepcopy(response).find("saml:Assertion", NAMES)
    bare.remove(bare.find("ds:Signature", NAMES))
    digest = hashes.Hash(hashes.SHA256())
    digest.update(etree.tostring(bare, method="c14n", exclusive=True, inclusive_ns_prefixes=prefixes))
    signature.find(".//ds:DigestValue", NAMES).text = base64.b64encode(digest.finalize()).decode()
    for place in (signature.find(".//ds:CanonicalizationMethod", NAMES), signature.findall(".//ds:Transform", NAMES)[1]):
        etree.SubElement(place, f"{{{EC}}}InclusiveNamespaces", PrefixList=" ".join(prefixes))
    sign_again(assertion, prefixes)

    assert accepted(response).attributes == {"document": ("52998224725",)}


@pytest.mark.parametrize("place", ["CanonicalizationMethod", "Transforms/ds:Transform[2]"])
def test_prefixes_are_bounded(place: str):
    def change(signed_info: Element) -> None:
        found = signed_info.find(f".//ds:{place}", NAMES)
        etree.SubElement(found, f"{{{EC}}}InclusiveNamespaces", PrefixList="n " * 251)

    assert refused(signed_assertion(change)) == "the signature's canonical form has too many prefixes"


@pytest.mark.parametrize("uri", ["", None, "#_response", "#_other", "##_assertion", "_assertion", "#xpointer(/)"])
def test_the_reference_is_to_the_element_itself(uri: str | None):
    def change(signed_info: Element) -> None:
        reference = signed_info.find("ds:Reference", NAMES)
        del reference.attrib["URI"]
        if uri is not None:
            reference.set("URI", uri)

    assert refused(signed_assertion(change)) == "the signature is of something else than the Assertion that it stands in"


def test_a_reference_outwards_is_not_followed():
    def change(signed_info: Element) -> None:
        signed_info.find("ds:Reference", NAMES).set("URI", "file:///etc/hostname")

    assert refused(signed_assertion(change)) == "the signature is of something else than the Assertion that it stands in"


def test_there_is_one_reference():
    def change(signed_info: Element) -> None:
        signed_info.append(alone(signed_info.find("ds:Reference", NAMES)))

    assert refused(signed_assertion(change)) == "the SignedInfo has more than one Reference"
    assert (
        refused(signed_assertion(lambda info: info.remove(info.find("ds:Reference", NAMES))))
        == "the SignedInfo has no Reference"
    )


def transformed(*transforms: str) -> Element:
    def change(signed_info: Element) -> None:
        place = signed_info.find(".//ds:Transforms", NAMES)
        place.clear()
        for each in transforms:
            etree.SubElement(place, f"{{{DS}}}Transform", Algorithm=each)

    return signed_assertion(change)


ENVELOPED = f"{DS}enveloped-signature"


@pytest.mark.parametrize(
    "transforms",
    [
        (),
        (ENVELOPED,),
        (EC,),
        (EC, ENVELOPED),
        (ENVELOPED, ENVELOPED),
        (ENVELOPED, EC, EC),
        (ENVELOPED, "http://www.w3.org/TR/1999/REC-xslt-19991116", EC),
        (ENVELOPED, "http://www.w3.org/TR/1999/REC-xpath-19991116"),
        (ENVELOPED, "http://www.w3.org/2002/06/xmldsig-filter2"),
        (ENVELOPED, f"{DS}base64"),
        (ENVELOPED, "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"),
        ("", EC),
    ],
)
def test_other_transforms_are_refused(transforms: tuple[str, ...]):
    assert refused(transformed(*transforms)) == "the signature has other transforms than SAML's"
    assert accepted(transformed(ENVELOPED, EC)).name_id == "maria"


def drop(name: str) -> Callable[[Element], None]:
    def edit(element: Element) -> None:
        found = element.find(f".//ds:{name}", NAMES)
        found.getparent().remove(found)

    return edit


@pytest.mark.parametrize(
    ("name", "clause"),
    [
        ("SignedInfo", "the Signature has no SignedInfo"),
        ("SignatureValue", "the Signature has no SignatureValue"),
        ("CanonicalizationMethod", "the SignedInfo has no CanonicalizationMethod"),
        ("SignatureMethod", "the SignedInfo has no SignatureMethod"),
        ("Transforms", "the Reference has no Transforms"),
        ("DigestMethod", "the Reference has no DigestMethod"),
        ("DigestValue", "the Reference has no DigestValue"),
    ],
)
def test_a_signature_that_lacks_a_part_is_refused(name: str, clause: str):
    assert refused(edited(drop(name))) == clause


@pytest.mark.parametrize("value", ["", "AAAA", "=", "é", " ", "A" * 344])
def test_a_value_that_is_no_signature_is_refused(value: str):
    def edit(signature: Element) -> None:
        signature.find("ds:SignatureValue", NAMES).text = value

    assert refused(edited(edit)) == NOT_ANY_KEYS


def test_a_signature_has_nothing_else_in_it():
    clause = "the Signature has an element that does not belong there"
    inside = etree.Element(f"{{{DS}}}XPath")

    assert refused(edited(lambda signature: etree.SubElement(signature, f"{{{DS}}}Object"))) == clause
    assert refused(edited(lambda signature: etree.SubElement(signature, f"{{{SAML}}}NameID"))) == clause
    for name, told in (
        ("Transform", "the Transform is not plain text"),
        ("SignatureMethod", "the SignatureMethod is not plain text"),
        ("CanonicalizationMethod", "the CanonicalizationMethod has an element that does not belong there"),
    ):
        assert refused(signed_assertion(lambda info, at=name: info.find(f".//ds:{at}", NAMES).append(alone(inside)))) == told


def test_an_ecdsa_signature_has_the_length_that_its_curve_has():
    idp = SamlIdp(kind="P-256")
    response = idp.respond(SAID)
    value = response.find(".//ds:SignatureValue", NAMES)
    raw = base64.b64decode(value.text)
    assert isinstance(idp.key, ec.EllipticCurvePrivateKey)

    for wrong in (raw[:-1], b"\0" + raw, b"\0" * 64, b""):
        value.text = base64.b64encode(wrong).decode()
        assert refused(response, certificates=(idp.certificate,)) == NOT_ANY_KEYS


def test_a_small_exponent_forges_nothing():
    """The padding of PKCS #1 v1.5 is checked whole (Bleichenbacher 2006): a root of a chosen number is no signature."""
    assert isinstance(IDP.key, rsa.RSAPrivateKey)
    response = IDP.respond(SAID)
    modulus = IDP.key.public_key().public_numbers().n
    response.find(".//ds:SignatureValue", NAMES).text = base64.b64encode((modulus - 1).to_bytes(256, "big")).decode()

    assert refused(response) == NOT_ANY_KEYS
