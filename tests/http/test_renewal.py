"""UI-13: the life of a session."""

from datetime import timedelta
from typing import Any

import pytest

from authme.authentication.sweep import sweep
from authme.clients.remove import lock as lock_client
from support.answers import refused, token_object
from support.given import Given, GivenClient, GivenUser, MakeGiven, at_once, claims
from support.two_engines import rows_of

RENEW = "/user-identities/renew-token"


async def test_a_refresh_token_gives_the_next_one(on_both: Given):
    client, user = await on_both.client(), await on_both.user()
    caller, before = on_both.api.as_client(client.id), await on_both.tokens(user, client)
    on_both.later(minutes=5)

    after = token_object(await caller.post(RENEW, json={"refreshToken": before["refreshToken"]}))

    assert after["refreshToken"] != before["refreshToken"]
    old, new = claims(before["accessToken"]), claims(str(after["accessToken"]))
    assert new["sid"] == old["sid"]
    assert new["auth_time"] == old["auth_time"]
    assert new["iat"] == old["iat"] + 300
    assert new["jti"] != old["jti"]
    assert new["authorities"] == old["authorities"]
    assert (await on_both.api.as_(before["accessToken"]).post("/user-identities/me/logout")).status_code == 204


async def test_a_repeat_within_ten_seconds_gets_the_same_successor(on_both: Given):
    client, user = await on_both.client(), await on_both.user()
    caller, first = on_both.api.as_client(client.id), await on_both.tokens(user, client)

    once = token_object(await caller.post(RENEW, json={"refreshToken": first["refreshToken"]}))
    on_both.later(seconds=10)
    again = token_object(await caller.post(RENEW, json={"refreshToken": first["refreshToken"]}))

    assert again["refreshToken"] == once["refreshToken"]
    token_object(await caller.post(RENEW, json={"refreshToken": once["refreshToken"]}))


async def test_a_use_after_that_ends_the_whole_session(on_both: Given):
    client, user = await on_both.client(), await on_both.user()
    caller, first = on_both.api.as_client(client.id), await on_both.tokens(user, client)
    other_session = await on_both.tokens(user, client)
    second = token_object(await caller.post(RENEW, json={"refreshToken": first["refreshToken"]}))
    on_both.later(seconds=10, milliseconds=1)

    refused(await caller.post(RENEW, json={"refreshToken": first["refreshToken"]}), 401, "206")

    refused(await caller.post(RENEW, json={"refreshToken": second["refreshToken"]}), 401, "204")
    refused(await on_both.api.as_(str(second["accessToken"])).post("/user-identities/me/logout"), 401, "204")
    (ended,) = await on_both.trail("session.ended")
    assert ended["result"] == "REFUSED"
    token_object(await caller.post(RENEW, json={"refreshToken": other_session["refreshToken"]}))


async def test_twenty_at_once_get_one_successor(on_both: Given):
    client, user = await on_both.client(), await on_both.user()
    caller, first = on_both.api.as_client(client.id), await on_both.tokens(user, client)

    answers = await at_once(*(caller.post(RENEW, json={"refreshToken": first["refreshToken"]}) for _ in range(20)))

    (successor,) = {str(token_object(answer)["refreshToken"]) for answer in answers}
    assert await rows_of(on_both.env["AUTHME_DATABASE_URL"], "SELECT count(*) FROM refresh_token") == [(2,)]
    token_object(await caller.post(RENEW, json={"refreshToken": successor}))


async def test_twenty_at_once_on_two_worker_processes_get_one_successor(on_both: Given, make_given: MakeGiven):
    client, user, other = await on_both.client(), await on_both.user(), await make_given(beside=on_both)
    first = await on_both.tokens(user, client)
    callers = [on_both.api.as_client(client.id), other.api.as_client(client.id)]

    answers = await at_once(*(callers[n % 2].post(RENEW, json={"refreshToken": first["refreshToken"]}) for n in range(20)))

    assert len({str(token_object(answer)["refreshToken"]) for answer in answers}) == 1
    assert await rows_of(on_both.env["AUTHME_DATABASE_URL"], "SELECT count(*) FROM refresh_token") == [(2,)]


async def test_what_is_no_refresh_token_of_this_client(given: Given, client: GivenClient, user: GivenUser):
    tokens, other = await given.tokens(user, client), await given.client()
    caller = given.api.as_client(client.id)

    for wrong in ("x", "0" * 36, tokens["refreshToken"].upper(), tokens["refreshToken"] + " ", tokens["accessToken"]):
        refused(await caller.post(RENEW, json={"refreshToken": wrong}), 401, "206")
    refused(await given.api.as_client(other.id).post(RENEW, json={"refreshToken": tokens["refreshToken"]}), 401, "206")

    token_object(await caller.post(RENEW, json={"refreshToken": tokens["refreshToken"]}))


async def test_unused_it_lives_thirty_days(given: Given, client: GivenClient, user: GivenUser):
    first, second = await given.tokens(user, client), await given.tokens(user, client)
    caller = given.api.as_client(client.id)

    given.later(days=30, seconds=-1)
    token_object(await caller.post(RENEW, json={"refreshToken": first["refreshToken"]}))
    given.later(seconds=1)
    refused(await caller.post(RENEW, json={"refreshToken": second["refreshToken"]}), 401, "206")


async def test_renewed_it_lives_ninety_days_in_all(given: Given, client: GivenClient, user: GivenUser):
    caller, token = given.api.as_client(client.id), await given.tokens(user, client)
    for _ in range(4):
        given.later(days=20)
        token = token_object(await caller.post(RENEW, json={"refreshToken": token["refreshToken"]}))
    given.later(days=10, milliseconds=-1)
    token = token_object(await caller.post(RENEW, json={"refreshToken": token["refreshToken"]}))

    given.later(milliseconds=1)

    refused(await caller.post(RENEW, json={"refreshToken": token["refreshToken"]}), 401, "206")
    refused(await given.api.as_(str(token["accessToken"])).post("/user-identities/me/logout"), 401, "204")


async def test_a_bearer_names_the_client_too(given: Given, client: GivenClient, user: GivenUser):
    tokens = await given.tokens(user, client)
    as_service = given.api.as_(await given.client_token(client))

    token_object(await as_service.post(RENEW, json={"refreshToken": tokens["refreshToken"]}))


async def test_a_locked_client_renews_nothing(given: Given, client: GivenClient, user: GivenUser):
    tokens = await given.tokens(user, client)
    await given.run(lambda ctx: lock_client(ctx, client.id))

    refused(await given.api.as_client(client.id).post(RENEW, json={"refreshToken": tokens["refreshToken"]}), 401, "9")


async def test_only_keyed_hashes_are_stored(given: Given, client: GivenClient, user: GivenUser):
    tokens = await given.tokens(user, client)

    rows = await rows_of(given.env["AUTHME_DATABASE_URL"], "SELECT * FROM refresh_token")

    assert tokens["refreshToken"] not in str(rows)
    assert tokens["refreshToken"].replace("-", "") not in str(rows)


@pytest.mark.parametrize("days", [1, 89])
async def test_what_is_over_is_swept_and_the_last_login_is_kept(given: Given, client: GivenClient, user: GivenUser, days: int):
    await given.user_token(user, client)
    logged_in_at = given.clock.now()
    given.later(days=days)
    assert await given.run(sweep) == 0
    given.clock.advance(timedelta(days=92 - days))

    assert await given.run(sweep) == 1

    url = given.env["AUTHME_DATABASE_URL"]
    assert await rows_of(url, "SELECT count(*) FROM session") == [(0,)]
    assert await rows_of(url, "SELECT count(*) FROM refresh_token") == [(0,)]
    service = await given.service("identity_read")
    shown: dict[str, Any] = (await service.get(f"/user-identities/{user.id}")).json()
    assert shown["lastLoginAt"].startswith("2025-11-24T"), (shown, logged_in_at)
