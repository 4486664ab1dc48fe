"""The settings of OpenID providers: what presets fill in, and what is refused."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from support.answers import refusal, refused
from support.api import Api
from support.given import Given, GivenClient, MakeGiven
from support.providers import ALL, changed, made, oidc, path_of, pem

TENANT = "8eaef023-2b34-4da1-9baa-8bc8c9d6a490"
OTHER = "9188040d-6c67-4c5b-b112-36a304b66dad"


@pytest.fixture
async def maintenance(given: Given, client: GivenClient) -> Api:
    return await given.administrator(client)


def of_preset(preset: str, **settings: Any) -> dict[str, Any]:
    return oidc(**{"issuer": None, "preset": preset} | settings)


async def messages(caller: Api, body: dict[str, Any]) -> list[str]:
    """Return what is said of a body, which has to be refused by its fields."""
    answer = await caller.post(ALL, json=body)
    assert answer.status_code == 400, answer.text
    refusal(answer)
    return sorted(item["message"] for item in answer.json())


class TestPresets:
    @pytest.mark.parametrize(
        ("preset", "given_settings", "becomes"),
        [
            (
                "GOOGLE", {},
                {"issuer": "https://accounts.google.com", "scopes": ["openid", "email", "profile"], "trustsEmail": True},
            ),
            (
                "MICROSOFT", {"tenants": [TENANT]},
                {"issuer": f"https://login.microsoftonline.com/{TENANT}/v2.0", "trustsEmail": True, "tenants": [TENANT]},
            ),
            (
                "MICROSOFT", {"tenants": [TENANT, OTHER]},
                {"issuer": "https://login.microsoftonline.com/common/v2.0", "tenants": [TENANT, OTHER]},
            ),
            (
                "GOV_BR", {},
                {
                    "issuer": "https://sso.acesso.gov.br/",
                    "scopes": ["openid", "email", "profile", "govbr_confiabilidades", "govbr_confiabilidades_idtoken"],
                    "trustsDocument": True,
                    "levels": {"bronze": "LOGIN", "prata": "DOCUMENT", "ouro": "DOCUMENT"},
                    "claims": {"document": "sub", "email": "email", "name": "name", "groups": None},
                },
            ),
            (
                "GOV_BR", {"issuer": "https://sso.staging.acesso.gov.br/", "levels": {"bronze": "NOTHING", "ouro": "DOCUMENT"}},
                {"issuer": "https://sso.staging.acesso.gov.br/", "levels": {"bronze": "NOTHING", "ouro": "DOCUMENT"}},
            ),
            (
                "GOOGLE", {"trustsEmail": False, "scopes": ["openid"], "claims": {"groups": "hd"}},
                {
                    "trustsEmail": False,
                    "scopes": ["openid"],
                    "claims": {"document": None, "email": None, "name": None, "groups": "hd"},
                },
            ),
        ],
        ids=["google", "microsoft", "microsoft-of-two", "gov.br", "gov.br-staging", "google-otherwise"],
    )  # fmt: skip
    async def test_what_is_left_out_is_the_presets(
        self, maintenance: Api, preset: str, given_settings: dict[str, Any], becomes: dict[str, Any]
    ):
        found = (await made(maintenance, of_preset(preset, **given_settings)))["oidc"]

        assert found | becomes == found
        assert found["preset"] == preset
        assert found["clientAuthentication"] == "client_secret_basic"

    async def test_apple_takes_a_key_of_its_developers(self, maintenance: Api):
        key = {"clientSecret": None, "privateKey": pem(), "keyId": "ABC123DEFG", "teamId": "TEAM123456"}

        found = (await made(maintenance, of_preset("APPLE", **key)))["oidc"]

        assert found | {"issuer": "https://appleid.apple.com", "scopes": ["openid", "email", "name"]} == found
        assert found | {"clientAuthentication": "apple", "keyId": "ABC123DEFG", "teamId": "TEAM123456"} == found
        assert await messages(maintenance, of_preset("APPLE")) == [
            "`oidc.clientSecret`: nothing is expected with apple.",
            "`oidc.keyId` is required.",
            "`oidc.privateKey` is required.",
            "`oidc.teamId` is required.",
        ]

    async def test_a_microsoft_of_all_tenants_needs_to_know_whose_accounts_are_let_in(self, maintenance: Api):
        assert await messages(maintenance, of_preset("MICROSOFT")) == ["`oidc.tenants` is required."]
        for issuer in ("common", "organizations"):
            body = oidc(issuer=f"https://login.microsoftonline.com/{issuer}/v2.0")
            assert await messages(maintenance, body) == ["`oidc.tenants` is required."]
        wrong = of_preset("MICROSOFT", tenants=["contoso.com", TENANT.upper()])
        assert [one.split(":")[0] for one in await messages(maintenance, wrong)] == ["`oidc.tenants[0]`", "`oidc.tenants[1]`"]


async def test_every_wrong_field_is_named_at_once(maintenance: Api):
    body = oidc(
        issuer="http://openid.example.com?x",
        scopes=["email", "a b"],
        redirectUris=["https://app.example.com/back", "app.example.com", "https://app.example.com/#x"],
        tenants=[TENANT],
        levels={"ouro": "LOGIN"},
        keyId="x",
        teamId="x",
        privateKey=pem(),
        clientSecret=None,
    )

    assert [one.split("`")[1] for one in await messages(maintenance, body)] == [
        "oidc.clientSecret",
        "oidc.issuer",
        "oidc.keyId",
        "oidc.levels",
        "oidc.privateKey",
        "oidc.redirectUris[1]",
        "oidc.redirectUris[2]",
        "oidc.scopes[1]",
        "oidc.scopes",
        "oidc.teamId",
        "oidc.tenants",
    ]


@pytest.mark.parametrize(
    "issuer",
    [
        "http://openid.example.com", "https://openid.example.com?a=b", "https://openid.example.com#a",
        "https://openid.example.com?", "https://openid.example.com/#", "https://user@openid.example.com",
        "https://user:word@openid.example.com", "ftp://openid.example.com", "https://", "//openid.example.com",
        "openid.example.com", "https://openid.example.com\r\nX: y", "https://openid.example.com/a b", "https://ópenid.example.com",
        "https://openid.example.com:99999", "https://[::1", "file:///etc/passwd", "http://127.0.0.1", "http://localhost:8080",
        "https://openid.example.com\\@evil.example.com", "x" * 2049, "", 1, None,
    ],
)  # fmt: skip
async def test_an_issuer_is_an_https_url_and_nothing_else(maintenance: Api, issuer: Any):
    body = oidc()
    body["oidc"]["issuer"] = issuer

    status, codes = refusal(await maintenance.post(ALL, json=body))

    assert status == 400
    assert codes in (["102"], ["101"])


async def test_this_machine_may_be_named_in_development_alone(make_given: MakeGiven, tmp_path: Any):
    given = await make_given(f"sqlite:///{tmp_path}/a.db", development="true")
    caller = await given.administrator(await given.client())

    found = await made(caller, oidc(issuer="http://127.0.0.1:4000", redirectUris=["http://localhost:3000/back"]))

    assert found["oidc"]["issuer"] == "http://127.0.0.1:4000"
    answer = await caller.post(ALL, json=oidc(issuer="http://openid.example.com", redirectUris=["http://app.example.com"]))
    refused(answer, 400, "102", "102")


@pytest.mark.parametrize(
    ("url", "is_taken"),
    [
        ("https://app.example.com/back?x=y", True),
        ("com.example.app:/back", True),
        ("com.example.app://back", True),
        ("http://app.example.com/back", False),
        ("http://localhost/back", False),
        ("app:/back", False),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("https://user:word@app.example.com/", False),
        ("https://app.example.com/back#x", False),
        ('https://app.example.com/"><script>', False),
        ("https:///back", False),
        ("/back", False),
    ],
)  # fmt: skip
async def test_an_application_is_returned_to_by_https_or_by_its_own_scheme(maintenance: Api, url: str, is_taken: bool):  # noqa: FBT001  # a case
    answer = await maintenance.post(ALL, json=oidc(redirectUris=[url]))

    assert answer.status_code == (201 if is_taken else 400), answer.text


class TestKeys:
    @pytest.mark.parametrize(
        "key",
        [
            rsa.generate_private_key(65537, 2048),
            ec.generate_private_key(ec.SECP256R1()),
            ed25519.Ed25519PrivateKey.generate(),
        ],
        ids=["rsa", "p-256", "ed25519"],
    )  # fmt: skip
    async def test_a_client_may_prove_itself_by_a_key(self, maintenance: Api, key: Any):
        settings = {"clientAuthentication": "private_key_jwt", "clientSecret": None, "privateKey": pem(key), "keyId": "one"}

        provider = await made(maintenance, oidc(**settings))

        assert provider["oidc"]["keyId"] == "one"
        assert "PRIVATE" not in repr(provider)

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("no key", "a private key in PEM"),
            (pem(password=b"word"), "not encrypted"),
            (pem(rsa.generate_private_key(65537, 1024)), "2048 bits"),  # noqa: S505  # what is refused
            (pem(ec.generate_private_key(ec.SECP384R1())), "P-256"),
            ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "a private key in PEM"),
            ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "a private key in PEM"),
        ],
        ids=["text", "encrypted", "short", "p-384", "garbage", "certificate"],
    )  # fmt: skip
    async def test_what_is_no_good_key_is_refused_and_not_repeated(self, maintenance: Api, text: str, why: str):
        body = oidc(clientAuthentication="private_key_jwt", clientSecret=None, privateKey=text)

        [message] = await messages(maintenance, body)

        assert message.startswith("`oidc.privateKey`: ")
        assert why in message
        assert text not in message

    async def test_a_key_that_apple_does_not_take_does_not_become_apples(self, maintenance: Api):
        by_key = {"clientSecret": None, "keyId": "one"}
        rsa_key = pem(rsa.generate_private_key(65537, 2048))
        provider = await made(maintenance, oidc(clientAuthentication="private_key_jwt", privateKey=rsa_key, **by_key))

        apple = changed(oidc(clientAuthentication="apple", teamId="x", **by_key))

        refused(await maintenance.put(path_of(provider), json=apple), 400, "101")
        apple["oidc"]["privateKey"] = rsa_key
        refused(await maintenance.put(path_of(provider), json=apple), 400, "102")


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ({}, ["101"] * 3),
        ({"kind": "OIDC", "alias": "x", "name": "x"}, ["101"]),
        ({"kind": "OIDC", "alias": "x", "name": "x", "saml": {"acsUrls": ["https://a.example.com"]}}, ["101", "102"]),
        ({"kind": "LDAP", "alias": "x", "name": "x"}, ["102"]),
        (oidc(unknown="x"), ["106"]),
        (oidc() | {"unknown": 1}, ["106"]),
        (oidc(claims={"sub": "x"}), ["106"]),
        (oidc() | {"firstUse": "NEVER", "isEnabled": "yes", "createsUsers": 1, "organizationId": "x"}, ["102"] * 4),
        (oidc() | {"oidc": []}, ["102"]),
        (oidc(clientId=None), ["101"]),
        (oidc(preset="GITHUB"), ["102"]),
        (oidc(groupMap={"": "0" * 24}), ["102"]),
        (oidc(groupMap={"staff": "x"}), ["102"]),
        (oidc(groupMap={f"g{n}": "0" * 24 for n in range(101)}), ["102"]),
        (oidc(scopes=["openid"] * 101), ["102"]),
        (oidc(preset="GOV_BR", levels={"diamante": "LOGIN"}), ["102"]),
    ],
)
async def test_each_wrong_field_is_named(maintenance: Api, body: dict[str, Any], codes: list[str]):
    refused(await maintenance.post(ALL, json=body), 400, *codes)


async def test_a_change_says_neither_kind_nor_organisation(maintenance: Api):
    provider = await made(maintenance, oidc())

    refused(await maintenance.put(path_of(provider), json=oidc() | {"organizationId": "0" * 24}), 400, "106", "106")
    of_saml = {"alias": "x", "name": "x", "saml": {"acsUrls": ["https://a.example.com"]}}
    refused(await maintenance.put(path_of(provider), json=of_saml), 400, "101", "102")
