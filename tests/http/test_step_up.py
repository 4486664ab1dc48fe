"""UI-25 and UI-26: raise a session by a second factor."""

from typing import Any

import pytest

from support.answers import refused, token_object
from support.api import Api
from support.given import Given, GivenClient, GivenUser, at_once, claims

LEVERAGE, FULFILL = "/user-identities/me/leverage-mfa", "/user-identities/me/fulfill-mfa"
FACTORS = "/user-identities/me/authentication-factors"


def another(code: str) -> str:
    """Return a code that is not this one."""
    return f"{(int(code) + 1) % 10**6:06d}"


async def challenge(person: Api, **body: Any) -> dict[str, Any]:
    answer = await person.post(LEVERAGE, json=body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture
async def person(given: Given, client: GivenClient, user: GivenUser) -> Api:
    return await given.person(user, client)


async def test_a_code_by_mail_raises_the_session(on_both: Given):
    client, user = await on_both.client(), await on_both.user("exemplo.longe@brasil.example.com")
    person = await on_both.person(user, client)

    asked = await challenge(person)
    code = await on_both.code(user.name)
    answer = await person.post(FULFILL, json={"challengeId": asked["challengeId"], "token": code})

    assert asked.keys() == {"challengeId", "factorId", "contact", "expiresAt"}
    assert asked["contact"] == "ex***ge@brasil.e******.com"
    assert asked["expiresAt"].endswith("Z")
    said = claims(str(token_object(answer)["accessToken"]))
    assert said["acr"] == "AUTH-MFA"
    assert said["amr"] == ["pwd", "otp", "mfa"]
    assert {"ROLE_AUTH-MFA", "ROLE_AUTH-BASIC"} <= set(said["authorities"])
    renewed = await on_both.api.as_client(client.id).post(
        "/user-identities/renew-token", json={"refreshToken": answer.json()["refreshToken"]}
    )
    assert claims(renewed.json()["accessToken"])["acr"] == "AUTH-MFA"
    assert len(await on_both.trail("session.raised")) == 1


async def test_a_request_without_a_body_asks_for_the_default_factor(person: Api):
    assert (await person.post(LEVERAGE)).status_code == 201


async def test_a_code_is_good_once(given: Given, person: Api, user: GivenUser):
    asked = await challenge(person)
    body = {"challengeId": asked["challengeId"], "token": await given.code(user.name)}

    token_object(await person.post(FULFILL, json=body))

    refused(await person.post(FULFILL, json=body), 400, "502")


async def test_a_code_is_good_for_ten_minutes(given: Given, person: Api, user: GivenUser):
    asked = await challenge(person)
    body = {"challengeId": asked["challengeId"], "token": await given.code(user.name)}
    given.later(minutes=10)

    refused(await person.post(FULFILL, json=body), 400, "502")


async def test_a_clock_that_is_moved_back_makes_no_code_live_longer(given: Given, client: GivenClient, user: GivenUser):
    person = await given.person(user, client)
    asked = await challenge(person)
    body = {"challengeId": asked["challengeId"], "token": await given.code(user.name)}
    given.later(hours=-1)

    refused(await person.post(FULFILL, json=body), 400, "502")


async def test_an_old_code_dies_with_a_new_one(given: Given, person: Api, user: GivenUser):
    old = await challenge(person)
    old_code = await given.code(user.name)
    new = await challenge(person)

    refused(await person.post(FULFILL, json={"challengeId": old["challengeId"], "token": old_code}), 400, "502")
    token_object(await person.post(FULFILL, json={"challengeId": new["challengeId"], "token": await given.code(user.name)}))


async def test_the_sixth_try_is_refused_even_if_it_is_right(given: Given, person: Api, user: GivenUser):
    asked = await challenge(person)
    code = await given.code(user.name)
    for _ in range(5):
        refused(await person.post(FULFILL, json={"challengeId": asked["challengeId"], "token": another(code)}), 400, "8")

    refused(await person.post(FULFILL, json={"challengeId": asked["challengeId"], "token": code}), 400, "502")


async def test_ten_clients_that_guess_at_once_get_five_tries_in_all(on_both: Given):
    client, user = await on_both.client(), await on_both.user()
    person = await on_both.person(user, client)
    asked = await challenge(person)
    code = await on_both.code(user.name)
    wrong = [f"{(int(code) + n) % 10**6:06d}" for n in range(1, 11)]

    answers = await at_once(
        *(person.post(FULFILL, json={"challengeId": asked["challengeId"], "token": token}) for token in wrong)
    )

    codes = [answer.json()[0]["code"] for answer in answers]
    assert sorted(codes) == ["502"] * 5 + ["8"] * 5
    refused(await person.post(FULFILL, json={"challengeId": asked["challengeId"], "token": code}), 400, "502")


async def test_of_twenty_that_send_the_right_code_one_is_raised(on_both: Given):
    client, user = await on_both.client(), await on_both.user()
    person = await on_both.person(user, client)
    asked = await challenge(person)
    body = {"challengeId": asked["challengeId"], "token": await on_both.code(user.name)}

    answers = await at_once(*(person.post(FULFILL, json=body) for _ in range(20)))

    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 19


async def test_tries_are_counted_by_factor_across_operations(given: Given, person: Api, user: GivenUser):
    """A second door does not let a code be guessed faster."""
    asked = await challenge(person)
    for _ in range(5):
        token = another(await given.code(user.name))
        await person.post(FULFILL, json={"challengeId": asked["challengeId"], "token": token})

    sent = await person.post(f"{FACTORS}/{asked['factorId']}/send-token")
    body = {"challengeId": sent.json()["challengeId"], "token": await given.code(user.name)}
    answer = await person.post(f"{FACTORS}/{asked['factorId']}/validate-token", json=body)

    refused(answer, 429, "601")
    assert int(answer.headers["retry-after"]) >= 1
    given.later(seconds=2)
    assert (await person.post(f"{FACTORS}/{asked['factorId']}/validate-token", json=body)).status_code == 200


async def test_a_code_is_good_for_its_purpose_user_session_and_factor_only(given: Given, client: GivenClient):
    user, other = await given.user(), await given.user()
    person, stranger = await given.person(user, client), await given.person(other, client)
    same_user = await given.person(user, client)
    asked = await challenge(person)
    body = {"challengeId": asked["challengeId"], "token": await given.code(user.name)}
    others_factor = (await stranger.get(FACTORS)).json()[0]["id"]
    caller = given.api.as_client(client.id)
    recovery = {"username": user.name, "token": body["token"], "newPassword": "another good password"}

    refused(await stranger.post(FULFILL, json=body), 400, "502")
    refused(await same_user.post(FULFILL, json=body), 400, "502")
    refused(await person.post(f"{FACTORS}/{asked['factorId']}/validate-token", json=body), 400, "502")
    refused(await stranger.post(f"{FACTORS}/{others_factor}/validate-token", json=body), 400, "502")
    refused(await person.post("/user-identities/me/grant-auth-smart", json={"challengeId": body["challengeId"]}), 400, "502")
    refused(await caller.post("/user-identities/reset-password", json=recovery), 400, "8")
    token_object(await person.post(FULFILL, json=body))


async def test_codes_of_other_purposes_raise_nothing(given: Given, person: Api, user: GivenUser):
    factor = (await person.get(FACTORS)).json()[0]["id"]
    sent = (await person.post(f"{FACTORS}/{factor}/send-token")).json()

    refused(
        await person.post(FULFILL, json={"challengeId": sent["challengeId"], "token": await given.code(user.name)}), 400, "502"
    )


async def test_another_users_factor_is_none(given: Given, person: Api, client: GivenClient):
    stranger = await given.person(await given.user(), client)
    theirs = (await stranger.get(FACTORS)).json()[0]["id"]

    refused(await person.post(LEVERAGE, json={"factorId": theirs}), 400, "107")
    refused(await person.post(LEVERAGE, json={"factorId": "0" * 24}), 400, "107")
    refused(await person.post(LEVERAGE, json={"contactType": "TOTP"}), 400, "107")


async def test_without_a_factor_there_is_nothing_to_ask_for(given: Given, client: GivenClient):
    person = await given.person(await given.user("maria.silva"), client)

    refused(await person.post(LEVERAGE), 409, "404")


async def test_a_locked_user_has_no_challenge_left(given: Given, person: Api, client: GivenClient, user: GivenUser):
    asked = await challenge(person)
    code = await given.code(user.name)
    service = await given.service("account_lock", "account_unlock")
    await service.post("/user-identities/lock", json={"userId": user.id})
    refused(await person.post(FULFILL, json={"challengeId": asked["challengeId"], "token": code}), 401, "204")

    await service.post("/user-identities/unlock", json={"userId": user.id})

    again = await given.person(user, client)
    refused(await again.post(FULFILL, json={"challengeId": asked["challengeId"], "token": code}), 400, "502")


async def test_codes_are_not_sent_faster_than_people_read(given: Given, person: Api, user: GivenUser):
    answers = [await person.post(LEVERAGE) for _ in range(6)]

    assert [answer.status_code for answer in answers] == [201] * 5 + [429]
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert len(await given.messages(user.name)) == 5


async def test_a_right_answer_lets_codes_be_sent_again(given: Given, person: Api, user: GivenUser):
    for _ in range(7):
        asked = await challenge(person)
        body = {"challengeId": asked["challengeId"], "token": await given.code(user.name)}
        token_object(await person.post(FULFILL, json=body))


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ({}, ["101"]),
        ({"challengeId": "x", "token": "1"}, ["102"]),
        ({"challengeId": "0" * 24, "token": 123456}, ["102"]),
        ({"challengeId": "0" * 24, "token": "123456", "x": 1}, ["106"]),
        ({"challengeId": "0" * 24, "token": "123456"}, ["502"]),
        ({"challengeId": "0" * 24}, ["502"]),
    ],
)
async def test_wrong_fields(person: Api, body: dict[str, Any], codes: list[str]):
    refused(await person.post(FULFILL, json=body), 400, *codes)


async def test_a_code_for_a_challenge_needs_a_token(person: Api):
    asked = await challenge(person)

    refused(await person.post(FULFILL, json={"challengeId": asked["challengeId"], "assertion": {}}), 400, "101")


async def test_neither_log_nor_audit_nor_challenge_has_the_code(given: Given, person: Api, user: GivenUser):
    asked = await challenge(person)
    code = await given.code(user.name)
    await person.post(FULFILL, json={"challengeId": asked["challengeId"], "token": code})

    assert code not in str(await given.trail())
    assert user.name not in str(await given.trail())


async def test_a_token_of_before_is_not_changed_into_one_that_proved_more(
    given: Given, client: GivenClient, person: Api, user: GivenUser
):
    """Whoever got hold of the token of a login waits for its owner to prove a second factor."""
    other = await given.client()
    asked = await challenge(person)
    raised = await person.post(FULFILL, json={"challengeId": asked["challengeId"], "token": await given.code(user.name)})
    newest = given.api.as_(str(token_object(raised)["accessToken"]))
    ways = [
        ("/user-identities/me/access-token", {"json": {}}),
        ("/user-identities/me/change-app", {"params": {"targetClientId": other.id}}),
        ("/user-identities/me/generate-param", {"json": {}}),
        ("/user-identities/renew-app-token", {"json": {"originClientId": client.id, "clientId": other.id}}),
    ]

    for path, sent in ways:
        refused(await person.post(path, **sent), 403, "301")
        assert (await newest.post(path, **sent)).status_code in {200, 201}
