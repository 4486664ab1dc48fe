"""The users of a business and their offices."""

import asyncio
import time
from typing import Any

import pytest

from support.answers import refused
from support.api import Api
from support.given import Given, GivenClient, GivenUser, MakeGiven, at_once, claims
from support.two_engines import rows_of

USERS, TOKEN = "/user-identities", "/user-identities/me/access-token"
NOBODY = "0" * 24
OFFICES = {"BUSINESSOWNER", "BUSINESSADMIN"}


@pytest.fixture
async def firm(given: Given) -> str:
    return await given.business()


@pytest.fixture
async def maintenance(given: Given, client: GivenClient) -> Api:
    return await given.administrator(client)


async def holder(given: Given, business_id: str, *authorities: str) -> Api:
    """Return a caller that holds these in the business."""
    return await given.person(await given.user(None, *authorities, business_id=business_id), await given.client())


def user_of(business_id: str, user: GivenUser | str) -> str:
    return f"/businesses/{business_id}/users/{user if isinstance(user, str) else user.id}"


async def listed(caller: Api, business_id: str, **query: str) -> list[tuple[str, str]]:
    answer = await caller.get(f"/businesses/{business_id}/users", params=query)
    assert answer.status_code == 200, answer.text
    return [(one["userId"], one["office"]) for one in answer.json()["items"]]


async def put(caller: Api, business_id: str, user: GivenUser, office: str) -> None:
    answer = await caller.put(user_of(business_id, user), json={"office": office})
    assert answer.status_code == 200, answer.text
    assert answer.json()["userId"] == user.id
    assert answer.json()["office"] == office


async def test_a_user_comes_rises_falls_and_leaves(on_both: Given):
    client, firm = await on_both.client(), await on_both.business()
    caller, user = await on_both.administrator(client), await on_both.user(name="Maria")

    answer = await caller.put(user_of(firm, user), json={"office": "USER"})

    assert answer.json() == {"userId": user.id, "name": "Maria", "office": "USER"}
    assert await listed(caller, firm) == [(user.id, "USER")]
    for office, authorities in (("OWNER", {"BUSINESSOWNER"}), ("ADMINISTRATOR", {"BUSINESSADMIN"}), ("USER", set())):
        await put(caller, firm, user, office)
        await put(caller, firm, user, office)
        said = claims(await on_both.user_token(user, client))
        assert {one.removeprefix("ROLE_") for one in said["authorities"]} & OFFICES == authorities
        assert said["business_id"] == firm
        assert await listed(caller, firm) == [(user.id, office)]
    assert (await caller.delete(user_of(firm, user))).status_code == 204
    refused(await caller.delete(user_of(firm, user)), 404, "401")
    assert await listed(caller, firm) == []
    assert "business_id" not in claims(await on_both.user_token(user, client))
    changes = [(row["action"], row["detail"]) for row in await on_both.trail() if row["target"] == user.id][1:]
    assert [action for action, _ in changes if action != "session.started"].count("business_user.put") == 4
    assert ("business_user.removed", f'{{"business":"{firm}"}}') in changes


class TestLeaving:
    @pytest.mark.parametrize("how", ["as a user of the business", "as an attribute"])
    async def test_a_token_of_before_loses_at_once_what_came_by_the_business(self, on_both: Given, how: str):
        client, firm = await on_both.client(), await on_both.business()
        caller = await on_both.administrator(client)
        user = await on_both.user(None, "BUSINESSOWNER", business_id=firm)
        role, other_role = await on_both.role("PAYER"), await on_both.role("SIGNER")
        mine, everybodys = await on_both.group(role, business_id=firm), await on_both.group(other_role)
        await on_both.member(mine, "BUSINESS_USER", user.id)
        await on_both.member(everybodys, "BUSINESS", firm)
        before = await on_both.user_token(user, client)
        acting = (await on_both.api.as_(before).post(TOKEN, json={"businessId": firm})).json()["accessToken"]
        gone = {"BUSINESSOWNER", "BUSINESS", "BUSINESSUSER", "PAYER", "SIGNER"}
        assert (await on_both.caller(acting)).atoms >= gone | {"PERSON"}

        if how == "as an attribute":
            assert (await caller.patch(f"{USERS}/{user.id}", json={"businessId": None})).status_code == 200
        else:
            assert (await caller.delete(user_of(firm, user))).status_code == 204

        for token in (before, acting):
            now = await on_both.caller(token)
            assert gone.isdisjoint(now.atoms)
            assert now.has("PERSON")
            assert (now.business_id, now.acts_for) == (None, None)
        refused(await on_both.api.as_(before).get(f"/businesses/{firm}/users"), 403, "301")
        assert await rows_of(on_both.env["AUTHME_DATABASE_URL"], "SELECT member_type FROM group_member") == [("BUSINESS",)]

    async def test_another_worker_process_knows_within_a_second(self, on_both: Given, make_given: MakeGiven):
        client, firm = await on_both.client(), await on_both.business()
        user, caller = await on_both.user(None, "BUSINESSOWNER", business_id=firm), await on_both.administrator(client)
        other = await make_given(beside=on_both)
        token = await other.user_token(user, client)
        assert (await other.caller(token)).has("BUSINESSOWNER")

        assert (await caller.delete(user_of(firm, user))).status_code == 204

        started = time.monotonic()
        while (await other.caller(token)).has("BUSINESSOWNER"):
            assert time.monotonic() - started < 1
            await asyncio.sleep(0.02)

    async def test_whoever_comes_to_another_business_holds_no_office_there(self, given: Given, maintenance: Api, firm: str):
        user, other = await given.user(None, "BUSINESSOWNER", business_id=firm), await given.business()

        shown = await maintenance.patch(f"{USERS}/{user.id}", json={"businessId": other})

        assert (shown.json()["businessId"], shown.json()["roles"]) == (other, ["PERSON", "USER"])
        assert await listed(maintenance, other) == [(user.id, "USER")]
        (row,) = await given.trail("user.changed")
        assert row["detail"] == '{"fields":"business_id authorities"}'

    async def test_naming_the_business_of_today_changes_nothing(self, given: Given, maintenance: Api, firm: str):
        user = await given.user(None, "BUSINESSOWNER", business_id=firm)

        assert (await maintenance.patch(f"{USERS}/{user.id}", json={"businessId": firm})).status_code == 200

        assert await listed(maintenance, firm) == [(user.id, "OWNER")]
        assert await given.trail("user.changed") == []


class TestOffices:
    """Nobody gives or takes an office that they do not hold."""

    async def test_an_owner_looks_after_everybody_in_the_business(self, on_both: Given):
        firm = await on_both.business()
        owner, user = await holder(on_both, firm, "BUSINESSOWNER"), await on_both.user(business_id=firm)

        for office in ("OWNER", "USER", "ADMINISTRATOR", "OWNER"):
            await put(owner, firm, user, office)

        assert (await owner.delete(user_of(firm, user))).status_code == 204

    async def test_an_administrator_neither_makes_an_owner_nor_manages_one(self, given: Given, firm: str):
        administrator, user = await holder(given, firm, "BUSINESSADMIN"), await given.user(business_id=firm)
        owner = await given.user(None, "BUSINESSOWNER", business_id=firm)

        await put(administrator, firm, user, "ADMINISTRATOR")

        refused(await administrator.put(user_of(firm, user), json={"office": "OWNER"}), 403, "302")
        refused(await administrator.put(user_of(firm, owner), json={"office": "USER"}), 403, "302")
        refused(await administrator.delete(user_of(firm, owner)), 403, "302")
        assert dict(await listed(administrator, firm))[owner.id] == "OWNER"

    async def test_nobody_changes_their_own(self, given: Given, client: GivenClient, firm: str):
        me = await given.user(None, "BUSINESSOWNER", business_id=firm)
        caller = await given.person(me, client)

        refused(await caller.put(user_of(firm, me), json={"office": "USER"}), 403, "302")
        refused(await caller.delete(user_of(firm, me)), 403, "302")

    async def test_nobody_in_the_business_manages_whoever_holds_more(self, given: Given, firm: str):
        owner, above = await holder(given, firm, "BUSINESSOWNER"), await given.user(None, "ADMIN", business_id=firm)

        refused(await owner.delete(user_of(firm, above)), 403, "302")

    async def test_a_user_of_the_business_without_an_office_sees_nobody(self, given: Given, firm: str):
        refused(await (await holder(given, firm)).get(f"/businesses/{firm}/users"), 403, "301")


class TestRelation:
    async def test_another_business_does_not_exist(self, given: Given, firm: str):
        other = await given.business()
        owner, mine, theirs = (
            await holder(given, firm, "BUSINESSOWNER"),
            await given.user(),
            await given.user(business_id=other),
        )

        for answer in (
            await owner.get(f"/businesses/{other}/users"),
            await owner.put(user_of(other, theirs), json={"office": "USER"}),
            await owner.delete(user_of(other, theirs)),
            await owner.get(f"/businesses/{NOBODY}/users"),
            await owner.put(user_of(firm, theirs), json={"office": "USER"}),
            await owner.put(user_of(firm, mine), json={"office": "USER"}),
            await owner.put(user_of(firm, NOBODY), json={"office": "USER"}),
            await owner.delete(user_of(firm, theirs)),
        ):
            refused(answer, 404, "401")

    async def test_an_admin_reaches_users_and_businesses_of_the_organisation(self, given: Given, client: GivenClient):
        here, there = await given.organization("Here"), await given.organization("There")
        caller = await given.person(await given.user(None, "ADMIN", organization_id=here), client)
        firm, foreign = await given.business(here), await given.business(there)
        user, stranger = await given.user(organization_id=here), await given.user(organization_id=there)

        await put(caller, firm, user, "OWNER")

        for answer in (
            await caller.put(user_of(firm, stranger), json={"office": "USER"}),
            await caller.put(user_of(foreign, user), json={"office": "USER"}),
            await caller.get(f"/businesses/{foreign}/users"),
            await caller.delete(user_of(foreign, stranger)),
        ):
            refused(answer, 404, "401")
        assert await listed(caller, firm) == [(user.id, "OWNER")]

    async def test_a_user_of_another_business_or_organisation_is_a_conflict(self, given: Given, maintenance: Api):
        here, there = await given.organization("Here"), await given.organization("There")
        firm, other = await given.business(here), await given.business(here)
        user, stranger = await given.user(business_id=other), await given.user(organization_id=there)

        for office in ("OWNER", "USER"):
            refused(await maintenance.put(user_of(firm, user), json={"office": office}), 409, "404")
            refused(await maintenance.put(user_of(firm, stranger), json={"office": office}), 409, "404")
        refused(await maintenance.patch(f"{USERS}/{stranger.id}", json={"businessId": firm}), 409, "404")
        refused(await maintenance.delete(user_of(firm, user)), 404, "401")
        assert await listed(maintenance, firm) == []


async def test_of_two_businesses_that_take_a_user_at_once_one_gets_them(on_both: Given):
    caller = await on_both.administrator(await on_both.client())
    for _ in range(5):
        firms, user = [await on_both.business(), await on_both.business()], await on_both.user()

        answers = await at_once(*(caller.put(user_of(firm, user), json={"office": "OWNER"}) for firm in firms))

        assert sorted(answer.status_code for answer in answers) == [200, 409]
        winner = firms[[answer.status_code for answer in answers].index(200)]
        assert [await listed(caller, firm) for firm in firms] == [
            [(user.id, "OWNER")] if firm == winner else [] for firm in firms
        ]


async def test_a_user_who_was_removed_is_listed_no_more_and_comes_no_more(given: Given, maintenance: Api, firm: str):
    user = await given.user(business_id=firm)

    assert (await maintenance.delete(f"{USERS}/{user.id}")).status_code == 204

    assert await listed(maintenance, firm) == []
    refused(await maintenance.put(user_of(firm, user), json={"office": "USER"}), 404, "401")


async def test_pages_follow_each_other(given: Given, maintenance: Api, firm: str):
    ids = sorted([(await given.user(business_id=firm)).id for _ in range(5)])
    found: list[str] = []
    cursor: dict[str, str] = {}
    for _ in range(3):
        page = (await maintenance.get(f"/businesses/{firm}/users", params={"limit": "2"} | cursor)).json()
        found += [one["userId"] for one in page["items"]]
        cursor = {"cursor": page["nextCursor"]}

    assert found == ids
    assert page["nextCursor"] is None


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ({}, ["101"]),
        ({"office": None}, ["102"]),
        ({"office": "owner"}, ["102"]),
        ({"office": "BUSINESSOWNER"}, ["102"]),
        ({"office": ["OWNER"]}, ["102"]),
        ({"office": "OWNER", "userId": NOBODY}, ["106"]),
    ],
)
async def test_each_wrong_field_is_named(given: Given, maintenance: Api, firm: str, body: dict[str, Any], codes: list[str]):
    user = await given.user()

    refused(await maintenance.put(user_of(firm, user), json=body), 400, *codes)
