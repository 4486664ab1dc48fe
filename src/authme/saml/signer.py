"""Requests with a signature of ours in them."""

from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, SignatureConstructionMethod, SignatureMethod
from signxml.signer import XMLSigner

from authme.saml.keys import read_certificate
from authme.saml.xml import DS, SAML, Element, name


def signed(request: Element, key: rsa.RSAPrivateKey, certificate: str) -> Element:
    """Return the request with an enveloped signature right after its issuer, where the schema has it."""
    issuer = request.find(name(SAML, "Issuer"))
    if issuer is not None:
        issuer.addnext(etree.Element(name(DS, "Signature"), {"Id": "placeholder"}, nsmap={"ds": DS}))
    signer = XMLSigner(
        method=SignatureConstructionMethod.enveloped,
        signature_algorithm=SignatureMethod.RSA_SHA256,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    return signer.sign(request, key=key, cert=[read_certificate(certificate)], reference_uri=f"#{request.get('ID')}")
