"""What a session has to have proved, and when, before factors change."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from support.answers import refused
from support.api import Api
from support.authenticator import Authenticator
from support.factors import (
    FACTORS,
    added,
    asked_for,
    confirmed_app,
    factors_of,
    fulfil,
    raised,
    registered,
    sent,
    twice_proved,
    validate,
)
from support.given import Given, GivenClient, GivenUser

Change = Callable[[Api, str], Awaitable[httpx.Response]]
CHANGES: list[Change] = [
    lambda person, _: person.post(FACTORS, json={"authenticationFactors": [{"contactType": "TOTP"}]}),
    lambda person, id_: person.put(f"{FACTORS}/{id_}", json={"contactType": "EMAIL", "email": "third@example.com"}),
    lambda person, id_: person.delete(f"{FACTORS}/{id_}"),
]
of_each_change = pytest.mark.parametrize("change", CHANGES, ids=["add", "change", "remove"])


@of_each_change
async def test_whoever_can_prove_two_factors_needs_both(given: Given, client: GivenClient, user: GivenUser, change: Change):
    person = await given.person(user, client)
    one = await added(await raised(given, person, user.name), "EMAIL", email="other@example.com")
    with_password_only = await given.person(user, client)

    refused(await change(with_password_only, one["id"]), 403, "301")

    assert (await change(await raised(given, with_password_only, user.name), one["id"])).status_code in {200, 201, 204}


@of_each_change
async def test_the_proof_is_good_for_ten_minutes(given: Given, client: GivenClient, user: GivenUser, change: Change):
    person = await twice_proved(given, user, client)
    one = await added(person, "EMAIL", email="other@example.com")

    given.later(minutes=10, milliseconds=1)

    refused(await change(person, one["id"]), 403, "301")
    again = await twice_proved(given, user, client)
    given.later(minutes=10)
    assert (await change(again, one["id"])).status_code in {200, 201, 204}


async def test_a_code_alone_makes_no_old_password_fresh(given: Given, client: GivenClient, user: GivenUser):
    """An unlocked telephone has the session and reads the codes: whoever finds it knows no password."""
    person = await twice_proved(given, user, client)
    given.later(minutes=11)

    again = await raised(given, person, user.name)

    refused(await again.post(FACTORS, json={"authenticationFactors": [{"contactType": "TOTP"}]}), 403, "301")


async def test_a_renewed_token_is_not_a_fresh_proof(given: Given, client: GivenClient, user: GivenUser):
    person = await given.person(user, client)
    answer = await fulfil(person, await asked_for(person), token=await given.code(user.name))
    given.later(minutes=11)

    renewed = await given.api.as_client(client.id).post(
        "/user-identities/renew-token", json={"refreshToken": answer.json()["refreshToken"]}
    )

    person = given.api.as_(renewed.json()["accessToken"])
    refused(await person.post(FACTORS, json={"authenticationFactors": [{"contactType": "TOTP"}]}), 403, "301")


async def test_a_token_of_before_the_session_was_raised_does_not_grow_with_it(
    given: Given, client: GivenClient, user: GivenUser
):
    """Whoever got hold of the token of a login waits for its owner to prove more."""
    before = await given.person(user, client)
    raised_later = await raised(given, before, user.name)

    refused(await before.post(FACTORS, json={"authenticationFactors": [{"contactType": "TOTP"}]}), 403, "301")
    begun = await added(raised_later, "PASSKEY")
    refused(await before.post(f"{FACTORS}/{begun['id']}/send-token"), 403, "301")


async def test_a_clock_that_is_moved_back_keeps_no_proof_fresh(given: Given, client: GivenClient, user: GivenUser):
    person = await twice_proved(given, user, client)
    given.later(hours=-2)

    refused(await person.post(FACTORS, json={"authenticationFactors": [{"contactType": "TOTP"}]}), 403, "301")


async def test_somebody_with_a_user_name_only_needs_the_password_of_a_moment_ago(given: Given, client: GivenClient):
    user = await given.user("maria.silva")
    person = await given.person(user, client)
    await added(person, "TOTP")
    given.later(minutes=11)

    refused(await person.post(FACTORS, json={"authenticationFactors": [{"contactType": "TOTP"}]}), 403, "301")

    await added(await given.person(user, client), "TOTP")


async def test_an_unverified_factor_raises_nothing_that_is_asked_for(given: Given, client: GivenClient):
    person = await given.person(await given.user("maria.silva"), client)
    await added(person, "EMAIL", email="other@example.com")
    await added(person, "PASSKEY")

    await added(person, "TOTP")


async def test_with_the_first_verified_factor_the_password_is_not_enough_any_more(given: Given, client: GivenClient):
    person = await given.person(await given.user("maria.silva"), client)
    app = await confirmed_app(given, person)

    refused(await person.post(FACTORS, json={"authenticationFactors": [{"contactType": "TOTP"}]}), 403, "301")

    answer = await fulfil(person, await asked_for(person), token=app.code)
    await added(given.api.as_(answer.json()["accessToken"]), "TOTP")


async def test_recovery_codes_that_are_used_up_keep_nobody_from_adding_another_factor(given: Given, client: GivenClient):
    user = await given.user("maria.silva")
    person = await given.person(user, client)
    codes = (await added(person, "RECOVERY_CODES"))["recoveryCodes"]
    for code in codes:
        person = await given.person(user, client)
        answer = await fulfil(person, await asked_for(person), token=code)
        assert answer.status_code == 200

    assert await factors_of(await given.person(user, await given.client(factor_visibility="UNRESTRICTED"))) == []
    await added(await given.person(user, client), "TOTP")


async def test_a_passkey_that_was_begun_is_not_registered_by_whoever_has_the_password_only(
    given: Given, client: GivenClient, user: GivenUser
):
    """Any authenticator can answer: the owner begins, and somebody with the password alone must not come first."""
    owner = await twice_proved(given, user, client)
    begun = await added(owner, "PASSKEY", name="Key")
    thief = await given.person(user, client)

    refused(await thief.post(f"{FACTORS}/{begun['id']}/send-token"), 403, "301")
    asked = await sent(owner, begun["id"])
    theirs = Authenticator().create(asked["publicKey"])
    refused(await validate(thief, begun["id"], asked, attestation=theirs), 403, "301")

    assert (
        await validate(owner, begun["id"], asked, attestation=Authenticator().create(asked["publicKey"]))
    ).status_code == 200


async def test_a_passkey_is_not_registered_long_after_it_was_begun(given: Given, client: GivenClient, user: GivenUser):
    person = await twice_proved(given, user, client)
    begun = await added(person, "PASSKEY")
    given.later(minutes=11)

    refused(await person.post(f"{FACTORS}/{begun['id']}/send-token"), 403, "301")

    again = await twice_proved(given, user, client)
    asked = await sent(again, begun["id"])
    assert (
        await validate(again, begun["id"], asked, attestation=Authenticator().create(asked["publicKey"]))
    ).status_code == 200


async def test_a_session_that_was_raised_by_a_passkey_may_change_factors(given: Given, client: GivenClient, user: GivenUser):
    authenticator = Authenticator()
    await registered(await twice_proved(given, user, client), authenticator)
    person = await given.person(user, client)
    asked = await asked_for(person, contactType="PASSKEY")
    answer = await fulfil(person, asked, assertion=authenticator.get(asked["publicKey"]))

    await added(given.api.as_(answer.json()["accessToken"]), "TOTP")


@pytest.mark.parametrize("seconds", [60, 600])
async def test_for_how_long_it_is_fresh_is_a_setting(make_given: Any, tmp_path: Any, seconds: int):
    given = await make_given(f"sqlite:///{tmp_path}/a.db", fresh_seconds=seconds)
    person = await given.person(await given.user("maria.silva"), await given.client())
    given.later(seconds=61)

    answer = await person.post(FACTORS, json={"authenticationFactors": [{"contactType": "TOTP"}]})

    assert answer.status_code == (403 if seconds == 60 else 201)
