"""The library that computes signatures, held to what `signature` accepts."""

from typing import Final

from cryptography import x509
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.exceptions import InvalidDigest
from signxml.verifier import SignatureConfiguration, VerifyResult, XMLVerifier

from authme.saml.signature import DIGESTS, METHODS
from authme.saml.xml import Element, XmlRefused, parser

_METHODS: Final = frozenset(map(SignatureMethod, METHODS))
_DIGESTS: Final = frozenset(map(DigestAlgorithm, DIGESTS))


def signed_by(document: bytes, certificate: x509.Certificate) -> Element | None:
    """Return what this key signed in the document, None if it did not. Raises XmlRefused for what was changed since."""
    try:
        result = XMLVerifier().verify(
            document,
            x509_cert=certificate,
            parser=parser(),
            id_attribute="ID",
            # Its schema refuses the prefixes that a canonical form may have; the form that is let through is narrower.
            validate_schema=False,
            expect_config=_what_is_expected(certificate),
        )
    except InvalidDigest:
        raise XmlRefused("what was signed has been changed") from None
    # Whatever the library stumbles over has not been verified, and it stumbles by errors of any kind.
    except Exception:  # noqa: BLE001  # the same
        return None
    return result.signed_xml if isinstance(result, VerifyResult) else None


def _what_is_expected(certificate: x509.Certificate) -> SignatureConfiguration:
    return SignatureConfiguration(
        location="./",
        expect_references=1,
        signature_methods=_METHODS,
        digest_algorithms=_DIGESTS,
        ignore_ambiguous_key_info=True,
        verification_time=certificate.not_valid_before_utc,
    )
