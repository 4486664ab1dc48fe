"""A SAML identity provider that says and signs whatever it is told to, right or wrong."""

import base64
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureConstructionMethod, SignatureMethod
from signxml.signer import XMLSigner

from support.authority_keys import Kind, key_of
from support.saml_encryption import encrypt

Element = Any
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
DS = "http://www.w3.org/2000/09/xmldsig#"
NAMES = {"saml": SAML, "samlp": SAMLP, "ds": DS}
SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
EXCLUSIVE = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a response says. None leaves out what it stands for; what ends in `xml` is put in as it is."""

    now: int
    issuer: str
    acs_url: str | None
    audience: str
    request_id: str | None = "_request"
    name_id: str = "maria"
    response_id: str = "_response"
    assertion_id: str = "_assertion"
    attributes: tuple[tuple[str, tuple[str, ...]], ...] = (("document", ("52998224725",)), ("groups", ("a", "b")))
    name_id_xml: str | None = None
    conditions_xml: str | None = None
    confirmation_xml: str | None = None
    logins_xml: str | None = None
    attributes_xml: str | None = None


class Unbound(XMLSigner):
    """Signs by SHA-1 too."""

    def check_deprecated_methods(self) -> None:
        """Let everything through."""


@dataclass(frozen=True, kw_only=True)
class SamlIdp:
    """One identity provider: its name and its key."""

    entity_id: str = "https://idp.test/saml"
    kind: Kind = "RSA-2048"
    owner: str = "saml-idp"

    @property
    def key(self) -> Any:
        """The private key."""
        return key_of(self.kind, self.owner)

    @property
    def certificate(self) -> x509.Certificate:
        """What is given to services."""
        return certificate_of(self.kind, self.owner)

    @property
    def certificate_base64(self) -> str:
        """As a provider's row has it."""
        return base64.b64encode(self.certificate.public_bytes(serialization.Encoding.DER)).decode()

    def sign(
        self,
        element: Element,
        *,
        method: SignatureMethod | None = None,
        digest: DigestAlgorithm = DigestAlgorithm.SHA256,
        c14n: CanonicalizationMethod = EXCLUSIVE,
        **kwargs: Any,
    ) -> Element:
        """Return the element, standing alone, signed right after its issuer, as the schema has it."""
        place = etree.Element(f"{{{DS}}}Signature", {"Id": "placeholder"}, nsmap={"ds": DS})
        issuer = element.find(f"{{{SAML}}}Issuer")
        element.insert(0 if issuer is None else 1, place)
        is_rsa = isinstance(self.key, rsa.RSAPrivateKey)
        signer = Unbound(
            method=SignatureConstructionMethod.enveloped,
            signature_algorithm=method or (SignatureMethod.RSA_SHA256 if is_rsa else SignatureMethod.ECDSA_SHA256),
            digest_algorithm=digest,
            c14n_algorithm=c14n,
        )
        arguments = {"key": self.key, "cert": [self.certificate], "reference_uri": f"#{element.get('ID')}"} | kwargs
        return signer.sign(element, id_attribute="ID", **arguments)

    def respond(
        self,
        said: Said,
        *,
        signs: Iterable[str] = ("Assertion",),
        change: Callable[[Element], object] = lambda _: None,
        encrypts_for: rsa.RSAPublicKey | None = None,
        encryption: dict[str, Any] | None = None,
        **signing: Any,
    ) -> Element:
        """Return a response.

        `change` gets it before anything is signed; of `Response` and `Assertion` those are signed that `signs` has.
        """
        response = read(response_xml(said))
        change(response)
        assertion = response.find(f"{{{SAML}}}Assertion")
        if assertion is not None and "Assertion" in signs:
            assertion = put_in_place(assertion, self.sign(alone(assertion), **signing))
        if assertion is not None and encrypts_for is not None:
            put_in_place(assertion, encrypt(etree.tostring(alone(assertion)), encrypts_for, **(encryption or {})))
        return self.sign(response, **signing) if "Response" in signs else response

    def field(self, said: Said, **kwargs: Any) -> str:
        """Return a response as the form's field has it."""
        return field(self.respond(said, **kwargs))


@cache
def certificate_of(kind: Kind, owner: str) -> x509.Certificate:
    """Return a certificate of the key, signed by itself, and expired long ago: only its key counts."""
    key = key_of(kind, owner)
    assert isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, owner)])
    born = datetime(2015, 1, 1, tzinfo=UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), born, born + timedelta(days=365))
    return made.sign(key, hashes.SHA256())


def read(text: str | bytes) -> Element:
    """Return the root of a message, as it stands."""
    return etree.fromstring(text)


def alone(element: Element) -> Element:
    """Return a copy of the element that stands in nothing."""
    return etree.fromstring(etree.tostring(element, with_tail=False))


def put_in_place(old: Element, new: Element) -> Element:
    """Put an element where another one stands, and return it."""
    old.getparent().replace(old, new)
    return new


def field(message: Element | bytes) -> str:
    """Return a message as the form's field `SAMLResponse` has it."""
    return base64.b64encode(message if isinstance(message, bytes) else etree.tostring(message)).decode()


def instant(seconds: int) -> str:
    """Return epoch seconds as SAML writes them."""
    return datetime.fromtimestamp(seconds, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def tag(name: str, inner: str = "", /, **attributes: str | None) -> str:
    """Return an element as text; what is None is left out."""
    shown = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items() if value is not None)
    return f"<{name}{shown}>{inner}</{name}>"


def name_id_xml(said: Said, **attributes: str | None) -> str:
    """Return the NameID."""
    return tag("saml:NameID", escape(said.name_id), **({"Format": PERSISTENT} | attributes))


def conditions_xml(said: Said, inner: str | None = None, **attributes: str | None) -> str:
    """Return the conditions: half a minute ago until in five."""
    audience = tag("saml:AudienceRestriction", tag("saml:Audience", escape(said.audience)))
    lasts = {"NotBefore": instant(said.now - 30), "NotOnOrAfter": instant(said.now + 300)}
    return tag("saml:Conditions", audience if inner is None else inner, **(lasts | attributes))


def confirmation_xml(said: Said, inner: str = "", method: str = BEARER, **attributes: str | None) -> str:
    """Return the confirmation of the subject, as bearer."""
    usual = {"InResponseTo": said.request_id, "Recipient": said.acs_url, "NotOnOrAfter": instant(said.now + 300)}
    data = tag("saml:SubjectConfirmationData", **(usual | attributes))
    return tag("saml:SubjectConfirmation", inner + data, Method=method)


def login_xml(said: Said, **attributes: str | None) -> str:
    """Return what says how and when the person logged in."""
    reference = tag("saml:AuthnContextClassRef", "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport")
    usual = {"AuthnInstant": instant(said.now - 10), "SessionIndex": "_session"}
    return tag("saml:AuthnStatement", tag("saml:AuthnContext", reference), **(usual | attributes))


def attributes_xml(said: Said) -> str:
    """Return the attributes."""
    shown = (
        tag("saml:Attribute", "".join(tag("saml:AttributeValue", escape(value)) for value in values), Name=key)
        for key, values in said.attributes
    )
    return tag("saml:AttributeStatement", "".join(shown)) if said.attributes else ""


def assertion_xml(said: Said) -> str:
    """Return the assertion."""
    subject = (said.name_id_xml or name_id_xml(said)) + (
        confirmation_xml(said) if said.confirmation_xml is None else said.confirmation_xml
    )
    parts = (
        tag("saml:Issuer", escape(said.issuer)),
        tag("saml:Subject", subject),
        conditions_xml(said) if said.conditions_xml is None else said.conditions_xml,
        login_xml(said) if said.logins_xml is None else said.logins_xml,
        attributes_xml(said) if said.attributes_xml is None else said.attributes_xml,
    )
    usual = {"ID": said.assertion_id, "Version": "2.0", "IssueInstant": instant(said.now)}
    return tag("saml:Assertion", "".join(parts), **usual, **{"xmlns:saml": SAML})


def response_xml(said: Said) -> str:
    """Return the response, unsigned."""
    parts = (
        tag("saml:Issuer", escape(said.issuer)),
        tag("samlp:Status", tag("samlp:StatusCode", Value=SUCCESS)),
        assertion_xml(said),
    )
    usual: dict[str, str | None] = {
        "ID": said.response_id,
        "Version": "2.0",
        "IssueInstant": instant(said.now),
        "Destination": said.acs_url,
        "InResponseTo": said.request_id,
    }
    return tag("samlp:Response", "".join(parts), **usual, **{"xmlns:samlp": SAMLP, "xmlns:saml": SAML})


def but(said: Said, **changes: Any) -> Said:
    """Return what is said, but for the changes."""
    return replace(said, **changes)
