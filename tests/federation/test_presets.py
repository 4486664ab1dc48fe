"""UI-42 at Google, Microsoft, Apple and gov.br: what is particular of each, by a provider that says what they say."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from authme.providers.model import Claims
from authme.providers.presets import PRESETS
from support.answers import token_object
from support.api import Api
from support.federated import begin, logged_in, said, show
from support.given import Given
from support.openid_small import CLIENT_ID, NONCE, Answer, SmallProvider, public_jwk

CPF = "52998224725"
FULL_WIDTH = "".join(chr(ord(one) + 0xFEE0) for one in CPF)
TENANT = "3d1f3a52-0c1b-4c1e-9a50-0f6f3c0f8a11"


@pytest.fixture
async def caller(given: Given) -> Api:
    return given.api.as_client((await given.client()).id)


async def me(given: Given, answer: httpx.Response) -> dict[str, Any]:
    """Return what the server knows of whoever logged in."""
    token = str(token_object(answer)["accessToken"])
    found: dict[str, Any] = (await given.api.as_(token).get("/user-identities/me")).json()
    return found


def values(person: dict[str, Any], kind: str) -> list[str]:
    return [one["value"] for one in person["identities"] if one["type"] == kind]


def of_preset(name: Any, provider: SmallProvider, **more: Any) -> dict[str, Any]:
    """Return what a row of the preset is, but for where the provider is."""
    preset = PRESETS[name]
    names = ("scopes", "claims", "trusts_email", "trusts_document", "levels")
    return provider.settings(preset=name, **{one: getattr(preset, one) for one in names} | more)


VERIFIED = {"email": "maria@example.com", "email_verified": True, "name": "Maria Silva"}


async def test_google_may_write_its_issuer_as_it_did_long_ago(given: Given, caller: Api, provider: SmallProvider):
    await given.oidc_provider(**of_preset("GOOGLE", provider))

    first = logged_in(await show(caller, provider.id_token(**VERIFIED)))
    second = logged_in(await show(caller, provider.id_token(**VERIFIED, iss="accounts.google.com")))

    assert first["sub"] == second["sub"]


async def test_no_other_provider_may(given: Given, caller: Api, provider: SmallProvider):
    await given.oidc_provider(**provider.settings())

    assert said(await show(caller, provider.id_token(iss="accounts.google.com"))) == "iss is not the provider's issuer"


async def test_a_telephone_may_ask_google_for_a_token_for_the_server(given: Given, caller: Api, provider: SmallProvider):
    await given.oidc_provider(**of_preset("GOOGLE", provider))

    token_object(await show(caller, provider.id_token(azp="the telephone's client")))
    for aud in ("the telephone's client", [CLIENT_ID, "the telephone's client"]):
        assert "this server's client id" in said(await show(caller, provider.id_token(aud=aud, azp="the telephone's client")))


@pytest.mark.parametrize(
    ("said_of_it", "is_believed"),
    [
        ({"xms_edov": True}, True),
        ({"xms_edov": 1}, True),
        ({"xms_edov": "1"}, True),
        ({"xms_edov": "true"}, True),
        ({"email_verified": True}, False),
        ({"xms_edov": False, "email_verified": True}, False),
        ({"xms_edov": "0"}, False),
        ({"xms_edov": [True]}, False),
        ({}, False),
    ],
)
async def test_microsoft_is_believed_addresses_of_domains_that_the_tenant_owns(
    given: Given, caller: Api, provider: SmallProvider, said_of_it: dict[str, Any], is_believed: Any
):
    await given.oidc_provider(**of_preset("MICROSOFT", provider, tenants=(TENANT,)))

    answer = await show(caller, provider.id_token(email="maria@example.com", tid=TENANT, **said_of_it))

    assert values(await me(given, answer), "EMAIL") == ["maria@example.com"] * is_believed


async def test_a_key_of_another_issuer_in_microsofts_set_signs_for_that_one(given: Given, caller: Api, provider: SmallProvider):
    await given.oidc_provider(**of_preset("MICROSOFT", provider, tenants=(TENANT,)))
    jwk = public_jwk(provider.key, "first")
    for issuer in ("https://login.microsoftonline.com/{tenantid}/v2.0", "https://other.example.com"):
        provider.publish(jwk | {"issuer": issuer})
        assert said(await show(caller, provider.id_token(tid=TENANT))) == "its key is another issuer's"
        given.later(hours=1)
    provider.publish(jwk | {"issuer": provider.issuer})

    token_object(await show(caller, provider.id_token(tid=TENANT)))


@pytest.mark.parametrize(
    ("verified", "is_believed"), [("true", True), (True, True), ("false", False), (False, False), (1, False)]
)
async def test_apple_writes_that_an_address_is_verified_as_text(
    given: Given, caller: Api, provider: SmallProvider, verified: Any, is_believed: Any
):
    await given.oidc_provider(**of_preset("APPLE", provider))

    token = provider.id_token(email="x7y@privaterelay.appleid.com", email_verified=verified, is_private_email="true")

    person = await me(given, await show(caller, token))
    assert values(person, "EMAIL") == ["x7y@privaterelay.appleid.com"] * is_believed


@pytest.mark.parametrize("verified", ["true", 1, None, "yes", [True], {"verified": True}])
async def test_nobody_else_does(given: Given, caller: Api, provider: SmallProvider, verified: Any):
    await given.oidc_provider(**of_preset("GOOGLE", provider))

    answer = await show(caller, provider.id_token(email="maria@example.com", email_verified=verified))

    assert values(await me(given, answer), "EMAIL") == []


async def test_apple_is_asked_for_a_form(given: Given, caller: Api, provider: SmallProvider):
    await given.oidc_provider(**of_preset("APPLE", provider))
    asked = parse_qs(urlsplit((await begin(caller, "small"))["authorizationUrl"]).query)

    assert (asked["response_mode"], asked["scope"]) == (["form_post"], ["openid email name"])


async def govbr(given: Given, provider: SmallProvider, **more: Any) -> None:
    await given.oidc_provider(**of_preset("GOV_BR", provider, **more))


def of_level(level: Any) -> dict[str, Any]:
    return {"sub": CPF, "name": "Maria Silva", "reliability_info": {"level": level, "reliabilities": [{"id": "801"}]}}


@pytest.mark.parametrize(("level", "has_document"), [("bronze", False), ("silver", True), ("gold", True)])
async def test_the_subject_of_govbr_is_the_document_at_the_levels_that_are_worth_it(
    given: Given, caller: Api, provider: SmallProvider, level: str, has_document: Any
):
    await govbr(given, provider)

    person = await me(given, await show(caller, provider.id_token(**of_level(level))))

    assert (person["document"] is not None) is has_document
    assert len(values(person, "CPF")) == has_document
    assert person["name"] == "Maria Silva"


@pytest.mark.parametrize("info", [None, 7, [], {}, {"level": None}, {"level": 7}, {"level": ["gold"]}, {"level": "platinum"}])
async def test_an_account_without_a_level_has_the_lowest(given: Given, caller: Api, provider: SmallProvider, info: Any):
    await govbr(given, provider, levels={"bronze": "NOTHING", "prata": "LOGIN", "ouro": "DOCUMENT"})

    answer = await show(caller, provider.id_token(sub=CPF, reliability_info=info))

    assert said(answer) == "the account's level at the provider (bronze) is not enough here"


@pytest.mark.parametrize(("level", "name"), [("silver", "prata"), ("gold", "ouro"), ("bronze", "bronze")])
async def test_a_level_that_nothing_is_said_of_is_worth_nothing(
    given: Given, caller: Api, provider: SmallProvider, level: str, name: str
):
    await govbr(given, provider, levels={})

    check = f"the account's level at the provider ({name}) is not enough here"
    assert said(await show(caller, provider.id_token(**of_level(level)))) == check


@pytest.mark.parametrize("subject", ["52998224724", "11111111111", "maria", "5299822472", "12ABC34501DE35"])
async def test_a_subject_of_govbr_that_is_no_cpf_is_nobody(given: Given, caller: Api, provider: SmallProvider, subject: str):
    await govbr(given, provider)

    check = said(await show(caller, provider.id_token(**of_level("gold") | {"sub": subject})))
    assert check.startswith("the claim `sub` is not a document: ")


async def test_by_the_code_form_govbr_is_not_asked_for_what_it_said(given: Given, caller: Api, provider: SmallProvider):
    await govbr(given, provider)
    provider.answers["/userinfo"] = Answer({}, 500)
    provider.gives(provider.id_token(**of_level("gold"), email="m@example.com", email_verified=True), access_token="x")
    body = {"provider": "small", "code": "c", "redirectUri": "https://app.example.com/callback", "codeVerifier": "v" * 43}

    answer = await caller.post("/user-identities/login-federated", json=body | {"nonce": NONCE})

    assert values(await me(given, answer), "EMAIL") == ["m@example.com"]


@pytest.mark.parametrize(
    ("settings", "claimed", "document"),
    [
        ({"trusts_document": True}, CPF, True),
        ({"trusts_document": True}, "529.982.247-25", True),
        ({"trusts_document": False}, CPF, False),
        ({"trusts_document": True}, None, False),
    ],
)
async def test_a_document_is_believed_where_the_operator_says_so(
    given: Given, caller: Api, provider: SmallProvider, settings: dict[str, Any], claimed: Any, document: Any
):
    await given.oidc_provider(**provider.settings(claims=Claims(document="cpf"), **settings))

    person = await me(given, await show(caller, provider.id_token(cpf=claimed)))

    assert (person["document"] is not None) is document


@pytest.mark.parametrize(
    "claimed", ["52998224724", "", 52998224725, [CPF], {"cpf": CPF}, "".join(chr(ord(one) + 0xFEE0) for one in CPF)]
)
async def test_a_document_that_is_none_makes_nobody_somebody_else(
    given: Given, caller: Api, provider: SmallProvider, claimed: Any
):
    await given.oidc_provider(**provider.settings(claims=Claims(document="cpf"), trusts_document=True))

    assert said(await show(caller, provider.id_token(cpf=claimed))).startswith("the claim `cpf` is not a document")


@pytest.mark.parametrize(
    ("claimed", "name"),
    [
        ("Maria Silva", "Maria Silva"),
        ("  Maria\u202e\n Silva ", "Maria Silva"),
        ("x" * 300, "x" * 256),
        ("\ud800", None),
        ("\0", None),
        ("  ", None),
        (7, None),
        (["Maria"], None),
    ],
)
async def test_what_a_person_is_called_is_for_show(
    given: Given, caller: Api, provider: SmallProvider, claimed: Any, name: str | None
):
    await given.oidc_provider(**provider.settings())

    payload = json.dumps(provider.claims(name=claimed)).encode()
    assert (await me(given, await show(caller, provider.signed(payload))))["name"] == name


@pytest.mark.parametrize(
    "address", ["\ud800@example.com", "a\0@example.com", "maria", "a@b", "x" * 300 + "@example.com", 7, ["a@b.c"], ""]
)
async def test_an_address_that_is_none_is_nobodys(given: Given, caller: Api, provider: SmallProvider, address: Any):
    await given.oidc_provider(**provider.settings(trusts_email=True))

    payload = json.dumps(provider.claims(email=address, email_verified=True)).encode()
    assert values(await me(given, await show(caller, provider.signed(payload))), "EMAIL") == []


@pytest.mark.parametrize(
    ("address", "is_taken"),
    [
        ("MARIA@Example.com", True),
        ("joão@example.com", True),
        ("JOÃO@example.com", True),
        ("maria@fass.de", True),
        ("maria@faß.de", False),
        ("mar\N{LATIN SMALL LETTER LONG S}a@example.com", False),
        ("\N{FULLWIDTH LATIN SMALL LETTER M}aria@example.com", False),
        ("\N{KELVIN SIGN}arin@example.com", False),
        ("maria@example\N{FULLWIDTH FULL STOP}com", False),
    ],
)
async def test_an_address_that_is_only_compared_as_anothers_is_not_theirs(
    given: Given, caller: Api, provider: SmallProvider, address: str, is_taken: Any
):
    await given.oidc_provider(**provider.settings(trusts_email=True))

    answer = await show(caller, provider.id_token(email=address, email_verified=True))

    assert values(await me(given, answer), "EMAIL") == [address] * is_taken
