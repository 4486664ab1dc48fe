"""UI-05 with `rememberMe`, and UI-08: logged in again on a device."""

from typing import Any

import pytest

from authme.app import endpoints
from authme.clients.remove import lock as lock_client
from authme.devices.sweep import sweep
from authme.kernel.context import Context
from authme.users.store import change_status
from support.answers import refused, token_object
from support.api import Api, basic
from support.given import Given, GivenClient, GivenUser, MakeGiven, at_once, claims
from support.two_engines import rows_of

LOGIN, AGAIN, RENEW = "/user-identities/login", "/user-identities/remember-me", "/user-identities/renew-token"
ASSOCIATE, DEVICES = "/user-identities/me/associate-user-device", "/user-identities/me/devices"
LOGOUT, SESSIONS = "/user-identities/me/logout", "/user-identities/me/sessions"
ME = "/user-identities/me"
ANYBODYS = {one.id for one in endpoints() if one.requirement.is_public or one.names_client}


async def login(caller: Api, user: GivenUser, **body: Any) -> dict[str, Any]:
    """Log in with the password and ask to be remembered on the device `phone`."""
    sent = {"deviceId": "phone", "rememberMe": True} | body
    answer = await caller.post(LOGIN, headers={"Authorization": basic(user.name, user.password)}, json=sent)
    found: dict[str, Any] = token_object(answer)
    return found


async def again(caller: Api, token: str, device: str = "phone") -> Any:
    return await caller.post(AGAIN, json={"rememberMeToken": token, "deviceId": device})


async def associate(given: Given, user: GivenUser, client: GivenClient, device: str = "phone") -> None:
    person = given.api.as_(await given.mfa_token(user, client))
    assert (await person.post(ASSOCIATE, json={"deviceId": device})).status_code == 201


async def series(given: Given) -> list[tuple[Any, ...]]:
    return await rows_of(given.env["AUTHME_DATABASE_URL"], "SELECT user_id, client_id, device_id FROM remember_me")


async def test_on_an_associated_device_a_person_is_logged_in_again(on_both: Given):
    client, user = await on_both.client(), await on_both.user()
    caller = on_both.api.as_client(client.id)
    await associate(on_both, user, client)
    first = await login(caller, user)
    on_both.later(days=29)

    second = token_object(await again(caller, first["rememberMeToken"]))

    said = claims(str(second["accessToken"]))
    assert (said["acr"], said["amr"], said["user_id"]) == ("AUTH-BASIC", ["device"], user.id)
    assert said["auth_time"] == claims(first["accessToken"])["auth_time"]
    assert {"ROLE_AUTH-BASIC", "ROLE_PERSON"} <= set(said["authorities"])
    assert said["sid"] != claims(first["accessToken"])["sid"]
    assert (await on_both.api.as_(str(second["accessToken"])).get(SESSIONS)).status_code == 200
    token_object(await caller.post(RENEW, json={"refreshToken": second["refreshToken"]}))
    assert second["rememberMeToken"] != first["rememberMeToken"]
    on_both.later(days=29)
    token_object(await again(caller, str(second["rememberMeToken"])))
    assert [row["detail"] for row in await on_both.trail("user.login")][1:] == 2 * [
        '{"level":"AUTH-BASIC","method":"remember-me"}'
    ]


async def test_what_needs_a_fresh_proof_takes_none_from_a_device(given: Given, client: GivenClient):
    user, caller = await given.user("maria.silva"), given.api.as_client(client.id)
    first = await login(caller, user)
    person = given.api.as_(first["accessToken"])
    assert (await person.post(ASSOCIATE, json={"deviceId": "phone"})).status_code == 201
    given.later(minutes=11)
    found = token_object(await again(caller, first["rememberMeToken"]))

    factor = {"authenticationFactors": [{"contactType": "TOTP"}]}
    refused(await given.api.as_(str(found["accessToken"])).post(f"{ME}/authentication-factors", json=factor), 403, "301")


async def test_on_any_other_device_a_person_is_named_and_nothing_is_proved(on_both: Given):
    client, user = await on_both.client(), await on_both.user(None, "ADMIN", "IAM_ADMIN_MAINTENANCE")
    caller = on_both.api.as_client(client.id)
    first = await login(caller, user)

    second = token_object(await again(caller, first["rememberMeToken"]))

    said = claims(str(second["accessToken"]))
    assert said["acr"] == "AUTH-IDENTIFIED"
    assert "amr" not in said
    assert said["authorities"] == ["ROLE_AUTH-IDENTIFIED", "ROLE_CLI-1STPARTY", "ROLE_CLI-AUTH-IDENTIFIED"]
    renewed = token_object(await caller.post(RENEW, json={"refreshToken": second["refreshToken"]}))
    assert claims(str(renewed["accessToken"]))["authorities"] == said["authorities"]
    for token in (str(second["accessToken"]), str(renewed["accessToken"])):
        person = on_both.api.as_(token)
        atoms = (await on_both.caller(token)).atoms
        assert {one.id for one in endpoints() if one.requirement.is_met_by(atoms)} == ANYBODYS
        refused(await person.get(f"/user-identities/{user.id}"), 403, "301")
        refused(await person.post("/user-identities/lock", json={"userId": user.id}), 403, "301")
        refused(await person.get(SESSIONS), 403, "301")
        refused(await person.post(ASSOCIATE, json={"deviceId": "phone"}), 403, "301")


async def test_an_association_counts_from_the_next_login_and_a_removal_too(given: Given, client: GivenClient, user: GivenUser):
    caller = given.api.as_client(client.id)
    named = token_object(await again(caller, (await login(caller, user))["rememberMeToken"]))
    await associate(given, user, client)

    proved = token_object(await again(caller, str(named["rememberMeToken"])))

    assert claims(str(named["accessToken"]))["acr"] == "AUTH-IDENTIFIED"
    assert claims(str(proved["accessToken"]))["acr"] == "AUTH-BASIC"
    person = given.api.as_(await given.mfa_token(user, client))
    assert (await person.delete(f"{DEVICES}/phone")).status_code == 204
    refused(await again(caller, str(proved["rememberMeToken"])), 401, "206")
    refused(await given.api.as_(str(proved["accessToken"])).get(SESSIONS), 401, "204")


async def test_a_device_that_another_person_associated_is_not_this_persons(given: Given, client: GivenClient, user: GivenUser):
    await associate(given, await given.user(), client)
    caller = given.api.as_client(client.id)

    found = token_object(await again(caller, (await login(caller, user))["rememberMeToken"]))

    assert claims(str(found["accessToken"]))["acr"] == "AUTH-IDENTIFIED"


async def test_to_be_remembered_a_device_has_to_be_named(given: Given, client: GivenClient, user: GivenUser):
    caller, headers = given.api.as_client(client.id), {"Authorization": basic(user.name, user.password)}

    for body in ({"rememberMe": True}, {"rememberMe": True, "deviceId": ""}, {"rememberMe": True, "deviceId": None}):
        refused(await caller.post(LOGIN, headers=headers, json=body), 400, "101")
    for body in ({"deviceId": "phone"}, {"deviceId": "phone", "rememberMe": False}, {"rememberMe": None}):
        assert "rememberMeToken" not in token_object(await caller.post(LOGIN, headers=headers, json=body))
    assert await series(given) == []


async def test_a_wrong_password_is_remembered_nowhere(given: Given, client: GivenClient, user: GivenUser):
    body, headers = {"deviceId": "phone", "rememberMe": True}, {"Authorization": basic(user.name, "wrong password")}

    refused(await given.api.as_client(client.id).post(LOGIN, headers=headers, json=body), 401, "203")

    assert await series(given) == []


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


async def test_it_is_good_for_its_device_and_its_client_alone(given: Given, client: GivenClient, user: GivenUser):
    caller, other = given.api.as_client(client.id), given.api.as_client((await given.client()).id)
    used: str = (await login(caller, user))["rememberMeToken"]
    token = str(token_object(await again(caller, used))["rememberMeToken"])

    for presented in (token, used):
        refused(await again(caller, presented, "tablet"), 401, "206")
        refused(await again(other, presented), 401, "206")

    token_object(await again(caller, token))


async def test_unused_it_lives_thirty_days_and_is_swept(given: Given, client: GivenClient, user: GivenUser):
    caller = given.api.as_client(client.id)
    first, second = await login(caller, user), await login(caller, user, deviceId="tablet")
    given.later(days=30, milliseconds=-1)
    assert await given.run(sweep) == 0
    third = token_object(await again(caller, first["rememberMeToken"]))
    given.later(milliseconds=1)

    refused(await again(caller, second["rememberMeToken"], "tablet"), 401, "206")

    assert await given.run(sweep) == 1
    token_object(await again(caller, str(third["rememberMeToken"])))


async def test_a_clock_that_is_moved_back_changes_nothing_for_who_is_remembered(on_both: Given):
    client, user = await on_both.client(), await on_both.user()
    caller = on_both.api.as_client(client.id)
    first = await login(caller, user)
    on_both.later(hours=-2)

    second = token_object(await again(caller, first["rememberMeToken"]))

    refused(await again(caller, first["rememberMeToken"]), 401, "206")
    refused(await again(caller, str(second["rememberMeToken"])), 401, "206")


async def test_a_new_series_stands_in_the_place_of_the_devices_old_one(on_both: Given):
    client, other, user = await on_both.client(), await on_both.client(), await on_both.user()
    caller, caller_of_other = on_both.api.as_client(client.id), on_both.api.as_client(other.id)
    old, at_other = await login(caller, user), await login(caller_of_other, user)

    new = await login(caller, user)

    refused(await again(caller, old["rememberMeToken"]), 401, "206")
    token_object(await again(caller, new["rememberMeToken"]))
    token_object(await again(caller_of_other, at_other["rememberMeToken"]))
    assert await on_both.trail("remember_me.ended") == []
    assert len(await series(on_both)) == 2


class TestWhatEndsIt:
    @pytest.fixture
    async def token(self, on_both: Given, known: tuple[GivenClient, GivenUser]) -> str:
        client, user = known
        return str((await login(on_both.api.as_client(client.id), user))["rememberMeToken"])

    @pytest.fixture
    async def known(self, on_both: Given) -> tuple[GivenClient, GivenUser]:
        return await on_both.client(), await on_both.user()

    async def test_a_lock(self, on_both: Given, known: tuple[GivenClient, GivenUser], token: str):
        client, user = known
        service = await on_both.service("account_lock", "account_unlock")
        await service.post("/user-identities/lock", json={"userId": user.id})
        refused(await again(on_both.api.as_client(client.id), token), 401, "206")

        await service.post("/user-identities/unlock", json={"userId": user.id})

        refused(await again(on_both.api.as_client(client.id), token), 401, "206")
        assert await series(on_both) == []

    async def test_a_new_password(self, on_both: Given, known: tuple[GivenClient, GivenUser], token: str):
        client, user = known
        person = await on_both.person(user, client)
        change = {"currentPassword": user.password, "newPassword": "another good password"}
        assert (await person.post(f"{ME}/change-password", json=change)).status_code == 204

        refused(await again(on_both.api.as_client(client.id), token), 401, "206")

    async def test_a_reset_of_the_password(self, on_both: Given, known: tuple[GivenClient, GivenUser], token: str):
        client, user = known
        caller = on_both.api.as_client(client.id)
        await caller.post("/user-identities/retrieve-identity", json={"userName": user.name})
        reset = {"username": user.name, "token": await on_both.code(user.name), "newPassword": "another good password"}
        token_object(await caller.post("/user-identities/reset-password", json=reset))

        refused(await again(caller, token), 401, "206")

    async def test_a_removal(self, on_both: Given, known: tuple[GivenClient, GivenUser], token: str):
        client, user = known
        await associate(on_both, user, client)
        service = await on_both.service("identity_remove")
        assert (await service.delete(f"/user-identities/{user.id}")).status_code == 204

        refused(await again(on_both.api.as_client(client.id), token), 401, "206")
        assert await series(on_both) == []
        assert await rows_of(on_both.env["AUTHME_DATABASE_URL"], "SELECT * FROM device") == []

    async def test_a_user_who_may_not_act(self, on_both: Given, known: tuple[GivenClient, GivenUser], token: str):
        client, user = known

        async def make_pending(ctx: Context) -> bool:
            return await change_status(ctx.tx, user.id, was=("ACTIVE",), becomes="PENDING", now=ctx.clock.now_ms())

        assert await on_both.run(make_pending)

        refused(await again(on_both.api.as_client(client.id), token), 401, "206")

    async def test_logging_out_of_a_session_that_it_began(
        self, on_both: Given, known: tuple[GivenClient, GivenUser], token: str
    ):
        client, user = known
        caller = on_both.api.as_client(client.id)
        await associate(on_both, user, client)
        found = token_object(await again(caller, token))
        assert (await on_both.api.as_(str(found["accessToken"])).post(LOGOUT)).status_code == 204

        refused(await again(caller, str(found["rememberMeToken"])), 401, "206")

    async def test_logging_out_of_the_session_that_began_it_even_later(self, on_both: Given):
        client, user = await on_both.client(), await on_both.user()
        caller = on_both.api.as_client(client.id)
        first, elsewhere = await login(caller, user), await login(caller, user, deviceId="tablet")
        second = token_object(await again(caller, first["rememberMeToken"]))
        assert (await on_both.api.as_(first["accessToken"]).post(LOGOUT)).status_code == 204

        refused(await again(caller, str(second["rememberMeToken"])), 401, "206")
        token_object(await again(caller, elsewhere["rememberMeToken"], "tablet"))

    async def test_ending_that_session_from_another(self, on_both: Given, known: tuple[GivenClient, GivenUser]):
        client, user = known
        caller = on_both.api.as_client(client.id)
        first, person = await login(caller, user), await on_both.person(user, client)
        sid = claims(first["accessToken"])["sid"]
        assert (await person.delete(f"{SESSIONS}/{sid}")).status_code == 204

        refused(await again(caller, first["rememberMeToken"]), 401, "206")

    async def test_not_logging_out_anywhere_else(self, on_both: Given, known: tuple[GivenClient, GivenUser], token: str):
        client, user = known
        caller = on_both.api.as_client(client.id)
        somebody, elsewhere = await on_both.user(), await on_both.client()
        for tokens in (
            await on_both.tokens(user, client),
            await login(caller, somebody),
            await login(on_both.api.as_client(elsewhere.id), user),
            await login(caller, user, deviceId="tablet"),
        ):
            assert (await on_both.api.as_(tokens["accessToken"]).post(LOGOUT)).status_code == 204

        token_object(await again(caller, token))


async def test_no_series_outlives_a_lock_that_races_with_its_uses(on_both: Given):
    client, user, service = await on_both.client(), await on_both.user(), await on_both.service("account_lock")
    caller = on_both.api.as_client(client.id)
    tokens = [(await login(caller, user, deviceId=f"d{n}"))["rememberMeToken"] for n in range(10)]

    answers = await at_once(
        *(again(caller, tokens[n], f"d{n}") for n in range(5)),
        service.post("/user-identities/lock", json={"userId": user.id}),
        *(again(caller, tokens[n], f"d{n}") for n in range(5, 10)),
    )

    assert {answer.status_code for answer in answers} <= {200, 204, 401}
    assert await series(on_both) == []
    assert await on_both.trail("remember_me.ended") == []
    for answer in answers:
        if answer.status_code == 200:
            refused(await caller.post(RENEW, json={"refreshToken": answer.json()["refreshToken"]}), 401, "204")


async def test_only_keyed_hashes_are_stored(given: Given, client: GivenClient, user: GivenUser):
    token: str = (await login(given.api.as_client(client.id), user))["rememberMeToken"]

    rows = str(await rows_of(given.env["AUTHME_DATABASE_URL"], "SELECT * FROM remember_me"))

    assert token.split(".")[1] not in rows
    assert token not in str(await given.trail())
    assert "phone" not in str(await given.trail())


async def test_a_client_has_to_be_named_and_not_locked(given: Given, client: GivenClient, user: GivenUser):
    token: str = (await login(given.api.as_client(client.id), user))["rememberMeToken"]
    third_party = await given.client(first_party=False)
    await given.run(lambda ctx: lock_client(ctx, client.id))

    for caller in (given.api, given.api.as_client("0" * 24), given.api.as_client(client.id)):
        refused(await again(caller, token), 401, "9")
    refused(await again(given.api.as_client(third_party.id), token), 403, "301")


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ({}, ["101", "101"]),
        ({"rememberMeToken": "x"}, ["101"]),
        ({"deviceId": "x"}, ["101"]),
        ({"rememberMeToken": 1, "deviceId": ["x"]}, ["102", "102"]),
        ({"rememberMeToken": "", "deviceId": ""}, ["102", "102"]),
        ({"rememberMeToken": "x" * 16385, "deviceId": "x" * 257}, ["102", "102"]),
        ({"rememberMeToken": "x", "deviceId": "x", "ip": "x"}, ["106"]),
    ],
)
async def test_each_wrong_field_is_named(given: Given, client: GivenClient, body: dict[str, Any], codes: list[str]):
    refused(await given.api.as_client(client.id).post(AGAIN, json=body), 400, *codes)


async def test_a_login_that_asks_for_nothing_writes_what_it_always_wrote(given: Given, client: GivenClient, user: GivenUser):
    before = len(await given.trail())
    headers = {"Authorization": basic(user.name, user.password)}

    token_object(await given.api.as_client(client.id).post(LOGIN, headers=headers, json={"ip": "10.0.0.1"}))

    assert len(await given.trail()) == before + 1
    assert await series(given) == []
