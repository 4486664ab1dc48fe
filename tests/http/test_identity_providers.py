"""Identity providers: made, shown, changed and removed, by whoever reaches them."""

from typing import Any

import pytest

from authme.crypto.sealing import MasterKey
from authme.kernel.context import Context
from authme.providers import store
from support.answers import refused
from support.api import Api
from support.given import Given, GivenClient, at_once
from support.providers import ALL, changed, made, oidc, path_of, pem, saml
from support.two_engines import rows_of

NOBODY = "0" * 24


@pytest.fixture
async def maintenance(given: Given, client: GivenClient) -> Api:
    return await given.administrator(client)


async def admin(given: Given, organization_id: str | None) -> Api:
    """Return a caller that is ADMIN of an organisation, and nothing more."""
    return await given.person(await given.user(None, "ADMIN", organization_id=organization_id), await given.client())


async def secret_of(given: Given, provider: dict[str, Any]) -> str | None:
    async def read(ctx: Context) -> str | None:
        found = await store.find(ctx.tx, provider["identityProviderId"])
        return await store.find_secret(ctx.tx, found, ctx.part(MasterKey)) if found is not None else None

    return await given.run(read)


async def test_one_is_made_shown_listed_changed_and_removed(on_both: Given):
    caller = await on_both.administrator(await on_both.client())

    provider = await made(caller, oidc(redirectUris=["https://app.example.com/back"]))

    assert provider == {
        "identityProviderId": provider["identityProviderId"],
        "organizationId": None,
        "kind": "OIDC",
        "alias": "bureau",
        "name": "Bureau",
        "isEnabled": True,
        "firstUse": "LINK",
        "createsUsers": True,
        "oidc": {
            "issuer": "https://openid.example.com",
            "clientId": "authme",
            "preset": None,
            "clientAuthentication": "client_secret_basic",
            "keyId": None,
            "teamId": None,
            "scopes": ["openid", "email", "profile"],
            "redirectUris": ["https://app.example.com/back"],
            "tenants": [],
            "trustsEmail": False,
            "trustsDocument": False,
            "levels": {},
            "claims": {"document": None, "email": "email", "name": "name", "groups": None},
            "groupMap": {},
        },
        "saml": None,
        "createdAt": "2025-11-24T16:00:00Z",
        "updatedAt": "2025-11-24T16:00:00Z",
    }
    path = path_of(provider)
    assert (await caller.get(path)).json() == provider
    assert (await caller.get(ALL)).json() == {"items": [provider], "nextCursor": None}
    on_both.later(seconds=60)
    answer = await caller.put(path, json=changed(oidc(scopes=["openid"]), alias="office", name="Office", isEnabled=False))
    assert answer.status_code == 200, answer.text
    becomes = provider["oidc"] | {"scopes": ["openid"], "redirectUris": []}
    assert answer.json() == provider | {
        "alias": "office", "name": "Office", "isEnabled": False, "oidc": becomes, "updatedAt": "2025-11-24T16:01:00Z",
    }  # fmt: skip
    assert (await caller.get(path)).json() == answer.json()
    assert (await caller.delete(path)).status_code == 204
    for refusal in (await caller.get(path), await caller.delete(path), await caller.post(f"{path}/test")):
        refused(refusal, 404, "401")
    refused(await caller.put(path, json=changed(oidc())), 404, "401")
    assert await rows_of(on_both.env["AUTHME_DATABASE_URL"], "SELECT id FROM identity_provider") == []
    trail = [row["action"] for row in await on_both.trail() if row["target"] == provider["identityProviderId"]]
    assert trail == [f"identity_provider.{done}" for done in ("created", "changed", "removed")]


async def test_a_saml_one_gets_a_key_of_its_own_which_a_change_keeps(on_both: Given):
    caller = await on_both.administrator(await on_both.client())

    provider = await made(caller, saml())

    settings = provider["saml"]
    assert provider["oidc"] is None
    assert settings["serviceEntityId"] == "http://127.0.0.1:8080/security/iam/v1/saml/works/metadata"
    assert settings | {"serviceCertificate": "", "certificates": []} == {
        "entityId": "https://saml.example.com/metadata",
        "redirectUrl": "https://saml.example.com/sso",
        "postUrl": None,
        "certificates": [],
        "metadataUrl": None,
        "serviceEntityId": settings["serviceEntityId"],
        "acsUrls": ["https://app.example.com/acs"],
        "serviceCertificate": "",
        "signsRequests": True,
        "allowsUnsolicited": False,
        "trustsEmail": False,
        "trustsDocument": False,
        "claims": {"document": None, "email": None, "name": None, "groups": None},
        "groupMap": {},
    }
    key = await secret_of(on_both, provider)
    assert key is not None
    assert key.startswith("-----BEGIN PRIVATE KEY-----")
    answer = await caller.put(path_of(provider), json=changed(saml(postUrl="https://saml.example.com/post"), alias="other"))
    assert answer.json()["saml"] == settings | {"postUrl": "https://saml.example.com/post"}
    assert await secret_of(on_both, provider) == key
    other = await made(caller, saml())
    assert other["saml"]["serviceCertificate"] != settings["serviceCertificate"]


class TestSecrets:
    async def test_they_are_sealed_and_never_shown(self, given: Given, maintenance: Api):
        answer = await maintenance.post(ALL, json=oidc(clientSecret="the hidden one"))
        provider = answer.json()
        path = path_of(provider)

        shown = [answer, await maintenance.get(path), await maintenance.get(ALL)]
        shown.append(await maintenance.put(path, json=changed(oidc(clientSecret="the hidden one"))))

        assert [one.status_code for one in shown] == [201, 200, 200, 200]
        assert not any("the hidden one" in one.text for one in shown)
        rows = await rows_of(given.env["AUTHME_DATABASE_URL"], "SELECT * FROM identity_provider, audit_event")
        assert "the hidden one" not in repr(rows)
        assert await secret_of(given, provider) == "the hidden one"

    async def test_a_change_without_one_keeps_it_and_one_with_another_replaces_it(self, given: Given, maintenance: Api):
        provider = await made(maintenance, oidc(clientSecret="the first"))
        path = path_of(provider)

        assert (await maintenance.put(path, json=changed(oidc(clientSecret=None)))).status_code == 200
        assert await secret_of(given, provider) == "the first"
        post = oidc(clientSecret=None, clientAuthentication="client_secret_post")
        assert (await maintenance.put(path, json=changed(post))).status_code == 200
        assert await secret_of(given, provider) == "the first"
        assert (await maintenance.put(path, json=changed(oidc(clientSecret="the second")))).status_code == 200
        assert await secret_of(given, provider) == "the second"

    @pytest.mark.parametrize("becomes", [{"issuer": "https://thief.example.com"}, {"clientId": "another"}], ids=str)
    async def test_it_goes_to_no_other_issuer_and_is_no_other_clients(self, given: Given, becomes: dict[str, str]):
        """An administrator who was never shown it would have it sent to a server of their own."""
        caller = await admin(given, await given.organization())
        provider = await made(caller, oidc(clientSecret="the first"))
        path = path_of(provider)

        refused(await caller.put(path, json=changed(oidc(clientSecret=None, **becomes))), 400, "101")

        assert (await caller.get(path)).json() == provider
        assert await secret_of(given, provider) == "the first"
        assert (await caller.put(path, json=changed(oidc(clientSecret="the second", **becomes)))).status_code == 200
        assert await secret_of(given, provider) == "the second"

    async def test_a_private_key_goes_to_no_other_issuer_either(self, given: Given, maintenance: Api):
        by_key = {"clientSecret": None, "clientAuthentication": "private_key_jwt"}
        provider = await made(maintenance, oidc(**by_key, privateKey=pem()))
        path = path_of(provider)

        assert (await maintenance.put(path, json=changed(oidc(**by_key)))).status_code == 200
        thief = oidc(**by_key, issuer="https://thief.example.com")
        refused(await maintenance.put(path, json=changed(thief)), 400, "101")
        assert await secret_of(given, provider) is not None

    async def test_a_new_one_is_not_read_for_the_provider_as_it_was(self, on_both: Given):
        """Whoever was about to ask the old issuer must not bring it the new one's secret."""
        caller = await on_both.administrator(await on_both.client())
        provider = await made(caller, oidc(clientSecret="the first"))
        was = await on_both.run(lambda ctx: store.find(ctx.tx, provider["identityProviderId"]))
        on_both.later(seconds=1)

        other = changed(oidc(issuer="https://other.example.com", clientSecret="the second"))
        assert (await caller.put(path_of(provider), json=other)).status_code == 200

        key = on_both.server.parts.get(MasterKey)
        assert was is not None
        assert await on_both.run(lambda ctx: store.find_secret(ctx.tx, was, key)) is None
        assert await secret_of(on_both, provider) == "the second"

    async def test_with_another_kind_of_authentication_another_is_demanded_or_none_is_left(
        self, given: Given, maintenance: Api
    ):
        provider = await made(maintenance, oidc())
        path = path_of(provider)

        by_key = changed(oidc(clientSecret=None, clientAuthentication="private_key_jwt"))
        refused(await maintenance.put(path, json=by_key), 400, "101")
        none = changed(oidc(clientSecret=None, clientAuthentication="none"))
        assert (await maintenance.put(path, json=none)).status_code == 200
        assert await secret_of(given, provider) is None
        refused(await maintenance.put(path, json=changed(oidc(clientSecret=None))), 400, "101")


class TestAliases:
    async def test_one_that_is_taken_is_refused_also_elsewhere(self, on_both: Given):
        caller = await on_both.administrator(await on_both.client())
        here, there = [await admin(on_both, await on_both.organization()) for _ in range(2)]
        first, second = await made(here, oidc()), await made(there, saml())

        for answer in (
            await caller.post(ALL, json=oidc()),
            await there.post(ALL, json=oidc()),
            await there.put(path_of(second), json=changed(saml(), alias="bureau")),
        ):
            refused(answer, 409, "403")
        assert (await here.put(path_of(first), json=changed(oidc()))).status_code == 200
        assert len(await rows_of(on_both.env["AUTHME_DATABASE_URL"], "SELECT id FROM identity_provider")) == 2

    async def test_of_two_made_at_once_one_is(self, on_both: Given):
        caller = await on_both.administrator(await on_both.client())

        answers = await at_once(*(caller.post(ALL, json=oidc()) for _ in range(4)))

        assert sorted(one.status_code for one in answers) == [201, 409, 409, 409]

    @pytest.mark.parametrize("alias", ["", "A", "a b", "-a", "a-", "a_b", "a/b", "ä", "a" * 64, "a\n", "..", 1, None])
    async def test_it_is_a_word_that_fits_into_a_path(self, maintenance: Api, alias: Any):
        refused(await maintenance.post(ALL, json=oidc() | {"alias": alias}), 400, "102")


class TestRelation:
    async def test_an_admin_has_those_of_the_organisation_and_sees_no_others(self, on_both: Given):
        maintenance = await on_both.administrator(await on_both.client())
        here, there = await on_both.organization("Here"), await on_both.organization("There")
        caller, other = await admin(on_both, here), await admin(on_both, there)
        everybodys = await made(maintenance, oidc() | {"alias": "everybody"})

        mine = await made(caller, oidc())

        assert mine["organizationId"] == here
        named = await made(caller, saml() | {"organizationId": here})
        assert {one["alias"]: one for one in (await caller.get(ALL)).json()["items"]} == {"bureau": mine, "works": named}
        assert (await other.get(ALL)).json()["items"] == []
        assert len((await maintenance.get(ALL)).json()["items"]) == 3
        unknown = await other.get(f"{ALL}/{NOBODY}")
        for asking, provider in ((other, mine), (caller, everybodys)):
            path = path_of(provider)
            for answer in (
                await asking.get(path),
                await asking.put(path, json=changed(oidc())),
                await asking.delete(path),
                await asking.post(f"{path}/test"),
            ):
                refused(answer, 404, "401")
                assert answer.text == unknown.text
        refused(await other.post(ALL, json=oidc() | {"alias": "x", "organizationId": here}), 400, "107")
        refused(await maintenance.post(ALL, json=oidc() | {"alias": "x", "organizationId": NOBODY}), 400, "107")
        assert (await maintenance.put(path_of(mine), json=changed(oidc()))).json()["organizationId"] == here

    async def test_an_admin_of_no_organisation_makes_and_finds_nothing(self, given: Given, maintenance: Api):
        await made(maintenance, oidc())
        caller = await admin(given, None)

        assert (await caller.get(ALL)).json()["items"] == []
        refused(await caller.post(ALL, json=oidc() | {"alias": "x"}), 403, "302")

    async def test_who_belongs_to_an_organisation_makes_its_own_even_with_every_office(self, given: Given, client: GivenClient):
        here, there = await given.organization("Here"), await given.organization("There")
        caller = await given.administrator(client, organization_id=here)

        assert (await made(caller, oidc()))["organizationId"] == here
        assert (await made(caller, saml() | {"organizationId": there}))["organizationId"] == there

    async def test_an_organisation_that_has_one_stays(self, on_both: Given):
        caller, here = await on_both.administrator(await on_both.client()), await on_both.organization()
        provider = await made(caller, oidc() | {"organizationId": here})

        answer = await caller.delete(f"/organizations/{here}")

        refused(answer, 409, "404")
        assert "identity providers" in answer.text
        assert (await caller.delete(path_of(provider))).status_code == 204
        assert (await caller.delete(f"/organizations/{here}")).status_code == 204


async def test_pages_follow_each_other(maintenance: Api):
    ids = [(await made(maintenance, oidc() | {"alias": f"p{number}"}))["identityProviderId"] for number in range(3)]

    first = (await maintenance.get(ALL, params={"limit": "2"})).json()
    second = (await maintenance.get(ALL, params={"limit": "2", "cursor": first["nextCursor"]})).json()

    assert [one["identityProviderId"] for one in first["items"] + second["items"]] == sorted(ids)
    assert second["nextCursor"] is None
    refused(await maintenance.get(ALL, params={"limit": "0"}), 400, "102")
