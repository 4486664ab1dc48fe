"""UI-16: a new password by a code."""

from typing import Any

import pytest

from support.answers import refused, token_object
from support.api import Api
from support.factors import another, asked_for, factors_of, fulfil, sent, validate
from support.given import Given, GivenClient, GivenUser, at_once, claims
from support.recovery import NEW, RESET, code_for, create, reset, retrieve

CHANGE = "/user-identities/me/change-password"


@pytest.fixture
def visitor(given: Given, client: GivenClient) -> Api:
    return given.api.as_client(client.id)


async def test_a_reset_logs_in_with_one_proof(on_both: Given):
    client, user = await on_both.client(), await on_both.user()
    visitor = on_both.api.as_client(client.id)
    code = await code_for(on_both, visitor, user.name)

    said = claims(str(token_object(await reset(visitor, user.name, f" {code} "))["accessToken"]))

    assert (said["acr"], said["amr"], said["user_id"]) == ("AUTH-BASIC", ["otp"], user.id)
    refused(await visitor.login(user.name, user.password), 401, "203")
    token_object(await visitor.login(user.name, NEW))
    assert [row["target"] for row in await on_both.trail("user.password_reset")] == [user.id]


async def test_whatever_the_old_password_began_is_over_and_the_user_is_told(given: Given, client: GivenClient, user: GivenUser):
    visitor = given.api.as_client(client.id)
    remembered = await visitor.login(user.name, user.password, json={"deviceId": "d", "rememberMe": True})
    tokens = await given.tokens(user, client)
    answer = await reset(visitor, user.name, await code_for(given, visitor, user.name))

    refused(await given.api.as_(tokens["accessToken"]).get("/user-identities/me"), 401, "204")
    refused(await visitor.post("/user-identities/renew-token", json={"refreshToken": tokens["refreshToken"]}), 401, "204")
    body = {"rememberMeToken": remembered.json()["rememberMeToken"], "deviceId": "d"}
    refused(await visitor.post("/user-identities/remember-me", json=body), 401, "206")
    assert (await given.api.as_(answer.json()["accessToken"]).get("/user-identities/me")).status_code == 200
    assert [one["message"] for one in await given.messages(user.name)] == ["code", "password_changed"]


async def test_whatever_is_wrong_gets_one_answer(given: Given, visitor: Api, user: GivenUser):
    code = await code_for(given, visitor, user.name)
    other = await given.user()
    wrong = another(code)
    answers = [
        await reset(visitor, user.name, wrong),
        await reset(visitor, "nobody@example.com", code),
        await reset(visitor, other.name, code),
        await reset(visitor, user.name, code, hash="x"),
        await reset(visitor, user.name, code + "0"),
        await reset(visitor, user.name, "x" * 16000),
    ]

    assert {(answer.status_code, answer.text) for answer in answers} == {
        (400, '[{"code":"8","message":"Validation code or username is not valid."}]')
    }
    assert code not in "".join(answer.text for answer in answers)


async def test_a_name_that_was_never_asked_for_is_as_wrong(visitor: Api, user: GivenUser):
    for name in (user.name, "nobody@example.com"):
        refused(await reset(visitor, name, "123456"), 400, "8")


async def test_a_code_is_good_once(given: Given, visitor: Api, user: GivenUser):
    code = await code_for(given, visitor, user.name)
    token_object(await reset(visitor, user.name, code))

    refused(await reset(visitor, user.name, code, "yet another password"), 400, "8")
    token_object(await visitor.login(user.name, NEW))


async def test_a_code_is_good_for_ten_minutes(given: Given, visitor: Api, user: GivenUser):
    code = await code_for(given, visitor, user.name)
    given.later(minutes=10)

    refused(await reset(visitor, user.name, code), 400, "8")


async def test_a_clock_that_is_moved_back_makes_no_code_live_longer(given: Given, visitor: Api, user: GivenUser):
    code = await code_for(given, visitor, user.name)
    given.later(hours=-1)

    refused(await reset(visitor, user.name, code), 400, "8")


async def test_ten_that_guess_at_once_get_five_tries_in_all(on_both: Given):
    client, user = await on_both.client(), await on_both.user()
    visitor = on_both.api.as_client(client.id)
    code = await code_for(on_both, visitor, user.name)
    wrong = [f"{(int(code) + n) % 10**6:06d}" for n in range(1, 11)]

    answers = await at_once(*(reset(visitor, user.name, token) for token in wrong))

    assert sorted(answer.json()[0]["code"] for answer in answers) == ["601"] * 5 + ["8"] * 5
    on_both.later(minutes=9)
    refused(await reset(visitor, user.name, code), 400, "8")


async def test_five_tries_are_five_by_whichever_names(given: Given, visitor: Api):
    names = {"username": "maria.silva", "email": "maria@example.com", "document": "52998224725"}
    await visitor.post("/user-identities", json=names | {"password": "correct horse battery"})
    code = await code_for(given, visitor, "maria.silva", "maria@example.com")
    for name in [*names.values(), *names.values()][:5]:
        refused(await reset(visitor, name, another(code)), 400, "8")

    given.later(seconds=1)
    refused(await reset(visitor, "maria.silva", code), 400, "8")


async def test_a_new_code_does_not_let_anybody_guess_faster(given: Given, visitor: Api, user: GivenUser):
    for _ in range(5):
        refused(await reset(visitor, user.name, another(await code_for(given, visitor, user.name))), 400, "8")
    given.later(seconds=1)
    code = await code_for(given, visitor, user.name)
    given.later(seconds=-1)

    refused(await reset(visitor, user.name, code), 429, "601")
    given.later(seconds=1)
    token_object(await reset(visitor, user.name, code))


@pytest.mark.parametrize("is_known", [True, False])
async def test_the_limit_is_told_alike_for_any_name(visitor: Api, user: GivenUser, is_known: bool):  # noqa: FBT001  # a parameter of the test
    name = user.name if is_known else "nobody@example.com"
    await retrieve(visitor, name)
    answers = [await reset(visitor, name, "x") for _ in range(7)]

    assert [answer.status_code for answer in answers] == [400] * 5 + [429] * 2
    assert {answer.headers["retry-after"] for answer in answers[5:]} == {"1"}


async def test_of_ten_that_reset_at_once_one_does(on_both: Given):
    client, user = await on_both.client(), await on_both.user()
    visitor = on_both.api.as_client(client.id)
    code = await code_for(on_both, visitor, user.name)

    answers = await at_once(*(reset(visitor, user.name, code, f"another good password {n}") for n in range(10)))

    assert [answer.status_code for answer in answers].count(200) == 1
    assert {answer.json()[0]["code"] for answer in answers if answer.status_code != 200} <= {"8", "601"}
    won = next(n for n, answer in enumerate(answers) if answer.status_code == 200)
    token_object(await visitor.login(user.name, f"another good password {won}"))


@pytest.mark.parametrize(
    ("password", "why"), [("short", "8"), ("password123", "common"), ("person@example.com", "name"), ("x" * 129, "128")]
)
async def test_a_password_that_is_refused_leaves_the_code_usable(given: Given, visitor: Api, password: str, why: str):
    assert why
    user = await given.user("person@example.com")
    code = await code_for(given, visitor, user.name)

    for _ in range(6):
        refused(await reset(visitor, user.name, code, password), 400, "501")

    token_object(await reset(visitor, user.name, code))


async def test_the_same_password_again_is_refused(given: Given, visitor: Api, user: GivenUser):
    code = await code_for(given, visitor, user.name)

    refused(await reset(visitor, user.name, code, user.password), 400, "501")
    token_object(await reset(visitor, user.name, code))


async def test_whoever_has_no_code_learns_nothing_of_a_password(given: Given, visitor: Api, user: GivenUser):
    code = await code_for(given, visitor, user.name)

    for password in (user.password, "short"):
        refused(await reset(visitor, user.name, another(code), password), 400, "8")


async def test_the_code_is_good_nowhere_else_and_no_other_here(given: Given, client: GivenClient, visitor: Api):
    user = await given.user()
    person = await given.person(user, client)
    asked = await asked_for(person)
    raising = await given.code(user.name)
    (main,) = await factors_of(person)
    risk = await sent(person, main["id"])
    passing = await given.code(user.name)
    code = await code_for(given, visitor, user.name)

    for other in {raising, passing} - {code}:
        refused(await reset(visitor, user.name, other), 400, "8")
    if code != raising:
        refused(await fulfil(person, asked, token=code), 400, "8")
    if code != passing:
        refused(await validate(person, main["id"], risk, token=code), 400, "8")
    refused(await validate(person, main["id"], token=code), 400, "502")
    refused(await create(visitor, user.name, code), 409, "404")
    token_object(await reset(visitor, user.name, code))


async def test_whoever_is_locked_in_between_is_not_reset(given: Given, visitor: Api, user: GivenUser):
    code = await code_for(given, visitor, user.name)
    service = await given.service("account_lock", "account_unlock")
    await service.post("/user-identities/lock", json={"userId": user.id})
    refused(await reset(visitor, user.name, code), 400, "8")

    await service.post("/user-identities/unlock", json={"userId": user.id})

    refused(await reset(visitor, user.name, code), 400, "8")
    token_object(await visitor.login(user.name, user.password))


async def test_a_lock_that_races_with_a_reset_holds(on_both: Given):
    client, user = await on_both.client(), await on_both.user()
    visitor, service = on_both.api.as_client(client.id), await on_both.service("account_lock")
    code = await code_for(on_both, visitor, user.name)

    answer, locked = await at_once(
        reset(visitor, user.name, code), service.post("/user-identities/lock", json={"userId": user.id})
    )

    assert locked.status_code == 204
    assert answer.status_code in {200, 400, 409}
    if answer.status_code == 200:
        refused(await on_both.api.as_(answer.json()["accessToken"]).get("/user-identities/me"), 401, "204")
    refused(await visitor.login(user.name, NEW if answer.status_code == 200 else user.password), 401, "205")


async def test_a_contact_that_was_taken_away_resets_nothing(given: Given, client: GivenClient, visitor: Api):
    user = await given.user("5511912345678")
    administrator = await given.administrator(client)
    body = {"identities": [{"type": "USERNAME", "value": "maria.silva"}]}
    shown = (await administrator.patch(f"/user-identities/{user.id}/identities", json=body)).json()
    mobile = next(one["identityId"] for one in shown["identities"] if one["type"] == "MOBILE")
    code = await code_for(given, visitor, user.name)

    assert (await administrator.delete(f"/user-identities/{user.id}/identities/{mobile}")).status_code == 204

    for name in (user.name, "maria.silva"):
        refused(await reset(visitor, name, code), 400, "8")


async def test_a_reset_lets_somebody_in_who_was_guessed_at(given: Given, visitor: Api, user: GivenUser):
    for _ in range(6):
        await visitor.login(user.name, "wrong password")
    refused(await visitor.login(user.name, user.password), 429, "601")

    token_object(await reset(visitor, user.name, await code_for(given, visitor, user.name)))

    token_object(await visitor.login(user.name, NEW))


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ({}, ["101", "101", "101"]),
        ({"username": "x", "token": "1", "newPassword": ""}, ["102"]),
        ({"username": "x", "token": 123456, "newPassword": "x"}, ["102"]),
        ({"username": "x", "token": "", "newPassword": "x"}, ["102"]),
        ({"username": "x", "token": "1", "password": "x"}, ["101", "106"]),
        ({"username": "x", "token": "1", "newPassword": "x" * 1025}, ["102"]),
    ],
)
async def test_each_wrong_field_is_named(visitor: Api, body: dict[str, Any], codes: list[str]):
    refused(await visitor.post(RESET, json=body), 400, *codes)


async def test_neither_audit_nor_answer_has_code_or_password(given: Given, visitor: Api, user: GivenUser):
    code = await code_for(given, visitor, user.name)
    answers = [await reset(visitor, user.name, token) for token in (another(code), code)]

    trail = str(await given.trail())
    for text in (code, another(code), NEW, user.name):
        assert text not in trail
        assert text not in answers[0].text


async def test_a_stranger_who_misses_codes_keeps_nobody_from_the_second_factor(given: Given, client: GivenClient):
    user = await given.user()
    caller, person = given.api.as_client(client.id), await given.person(user, client)
    wrong = {"username": user.name, "token": "000000", "newPassword": "another good password"}
    for _ in range(8):
        await caller.post("/user-identities/retrieve-identity", json={"userName": user.name})
        for _ in range(5):
            await caller.post("/user-identities/reset-password", json=wrong)
            given.later(seconds=2)

    asked = await person.post("/user-identities/me/leverage-mfa")
    body = {"challengeId": asked.json()["challengeId"], "token": await given.code(user.name)}

    token_object(await person.post("/user-identities/me/fulfill-mfa", json=body))
