"""Responses with a good signature, and beside what it signs something else for the service to read.

`maria` is signed, `admin` is wanted. The eight numbers are those that tools give to the attacks of Somorovsky et al., "On
Breaking SAML: Be Whoever You Want to Be" (USENIX Security 2012).
"""

import copy
from collections.abc import Callable
from typing import Any

from lxml import etree

from support.saml_cases import IDP, SAID, service_key
from support.saml_encryption import encrypt
from support.saml_idp import DS, NAMES, SAML, SAMLP, alone, but, read, response_xml

Element = Any


def signed(*signs: str) -> Element:
    return IDP.respond(SAID, signs=signs or ("Assertion",))


def evil_of(element: Element, **ids: str) -> Element:
    """Return a copy without signatures that says `admin`."""
    evil = alone(element)
    for signature in evil.findall(".//ds:Signature", NAMES):
        signature.getparent().remove(signature)
    evil.find(".//saml:NameID", NAMES).text = "admin"
    evil.set("ID", ids.get("id", "_evil"))
    return evil


def without_signature(element: Element) -> tuple[Element, Element]:
    """Return a copy of the element that has lost its own signature, and that signature."""
    bare = alone(element)
    signature = bare.find("ds:Signature", NAMES)
    bare.remove(signature)
    return bare, alone(signature)


def assertion_of(response: Element) -> Element:
    return response.find("saml:Assertion", NAMES)


def objects(*inner: Element) -> Element:
    found = etree.Element(f"{{{DS}}}Object")
    found.extend(inner)
    return found


def extensions(*inner: Element) -> Element:
    found = etree.Element(f"{{{SAMLP}}}Extensions")
    found.extend(inner)
    return found


def xsw1() -> Element:
    """The response is another's; the signed one stands within its signature."""
    response = signed("Response")
    bare, signature = without_signature(response)
    evil = evil_of(response, id="_evil_response")
    assertion_of(evil).set("ID", "_evil")
    signature.append(bare)
    evil.insert(1, signature)
    return evil


def xsw2() -> Element:
    """The response is another's; the signed one stands before the detached signature."""
    response = signed("Response")
    bare, signature = without_signature(response)
    evil = evil_of(response, id="_evil_response")
    assertion_of(evil).set("ID", "_evil")
    evil.insert(1, bare)
    evil.insert(2, signature)
    return evil


def xsw3() -> Element:
    """Another assertion stands before the signed one."""
    response = signed()
    assertion_of(response).addprevious(evil_of(assertion_of(response)))
    return response


def xsw3_after() -> Element:
    """Another assertion stands after the signed one."""
    response = signed()
    assertion_of(response).addnext(evil_of(assertion_of(response)))
    return response


def xsw4() -> Element:
    """The signed assertion stands within another one."""
    response = signed()
    original = assertion_of(response)
    evil = evil_of(original)
    response.replace(original, evil)
    evil.append(original)
    return response


def xsw5() -> Element:
    """The signature stands in another assertion; the signed one, without it, comes last."""
    response = signed()
    original = assertion_of(response)
    bare, signature = without_signature(original)
    evil = evil_of(original)
    evil.insert(1, signature)
    response.replace(original, evil)
    response.append(bare)
    return response


def xsw6() -> Element:
    """The signature stands in another assertion, and the signed one in the signature."""
    response = signed()
    original = assertion_of(response)
    bare, signature = without_signature(original)
    evil = evil_of(original)
    signature.append(bare)
    evil.insert(1, signature)
    response.replace(original, evil)
    return response


def xsw7() -> Element:
    """Another assertion stands in the extensions."""
    response = signed()
    response.insert(1, extensions(evil_of(assertion_of(response))))
    return response


def xsw7_same_id() -> Element:
    """Another assertion with the same ID stands in the extensions."""
    response = signed()
    response.insert(1, extensions(evil_of(assertion_of(response), id="_assertion")))
    return response


def xsw8() -> Element:
    """The signature stands in another assertion, and the signed one in an object of the signature."""
    response = signed()
    original = assertion_of(response)
    bare, signature = without_signature(original)
    evil = evil_of(original)
    signature.append(objects(bare))
    evil.insert(1, signature)
    response.replace(original, evil)
    return response


def signature_moved_up() -> Element:
    """The assertion's signature stands in the response, as if it were the response's."""
    response = signed()
    bare, signature = without_signature(assertion_of(response))
    response.replace(assertion_of(response), evil_of(bare))
    response.insert(1, signature)
    return response


def original_in_advice() -> Element:
    """The signed assertion stands in the advice of another one."""
    response = signed()
    original = assertion_of(response)
    evil = evil_of(original)
    response.replace(original, evil)
    etree.SubElement(evil, f"{{{SAML}}}Advice").append(original)
    return response


def original_in_key_info() -> Element:
    """The signed assertion stands in the key information of its signature, which stands in another one."""
    response = signed()
    original = assertion_of(response)
    bare, signature = without_signature(original)
    evil = evil_of(original)
    signature.find("ds:KeyInfo", NAMES).append(bare)
    evil.insert(1, signature)
    response.replace(original, evil)
    return response


def evil_in_a_value() -> Element:
    """Another assertion stands where a value of an attribute belongs."""
    response = signed()
    response.find(".//saml:AttributeValue", NAMES).append(evil_of(assertion_of(response)))
    return response


def evil_in_another_namespace() -> Element:
    """Another assertion is one of SAML 1."""
    response = signed()
    evil = etree.tostring(evil_of(assertion_of(response))).replace(b":2.0:assertion", b":1.0:assertion")
    evil = evil.replace(b' ID="_evil"', b' AssertionID="_evil"')
    assertion_of(response).addprevious(etree.fromstring(evil))
    return response


def evil_beside_encrypted() -> Element:
    """Another assertion stands beside the encrypted one."""
    response = IDP.respond(SAID, encrypts_for=service_key().public_key())
    evil = evil_of(assertion_of(signed()))
    response.append(evil)
    return response


def encrypted_within_encrypted() -> Element:
    """What is encrypted is the signed assertion within another one."""
    response = signed()
    original = assertion_of(response)
    evil = evil_of(original)
    evil.append(alone(original))
    response.replace(original, encrypt(etree.tostring(evil), service_key().public_key()))
    return response


def encrypted_evil_after_signed() -> Element:
    """An encrypted assertion of nobody stands beside a signed one."""
    response = signed()
    evil = etree.tostring(evil_of(assertion_of(response)))
    response.append(encrypt(evil, service_key().public_key()))
    return response


def signed_response_within() -> Element:
    """A response that is signed stands in the extensions of one that is not."""
    response = signed("Response")
    evil = read(response_xml(but(SAID, name_id="admin", response_id="_evil_response", assertion_id="_evil")))
    evil.insert(1, extensions(response))
    return evil


def two_signatures() -> Element:
    """The assertion has a good signature and a bad one."""
    response = signed()
    assertion = assertion_of(response)
    assertion.insert(2, copy.deepcopy(assertion.find("ds:Signature", NAMES)))
    return response


def with_an_id_in_another_attribute(attribute: str) -> Callable[[], Element]:
    def make() -> Element:
        response = signed()
        response.find("samlp:Status", NAMES).set(attribute, "_assertion")
        return response

    return make
