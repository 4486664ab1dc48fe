"""UI-05 with `rememberMe`, and UI-08: logged in again on a device."""

from typing import Any

import pytest

from authme.app import endpoints
from authme.clients.remove import lock as lock_client
from authme.devices.sweep import sweep
from authme.kernel.context import Context
from authme.tokens.mint import mint
from authme.tokens.model import TokenObject, TokenProfile
from support.answers import refused, token_object
from support.api import basic
from support.given import Given, GivenClient, GivenUser, claims
from support.remembered import AGAIN, ASSOCIATE, LOGIN, again, associate, login, series
from support.two_engines import rows_of

ME, RENEW = "/user-identities/me", "/user-identities/renew-token"
DEVICES, SESSIONS = f"{ME}/devices", f"{ME}/sessions"
ANYBODYS = {one.id for one in endpoints() if one.requirement.is_public or one.names_client}


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


async def test_a_token_that_proves_nothing_speaks_of_no_office(given: Given, client: GivenClient):
    user = await given.user(None, "ADMIN", "IAM_ADMIN_MAINTENANCE")
    named = token_object(
        await again(given.api.as_client(client.id), (await login(given.api.as_client(client.id), user))["rememberMeToken"])
    )
    profile = TokenProfile(client.id, "ES256", 3600, "EPOCH", aliases=False)

    async def forge(ctx: Context) -> TokenObject:
        atoms = frozenset({"AUTH-IDENTIFIED", "CLI-AUTH-IDENTIFIED", "USER", "PERSON", "ADMIN", "IAM_ADMIN_MAINTENANCE"})
        sid = claims(str(named["accessToken"]))["sid"]
        return await mint(ctx, profile, subject=user.id, scope=(), atoms=atoms, user_id=user.id, sid=sid)

    caller = await given.caller((await given.run(forge)).access_token)

    assert caller.atoms == {"AUTH-IDENTIFIED", "CLI-AUTH-IDENTIFIED", "CLI-1STPARTY"}


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
