"""The open sessions of a person: listed, and ended one by one."""

from typing import Any

import pytest

from support.answers import refused, token_object
from support.api import Api, basic
from support.given import Given, GivenClient, GivenUser, at_once, claims

SESSIONS, LOGOUT, RENEW = "/user-identities/me/sessions", "/user-identities/me/logout", "/user-identities/renew-token"


async def sessions(person: Api, **query: str) -> list[dict[str, Any]]:
    answer = await person.get(SESSIONS, params=query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def sid(token: str) -> str:
    return str(claims(token)["sid"])


async def test_each_says_where_when_and_how_it_began(on_both: Given):
    client, portal = await on_both.client(), await on_both.client(name="Portal")
    user = await on_both.user("maria.silva")
    headers = {"Authorization": basic(user.name, user.password)}
    login = await on_both.api.as_client(portal.id).post("/user-identities/login", headers=headers, json={"deviceId": "8f-1"})
    first = token_object(login)
    on_both.later(minutes=10)
    await on_both.api.as_client(portal.id).post(RENEW, json={"refreshToken": first["refreshToken"]})
    on_both.later(minutes=10)
    person = on_both.api.as_(await on_both.user_token(user, client))
    device = {"deviceId": "8f-1", "name": "Telephone"}
    assert (
        await on_both.api.as_(str(first["accessToken"])).post("/user-identities/me/associate-user-device", json=device)
    ).status_code == 201

    newest, oldest = await sessions(person)

    assert oldest == {
        "sid": sid(str(first["accessToken"])),
        "clientId": portal.id,
        "clientName": "Portal",
        "level": "AUTH-BASIC",
        "amr": ["pwd"],
        "deviceId": "8f-1",
        "deviceName": "Telephone",
        "createdAt": "2025-11-24T16:00:00Z",
        "lastUsedAt": "2025-11-24T16:10:00Z",
        "expiresAt": "2026-02-22T16:00:00Z",
        "current": False,
    }
    assert (newest["clientId"], newest["clientName"], newest["deviceId"], newest["deviceName"]) == (client.id, None, None, None)
    assert newest["current"]
    assert newest["lastUsedAt"] == newest["createdAt"] == "2025-11-24T16:20:00Z"


async def test_only_ones_own_and_only_open_ones_are_there(on_both: Given):
    client, user = await on_both.client(), await on_both.user()
    old = await on_both.user_token(user, client)
    on_both.later(days=89)
    ended, mine = await on_both.user_token(user, client), await on_both.user_token(user, client)
    await on_both.user_token(await on_both.user(), client)
    await on_both.api.as_(ended).post(LOGOUT)

    assert {one["sid"] for one in await sessions(on_both.api.as_(mine))} == {sid(old), sid(mine)}

    on_both.later(days=1, seconds=1)
    mine = await on_both.user_token(user, client)
    assert sid(old) not in {one["sid"] for one in await sessions(on_both.api.as_(mine))}


async def test_pages_of_sessions_the_newest_first(on_both: Given):
    client, user = await on_both.client(), await on_both.user()
    tokens = []
    for _ in range(5):
        tokens.append(await on_both.user_token(user, client))
        on_both.later(seconds=1)
    person = on_both.api.as_(tokens[0])
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (await person.get(SESSIONS, params={"limit": "2", "cursor": cursor})).json()
        found += [one["sid"] for one in page["items"]]
        cursor = page["nextCursor"]

    assert found == [sid(token) for token in reversed(tokens)]
    for wrong in ({"limit": "0"}, {"limit": "201"}, {"cursor": "?"}, {"cursor": "AA=="}):
        refused(await person.get(SESSIONS, params=wrong), 400, "102")


async def test_one_session_is_ended_and_no_other(on_both: Given):
    client, user = await on_both.client(), await on_both.user()
    caller, lost = on_both.api.as_client(client.id), await on_both.tokens(user, client)
    other, person = await on_both.tokens(user, client), await on_both.person(user, client)

    answer = await person.delete(f"{SESSIONS}/{sid(lost['accessToken'])}")

    assert (answer.status_code, answer.content) == (204, b"")
    refused(await on_both.api.as_(lost["accessToken"]).get(SESSIONS), 401, "204")
    refused(await caller.post(RENEW, json={"refreshToken": lost["refreshToken"]}), 401, "204")
    token_object(await caller.post(RENEW, json={"refreshToken": other["refreshToken"]}))
    (row,) = await on_both.trail("session.ended")
    assert (row["target"], row["user_id"]) == (sid(lost["accessToken"]), user.id)


async def test_the_calling_session_can_be_ended_too(given: Given, client: GivenClient, user: GivenUser):
    token = await given.user_token(user, client)

    assert (await given.api.as_(token).delete(f"{SESSIONS}/{sid(token)}")).status_code == 204

    refused(await given.api.as_(token).get(SESSIONS), 401, "204")


async def test_what_is_not_there_for_the_caller(on_both: Given):
    client, user = await on_both.client(), await on_both.user()
    person, others = await on_both.person(user, client), await on_both.user_token(await on_both.user(), client)
    over = await on_both.user_token(user, client)
    assert (await person.delete(f"{SESSIONS}/{sid(over)}")).status_code == 204
    service = token_object(
        await on_both.api.post(
            "/token", json={"grantType": "client_credentials", "clientId": client.id, "clientSecret": client.secret}
        )
    )

    for missing in (sid(over), sid(others), "0" * 24, "x", "%00"):
        refused(await person.delete(f"{SESSIONS}/{missing}"), 404, "401")

    assert (await on_both.api.as_(others).get(SESSIONS)).status_code == 200
    token_object(
        await on_both.api.post(
            "/token",
            json={
                "grantType": "refresh_token",
                "clientId": client.id,
                "clientSecret": client.secret,
                "refreshToken": service["refreshToken"],
            },
        )
    )


async def test_of_twenty_that_end_it_one_does(on_both: Given):
    client, user = await on_both.client(), await on_both.user()
    person, lost = await on_both.person(user, client), await on_both.user_token(user, client)

    answers = await at_once(*(person.delete(f"{SESSIONS}/{sid(lost)}") for _ in range(20)))

    assert sorted(answer.status_code for answer in answers) == [204] + [404] * 19
    assert len(await on_both.trail("session.ended")) == 1


class TestLogout:
    async def test_it_ends_this_session_and_no_other(self, on_both: Given):
        client, user = await on_both.client(), await on_both.user()
        mine, other = await on_both.tokens(user, client), await on_both.tokens(user, client)

        answer = await on_both.api.as_(mine["accessToken"]).post(LOGOUT)

        assert answer.status_code == 204
        refused(await on_both.api.as_(mine["accessToken"]).post(LOGOUT), 401, "204")
        caller = on_both.api.as_client(client.id)
        refused(await caller.post(RENEW, json={"refreshToken": mine["refreshToken"]}), 401, "204")
        token_object(await caller.post(RENEW, json={"refreshToken": other["refreshToken"]}))


@pytest.mark.parametrize("path", [SESSIONS, "/user-identities/me/devices"])
async def test_whoever_has_proved_nothing_sees_none(given: Given, client: GivenClient, user: GivenUser, path: str):
    named = await given.api.as_client(client.id).post("/user-identities/identification", json={"username": user.name})

    refused(await given.api.as_(named.json()["accessToken"]).get(path), 403, "301")
    refused(await given.api.as_client(client.id).get(path), 401, "201")
    refused(await (await given.service("READ")).get(path), 403, "301")
