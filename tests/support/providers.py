"""Bodies of identity providers, and what is in them."""

from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from support.api import Api
from support.given_providers import service_key

ALL = "/identity-providers"
IDP = "https://saml.example.com"


def oidc(**settings: Any) -> dict[str, Any]:
    """Return the body of an OpenID provider; a setting that is None is left out."""
    given = {"issuer": "https://openid.example.com", "clientId": "authme", "clientSecret": "a secret"} | settings
    settings = {name: value for name, value in given.items() if value is not None}
    return {"alias": "bureau", "name": "Bureau", "kind": "OIDC", "oidc": settings}


def saml(**settings: Any) -> dict[str, Any]:
    """Return the body of a SAML identity provider; a setting that is None is left out."""
    given = {
        "entityId": f"{IDP}/metadata",
        "redirectUrl": f"{IDP}/sso",
        "certificates": [service_key()[1]],
        "acsUrls": ["https://app.example.com/acs"],
    } | settings
    settings = {name: value for name, value in given.items() if value is not None}
    return {"alias": "works", "name": "Works", "kind": "SAML", "saml": settings}


def changed(body: dict[str, Any], **values: Any) -> dict[str, Any]:
    """Return a body as a change takes it: without what stays."""
    return {name: value for name, value in (body | values).items() if name not in {"kind", "organizationId"}}


def metadata(entity_id: str = f"{IDP}/metadata", *, location: str = f"{IDP}/sso", certificate: str | None = None) -> str:
    """Return the metadata of a SAML identity provider."""
    certificate = service_key()[1] if certificate is None else certificate
    return f"""<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{entity_id}">
      <md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol" WantAuthnRequestsSigned="true">
        <md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data>
          <ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
        <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="{location}"/>
      </md:IDPSSODescriptor></md:EntityDescriptor>"""


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | None = None, *, password: bytes | None = None) -> str:
    """Return a private key as PEM; without one a new one of the curve P-256."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    how = BestAvailableEncryption(password) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how).decode()


async def made(caller: Api, body: dict[str, Any]) -> dict[str, Any]:
    """Make an identity provider; return what is shown of it."""
    answer = await caller.post(ALL, json=body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def path_of(provider: dict[str, Any]) -> str:
    return f"{ALL}/{provider['identityProviderId']}"
