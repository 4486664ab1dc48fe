"""This server's own metadata as a service provider, for one identity provider."""

from typing import Final

from lxml import etree
from lxml.etree import _Element as Element

from authme.providers.model import SamlSettings
from authme.saml.metadata import METADATA, POST
from authme.saml.xml import DS, SAMLP, name

MEDIA_TYPE: Final = "application/samlmetadata+xml"
_NAME_ID_FORMATS: Final = (
    "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
    "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
    "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
)
_ENCRYPTION_METHODS: Final = (
    "http://www.w3.org/2009/xmlenc11#aes256-gcm",
    "http://www.w3.org/2009/xmlenc11#aes128-gcm",
    "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p",
)


def service_metadata(settings: SamlSettings) -> bytes:
    """Return the metadata: entity id, the certificate that signs and is encrypted for, and where responses are taken."""
    root = etree.Element(_md("EntityDescriptor"), {"entityID": settings.service_entity_id}, nsmap={"md": METADATA, "ds": DS})
    described = etree.SubElement(
        root,
        _md("SPSSODescriptor"),
        {
            "AuthnRequestsSigned": str(settings.signs_requests).lower(),
            "WantAssertionsSigned": "true",
            "protocolSupportEnumeration": SAMLP,
        },
    )
    for use in ("signing", "encryption"):
        _add_key(described, use, settings.service_certificate)
    for name_id_format in _NAME_ID_FORMATS:
        etree.SubElement(described, _md("NameIDFormat")).text = name_id_format
    for index, url in enumerate(settings.acs_urls):
        attributes = {"Binding": POST, "Location": url, "index": str(index)}
        if index == 0:
            attributes["isDefault"] = "true"
        etree.SubElement(described, _md("AssertionConsumerService"), attributes)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _add_key(described: Element, use: str, certificate: str) -> None:
    key = etree.SubElement(described, _md("KeyDescriptor"), {"use": use})
    data = etree.SubElement(etree.SubElement(key, name(DS, "KeyInfo")), name(DS, "X509Data"))
    etree.SubElement(data, name(DS, "X509Certificate")).text = certificate
    if use == "encryption":
        for method in _ENCRYPTION_METHODS:
            etree.SubElement(key, _md("EncryptionMethod"), {"Algorithm": method})


def _md(local: str) -> str:
    return name(METADATA, local)
