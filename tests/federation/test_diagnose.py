"""What a test of a provider says is wrong with it."""

from collections.abc import Iterator
from typing import Any

import pytest

from authme.federation.diagnose import diagnose
from authme.kernel.clock import FakeClock
from authme.kernel.fetch import Fetcher
from authme.providers.model import OidcSettings, Provider
from support.openid_peer import OpenIdPeer
from support.openid_small import Answer, SmallProvider, encode

DISCOVERY = "/.well-known/openid-configuration"


@pytest.fixture
def small(clock: FakeClock) -> Iterator[SmallProvider]:
    with SmallProvider(clock) as running:
        yield running


async def found(settings: dict[str, Any], clock: FakeClock, **fetcher: Any) -> dict[str, tuple[bool, str]]:
    """Return the findings by their checks."""
    of_settings = {name: value for name, value in settings.items() if name not in {"secret", "alias"}}
    provider = Provider(
        id="0" * 24,
        organization_id=None,
        kind="OIDC",
        alias="x",
        name="x",
        is_enabled=True,
        first_use="LINK",
        creates_users=True,
        settings=OidcSettings(**of_settings),
        created_at=0,
        updated_at=0,
    )
    asks = Fetcher(**({"seconds": 5, "allows_loopback": True} | fetcher))
    findings = await diagnose(asks, provider, settings.get("secret", "the secret"), clock.now())
    assert all(settings.get("secret") is None or settings["secret"] not in one.message for one in findings)
    return {one.check: (one.ok, one.message) for one in findings}


@pytest.mark.parametrize("client", ["basic", "post", "public", "es256", "rs256"])
async def test_a_provider_that_knows_this_server_is_well(openid_peer: OpenIdPeer, clock: FakeClock, client: str):
    said = await found(openid_peer.settings(client), clock)

    assert {check: ok for check, (ok, _) in said.items()} == dict.fromkeys(("DISCOVERY", "ISSUER", "KEYS", "CLIENT"), True)
    assert said["KEYS"][1] == "The key set has 5 keys that can be used here."


async def test_a_wrong_secret_is_told(openid_peer: OpenIdPeer, clock: FakeClock):
    said = await found(openid_peer.settings("wrong"), clock)

    assert said["CLIENT"][0] is False
    assert "(invalid_client)" in said["CLIENT"][1]


async def test_another_way_than_the_provider_takes_is_told(small: SmallProvider, clock: FakeClock):
    small.answers[DISCOVERY] = Answer(small.document(token_endpoint_auth_methods_supported=["private_key_jwt"]))

    said = await found(small.settings(), clock)

    assert said["CLIENT_AUTHENTICATION"] == (
        False,
        "The provider takes private_key_jwt for its clients, and client_secret_basic is configured.",
    )


@pytest.mark.parametrize(
    ("document", "check", "message"),
    [
        ({"issuer": "https://other.example.com"}, "ISSUER", "'https://other.example.com'"),
        ({"issuer": "{issuer}/"}, "ISSUER", "also a slash"),
        ({"jwks_uri": None}, "DISCOVERY", "jwks_uri"),
        ({"jwks_uri": "javascript:x"}, "DISCOVERY", "not an https URL"),
        ({"jwks_uri": "{issuer}/nothing"}, "KEYS", "answers 404"),
        ({"token_endpoint": None}, "CLIENT", "the provider has no token endpoint"),
        ({"token_endpoint": "{issuer}/nothing"}, "CLIENT", "answers 404"),
        ({"id_token_signing_alg_values_supported": ["HS256"]}, "ALGORITHMS", "no algorithm"),
        ({"code_challenge_methods_supported": ["plain"]}, "PKCE", "S256"),
    ],
)
async def test_each_thing_that_is_wrong_is_told(
    small: SmallProvider, clock: FakeClock, document: dict[str, Any], check: str, message: str
):
    changed = {name: value.format(issuer=small.issuer) if isinstance(value, str) else value for name, value in document.items()}
    small.answers[DISCOVERY] = Answer(small.document(**changed))

    is_well, text = (await found(small.settings(), clock))[check]

    assert is_well is False
    assert message in text


async def test_keys_that_are_passed_over_are_told(small: SmallProvider, clock: FakeClock):
    small.publish({"kty": "RSA", "n": encode(b"\xff" * 64), "e": "AQAB"}, {"kty": "oct", "k": "c2VjcmV0"})

    is_well, text = (await found(small.settings(), clock))["KEYS"]

    assert is_well is False
    assert "keys[0].n: 2048 to 8192 bits are expected" in text
    assert "c2VjcmV0" not in text


async def test_one_that_is_not_there_is_told_with_the_reason(small: SmallProvider, clock: FakeClock):
    small.close()

    said = await found(small.settings(), clock)

    assert said.keys() == {"DISCOVERY"}
    assert "cannot be read: The host cannot be asked" in said["DISCOVERY"][1]


async def test_one_that_may_not_be_asked_is_told_with_the_reason(small: SmallProvider, clock: FakeClock):
    said = await found(small.settings(), clock, allows_loopback=False)

    assert said["DISCOVERY"][0] is False
    assert small.asked.total() == 0


@pytest.mark.parametrize(
    ("settings", "check"), [({"scopes": ("openid", "x")}, "SCOPES"), ({"redirect_uris": ()}, "REDIRECT_URIS")]
)
async def test_what_may_be_meant_so_is_told(small: SmallProvider, clock: FakeClock, settings: dict[str, Any], check: str):
    small.answers[DISCOVERY] = Answer(small.document(scopes_supported=["openid"]))

    assert (await found(small.settings(**settings), clock))[check][0] is True


async def test_it_is_asked_anew_each_time(small: SmallProvider, clock: FakeClock):
    await found(small.settings(), clock)
    await found(small.settings(), clock)

    assert (small.asked[DISCOVERY], small.asked["/keys"], small.asked["/token"]) == (2, 2, 2)
