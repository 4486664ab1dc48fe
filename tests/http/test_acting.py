"""UI-12: act for a business, or with fewer scopes."""

import asyncio
import time
from typing import Any

import pytest
from sqlalchemy import bindparam, update

from authme.kernel.context import Context
from authme.kernel.database import Statement
from authme.sessions import USER_TOPIC
from authme.users.tables import user_account
from support.answers import refused, token_object
from support.api import Api
from support.given import Given, GivenClient, GivenUser, MakeGiven, claims

TOKEN, RENEW, RENOVATE = "/user-identities/me/access-token", "/user-identities/renew-token", "/user-identities/renovate-token"
CHANGE, GENERATE = "/user-identities/me/change-app", "/user-identities/me/generate-param"
FIRM, OTHER_FIRM = "5" * 24, "6" * 24
ACTING = {"ROLE_BUSINESS", "ROLE_BUSINESSUSER"}
_MOVE = Statement(update(user_account).where(user_account.c.id == bindparam("whom")).values(business_id=bindparam("to")))


@pytest.fixture
async def user(given: Given) -> GivenUser:
    await given.business(id=FIRM)
    return await given.user(None, business_id=FIRM)


@pytest.fixture
async def person(given: Given, client: GivenClient, user: GivenUser) -> Api:
    return await given.person(user, client)


async def move(given: Given, user: GivenUser, to: str | None) -> None:
    """Bring a user to another business, or take them out of theirs."""

    async def change(ctx: Context) -> None:
        ctx.tx.announce(USER_TOPIC, user.id)
        await ctx.tx.run(_MOVE, whom=user.id, to=to)

    await given.run(change)


async def acting(person: Api, **body: Any) -> dict[str, Any]:
    found: dict[str, Any] = token_object(await person.post(TOKEN, json={"businessId": FIRM} | body))
    return found


def acts(token: object) -> bool:
    said = claims(str(token))
    return set(said["authorities"]) >= ACTING and said["business_id"] == FIRM


async def test_the_token_says_for_whom_the_person_acts(on_both: Given):
    await on_both.business(id=FIRM)
    client, user = await on_both.client(), await on_both.user(None, business_id=FIRM)
    token = await on_both.mfa_token(user, client)

    found = await acting(on_both.api.as_(token))

    was, said = claims(token), claims(found["accessToken"])
    assert said["business_id"] == FIRM
    assert set(said["authorities"]) == {*was["authorities"], *ACTING}
    for same in ("sid", "sub", "acr", "amr", "auth_time", "client_id", "scope"):
        assert said[same] == was[same]
    caller = await on_both.caller(found["accessToken"])
    assert caller.has("BUSINESS")
    assert caller.has("BUSINESSUSER")
    assert (caller.acts_for, caller.business_id) == (FIRM, FIRM)
    before = await on_both.caller(token)
    assert not before.has("BUSINESS")
    assert (before.acts_for, before.business_id) == (None, FIRM)


async def test_what_is_done_so_is_in_the_audit_with_the_business(given: Given, client: GivenClient, person: Api):
    for_the_firm = given.api.as_((await acting(person))["accessToken"])

    await for_the_firm.post(CHANGE, params={"targetClientId": client.id})
    await person.post(CHANGE, params={"targetClientId": client.id})

    (row,) = await given.trail("token.issued")
    assert row["detail"] == f'{{"acts_for":"{FIRM}"}}'
    assert [row["detail"] for row in await given.trail("session.moved")] == [
        f'{{"acts_for":"{FIRM}","to_client":"{client.id}"}}',
        f'{{"to_client":"{client.id}"}}',
    ]


async def test_a_renewal_keeps_it_and_its_scopes(on_both: Given):
    await on_both.business(id=FIRM)
    client, user = await on_both.client("READ", "WRITE", "PAY"), await on_both.user(None, business_id=FIRM)
    found = await acting(await on_both.person(user, client), scope=["WRITE", "READ"])
    caller = on_both.api.as_client(client.id)

    for path in (RENEW, RENOVATE, RENEW):
        found = token_object(await caller.post(path, json={"refreshToken": found["refreshToken"]}))

        assert acts(found["accessToken"])
        assert found["scope"] == ["READ", "WRITE"]
        assert (await on_both.caller(str(found["accessToken"]))).acts_for == FIRM
    assert {row["detail"] for row in await on_both.trail("session.renewed")} == {f'{{"acts_for":"{FIRM}"}}'}


async def test_whoever_leaves_the_business_acts_for_it_no_more(on_both: Given):
    await on_both.business(id=FIRM)
    client, user = await on_both.client(), await on_both.user(None, business_id=FIRM)
    person, caller = await on_both.person(user, client), on_both.api.as_client(client.id)
    found = await acting(person)

    await move(on_both, user, None)

    now = await on_both.caller(found["accessToken"])
    assert not now.has("BUSINESS")
    assert not now.has("BUSINESSUSER")
    assert (now.acts_for, now.business_id) == (None, None)
    assert now.has("PERSON")
    refused(await on_both.api.as_(found["accessToken"]).post(TOKEN, json={"businessId": FIRM}), 400, "107")
    kept = token_object(await on_both.api.as_(found["accessToken"]).post(TOKEN, json={}))
    renewed = token_object(await caller.post(RENEW, json={"refreshToken": found["refreshToken"]}))
    for token in (kept["accessToken"], renewed["accessToken"]):
        assert ACTING.isdisjoint(claims(str(token))["authorities"])
        assert "business_id" not in claims(str(token))


async def test_coming_back_begins_nothing_again(given: Given, client: GivenClient, user: GivenUser, person: Api):
    found, caller = await acting(person), given.api.as_client(client.id)
    await move(given, user, OTHER_FIRM)
    renewed = token_object(await caller.post(RENEW, json={"refreshToken": found["refreshToken"]}))
    await move(given, user, FIRM)

    again = token_object(await caller.post(RENEW, json={"refreshToken": renewed["refreshToken"]}))

    assert not acts(again["accessToken"])


async def test_another_worker_process_knows_within_a_second(on_both: Given, make_given: MakeGiven):
    await on_both.business(id=FIRM)
    client, user = await on_both.client(), await on_both.user(None, business_id=FIRM)
    other = await make_given(beside=on_both)
    token = (await acting(await other.person(user, client)))["accessToken"]
    assert (await other.caller(token)).has("BUSINESS")

    await move(on_both, user, None)

    started = time.monotonic()
    while (await other.caller(token)).has("BUSINESS"):
        assert time.monotonic() - started < 1
        await asyncio.sleep(0.02)


async def test_a_users_own_kind_and_roles_stay_when_they_leave(given: Given, client: GivenClient):
    await given.business(id=FIRM)
    user = await given.user(None, "BUSINESSADMIN", kind="BUSINESSUSER", business_id=FIRM)
    token = (await acting(await given.person(user, client)))["accessToken"]
    assert (await given.caller(token)).atoms >= {"BUSINESS", "BUSINESSUSER", "BUSINESSADMIN"}

    await move(given, user, None)

    now = await given.caller(token)
    assert now.atoms >= {"BUSINESSUSER", "BUSINESSADMIN"}
    assert not now.has("BUSINESS")


async def test_whoever_holds_the_word_as_a_role_acts_for_nobody_by_it(given: Given, client: GivenClient):
    await given.business(id=FIRM)
    user = await given.user(None, "BUSINESS", business_id=FIRM)

    caller = await given.caller(await given.user_token(user, client))

    assert caller.has("BUSINESS")
    assert not caller.has("BUSINESSUSER")
    assert caller.acts_for is None


async def test_at_another_application_it_begins_anew(given: Given, person: Api):
    other, for_the_firm = await given.client(), given.api.as_((await acting(person))["accessToken"])
    moved = token_object(await for_the_firm.post(CHANGE, params={"targetClientId": other.id}))
    param = (await for_the_firm.post(GENERATE, json={"targetClientId": other.id})).json()["param"]
    handed = token_object(
        await given.api.as_client(other.id).post("/user-identities/auth-legacy-by-param", headers={"param": param})
    )

    for found in (moved, handed):
        assert ACTING.isdisjoint(claims(str(found["accessToken"]))["authorities"])
        assert acts((await acting(given.api.as_(str(found["accessToken"]))))["accessToken"])


async def test_only_for_the_business_that_the_person_belongs_to(given: Given, client: GivenClient, person: Api):
    await given.business(id=OTHER_FIRM)
    await given.user(None, business_id=OTHER_FIRM)
    of_no_business = await given.person(await given.user(), client)

    answers = [
        await person.post(TOKEN, json={"businessId": OTHER_FIRM}),
        await person.post(TOKEN, json={"businessId": "0" * 24}),
        await of_no_business.post(TOKEN, json={"businessId": FIRM}),
    ]

    for answer in answers:
        refused(answer, 400, "107")
    assert len({answer.text for answer in answers}) == 1


class TestFewerScopes:
    @pytest.fixture
    async def client(self, given: Given) -> GivenClient:
        return await given.client("READ", "WRITE", "identity_read")

    async def test_the_token_has_what_is_asked_for_and_no_more(self, person: Api):
        for asked, got in ((["READ"], ["READ"]), (["WRITE", "READ", "READ"], ["READ", "WRITE"]), ([], [])):
            found = token_object(await person.post(TOKEN, json={"scope": asked}))

            assert found["scope"] == claims(str(found["accessToken"]))["scope"] == got
        assert token_object(await person.post(TOKEN))["scope"] == ["READ", "WRITE", "identity_read"]

    async def test_what_is_given_up_does_not_come_back(self, given: Given, client: GivenClient, person: Api):
        found = token_object(await person.post(TOKEN, json={"scope": ["READ"]}))
        narrow, caller = given.api.as_(str(found["accessToken"])), given.api.as_client(client.id)

        refused(await narrow.post(TOKEN, json={"scope": ["READ", "WRITE"]}), 400, "102")
        assert token_object(await narrow.post(TOKEN, json={}))["scope"] == ["READ"]
        assert token_object(await narrow.post(CHANGE, params={"targetClientId": client.id}))["scope"] == ["READ"]
        param = (await narrow.post(GENERATE)).json()["param"]
        handed = await caller.post("/user-identities/auth-legacy-by-param", headers={"param": param})
        assert token_object(handed)["scope"] == ["READ"]
        other = await given.client("READ", "PAY")
        there = token_object(await narrow.post(CHANGE, params={"targetClientId": other.id}))
        assert there["scope"] == ["READ"]
        back = await given.api.as_(str(there["accessToken"])).post(CHANGE, params={"targetClientId": client.id})
        assert token_object(back)["scope"] == ["READ"]
        for path in (RENEW, RENOVATE):
            found = token_object(await caller.post(path, json={"refreshToken": found["refreshToken"]}))
            assert found["scope"] == ["READ"]

    async def test_acting_goes_on_with_fewer_scopes(self, given: Given, person: Api):
        for_the_firm = given.api.as_((await acting(person))["accessToken"])

        found = token_object(await for_the_firm.post(TOKEN, json={"scope": ["READ"]}))

        assert acts(found["accessToken"])


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ({"businessId": "x"}, ["102"]),
        ({"businessId": 7, "scope": "READ"}, ["102", "102"]),
        ({"scope": ["READ", "no such scope"]}, ["102"]),
        ({"scope": ["PAY"]}, ["102"]),
        ({"scope": [1]}, ["102"]),
        ({"scope": ["READ"] * 65}, ["102"]),
        ({"businessId": OTHER_FIRM, "scope": ["PAY"]}, ["107", "102"]),
        ({"userId": "0" * 24}, ["106"]),
    ],
)
async def test_each_wrong_field_is_named(person: Api, body: dict[str, Any], codes: list[str]):
    refused(await person.post(TOKEN, json=body), 400, *codes)
