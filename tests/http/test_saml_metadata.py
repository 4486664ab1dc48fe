"""X-saml-metadata: this server as a service provider."""

import pytest
from lxml import etree

from support.answers import refused
from support.given import Given
from support.saml_world import ACS, OTHER_ACS, SamlWorld, saml_world

MD = "{urn:oasis:names:tc:SAML:2.0:metadata}"
CERTIFICATE = "{http://www.w3.org/2000/09/xmldsig#}X509Certificate"


@pytest.fixture
async def world(given: Given) -> SamlWorld:
    return await saml_world(given)


async def test_it_says_all_that_a_provider_has_to_know(world: SamlWorld):
    answer = await world.given.api.get(f"/saml/{world.provider.alias}/metadata")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/samlmetadata+xml"
    root = etree.fromstring(answer.content)
    assert (root.tag, root.get("entityID")) == (f"{MD}EntityDescriptor", world.settings.service_entity_id)
    (described,) = root
    assert dict(described.attrib) == {
        "AuthnRequestsSigned": "true",
        "WantAssertionsSigned": "true",
        "protocolSupportEnumeration": "urn:oasis:names:tc:SAML:2.0:protocol",
    }
    keys = {key.get("use"): [one.text for one in key.iter(CERTIFICATE)] for key in described.iter(f"{MD}KeyDescriptor")}
    assert keys == {use: [world.settings.service_certificate] for use in ("signing", "encryption")}
    services = [dict(one.attrib) for one in described.iter(f"{MD}AssertionConsumerService")]
    post = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
    assert services == [
        {"Binding": post, "Location": ACS, "index": "0", "isDefault": "true"},
        {"Binding": post, "Location": OTHER_ACS, "index": "1"},
    ]
    formats = [one.text for one in described.iter(f"{MD}NameIDFormat")]
    assert "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent" in formats
    assert "urn:oasis:names:tc:SAML:2.0:nameid-format:transient" not in formats


async def test_there_is_none_of_what_is_not_there(on_both: Given):
    given, world = on_both, await saml_world(on_both)
    disabled, oidc = await given.saml_provider(is_enabled=False), await given.oidc_provider()

    for alias in ("nobody", disabled.alias, oidc.alias, world.provider.id, "%00", "a" * 300, "%2e%2e"):
        refused(await given.api.get(f"/saml/{alias}/metadata"), 404, "401")


async def test_what_a_row_says_cannot_break_out_of_the_xml(given: Given):
    world = await saml_world(given, service_entity_id='x"/><evil>&', acs_urls=('https://app.example.com/?a="><evil/>&b',))

    root = etree.fromstring((await given.api.get(f"/saml/{world.provider.alias}/metadata")).content)

    assert root.get("entityID") == 'x"/><evil>&'
    assert list(root.iter("evil")) == []
