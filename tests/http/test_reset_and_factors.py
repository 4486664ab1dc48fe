"""A reset is one proof: it never stands for a second factor."""

import pytest

from support.answers import refused, token_object
from support.api import Api
from support.authenticator import Authenticator
from support.factors import (
    FACTORS,
    LEVERAGE,
    added,
    asked_for,
    confirmed_app,
    confirmed_contact,
    factors_of,
    fulfil,
    raised,
    registered,
    twice_proved,
)
from support.given import Given, GivenClient, GivenUser, claims
from support.recovery import NEW, code_for, create, reset

MOBILE = "5511922222222"


@pytest.fixture
async def client(given: Given) -> GivenClient:
    return await given.client(factor_visibility="UNRESTRICTED")


@pytest.fixture
def visitor(given: Given, client: GivenClient) -> Api:
    return given.api.as_client(client.id)


async def was_reset(given: Given, visitor: Api, user: GivenUser, password: str = NEW) -> Api:
    """Return a caller of the session that a reset began."""
    answer = await reset(visitor, user.name, await code_for(given, visitor, user.name), password)
    return given.api.as_(str(token_object(answer)["accessToken"]))


async def logged_in(given: Given, visitor: Api, user: GivenUser, password: str = NEW) -> Api:
    return given.api.as_(str(token_object(await visitor.login(user.name, password))["accessToken"]))


@pytest.mark.parametrize("kind", ["app", "mobile", "passkey", "recovery codes"])
async def test_the_mailbox_alone_does_not_reach_the_second_factor(
    given: Given, client: GivenClient, visitor: Api, user: GivenUser, kind: str
):
    owner = await twice_proved(given, user, client)
    match kind:
        case "app":
            await confirmed_app(given, owner)
        case "mobile":
            await confirmed_contact(given, owner, MOBILE)
        case "passkey":
            await registered(owner, Authenticator())
        case _:
            await added(owner, "RECOVERY_CODES")

    for thief in (await was_reset(given, visitor, user), await logged_in(given, visitor, user)):
        (main, *_) = await factors_of(thief)
        for body in ({"factorId": main["id"]}, {"contactType": "EMAIL"}):
            refused(await thief.post(LEVERAGE, json=body), 409, "404")
        refused(await thief.post(f"{FACTORS}/{main['id']}/send-token"), 409, "404")
        refused(await thief.post(FACTORS, json={"authenticationFactors": [{"contactType": "PASSKEY"}]}), 403, "301")
        for one in (await factors_of(thief))[1:]:
            refused(await thief.delete(f"{FACTORS}/{one['id']}"), 403, "301")


async def test_the_session_of_a_reset_is_raised_by_no_code(given: Given, visitor: Api, user: GivenUser):
    """Two codes to one mailbox are one proof, also of somebody who has nothing else."""
    person = await was_reset(given, visitor, user)

    refused(await person.post(LEVERAGE), 409, "404")

    again = await logged_in(given, visitor, user)
    assert (await raised(given, again, user.name)) is not None


async def test_an_app_raises_the_session_of_a_reset_no_more_than_a_code(
    given: Given, client: GivenClient, visitor: Api, user: GivenUser
):
    await confirmed_app(given, await twice_proved(given, user, client))
    person = await was_reset(given, visitor, user)

    refused(await person.post(LEVERAGE, json={"contactType": "TOTP"}), 409, "404")


async def test_a_passkey_raises_it(given: Given, client: GivenClient, visitor: Api, user: GivenUser):
    authenticator = Authenticator()
    await registered(await twice_proved(given, user, client), authenticator)
    person = await was_reset(given, visitor, user)
    asked = await asked_for(person)

    said = claims((await fulfil(person, asked, assertion=authenticator.get(asked["publicKey"]))).json()["accessToken"])

    assert (said["acr"], said["amr"]) == ("AUTH-MFA", ["otp", "pop", "mfa"])


async def test_another_factor_makes_the_mailbox_one_again(given: Given, client: GivenClient, visitor: Api, user: GivenUser):
    app = await confirmed_app(given, await twice_proved(given, user, client))
    await was_reset(given, visitor, user)
    person = await logged_in(given, visitor, user)
    (main, *_) = await factors_of(person)
    refused(await person.post(LEVERAGE, json={"factorId": main["id"]}), 409, "404")

    token_object(await fulfil(person, await asked_for(person), token=app.code))

    assert await raised(given, await logged_in(given, visitor, user), user.name) is not None


async def test_to_change_the_password_washes_nothing(given: Given, client: GivenClient, visitor: Api, user: GivenUser):
    await confirmed_app(given, await twice_proved(given, user, client))
    await was_reset(given, visitor, user)
    thief = await logged_in(given, visitor, user)
    body = {"currentPassword": NEW, "newPassword": "yet another password"}
    assert (await thief.post("/user-identities/me/change-password", json=body)).status_code == 204

    for caller in (thief, await logged_in(given, visitor, user, "yet another password")):
        refused(await caller.post(LEVERAGE, json={"contactType": "EMAIL"}), 409, "404")


async def test_to_reset_again_washes_nothing(given: Given, client: GivenClient, visitor: Api, user: GivenUser):
    await confirmed_app(given, await twice_proved(given, user, client))
    await was_reset(given, visitor, user)
    await was_reset(given, visitor, user, "yet another password")

    thief = await logged_in(given, visitor, user, "yet another password")
    refused(await thief.post(LEVERAGE, json={"contactType": "EMAIL"}), 409, "404")


async def test_what_an_administrator_adds_washes_nothing_before_it_is_confirmed(
    given: Given, client: GivenClient, visitor: Api, user: GivenUser
):
    await confirmed_app(given, await twice_proved(given, user, client))
    await was_reset(given, visitor, user)
    thief, administrator = await logged_in(given, visitor, user), await given.administrator(client)
    body = {"authenticationFactors": [{"contactType": "MOBILE", "mobile": MOBILE}]}
    added_by = await administrator.post(f"/user-identities/{user.id}/authentication-factors", json=body)

    refused(await thief.post(LEVERAGE, json={"contactType": "EMAIL"}), 409, "404")
    refused(await thief.post(LEVERAGE, json={"factorId": added_by.json()[0]["id"]}), 400, "107")


async def test_a_mailbox_that_is_all_there_is_still_asks_for_the_password(given: Given, visitor: Api, user: GivenUser):
    person = await was_reset(given, visitor, user)
    refused(await person.post(FACTORS, json={"authenticationFactors": [{"contactType": "TOTP"}]}), 403, "301")

    await added(await raised(given, await logged_in(given, visitor, user), user.name), "TOTP")


async def test_two_contacts_are_two_factors_for_somebody_who_was_brought_in(given: Given, client: GivenClient, visitor: Api):
    """The first password of somebody whose e-mail and mobile are known already: the mobile is what proves more."""
    from authme.users.bring_in import bring_in, read_line  # noqa: PLC0415  # how an operator brings people in

    line = '{"username": "maria@example.com", "mobile": "5511922222222"}'
    await bring_in(given.run, [(1, read_line(line))])
    code = await code_for(given, visitor, "maria@example.com")
    assert (await create(visitor, "maria@example.com", code)).status_code == 201
    user = GivenUser("", "maria@example.com", NEW)

    thief = await logged_in(given, visitor, user)
    refused(await thief.post(LEVERAGE, json={"contactType": "EMAIL"}), 409, "404")
    assert await raised(given, thief, MOBILE) is not None
    assert await raised(given, await given.person(user, client), "maria@example.com") is not None
