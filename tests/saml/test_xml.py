"""XML from strangers: what is refused before anything of it is believed."""

import pytest
from lxml import etree

from authme.saml.xml import XmlRefused, read_xml
from support.saml_cases import IDP, SAID, accepted, refused
from support.saml_idp import field, tag

MESSAGE = etree.tostring(IDP.respond(SAID))
DTD = "the XML has a document type declaration"


def test_the_message_these_tests_change_is_right():
    assert accepted(field(MESSAGE)).name_id == "maria"
    assert accepted(field(b"<?xml version='1.0' encoding='UTF-8'?>\n" + MESSAGE)).name_id == "maria"
    assert accepted(field(b"\xef\xbb\xbf" + MESSAGE)).name_id == "maria"


@pytest.mark.parametrize(
    "doctype",
    [
        b"<!DOCTYPE r>",
        b"<!DOCTYPE r SYSTEM 'http://127.0.0.1:9/x.dtd'>",
        b"<!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>",
        b"<!DOCTYPE r [<!ENTITY % x SYSTEM 'http://127.0.0.1:9/'> %x;]>",
        b"<!DOCTYPE r [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>]>",
        b"<?xml version='1.0'?><!DOCTYPE r>",
        b"<!-- --><!DOCTYPE r>",
        b"<!DOCTYPE r [<!ENTITY % x 'never ends",
    ],
)
def test_document_types_are_refused_before_they_are_read(doctype: bytes):
    assert refused(field(doctype + MESSAGE)) == DTD


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7", "cp037"])
def test_no_other_encoding_hides_a_document_type(encoding: str):
    text = f"<?xml version='1.0' encoding='{encoding}'?><!DOCTYPE r [<!ENTITY x 'y'>]>{MESSAGE.decode()}"

    assert refused(field(text.encode(encoding))) in {DTD, "the XML is not well-formed"}


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "cp037"])
def test_no_other_encoding_is_read(encoding: str):
    text = f"<?xml version='1.0' encoding='{encoding}'?>{MESSAGE.decode()}"

    assert refused(field(text.encode(encoding))) == "the XML is not well-formed"


@pytest.mark.parametrize(
    "text",
    [
        MESSAGE.replace(b">maria<", b">&x;<"),
        MESSAGE.replace(b">maria<", b">&#0;<"),
        MESSAGE.replace(b">maria<", b">\x00<"),
        MESSAGE.replace(b">maria<", b">\xff<"),
        MESSAGE.replace(b">maria<", b">\xed\xa0\x80<"),
        MESSAGE + MESSAGE,
        MESSAGE[:-1],
        b"",
        b" ",
        MESSAGE.replace(b'ID="_response"', b'ID="_response" ID="_x"'),
        MESSAGE.replace(b"<samlp:Status>", b"<other:Status>"),
    ],
)
def test_what_is_not_well_formed_is_refused(text: bytes):
    assert refused(field(text)) == "the XML is not well-formed"


@pytest.mark.parametrize(
    "text",
    [
        MESSAGE.replace(b">maria<", b">maria<!-- -->.evil<"),
        MESSAGE.replace(b">maria<", b"><!-- -->maria<"),
        MESSAGE.replace(b">52998224725<", b">52998224725<!-- --><"),
        MESSAGE + b"<!-- -->",
        b"<!-- -->" + MESSAGE,
    ],
)
def test_comments_are_refused(text: bytes):
    assert refused(field(text)) == "the XML has comments"


def test_a_comment_in_what_was_signed_is_refused_though_its_signature_holds():
    """Canonical XML leaves comments out: `admin<!-- -->.evil` has the signature of `admin.evil`, and many read `admin`."""
    signed = etree.tostring(IDP.respond(SAID))
    with_comment = signed.replace(b">maria<", b">mar<!-- -->ia<")

    assert refused(field(with_comment)) == "the XML has comments"


@pytest.mark.parametrize("text", [MESSAGE.replace(b">maria<", b">mar<?x?>ia<"), MESSAGE + b"<?x?>", b"<?x?>" + MESSAGE])
def test_processing_instructions_are_refused(text: bytes):
    assert refused(field(text)) == "the XML has processing instructions"


def with_extensions(inner: str) -> bytes:
    return MESSAGE.replace(b"<samlp:Status>", tag("samlp:Extensions", inner).encode() + b"<samlp:Status>")


def test_extensions_are_let_through_and_not_read():
    assert accepted(field(with_extensions("<a xmlns='urn:x'>maria</a>"))).name_id == "maria"


def test_messages_are_bounded():
    extent = "the XML has too many elements, or too deep ones"

    assert refused(field(with_extensions("<a/>" * 5000))) == extent
    assert refused(field(with_extensions("<a>" * 40 + "</a>" * 40))) == extent
    assert refused(field(with_extensions("<a>" * 2000 + "</a>" * 2000))) in {extent, "the XML is not well-formed"}
    assert refused(field(with_extensions(" " * 256 * 1024))) == "the XML is too large"
    assert refused("A" * (512 * 1024 + 1)) == "the response is too large"


def test_what_costs_the_square_of_its_number_is_bounded():
    """Within 256 KiB: 20 000 attributes of one element take ten seconds, as many namespaces three."""
    attributes = {f"a{index}": "1" for index in range(51)}
    namespaces = {f"xmlns:n{index}": f"urn:{index}" for index in range(201)}

    assert refused(field(with_extensions(tag("a", **attributes)))) == "the XML has an element with too many attributes"
    assert refused(field(with_extensions(tag("a", **namespaces)))) == "the XML has too many namespaces"
    inner = "".join(tag("a", **{f"xmlns:n{index}": "urn:x"}) for index in range(300))
    assert accepted(field(with_extensions(inner))).name_id == "maria"


def test_a_document_of_operators_may_have_comments_but_no_document_type():
    found = read_xml(b"<?xml version='1.0'?><!-- a --><a>b<!-- c -->d<?x?></a>")

    assert (found.text, len(found)) == ("bd", 0)
    with pytest.raises(XmlRefused, match="document type"):
        read_xml(b"<!DOCTYPE a><a/>")
    with pytest.raises(XmlRefused, match="not well-formed"):
        read_xml(b"<a>")


def test_what_stands_in_namespaces_of_others_is_not_taken_for_ours():
    text = MESSAGE.replace(b"urn:oasis:names:tc:SAML:2.0:assertion", b"urn:oasis:names:tc:SAML:2.0:Assertion")

    assert refused(field(text)) == "an element has an ID that has none"
    without = etree.tostring(IDP.respond(SAID, signs=())).replace(b"SAML:2.0:assertion", b"SAML:2.0:Assertion")
    assert refused(field(without.replace(b'ID="_assertion"', b""))) == "the Response has an element that does not belong there"
