"""UI-08: a token that two hold."""

from support.answers import refused, token_object
from support.given import Given, GivenClient, GivenUser, MakeGiven, at_once
from support.remembered import again, associate, login, series
from support.two_engines import rows_of

RENEW, SESSIONS = "/user-identities/renew-token", "/user-identities/me/sessions"


async def test_a_used_token_ends_what_the_device_has_and_the_user_is_told(on_both: Given):
    client, user = await on_both.client(), await on_both.user()
    caller = on_both.api.as_client(client.id)
    await associate(on_both, user, client)
    first, elsewhere = await login(caller, user), await login(caller, user, deviceId="tablet")
    taken = token_object(await again(caller, first["rememberMeToken"]))
    taken_again = token_object(await again(caller, str(taken["rememberMeToken"])))

    refused(await again(caller, first["rememberMeToken"]), 401, "206")

    refused(await again(caller, str(taken_again["rememberMeToken"])), 401, "206")
    for ended in (taken, taken_again):
        refused(await on_both.api.as_(str(ended["accessToken"])).get(SESSIONS), 401, "204")
        refused(await caller.post(RENEW, json={"refreshToken": ended["refreshToken"]}), 401, "204")
    token_object(await again(caller, elsewhere["rememberMeToken"], "tablet"))
    (row,) = await on_both.trail("remember_me.ended")
    assert (row["result"], row["target"], row["client_id"]) == ("REFUSED", user.id, client.id)
    told = [one["message"] for one in await on_both.messages(user.name)]
    assert told.count("remember_me_stolen") == 1


async def test_of_twenty_that_use_one_token_one_gets_in_and_the_series_ends(on_both: Given):
    client, user = await on_both.client(), await on_both.user()
    caller = on_both.api.as_client(client.id)
    await associate(on_both, user, client)
    first = await login(caller, user)

    answers = await at_once(*(again(caller, first["rememberMeToken"]) for _ in range(20)))

    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 19
    winner = next(answer.json() for answer in answers if answer.status_code == 200)
    refused(await on_both.api.as_(winner["accessToken"]).get(SESSIONS), 401, "204")
    refused(await again(caller, winner["rememberMeToken"]), 401, "206")
    assert await series(on_both) == []
    assert len(await on_both.trail("remember_me.ended")) == 1
    assert [one["message"] for one in await on_both.messages(user.name)].count("remember_me_stolen") == 1
    url = on_both.env["AUTHME_DATABASE_URL"]
    assert await rows_of(url, "SELECT count(*) FROM session WHERE amr = '[\"device\"]'") == [(1,)]


async def test_two_worker_processes_give_out_no_two_successors(on_both: Given, make_given: MakeGiven):
    client, user, other = await on_both.client(), await on_both.user(), await make_given(beside=on_both)
    callers = [on_both.api.as_client(client.id), other.api.as_client(client.id)]
    first = await login(callers[0], user)

    answers = await at_once(*(again(callers[n % 2], first["rememberMeToken"]) for n in range(10)))

    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 9
    assert len(await on_both.trail("remember_me.ended")) == 1


async def test_what_was_never_given_out_changes_nothing(given: Given, client: GivenClient, user: GivenUser):
    caller = given.api.as_client(client.id)
    token: str = (await login(caller, user))["rememberMeToken"]
    series_id, secret = token.split(".")
    other: str = (await login(caller, user, deviceId="tablet"))["rememberMeToken"]

    for wrong in (
        "x",
        ".",
        series_id,
        f"{series_id}.",
        f"{series_id}.{secret[:-1]}",
        f"{series_id}.{secret}A",
        f"{series_id}.{secret}.",
        f"{series_id}.{secret[:-2]}{'AA' if secret[-2:] != 'AA' else 'BB'}",
        f"{series_id}.{'A' * len(secret)}",
        f"{series_id}.{other.split('.')[1]}",
        f"{'0' * 24}.{secret}",
        f"{series_id.upper()}.{secret}",
        f"{series_id}.{secret[:-1]}é",
        f" {token}",
        f"{token} ",
    ):
        refused(await again(caller, wrong), 401, "206")

    token_object(await again(caller, token))
    assert await given.trail("remember_me.ended") == []


async def test_a_clock_that_is_moved_back_changes_nothing_for_who_is_remembered(on_both: Given):
    client, user = await on_both.client(), await on_both.user()
    caller = on_both.api.as_client(client.id)
    first = await login(caller, user)
    on_both.later(hours=-2)

    second = token_object(await again(caller, first["rememberMeToken"]))

    refused(await again(caller, first["rememberMeToken"]), 401, "206")
    refused(await again(caller, str(second["rememberMeToken"])), 401, "206")
