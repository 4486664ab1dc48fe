"""X-begin-saml: requests to a SAML identity provider."""

import base64
import zlib
from typing import Any
from urllib.parse import parse_qsl, quote_plus, urlsplit

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree
from signxml.verifier import SignatureConfiguration, XMLVerifier

from support.answers import refused
from support.given import Given
from support.saml_world import ACS, BEGIN, OTHER_ACS, SamlWorld, saml_world, service_certificate

SAMLP = "{urn:oasis:names:tc:SAML:2.0:protocol}"
SAML = "{urn:oasis:names:tc:SAML:2.0:assertion}"


@pytest.fixture
async def world(given: Given) -> SamlWorld:
    return await saml_world(given)


def inflated(url: str) -> etree._Element:
    """Return the request in a URL."""
    deflated = base64.b64decode(dict(parse_qsl(urlsplit(url).query))["SAMLRequest"])
    return etree.fromstring(zlib.decompress(deflated, -15))


def check(world: SamlWorld, request: etree._Element, begun: dict[str, Any], *, acs_url: str = ACS) -> None:
    """Assert that the request says what it has to."""
    assert request.tag == f"{SAMLP}AuthnRequest"
    said = dict(request.attrib)
    assert said.pop("IssueInstant") == "2025-11-24T16:00:00Z"
    assert said == {
        "ID": begun["requestId"],
        "Version": "2.0",
        "Destination": world.settings.redirect_url,
        "ProtocolBinding": "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST",
        "AssertionConsumerServiceURL": acs_url,
    }
    issuer, *rest = [one for one in request if not one.tag.endswith("Signature")]
    assert (issuer.tag, issuer.text) == (f"{SAML}Issuer", world.settings.service_entity_id)
    assert [(one.tag, dict(one.attrib)) for one in rest] == [(f"{SAMLP}NameIDPolicy", {"AllowCreate": "true"})]


async def test_by_redirect_the_url_is_signed(world: SamlWorld):
    begun = await world.begin(relayState="a b&c=u")

    assert begun.keys() == {"url", "relayState", "requestId", "expiresAt"}
    assert begun["relayState"] == "a b&c=u"
    assert begun["expiresAt"] == "2025-11-24T16:10:00Z"
    check(world, inflated(begun["url"]), begun)
    base, _, query = begun["url"].partition("?")
    assert base == world.settings.redirect_url
    signed, _, signature = query.rpartition("&Signature=")
    names = [pair.partition("=")[0] for pair in query.split("&")]
    assert names == ["SAMLRequest", "RelayState", "SigAlg", "Signature"]
    assert quote_plus("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256") in signed
    raw = base64.b64decode(dict(parse_qsl(f"Signature={signature}"))["Signature"])
    service_certificate(world.settings).public_key().verify(raw, signed.encode(), padding.PKCS1v15(), hashes.SHA256())


async def test_by_post_the_xml_is_signed(world: SamlWorld):
    begun = await world.begin(binding="POST", acsUrl=OTHER_ACS)

    assert begun["url"] == world.settings.post_url
    sent = base64.b64decode(begun["samlRequest"])
    check(world, etree.fromstring(sent), begun, acs_url=OTHER_ACS)
    verified = XMLVerifier().verify(
        sent, x509_cert=service_certificate(world.settings), expect_config=SignatureConfiguration(require_x509=False)
    )
    assert verified.signed_xml is not None
    assert verified.signed_xml.get("ID") == begun["requestId"]


async def test_without_a_relay_state_there_is_a_random_one(world: SamlWorld):
    first, second = await world.begin(), await world.begin()

    assert first["relayState"] != second["relayState"]
    assert len(first["relayState"]) == 43
    assert dict(parse_qsl(urlsplit(first["url"]).query))["RelayState"] == first["relayState"]


async def test_a_provider_that_wants_none_gets_no_signature(given: Given):
    world = await saml_world(given, signs_requests=False)

    by_redirect, by_post = await world.begin(), await world.begin(binding="POST")

    assert dict(parse_qsl(urlsplit(by_redirect["url"]).query)).keys() == {"SAMLRequest", "RelayState"}
    assert b"Signature" not in base64.b64decode(by_post["samlRequest"])


async def test_a_url_that_has_a_query_keeps_it(given: Given):
    world = await saml_world(given, redirect_url="https://idp.test/sso?tenant=a%20b")

    begun = await world.begin()

    assert begun["url"].startswith("https://idp.test/sso?tenant=a%20b&SAMLRequest=")
    assert inflated(begun["url"]).get("Destination") == "https://idp.test/sso?tenant=a%20b"


async def test_the_binding_that_there_is(given: Given):
    by_post = await saml_world(given, redirect_url=None)
    by_redirect = await saml_world(given, post_url=None)

    assert "samlRequest" in await by_post.begin()
    assert "samlRequest" not in await by_redirect.begin()
    refused(await by_post.visitor.post(BEGIN, json={"provider": by_post.provider.alias, "binding": "REDIRECT"}), 409, "404")
    refused(await by_redirect.visitor.post(BEGIN, json={"provider": by_redirect.provider.alias, "binding": "POST"}), 409, "404")


async def test_only_saml_providers_that_are_enabled_are_there(given: Given, world: SamlWorld):
    disabled, oidc = await given.saml_provider(is_enabled=False), await given.oidc_provider()

    for alias in ("nobody", disabled.alias, oidc.alias, world.provider.id):
        refused(await world.visitor.post(BEGIN, json={"provider": alias}), 400, "107")


async def test_a_response_goes_to_no_other_url_than_the_operators(world: SamlWorld):
    for url in ("https://evil.example.com/acs", f"{ACS}/", ACS.upper(), f"{ACS}?x=y"):
        refused(await world.visitor.post(BEGIN, json={"provider": world.provider.alias, "acsUrl": url}), 400, "102")


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ({}, ["101"]),
        ({"provider": 1}, ["102"]),
        ({"provider": ""}, ["102"]),
        ({"provider": "a" * 64}, ["102"]),
        ({"provider": "PROVIDER-1"}, ["102"]),
        ({"provider": "x", "binding": "ARTIFACT"}, ["102"]),
        ({"provider": "x", "relayState": ""}, ["102"]),
        ({"provider": "x", "relayState": "x" * 81}, ["102"]),
        ({"provider": "x", "relayState": "ü"}, ["102"]),
        ({"provider": "x", "relayState": "a\n"}, ["102"]),
        ({"provider": "x", "relayState": "a\nb"}, ["102"]),
        ({"provider": "x", "acsUrl": ["y"]}, ["102"]),
        ({"provider": "x", "requestId": "y"}, ["106"]),
        ([], ["102"]),
    ],
)
async def test_each_wrong_field_is_named(world: SamlWorld, body: Any, codes: list[str]):
    refused(await world.visitor.post(BEGIN, json=body), 400, *codes)


async def test_as_many_wait_as_failures_are_taken_from_a_network(make_given: Any, tmp_path: Any):
    world = await saml_world(await make_given(f"sqlite:///{tmp_path}/a.db", network_failures=3))
    first = await world.begin()
    await world.begin()
    await world.begin()

    answer = await world.visitor.post(BEGIN, json={"provider": world.provider.alias})

    refused(answer, 429, "601")
    assert answer.headers["retry-after"] == "600"
    assert (await world.exchange(await world.response(first))).status_code == 200
    await world.begin()
    world.given.later(minutes=10)
    await world.begin()


async def test_a_locked_client_begins_nothing(given: Given, world: SamlWorld):
    refused(await given.api.as_client("0" * 24).post(BEGIN, json={"provider": world.provider.alias}), 401, "9")
