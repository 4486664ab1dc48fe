"""What an identity provider's metadata says, and what is refused."""

import contextlib
from typing import Any

import pytest
from hypothesis import given as with_any
from hypothesis import settings as tried
from hypothesis import strategies as st

from authme.providers.model import SamlSettings
from authme.saml.metadata import MetadataRefused, read_metadata
from authme.saml.metadata_published import service_metadata
from support.saml_idp import SamlIdp

NOW = 1_800_000_000
IDP, OTHER = SamlIdp(), SamlIdp(owner="other-idp")
SAML2 = "urn:oasis:names:tc:SAML:2.0:protocol"
BINDINGS = "urn:oasis:names:tc:SAML:2.0:bindings"
NAMESPACES = 'xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"'
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"


def key(*certificates: str, use: str | None = "signing") -> str:
    shown = "".join(f"<ds:X509Certificate>{one}</ds:X509Certificate>" for one in certificates)
    of_use = f' use="{use}"' if use else ""
    return f"<md:KeyDescriptor{of_use}><ds:KeyInfo><ds:X509Data>{shown}</ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"


def service(binding: str = "HTTP-Redirect", location: str = "https://idp.test/sso") -> str:
    return f'<md:SingleSignOnService Binding="{BINDINGS}:{binding}" Location="{location}"/>'


def role(inner: str | None = None, *, protocol: str = SAML2, attributes: str = "") -> str:
    inner = key(IDP.certificate_base64) + service() if inner is None else inner
    return f'<md:IDPSSODescriptor protocolSupportEnumeration="{protocol}" {attributes}>{inner}</md:IDPSSODescriptor>'


def entity(inner: str | None = None, *, entity_id: str = "https://idp.test/saml", attributes: str = NAMESPACES) -> str:
    return (
        f'<md:EntityDescriptor {attributes} entityID="{entity_id}">{role() if inner is None else inner}</md:EntityDescriptor>'
    )


def entities(*inner: str, attributes: str = "") -> str:
    return f"<md:EntitiesDescriptor {NAMESPACES} {attributes}>{''.join(inner)}</md:EntitiesDescriptor>"


def read(xml: str, **kwargs: Any) -> Any:
    return read_metadata(xml.encode(), **({"now": NOW} | kwargs))


def refused(xml: str, **kwargs: Any) -> str:
    with pytest.raises(MetadataRefused) as caught:
        read(xml, **kwargs)
    return str(caught.value)


def test_all_that_it_says():
    formats = f"<md:NameIDFormat>\n{PERSISTENT} </md:NameIDFormat>"
    inner = (
        key(IDP.certificate_base64)
        + formats
        + service()
        + service("HTTP-POST", "https://idp.test/post")
        + service("SOAP", "x:")
    )

    found = read(entity(role(inner, attributes='WantAuthnRequestsSigned="true"')))

    assert found.entity_id == "https://idp.test/saml"
    assert (found.redirect_url, found.post_url) == ("https://idp.test/sso", "https://idp.test/post")
    assert found.certificates == (IDP.certificate_base64,)
    assert found.wants_signed_requests
    assert found.name_id_formats == (PERSISTENT,)
    assert found.valid_until is None


def test_certificates_are_those_that_sign_each_once():
    broken = "\n".join(IDP.certificate_base64[start : start + 64] for start in range(0, 2000, 64))
    inner = key(broken) + key(IDP.certificate_base64, use=None) + key(OTHER.certificate_base64, use="encryption") + service()

    assert read(entity(role(inner))).certificates == (IDP.certificate_base64,)
    both = key(IDP.certificate_base64) + key(OTHER.certificate_base64, use=None) + service()
    assert read(entity(role(both))).certificates == (IDP.certificate_base64, OTHER.certificate_base64)


def test_of_a_chain_the_first_is_the_key():
    assert read(entity(role(key(IDP.certificate_base64, OTHER.certificate_base64) + service()))).certificates == (
        IDP.certificate_base64,
    )


def test_of_several_providers_the_one_that_is_named():
    several = entities(
        entity(attributes=""),
        entities(entity(entity_id="https://b.test", attributes="")).replace(NAMESPACES, ""),
        entity("<md:SPSSODescriptor/>", entity_id="https://service.test", attributes=""),
    )

    assert read(several, entity_id="https://b.test").entity_id == "https://b.test"
    assert "several" in refused(several)
    assert "with that entity id" in refused(several, entity_id="https://service.test")
    assert read(entities(entity(attributes=""))).entity_id == "https://idp.test/saml"


def test_metadata_that_is_over():
    at = {"past": "2027-01-15T08:00:00Z", "now": "2027-01-15T05:00:00-03:00", "later": "2027-01-15T08:00:01Z"}

    for where in (
        lambda end: entity(attributes=f'{NAMESPACES} validUntil="{end}"'),
        lambda end: entity(role(attributes=f'validUntil="{end}"')),
        lambda end: entities(entity(attributes=""), attributes=f'validUntil="{end}"'),
    ):
        assert "expired" in refused(where(at["past"]))
        assert "expired" in refused(where(at["now"]))
        assert read(where(at["later"])).valid_until == NOW + 1
    for wrong in ("tomorrow", "2027-01-15", "2027-01-15T08:00:00", ""):
        assert "validUntil" in refused(entity(attributes=f'{NAMESPACES} validUntil="{wrong}"'))


@pytest.mark.parametrize(
    ("xml", "why"),
    [
        ("", "cannot be read"),
        ("x", "cannot be read"),
        ("<a/>", "no SAML 2.0 metadata"),
        ('<!DOCTYPE a [<!ENTITY x "y">]>' + entity(), "document type"),
        (entity(""), "no SAML 2.0 identity provider"),
        (entity(role(protocol="urn:oasis:names:tc:SAML:1.1:protocol")), "no SAML 2.0 identity provider"),
        (entity(role() + role()), "several"),
        (entity(entity_id=""), "entityID"),
        (entity(entity_id=" x"), "entityID"),
        (entity(entity_id="x" * 1025), "entityID"),
        (entity(role(service())), "no certificate"),
        (entity(role(key(IDP.certificate_base64, use="encryption") + service())), "no certificate"),
        (entity(role(key("AAAA") + service())), "certificate in it cannot be read"),
        (entity(role(key("\u00fc") + service())), "certificate in it cannot be read"),
        (entity(role(key("<x/>") + service())), "not plain text"),
        (entity(role(key(IDP.certificate_base64))), "SingleSignOnService"),
        (entity(role(key(IDP.certificate_base64) + service("SOAP"))), "SingleSignOnService"),
        (entity(role(key(IDP.certificate_base64) + service(location="javascript:alert(1)"))), "no https URL"),
        (entity(role(key(IDP.certificate_base64) + service(location="http://idp.test/sso"))), "no https URL"),
        (entity(role(key(IDP.certificate_base64) + service(location=""))), "no https URL"),
        (entities(), "no SAML 2.0 identity provider"),
    ],
)
def test_what_cannot_be_used(xml: str, why: str):
    assert why in refused(xml)


def test_comments_say_nothing():
    hidden = IDP.certificate_base64.replace("M", "M<!-- x -->", 1)

    assert read(entity(role(key(hidden) + service() + f"<!-- {service('HTTP-POST')} -->"))).post_url is None
    assert read(entity(role(key(hidden) + service()))).certificates == (IDP.certificate_base64,)


def test_what_we_publish_is_no_identity_provider():
    settings = SamlSettings(
        entity_id="https://idp.test", service_entity_id="https://sp.test", service_certificate=IDP.certificate_base64
    )

    with pytest.raises(MetadataRefused, match=r"no SAML 2\.0 identity provider"):
        read_metadata(service_metadata(settings), now=NOW)


@tried(max_examples=300, deadline=None)
@with_any(st.data())
def test_nothing_but_a_refusal_whatever_it_is(data: st.DataObject):
    """Bytes of good metadata, changed here and there."""
    xml = bytearray(entities(entity(attributes='validUntil="2027-01-15T08:00:01Z"')).encode())
    for _ in range(data.draw(st.integers(0, 6))):
        at = data.draw(st.integers(0, len(xml) - 1))
        change = data.draw(st.sampled_from(["set", "cut", "add"]))
        if change == "set":
            xml[at] = data.draw(st.integers(0, 255))
        elif change == "cut":
            del xml[at : at + data.draw(st.integers(1, 40))]
        else:
            xml[at:at] = data.draw(st.sampled_from([b"<", b"&#0;", b"&x;", b"<!--", b"]]>", b"\xff", b'" a="', b"9999"]))
    with contextlib.suppress(MetadataRefused):
        read_metadata(bytes(xml), now=NOW)
