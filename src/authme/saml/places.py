"""What may stand where in a message, so that nothing is taken for something else (Somorovsky et al., "On Breaking SAML")."""

from typing import Final

from lxml import etree

from authme.saml.xml import DS, SAML, SAMLP, XENC, XENC11, Element, XmlRefused, local_name, name

_RESPONSE: Final = name(SAMLP, "Response")
_ASSERTION: Final = name(SAML, "Assertion")
_SIGNATURE: Final = name(DS, "Signature")


def check_places(root: Element) -> None:
    """Let through one assertion in a response, or one alone, signatures right in them, and ids where the schemas have them.

    Local names count, whatever the namespace: another one's of that name is there to confuse. Raises XmlRefused.
    """
    ids: set[str] = set()
    assertions = 0
    for element in root.iter():
        parent, local = element.getparent(), local_name(element)
        if local == "Response" and element is not root:
            raise XmlRefused("a response stands within the message")
        if local in {"Assertion", "EncryptedAssertion"}:
            assertions += 1
            if parent is not None and parent is not root:
                raise XmlRefused("an assertion stands where none belongs")
        if element.tag == _SIGNATURE and (parent is None or not _may_be_signed(parent)):
            raise XmlRefused("a signature stands where none belongs")
        for found in _ids(element):
            if found in ids:
                raise XmlRefused("two elements have the same ID")
            ids.add(found)
    if assertions > 1:
        raise XmlRefused("there is more than one assertion")


def _may_be_signed(element: Element) -> bool:
    return element.tag in {_RESPONSE, _ASSERTION}


def _ids(element: Element) -> list[str]:
    """Return the values of all attributes that anybody might take for an ID; there are none but SAML's `ID` and XML's `Id`."""
    found: list[str] = []
    for attribute, value in element.items():
        if etree.QName(attribute).localname.lower() != "id":
            continue
        is_ours = attribute == "ID" and element.tag in {_RESPONSE, _ASSERTION}
        is_of_xml_security = attribute == "Id" and element.tag.startswith((f"{{{DS}}}", f"{{{XENC}}}", f"{{{XENC11}}}"))
        if not (is_ours or is_of_xml_security):
            raise XmlRefused("an element has an ID that has none")
        found.append(str(value))
    return found
