"""What ends a person's being remembered on a device."""

import pytest

from authme.kernel.context import Context
from authme.users.store import change_status
from support.answers import refused, token_object
from support.given import Given, GivenClient, GivenUser, at_once, claims
from support.remembered import again, associate, login, series
from support.two_engines import rows_of

ME, RENEW = "/user-identities/me", "/user-identities/renew-token"
LOGOUT, SESSIONS = f"{ME}/logout", f"{ME}/sessions"


@pytest.fixture
async def token(on_both: Given, known: tuple[GivenClient, GivenUser]) -> str:
    client, user = known
    return str((await login(on_both.api.as_client(client.id), user))["rememberMeToken"])


@pytest.fixture
async def known(on_both: Given) -> tuple[GivenClient, GivenUser]:
    return await on_both.client(), await on_both.user()


async def test_a_lock_ends_it(on_both: Given, known: tuple[GivenClient, GivenUser], token: str):
    client, user = known
    service = await on_both.service("account_lock", "account_unlock")
    await service.post("/user-identities/lock", json={"userId": user.id})
    refused(await again(on_both.api.as_client(client.id), token), 401, "206")

    await service.post("/user-identities/unlock", json={"userId": user.id})

    refused(await again(on_both.api.as_client(client.id), token), 401, "206")
    assert await series(on_both) == []


async def test_a_new_password_ends_it(on_both: Given, known: tuple[GivenClient, GivenUser], token: str):
    client, user = known
    person = await on_both.person(user, client)
    change = {"currentPassword": user.password, "newPassword": "another good password"}
    assert (await person.post(f"{ME}/change-password", json=change)).status_code == 204

    refused(await again(on_both.api.as_client(client.id), token), 401, "206")


async def test_a_reset_of_the_password_ends_it(on_both: Given, known: tuple[GivenClient, GivenUser], token: str):
    client, user = known
    caller = on_both.api.as_client(client.id)
    await caller.post("/user-identities/retrieve-identity", json={"userName": user.name})
    reset = {"username": user.name, "token": await on_both.code(user.name), "newPassword": "another good password"}
    token_object(await caller.post("/user-identities/reset-password", json=reset))

    refused(await again(caller, token), 401, "206")


async def test_a_removal_ends_it(on_both: Given, known: tuple[GivenClient, GivenUser], token: str):
    client, user = known
    await associate(on_both, user, client)
    service = await on_both.service("identity_remove")
    assert (await service.delete(f"/user-identities/{user.id}")).status_code == 204

    refused(await again(on_both.api.as_client(client.id), token), 401, "206")
    assert await series(on_both) == []
    assert await rows_of(on_both.env["AUTHME_DATABASE_URL"], "SELECT * FROM device") == []


async def test_a_user_who_may_not_act_is_remembered_nowhere(on_both: Given, known: tuple[GivenClient, GivenUser], token: str):
    client, user = known

    async def make_pending(ctx: Context) -> bool:
        return await change_status(ctx.tx, user.id, was=("ACTIVE",), becomes="PENDING", now=ctx.clock.now_ms())

    assert await on_both.run(make_pending)

    refused(await again(on_both.api.as_client(client.id), token), 401, "206")


async def test_logging_out_of_a_session_that_it_began_ends_it(on_both: Given, known: tuple[GivenClient, GivenUser], token: str):
    client, user = known
    caller = on_both.api.as_client(client.id)
    await associate(on_both, user, client)
    found = token_object(await again(caller, token))
    assert (await on_both.api.as_(str(found["accessToken"])).post(LOGOUT)).status_code == 204

    refused(await again(caller, str(found["rememberMeToken"])), 401, "206")


async def test_logging_out_of_the_session_that_began_it_ends_it_even_later(on_both: Given):
    client, user = await on_both.client(), await on_both.user()
    caller = on_both.api.as_client(client.id)
    first, elsewhere = await login(caller, user), await login(caller, user, deviceId="tablet")
    second = token_object(await again(caller, first["rememberMeToken"]))
    assert (await on_both.api.as_(first["accessToken"]).post(LOGOUT)).status_code == 204

    refused(await again(caller, str(second["rememberMeToken"])), 401, "206")
    token_object(await again(caller, elsewhere["rememberMeToken"], "tablet"))


async def test_ending_that_session_from_another_ends_it(on_both: Given, known: tuple[GivenClient, GivenUser]):
    client, user = known
    caller = on_both.api.as_client(client.id)
    first, person = await login(caller, user), await on_both.person(user, client)
    sid = claims(first["accessToken"])["sid"]
    assert (await person.delete(f"{SESSIONS}/{sid}")).status_code == 204

    refused(await again(caller, first["rememberMeToken"]), 401, "206")


async def test_logging_out_anywhere_else_does_not(on_both: Given, known: tuple[GivenClient, GivenUser], token: str):
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
