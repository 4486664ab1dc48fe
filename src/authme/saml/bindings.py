"""How a request goes to an identity provider through the person's browser: HTTP-Redirect and HTTP-POST."""

import base64
import zlib
from typing import Final
from urllib.parse import urlencode

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from lxml import etree

from authme.saml.xml import Element

_RSA_SHA256: Final = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
_RAW_DEFLATE: Final = -15


def redirect_url(to: str, request: Element, *, relay_state: str | None, key: rsa.RSAPrivateKey | None) -> str:
    """Return the URL that carries the request (SAML bindings section 3.4.4.1); with a key it is signed.

    What is signed are the parameters as they stand in the URL, in the order that the standard gives.
    """
    compressor = zlib.compressobj(9, zlib.DEFLATED, _RAW_DEFLATE)
    deflated = compressor.compress(etree.tostring(request)) + compressor.flush()
    parameters = [("SAMLRequest", base64.b64encode(deflated).decode())]
    if relay_state is not None:
        parameters.append(("RelayState", relay_state))
    if key is not None:
        parameters.append(("SigAlg", _RSA_SHA256))
        signature = key.sign(urlencode(parameters).encode(), padding.PKCS1v15(), hashes.SHA256())
        parameters.append(("Signature", base64.b64encode(signature).decode()))
    return f"{to}{'&' if '?' in to else '?'}{urlencode(parameters)}"


def post_field(request: Element, *, key: rsa.RSAPrivateKey | None, certificate: str) -> str:
    """Return the value of the form's field `SAMLRequest` (SAML bindings section 3.5.4); with a key it is signed.

    `certificate` is base64 DER, for identity providers that know several keys.
    """
    if key is not None:
        # As in `signature`: a server whose people do not come by SAML does without the library.
        from authme.saml.signer import signed  # noqa: PLC0415  # the same

        request = signed(request, key, certificate)
    return base64.b64encode(etree.tostring(request)).decode()
