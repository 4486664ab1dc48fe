"""UI-39, UI-40 and UI-41: the risk challenge, and what passing it grants."""

from typing import Any

import httpx
import pytest

from support.answers import refused, token_object
from support.api import Api
from support.authenticator import Authenticator
from support.factors import (
    FULFILL,
    SMART,
    added,
    another,
    asked_for,
    confirmed_app,
    factors_of,
    fulfil,
    registered,
    sent,
    twice_proved,
    validate,
)
from support.given import Given, GivenClient, GivenUser, at_once, claims

GRANTED = "ROLE_AUTH-SMART"
RENEW = "/user-identities/renew-token"


@pytest.fixture
async def person(given: Given, client: GivenClient, user: GivenUser) -> Api:
    return await given.person(user, client)


async def passed(given: Given, person: Api, address: str) -> str:
    """Pass the risk challenge by a code to the main contact; return the challenge."""
    (main, *_) = await factors_of(person)
    asked = await sent(person, main["id"])
    answer = await validate(person, main["id"], asked, token=await given.code(address))
    assert answer.status_code == 200, answer.text
    return str(asked["challengeId"])


async def granted(person: Api, challenge_id: str) -> httpx.Response:
    return await person.post(SMART, json={"challengeId": challenge_id})


def authorities(answer: httpx.Response) -> list[str]:
    found: list[str] = claims(str(token_object(answer)["accessToken"]))["authorities"]
    return found


async def test_the_challenge_grants_it_to_this_session_and_no_other(on_both: Given):
    client, user = await on_both.client(), await on_both.user()
    person = await on_both.person(user, client)

    answer = await granted(person, await passed(on_both, person, user.name))

    said = claims(str(token_object(answer)["accessToken"]))
    assert GRANTED in said["authorities"]
    assert (said["acr"], said["amr"]) == ("AUTH-BASIC", ["pwd"])
    renewed = await on_both.api.as_client(client.id).post(RENEW, json={"refreshToken": answer.json()["refreshToken"]})
    assert GRANTED in authorities(renewed)
    elsewhere = await on_both.tokens(user, client)
    assert GRANTED not in claims(elsewhere["accessToken"])["authorities"]
    assert [row["detail"] for row in await on_both.trail("session.granted")] == ['{"atom":"AUTH-SMART"}']


async def test_it_stays_when_the_session_is_raised_and_so_does_the_level(given: Given, person: Api, user: GivenUser):
    smart = await granted(person, await passed(given, person, user.name))
    person = given.api.as_(smart.json()["accessToken"])

    said = claims((await fulfil(person, await asked_for(person), token=await given.code(user.name))).json()["accessToken"])

    assert said["acr"] == "AUTH-MFA"
    assert GRANTED in said["authorities"]


async def test_the_level_stays_when_it_is_granted(given: Given, client: GivenClient, user: GivenUser):
    person = await twice_proved(given, user, client)

    said = claims((await granted(person, await passed(given, person, user.name))).json()["accessToken"])

    assert said["acr"] == "AUTH-MFA"


async def test_a_challenge_grants_once(given: Given, person: Api, user: GivenUser):
    challenge_id = await passed(given, person, user.name)
    assert GRANTED in authorities(await granted(person, challenge_id))

    refused(await granted(person, challenge_id), 400, "502")


async def test_of_ten_that_ask_at_once_one_is_granted(on_both: Given):
    client, user = await on_both.client(), await on_both.user()
    person = await on_both.person(user, client)
    challenge_id = await passed(on_both, person, user.name)

    answers = await at_once(*(granted(person, challenge_id) for _ in range(10)))

    assert [answer.status_code for answer in answers].count(200) == 1
    assert {answer.status_code for answer in answers} <= {200, 400, 409}
    assert len(await on_both.trail("session.granted")) == 1


async def test_it_is_granted_for_five_minutes_after_the_answer(given: Given, person: Api, user: GivenUser):
    in_time = await passed(given, person, user.name)
    given.later(minutes=5)
    assert GRANTED in authorities(await granted(person, in_time))

    late = await passed(given, person, user.name)
    given.later(minutes=5, milliseconds=1)
    refused(await granted(person, late), 400, "502")


async def test_a_clock_that_is_moved_back_makes_no_answer_last(given: Given, person: Api, user: GivenUser):
    challenge_id = await passed(given, person, user.name)
    given.later(hours=-1)

    refused(await granted(person, challenge_id), 400, "502")


async def test_another_session_or_user_is_granted_nothing(given: Given, client: GivenClient, user: GivenUser, person: Api):
    challenge_id = await passed(given, person, user.name)
    elsewhere, stranger = await given.person(user, client), await given.person(await given.user(), client)

    for other in (elsewhere, stranger):
        refused(await granted(other, challenge_id), 400, "502")

    assert GRANTED in authorities(await granted(person, challenge_id))


async def test_a_challenge_that_was_not_answered_grants_nothing(given: Given, person: Api, user: GivenUser):
    (main,) = await factors_of(person)
    asked = await sent(person, main["id"])
    refused(await granted(person, asked["challengeId"]), 400, "502")
    code = await given.code(user.name)
    await validate(person, main["id"], asked, token=another(code))

    refused(await granted(person, asked["challengeId"]), 400, "502")
    refused(await granted(person, "0" * 24), 400, "502")


async def test_to_confirm_a_new_factor_is_no_risk_challenge(given: Given, client: GivenClient, user: GivenUser):
    person = await twice_proved(given, user, client)
    one = await added(person, "EMAIL", email="other@example.com")
    asked = await sent(person, one["id"])
    assert (await validate(person, one["id"], asked, token=await given.code("other@example.com"))).status_code == 200

    refused(await granted(person, asked["challengeId"]), 400, "502")


async def test_what_raised_the_session_is_no_risk_challenge(given: Given, person: Api, user: GivenUser):
    asked = await asked_for(person)
    token_object(await fulfil(person, asked, token=await given.code(user.name)))

    refused(await granted(person, asked["challengeId"]), 400, "502")


async def test_what_passed_the_risk_challenge_raises_nothing(given: Given, person: Api, user: GivenUser):
    (main,) = await factors_of(person)
    asked = await sent(person, main["id"])
    code = await given.code(user.name)
    await validate(person, main["id"], asked, token=code)

    refused(await person.post(FULFILL, json={"challengeId": asked["challengeId"], "token": code}), 400, "502")


async def test_an_answer_that_was_right_is_not_answered_again(given: Given, person: Api, user: GivenUser):
    (main,) = await factors_of(person)
    asked = await sent(person, main["id"])
    code = await given.code(user.name)
    await validate(person, main["id"], asked, token=code)

    refused(await validate(person, main["id"], asked, token=code), 400, "502")
    assert GRANTED in authorities(await granted(person, asked["challengeId"]))


async def test_a_new_challenge_takes_back_the_answer_to_the_one_before(given: Given, person: Api, user: GivenUser):
    before = await passed(given, person, user.name)
    (main,) = await factors_of(person)
    await sent(person, main["id"])

    refused(await granted(person, before), 400, "502")


async def test_an_app_and_a_passkey_pass_it_too(given: Given, client: GivenClient, user: GivenUser):
    owner = await twice_proved(given, user, client)
    app, authenticator = await confirmed_app(given, owner), Authenticator()
    key = await registered(owner, authenticator)
    person = await given.person(user, client)

    asked = await sent(person, app.id)
    assert (await validate(person, app.id, asked, token=app.code)).status_code == 200
    assert GRANTED in authorities(await granted(person, asked["challengeId"]))
    asked = await sent(person, key)
    assert (await validate(person, key, asked, assertion=authenticator.get(asked["publicKey"]))).status_code == 200
    assert GRANTED in authorities(await granted(person, asked["challengeId"]))


async def test_it_is_gone_with_the_session(given: Given, client: GivenClient, person: Api, user: GivenUser):
    answer = await granted(person, await passed(given, person, user.name))

    await given.api.as_(answer.json()["accessToken"]).post("/user-identities/me/logout")

    refused(await given.api.as_(answer.json()["accessToken"]).get("/user-identities/me"), 401, "204")
    refused(await given.api.as_client(client.id).post(RENEW, json={"refreshToken": answer.json()["refreshToken"]}), 401, "204")


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ({}, ["101"]),
        ({"challengeId": "x"}, ["102"]),
        ({"challengeId": None}, ["102"]),
        ({"challengeId": "0" * 24, "x": 1}, ["106"]),
    ],
)
async def test_each_wrong_field_is_named(person: Api, body: dict[str, Any], codes: list[str]):
    refused(await person.post(SMART, json=body), 400, *codes)
