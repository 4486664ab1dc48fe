"""Who signed an element of a message: XML signatures as SAML has them, and nothing else that the standard allows.

What an attacker plays with are references (signature wrapping), transforms, algorithms and key information. So the form of a
signature is checked before it is computed; an element is given to the verifier alone, without the message around it; and what
counts from then on is what the verifier read from the signed bytes.
"""

from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.exceptions import InvalidDigest
from signxml.verifier import SignatureConfiguration, VerifyResult, XMLVerifier

from authme.saml.xml import DS, Element, XmlRefused, children, local_name, name, only, parser, serialize, text_of

_SIGNATURE: Final = name(DS, "Signature")
_ENVELOPED: Final = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
_PREFIXES: Final = name("http://www.w3.org/2001/10/xml-exc-c14n#", "InclusiveNamespaces")
_EXCLUSIVE: Final = frozenset(
    {"http://www.w3.org/2001/10/xml-exc-c14n#", "http://www.w3.org/2001/10/xml-exc-c14n#WithComments"}
)
_METHODS: Final = frozenset(
    {
        SignatureMethod.RSA_SHA256,
        SignatureMethod.RSA_SHA384,
        SignatureMethod.RSA_SHA512,
        SignatureMethod.SHA256_RSA_MGF1,
        SignatureMethod.SHA384_RSA_MGF1,
        SignatureMethod.SHA512_RSA_MGF1,
        SignatureMethod.ECDSA_SHA256,
        SignatureMethod.ECDSA_SHA384,
        SignatureMethod.ECDSA_SHA512,
    }
)
_DIGESTS: Final = frozenset({DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512})
_METHOD_NAMES: Final = frozenset(each.value for each in _METHODS)
_DIGEST_NAMES: Final = frozenset(each.value for each in _DIGESTS)
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
    _check_form(element)
    document = serialize(element)
    for certificate in filter(_is_strong, certificates):
        signed = _signed_by(document, certificate)
        if signed is not None:
            break
    else:
        raise XmlRefused("the signature is of none of the identity provider's keys")
    root = signed.signed_xml
    # After `_check_form` it can be no other one, unless the library were wrong about what it verified.
    if root is None or root.tag != element.tag or root.get("ID") != element.get("ID"):
        raise XmlRefused("the signature is of another element")
    return root


def _signed_by(document: bytes, certificate: x509.Certificate) -> VerifyResult | None:
    try:
        result = XMLVerifier().verify(
            document,
            x509_cert=certificate,
            parser=parser(),
            id_attribute="ID",
            # Its schema refuses the prefixes that a canonical form may have; `_check_form` lets through less than it does.
            validate_schema=False,
            expect_config=_what_is_expected(certificate),
        )
    except InvalidDigest:
        raise XmlRefused("what was signed has been changed") from None
    # Whatever the library stumbles over has not been verified, and it stumbles by errors of any kind.
    except Exception:  # noqa: BLE001  # the same
        return None
    return result if isinstance(result, VerifyResult) else None


def _what_is_expected(certificate: x509.Certificate) -> SignatureConfiguration:
    return SignatureConfiguration(
        location="./",
        expect_references=1,
        signature_methods=_METHODS,
        digest_algorithms=_DIGESTS,
        ignore_ambiguous_key_info=True,
        verification_time=certificate.not_valid_before_utc,
    )


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
    if method.get("Algorithm") not in _METHOD_NAMES:
        raise XmlRefused("the signature's algorithm is not accepted")
    if digest.get("Algorithm") not in _DIGEST_NAMES:
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
