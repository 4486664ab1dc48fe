"""XML from strangers: no DTDs, no entities, nothing that hides from a signature, and no more of it than a message needs.

A message has neither comments nor processing instructions: canonical XML leaves comments out, so a program that takes the text
before a comment reads less than was signed ("comments inside NameID", CVE-2017-11427 and its kin).
"""

import base64
from collections.abc import Collection
from typing import Final, TypeAlias

from lxml import etree
from lxml.etree import _Element

Element: TypeAlias = _Element

SAML: Final = "urn:oasis:names:tc:SAML:2.0:assertion"
SAMLP: Final = "urn:oasis:names:tc:SAML:2.0:protocol"
DS: Final = "http://www.w3.org/2000/09/xmldsig#"
XENC: Final = "http://www.w3.org/2001/04/xmlenc#"
XENC11: Final = "http://www.w3.org/2009/xmlenc11#"

_MESSAGE_BYTES: Final = 256 * 1024
_MESSAGE_ELEMENTS: Final = 5_000
_DOCUMENT_BYTES: Final = 4 * 1024 * 1024
_DOCUMENT_ELEMENTS: Final = 200_000
_DEPTH: Final = 40
_ATTRIBUTES: Final = 50
_NAMESPACES: Final = 200
"""Declarations that an element stands in."""


class XmlRefused(Exception):
    """Why a text is not taken as XML, as a clause in plain words."""


def name(namespace: str, local: str) -> str:
    """Return a name as lxml writes it."""
    return f"{{{namespace}}}{local}"


def decode(text: str) -> bytes:
    """Return the bytes of a message that came as base64; line breaks in it are let through.

    Raises XmlRefused.
    """
    if len(text) > 2 * _MESSAGE_BYTES:
        raise XmlRefused("the response is too large")
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except ValueError:
        raise XmlRefused("the response is not base64") from None


def parser(*, drops_comments: bool = False) -> etree.XMLParser:
    """Return a parser that fetches nothing, replaces nothing and takes UTF-8 alone, whatever the text declares."""
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=drops_comments,
        remove_pis=drops_comments,
    )


def read_message(data: bytes) -> Element:
    """Return the root of a message, or of a part of one, in UTF-8. Raises XmlRefused."""
    root = _parse(data, parser(), at_most=_MESSAGE_BYTES)
    tree = root.getroottree()
    if tree.xpath("boolean(//comment())"):
        raise XmlRefused("the XML has comments")
    if tree.xpath("boolean(//processing-instruction())"):
        raise XmlRefused("the XML has processing instructions")
    _check_extent(root, _MESSAGE_ELEMENTS)
    return root


def read_xml(data: bytes) -> Element:
    """Return the root of a document in UTF-8 that operators bring, as metadata, without its comments. Raises XmlRefused."""
    root = _parse(data, parser(drops_comments=True), at_most=_DOCUMENT_BYTES)
    _check_extent(root, _DOCUMENT_ELEMENTS)
    return root


def _parse(data: bytes, reader: etree.XMLParser, *, at_most: int) -> Element:
    if len(data) > at_most:
        raise XmlRefused("the XML is too large")
    # Before anything is parsed, for what a DTD does it does while it is read. In UTF-8 it has no other form.
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise XmlRefused("the XML has a document type declaration")
    try:
        root = etree.fromstring(data, reader)
    except (etree.LxmlError, ValueError):
        raise XmlRefused("the XML is not well-formed") from None
    # In case that the parser came to believe an encoding in which it has another form.
    if root.getroottree().docinfo.internalDTD is not None:
        raise XmlRefused("the XML has a document type declaration")
    return root


def _check_extent(root: Element, elements: int) -> None:
    """Keep a message from costing seconds: canonical forms take the square of an element's attributes and namespaces."""
    count = depth = namespaces = 0
    for event, node in etree.iterwalk(root, events=("start", "end", "start-ns", "end-ns")):
        match event:
            case "start":
                count, depth = count + 1, depth + 1
                if len(node.attrib) > _ATTRIBUTES:
                    raise XmlRefused("the XML has an element with too many attributes")
            case "end":
                depth -= 1
            case "start-ns":
                namespaces += 1
            case _:
                namespaces -= 1
        if depth > _DEPTH or count > elements:
            raise XmlRefused("the XML has too many elements, or too deep ones")
        if namespaces > _NAMESPACES:
            raise XmlRefused("the XML has too many namespaces")


def serialize(element: Element) -> bytes:
    """Return the element as a document of its own, with the namespaces that it stands in."""
    return etree.tostring(element, with_tail=False)


def local_name(element: Element) -> str:
    """Return the name without its namespace."""
    return etree.QName(element).localname


def children(element: Element, *, one: Collection[str] = (), many: Collection[str] = ()) -> dict[str, list[Element]]:
    """Return the children by name: of `one` each at most once, of `many` any number, nothing else, no text between them.

    Raises XmlRefused.
    """
    found: dict[str, list[Element]] = {each: [] for each in (*one, *many)}
    if (element.text or "").strip() or any((child.tail or "").strip() for child in element):
        raise XmlRefused(f"the {local_name(element)} has text between its elements")
    for child in element:
        if child.tag not in found:
            raise XmlRefused(f"the {local_name(element)} has an element that does not belong there")
        found[child.tag].append(child)
    for each in one:
        if len(found[each]) > 1:
            raise XmlRefused(f"the {local_name(element)} has more than one {etree.QName(each).localname}")
    return found


def only(element: Element, found: list[Element], what: str) -> Element:
    """Return the one that has to be there. Raises XmlRefused."""
    if len(found) != 1:
        raise XmlRefused(f"the {local_name(element)} has {'more than one' if found else 'no'} {what}")
    return found[0]


def text_of(element: Element) -> str:
    """Return all of the text, as it stands there. Whatever has elements in it is refused: text around them would be left out.

    Raises XmlRefused.
    """
    if len(element):
        raise XmlRefused(f"the {local_name(element)} is not plain text")
    return element.text or ""


def uri_of(element: Element) -> str:
    """Return the text as a URI, in which white space around it means nothing (XML Schema part 2, section 3.2.17)."""
    return text_of(element).strip(" \t\r\n")
