"""MC-01 and MC-02: the clients that people and businesses make as their own, and the list of them."""

from typing import Any

import pytest
from sqlalchemy import bindparam, update

from authme.clients.create import MOST_OWN
from authme.clients.remove import lock
from authme.kernel.context import MFA, Context
from authme.kernel.database import Statement
from authme.sessions import USER_TOPIC
from authme.users.tables import user_account
from support.answers import refused, token_object
from support.api import Api
from support.given import Given, GivenClient, GivenUser, at_once, claims

MINE, CLIENTS = "/client-identities/me", "/client-identities"
_MOVE = Statement(update(user_account).where(user_account.c.id == bindparam("whom")).values(business_id=bindparam("to")))


async def person(given: Given, *scopes: str, **draft: Any) -> tuple[Api, GivenUser]:
    """Return somebody who proved two factors through a client of ours with these scopes."""
    user = await given.user(**draft)
    return given.api.as_(await given.mfa_token(user, await given.client(*(scopes or ("READ", "WRITE"))))), user


async def officer(given: Given, office: str, business: str) -> Api:
    user = await given.user(None, office, kind="BUSINESSUSER", business_id=business)
    return given.api.as_(await given.mfa_token(user, await given.client("READ", "WRITE")))


async def acting(caller: Api, given: Given, business: str) -> Api:
    """Return the same person, acting for their business."""
    answer = await caller.post("/user-identities/me/access-token", json={"businessId": business})
    return given.api.as_(str(token_object(answer)["accessToken"]))


async def made_by(caller: Api, **body: Any) -> dict[str, Any]:
    answer = await caller.post(MINE, json={"appId": "mine"} | body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def listed_to(caller: Api, path: str = MINE) -> set[str]:
    answer = await caller.get(path)
    assert answer.status_code == 200, answer.text
    return {one["clientId"] for one in answer.json()["items"]}


async def test_a_person_makes_a_third_partys_client_that_logs_in(on_both: Given):
    organization = await on_both.organization()
    caller, user = await person(on_both, organization_id=organization)

    answer = await caller.post(MINE, json={"appId": "budget", "redirectURI": "com.example.budget:/done"})

    assert answer.status_code == 201, answer.text
    made = answer.json()
    client_id, secret = made.pop("clientId"), made.pop("clientSecret")
    assert made == {
        "appId": "budget",
        "userId": user.id,
        "businessId": None,
        "serviceAccountId": None,
        "scope": ["READ", "WRITE"],
        "redirectURI": ["com.example.budget:/done"],
        "grantTypes": ["client_credentials", "refresh_token"],
        "businessUnitId": None,
        "organizationId": organization,
        "status": "ACTIVE",
    }
    token = token_object(await on_both.api.login_client(client_id, secret))
    said = claims(str(token["accessToken"]))["authorities"]
    assert "ROLE_CLI-3RDPARTY" in said
    assert "ROLE_CLI-1STPARTY" not in said
    (row,) = [row for row in await on_both.trail("client.created") if row["target"] == client_id]
    assert row["user_id"] == user.id


async def test_the_list_says_what_was_made_and_no_secret(on_both: Given):
    caller, user = await person(on_both)
    made = await made_by(caller, scope=["READ"])

    answer = await caller.get(MINE)

    assert answer.json() == {
        "items": [
            {
                "clientId": made["clientId"],
                "name": None,
                "appId": "mine",
                "userId": user.id,
                "businessId": None,
                "serviceAccountId": None,
                "scope": ["READ"],
                "redirectURI": [],
                "grantTypes": ["client_credentials", "refresh_token"],
                "businessUnitId": None,
                "organizationId": None,
                "firstParty": False,
                "status": "ACTIVE",
                "createdAt": answer.json()["items"][0]["createdAt"],
            }
        ],
        "nextCursor": None,
    }
    assert made["clientSecret"] not in answer.text


async def test_what_was_removed_is_gone_with_its_tokens(on_both: Given):
    caller, _ = await person(on_both)
    made = await made_by(caller)

    answer = await caller.delete(f"{MINE}/{made['clientId']}")

    assert (answer.status_code, answer.content) == (204, b"")
    refused(await on_both.api.login_client(made["clientId"], made["clientSecret"]), 401, "9")
    assert await listed_to(caller) == set()
    refused(await caller.delete(f"{MINE}/{made['clientId']}"), 404, "401")


async def test_a_client_that_was_locked_is_still_its_owners_to_remove(given: Given):
    caller, _ = await person(given)
    made = await made_by(caller)
    await given.run(lambda ctx: lock(ctx, made["clientId"]))

    assert await listed_to(caller) == {made["clientId"]}
    assert (await caller.delete(f"{MINE}/{made['clientId']}")).status_code == 204


class TestScopes:
    @pytest.mark.parametrize(
        ("held", "given_to_it"),
        [
            (("READ", "WRITE", "PAY"), ["READ", "WRITE"]),
            (("READ", "PAY"), ["READ"]),
            (("PAY", "BILL"), ["PAY", "BILL"]),
        ],
    )
    async def test_without_a_word_they_are_the_usual_ones_that_the_caller_has(
        self, given: Given, held: tuple[str, ...], given_to_it: list[str]
    ):
        caller, _ = await person(given, *held)

        assert (await made_by(caller))["scope"] == given_to_it

    async def test_none_is_given_that_the_calling_token_does_not_carry(self, given: Given):
        caller, _ = await person(given, "READ")
        all_powerful = await given.administrator(await given.client("READ"), level=MFA)

        for one in (caller, all_powerful):
            refused(await one.post(MINE, json={"appId": "x", "scope": ["READ", "WRITE"]}), 403, "302")
            assert (await made_by(one, scope=["READ"]))["scope"] == ["READ"]

    async def test_a_token_without_scopes_makes_no_client(self, given: Given):
        caller, _ = await person(given, "READ")
        narrowed = await caller.post("/user-identities/me/access-token", json={"scope": []})

        answer = await given.api.as_(narrowed.json()["accessToken"]).post(MINE, json={"appId": "x"})

        refused(answer, 403, "302")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"appId": None}, "102"),
        ({"scope": ["a b"]}, "102"),
        ({"grantTypes": ["password"]}, "102"),
        ({"grantTypes": ["refresh_token", "password"]}, "102"),
        ({"redirectURI": "http://billing.example.com/"}, "102"),
        ({"userId": "0" * 24}, "106"),
        ({"businessId": "0" * 24}, "106"),
        ({"serviceAccountId": "0" * 24}, "106"),
        ({"organizationId": "0" * 24}, "106"),
        ({"businessUnitId": "0" * 24}, "106"),
        ({"appId": "0" * 24}, "107"),
    ],
)
async def test_a_wrong_field_is_named(given: Given, change: dict[str, Any], code: str):
    caller, _ = await person(given)

    refused(await caller.post(MINE, json={"appId": "x"} | change), 400, code)

    assert await listed_to(caller) == set()


async def test_a_registered_application_of_others_cannot_be_claimed(given: Given):
    organization = await given.organization()
    application = await given.registered_application(organization)
    caller, _ = await person(given, organization_id=organization)

    refused(await caller.post(MINE, json={"appId": application}), 400, "107")


async def test_one_factor_is_not_enough(given: Given, user: GivenUser, client: GivenClient):
    caller = await given.person(user, client)

    refused(await caller.post(MINE, json={"appId": "x"}), 403, "301")
    refused(await caller.get(MINE), 403, "301")


class TestWhoseTheyAre:
    async def test_another_persons_client_does_not_exist(self, on_both: Given):
        mine, _ = await person(on_both)
        other, _ = await person(on_both)
        made = await made_by(other)

        refused(await mine.delete(f"{MINE}/{made['clientId']}"), 404, "401")
        assert await listed_to(mine) == set()
        assert await listed_to(other) == {made["clientId"]}

    async def test_what_an_administrator_made_for_a_person_is_not_theirs_to_remove(self, given: Given, client: GivenClient):
        caller, user = await person(given)
        ours = await given.client(user_id=user.id)

        refused(await caller.delete(f"{MINE}/{ours.id}"), 404, "401")
        refused(await caller.delete(f"{MINE}/{client.id}"), 404, "401")
        assert await listed_to(caller) == set()

    async def test_the_client_of_an_officer_is_the_businesss(self, on_both: Given):
        business = await on_both.business()
        owner = await officer(on_both, "BUSINESSOWNER", business)
        administrator = await officer(on_both, "BUSINESSADMIN", business)
        stranger = await officer(on_both, "BUSINESSOWNER", await on_both.business())

        made = await made_by(owner)

        assert (made["userId"], made["businessId"]) == (None, business)
        assert await listed_to(administrator) == {made["clientId"]}
        assert await listed_to(stranger) == set()
        refused(await stranger.delete(f"{MINE}/{made['clientId']}"), 404, "401")
        assert (await administrator.delete(f"{MINE}/{made['clientId']}")).status_code == 204

    async def test_the_client_of_a_person_who_acts_is_the_businesss_and_theirs(self, on_both: Given):
        business = await on_both.business()
        alone, user = await person(on_both, business_id=business)
        colleague, _ = await person(on_both, business_id=business)
        owner = await officer(on_both, "BUSINESSOWNER", business)

        made = await made_by(await acting(alone, on_both, business))
        private = await made_by(alone)

        assert (made["userId"], made["businessId"]) == (user.id, business)
        assert (private["userId"], private["businessId"]) == (user.id, None)
        assert await listed_to(alone) == {made["clientId"], private["clientId"]}
        assert await listed_to(owner) == {made["clientId"]}
        refused(await owner.delete(f"{MINE}/{private['clientId']}"), 404, "401")
        refused(await (await acting(colleague, on_both, business)).delete(f"{MINE}/{made['clientId']}"), 404, "401")
        assert (await alone.delete(f"{MINE}/{made['clientId']}")).status_code == 204

    async def test_whoever_leaves_the_business_leaves_its_clients(self, given: Given):
        business = await given.business()
        alone, user = await person(given, business_id=business)
        made = await made_by(await acting(alone, given, business))

        async def leave(ctx: Context) -> None:
            ctx.tx.announce(USER_TOPIC, user.id)
            await ctx.tx.run(_MOVE, whom=user.id, to=None)

        await given.run(leave)

        assert await listed_to(alone) == set()
        refused(await alone.delete(f"{MINE}/{made['clientId']}"), 404, "401")

    async def test_an_officer_keeps_what_they_made_as_a_person(self, given: Given):
        business = await given.business()
        user = await given.user(None, "BUSINESSADMIN", business_id=business)
        client = await given.client("READ")
        private = await given.client(user_id=user.id, first_party=False)
        caller = given.api.as_(await given.mfa_token(user, client))

        made = await made_by(caller)

        assert made["businessId"] == business
        assert await listed_to(caller) == {private.id, made["clientId"]}

    async def test_an_office_without_a_business_owns_nothing(self, given: Given):
        user = await given.user(None, "BUSINESSOWNER", kind="BUSINESSUSER")
        caller = given.api.as_(await given.mfa_token(user, await given.client("READ")))

        refused(await caller.post(MINE, json={"appId": "x"}), 403, "302")
        assert await listed_to(caller) == set()


class TestHowManyThereMayBe:
    async def test_one_more_is_refused_until_one_is_removed(self, given: Given):
        caller, user = await person(given)
        other, _ = await person(given)
        for _ in range(MOST_OWN - 1):
            await given.client(user_id=user.id, first_party=False)
        last = await made_by(caller)

        answer = await caller.post(MINE, json={"appId": "x"})

        refused(answer, 409, "404")
        assert str(MOST_OWN) in answer.text
        await made_by(other)
        assert (await caller.delete(f"{MINE}/{last['clientId']}")).status_code == 204
        await made_by(caller)

    async def test_of_those_who_come_at_once_only_so_many_get_in(self, on_both: Given):
        business = await on_both.business()
        owner = await officer(on_both, "BUSINESSOWNER", business)
        for _ in range(MOST_OWN - 2):
            await on_both.client(business_id=business, first_party=False)

        answers = await at_once(*(owner.post(MINE, json={"appId": "x"}) for _ in range(8)))

        assert sorted(answer.status_code for answer in answers) == [201] * 2 + [409] * 6
        assert len((await owner.get(MINE, params={"limit": "200"})).json()["items"]) == MOST_OWN


async def test_pages_follow_each_other(on_both: Given):
    business = await on_both.business()
    user = await on_both.user(None, "BUSINESSOWNER", business_id=business)
    caller = on_both.api.as_(await on_both.mfa_token(user, await on_both.client("READ")))
    expected = []
    for number in range(7):
        owner = {"business_id": business} if number % 2 else {"user_id": user.id}
        expected.append((await on_both.client(first_party=False, **owner)).id)
    expected.sort()

    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (await caller.get(MINE, params={"limit": "2", "cursor": cursor})).json()
        assert len(page["items"]) <= 2
        found += [one["clientId"] for one in page["items"]]
        cursor = page["nextCursor"]

    assert found == expected
    refused(await caller.get(MINE, params={"limit": "0"}), 400, "102")


class TestTheListOfAdministrators:
    async def test_an_administrator_sees_those_of_its_organisation(self, on_both: Given):
        here, there = await on_both.organization(), await on_both.organization()
        client = await on_both.client(organization_id=there)
        mine = sorted([(await on_both.client(organization_id=here)).id for _ in range(3)])
        removed = await on_both.client(organization_id=here)
        user = await on_both.user(None, "ADMIN", organization_id=here)
        administrator = await on_both.person(user, client)
        maintenance = await on_both.administrator(client)
        twice = await on_both.administrator(client, level=MFA)
        assert (await twice.delete(f"{CLIENTS}/{removed.id}")).status_code == 204

        assert await listed_to(administrator, CLIENTS) == set(mine)
        assert await listed_to(maintenance, CLIENTS) == {client.id, *mine}
        page = (await administrator.get(CLIENTS, params={"limit": "2"})).json()
        assert [one["clientId"] for one in page["items"]] == mine[:2]
        rest = (await administrator.get(CLIENTS, params={"cursor": page["nextCursor"]})).json()
        assert ([one["clientId"] for one in rest["items"]], rest["nextCursor"]) == (mine[2:], None)

    async def test_an_administrator_of_no_organisation_sees_none(self, given: Given, client: GivenClient):
        caller = await given.person(await given.user(None, "ADMIN"), client)

        assert await listed_to(caller, CLIENTS) == set()
