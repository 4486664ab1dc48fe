"""Who signed an element of a message: XML signatures as SAML has them, and nothing else that the standard allows.

What an attacker plays with are references (signature wrapping), transforms, algorithms and key information. So the form of a
signature is checked before it is computed; an element is given to the verifier alone, without the message around it; and what
counts from then on is what the verifier read from the signed bytes.
"""

from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from authme.saml.xml import DS, XENC, Element, XmlRefused, children, local_name, name, only, serialize, text_of

_SIGNATURE: Final = name(DS, "Signature")
_ENVELOPED: Final = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
_PREFIXES: Final = name("http://www.w3.org/2001/10/xml-exc-c14n#", "InclusiveNamespaces")
_EXCLUSIVE: Final = frozenset(
    {"http://www.w3.org/2001/10/xml-exc-c14n#", "http://www.w3.org/2001/10/xml-exc-c14n#WithComments"}
)
_MORE: Final = "http://www.w3.org/2001/04/xmldsig-more#"
_MASKED: Final = "http://www.w3.org/2007/05/xmldsig-more#"
METHODS: Final = frozenset(
    {
        *(f"{_MORE}rsa-sha{bits}" for bits in (256, 384, 512)),
        *(f"{_MASKED}sha{bits}-rsa-MGF1" for bits in (256, 384, 512)),
        *(f"{_MORE}ecdsa-sha{bits}" for bits in (256, 384, 512)),
    }
)
DIGESTS: Final = frozenset({f"{XENC}sha256", f"{_MORE}sha384", f"{XENC}sha512"})
_PREFIXES_LENGTH: Final = 500
_RSA_BITS: Final = 2048
_EC_BITS: Final = 256


def is_signed(element: Element) -> bool:
    """Whether the element itself has a signature, good or not."""
    return element.find(_SIGNATURE) is not None


def verify(element: Element, certificates: tuple[x509.Certificate, ...]) -> Element:
    """Return the element as one of these keys signed it, without the signature; nothing else of the message may be used.

    The certificates carry keys, no more: their own validity is not asked for (SAML metadata interoperability profile,
    section 2.6.1). Raises XmlRefused.
    """
    # A server whose people do not come by SAML does without the library, which is 5 MB of each process.
    from authme.saml.verifier import signed_by  # noqa: PLC0415  # the same

    _check_form(element)
    document = serialize(element)
    found = (signed_by(document, certificate) for certificate in filter(_is_strong, certificates))
    root = next((one for one in found if one is not None), None)
    if root is None:
        raise XmlRefused("the signature is of none of the identity provider's keys")
    # After `_check_form` it can be no other one, unless the library were wrong about what it verified.
    if root.tag != element.tag or root.get("ID") != element.get("ID"):
        raise XmlRefused("the signature is of another element")
    return root


def _is_strong(certificate: x509.Certificate) -> bool:
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return False
    if isinstance(key, rsa.RSAPublicKey):
        return key.key_size >= _RSA_BITS
    return isinstance(key, ec.EllipticCurvePublicKey) and key.key_size >= _EC_BITS


def _check_form(element: Element) -> None:
    """Let through one enveloped signature over the element that it stands in, by accepted means (SAML core section 5.4)."""
    signature = only(element, element.findall(_SIGNATURE), "signature")
    signed_info, value = _parts(signature, "SignedInfo", "SignatureValue", may_have=("KeyInfo",))
    canonical, method, reference = _parts(signed_info, "CanonicalizationMethod", "SignatureMethod", "Reference")
    transforms, digest, digest_value = _parts(reference, "Transforms", "DigestMethod", "DigestValue")
    own = element.get("ID")
    if not own or reference.get("URI") != f"#{own}":
        raise XmlRefused(f"the signature is of something else than the {local_name(element)} that it stands in")
    if method.get("Algorithm") not in METHODS:
        raise XmlRefused("the signature's algorithm is not accepted")
    if digest.get("Algorithm") not in DIGESTS:
        raise XmlRefused("the digest's algorithm is not accepted")
    if canonical.get("Algorithm") not in _EXCLUSIVE:
        raise XmlRefused("the signature's canonical form is not the exclusive one")
    match list(transforms):
        case [enveloped, exclusive] if enveloped.get("Algorithm") == _ENVELOPED and exclusive.get("Algorithm") in _EXCLUSIVE:
            pass
        case _:
            raise XmlRefused("the signature has other transforms than SAML's")
    for each in (canonical, exclusive):
        prefixes = children(each, one=(_PREFIXES,))[_PREFIXES]
        if prefixes and len(prefixes[0].get("PrefixList", "")) > _PREFIXES_LENGTH:
            raise XmlRefused("the signature's canonical form has too many prefixes")
    for each in (value, digest_value, method, digest, enveloped):
        text_of(each)


def _parts(element: Element, *names: str, may_have: tuple[str, ...] = ()) -> list[Element]:
    """Return the children of these names, each there once, and nothing beside them but what may be."""
    found = children(element, one=[name(DS, each) for each in (*names, *may_have)])
    return [only(element, found[name(DS, each)], each) for each in names]
