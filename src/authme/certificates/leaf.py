"""What the certificate itself has to be, whoever issued it."""

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from authme.certificates.model import NotAccepted
from authme.certificates.reading import Link


def check_use(leaf: Link) -> None:
    """Raise NotAccepted unless the certificate is for logins, and not an authority's.

    DOC-ICP-04 item 7.1.2.7 f: certificates for signatures have `digitalSignature`; `clientAuth` is one of two purposes of
    which they have one at least. `anyExtendedKeyUsage` is no `clientAuth`: RFC 5280 section 4.2.1.12 lets us demand it.
    """
    if leaf.is_authority:
        raise NotAccepted("the certificate is an authority's")
    if leaf.is_self_issued:
        raise NotAccepted("the certificate is signed by itself")
    usage = leaf.find(x509.KeyUsage)
    if usage is None or not usage.digital_signature:
        raise NotAccepted("the certificate's key is not for signatures")
    purposes = leaf.find(x509.ExtendedKeyUsage)
    if purposes is None or ExtendedKeyUsageOID.CLIENT_AUTH not in purposes:
        raise NotAccepted("the certificate is not for logins (clientAuth)")
