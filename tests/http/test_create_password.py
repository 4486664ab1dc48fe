"""UI-14: the first password, by a code that shows whose the contact is."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from support.answers import refused, token_object
from support.api import Api
from support.factors import another
from support.given import Given, MakeGiven, at_once, claims
from support.recovery import CREATE, NEW, code_for, create, reset, retrieve

USERS, PASSWORD = "/user-identities", "correct horse battery"
MARIA = "maria@example.com"


@pytest.fixture
async def given(make_given: MakeGiven, tmp_path: Any) -> Given:
    """A server that asks people to confirm their contact."""
    return await make_given(f"sqlite:///{tmp_path}/authme.db", verify_contact="true")


@pytest.fixture
async def visitor(given: Given) -> Api:
    return given.api.as_client((await given.client()).id)


async def register(visitor: Api, **body: Any) -> dict[str, Any]:
    answer = await visitor.post(USERS, json={"username": MARIA} | body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    assert found["status"] == "PENDING"
    return found


def created(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = claims(answer.json()["accessToken"])
    return found


async def test_whoever_registers_gets_a_code_and_is_active_with_it(given: Given, visitor: Api):
    made = await register(visitor, name="Maria")
    (message,) = await given.messages()
    assert (message["to"], message["values"]["purpose"]) == (MARIA, "ACCOUNT")
    refused(await visitor.login(MARIA, NEW), 401, "203")

    said = created(await create(visitor, MARIA, message["values"]["code"]))

    assert (said["user_id"], said["acr"], said["amr"]) == (made["userId"], "AUTH-BASIC", ["otp"])
    assert "email" not in said
    token_object(await visitor.login(MARIA, NEW))
    me = (await given.api.as_(token_object(await visitor.login(MARIA, NEW))["accessToken"]).get("/user-identities/me")).json()  # type: ignore[arg-type]  # a text
    assert (me["status"], [one["verified"] for one in me["identities"]]) == ("ACTIVE", [True])
    assert [row["target"] for row in await given.trail("user.password_created")] == [made["userId"]]
    assert [one["message"] for one in await given.messages()] == ["code"]


async def test_a_password_of_registration_is_good_once_the_contact_is_confirmed(given: Given, visitor: Api):
    """The application may well send the password again that the person just typed."""
    await register(visitor, password=PASSWORD)
    refused(await visitor.login(MARIA, PASSWORD), 401, "203")

    created(await create(visitor, MARIA, await given.code(MARIA), PASSWORD))

    token_object(await visitor.login(MARIA, PASSWORD))


@pytest.mark.parametrize("redeem", [create, reset], ids=["UI-14", "UI-16"])
async def test_a_password_that_somebody_else_set_before_is_replaced(
    given: Given, visitor: Api, redeem: Callable[..., Awaitable[httpx.Response]]
):
    """Whoever registers with an address that is not theirs has nothing in the account of its owner."""
    await register(visitor, password="the password of a stranger", username="strangers.name", email=MARIA)

    answer = await redeem(visitor, MARIA, await code_for(given, visitor, MARIA))

    assert answer.status_code in {200, 201}
    for name in (MARIA, "strangers.name"):
        refused(await visitor.login(name, "the password of a stranger"), 401, "203")
    token_object(await visitor.login(MARIA, NEW))


@pytest.mark.parametrize("redeem", [create, reset], ids=["UI-14", "UI-16"])
async def test_the_code_of_registration_is_good_for_both(
    given: Given, visitor: Api, redeem: Callable[..., Awaitable[httpx.Response]]
):
    await register(visitor)

    assert (await redeem(visitor, MARIA, await given.code(MARIA))).status_code in {200, 201}


async def test_a_new_code_kills_the_one_of_registration(given: Given, visitor: Api):
    await register(visitor)
    old = await given.code(MARIA)
    new = await code_for(given, visitor, MARIA)

    if old != new:
        refused(await create(visitor, MARIA, old), 400, "8")
    created(await create(visitor, MARIA, new))


async def test_of_several_contacts_the_address_is_confirmed_and_nothing_else(given: Given, visitor: Api):
    made = await register(visitor, username="maria.silva", email=MARIA, mobile=5511912345678)
    assert len(await given.messages()) == 1

    answer = await create(visitor, "maria.silva", await given.code(MARIA))

    assert answer.status_code == 201
    me = (await given.api.as_(answer.json()["accessToken"]).get("/user-identities/me")).json()
    assert {one["type"]: one["verified"] for one in me["identities"]} == {"USERNAME": True, "EMAIL": True, "MOBILE": False}
    assert made["userId"] == me["userId"]
    refused(await visitor.login("5511912345678", NEW), 401, "203")


async def test_without_an_address_the_code_is_a_short_message(given: Given, visitor: Api):
    await register(visitor, username="5511912345678")

    assert created(await create(visitor, "11912345678", await given.code("5511912345678")))["amr"] == ["sms"]


async def test_somebody_who_is_active_has_a_password_already(given: Given, visitor: Api):
    user = await given.user()
    code = await code_for(given, visitor, user.name)

    refused(await create(visitor, user.name, code), 409, "404")

    token_object(await visitor.login(user.name, user.password))
    token_object(await reset(visitor, user.name, code))


async def test_sent_twice_it_is_done_once(given: Given, visitor: Api):
    await register(visitor)
    code = await given.code(MARIA)

    answers = await at_once(*(create(visitor, MARIA, code) for _ in range(5)))

    assert sorted(answer.status_code for answer in answers)[:1] == [201]
    assert [answer.status_code for answer in answers].count(201) == 1
    refused(await create(visitor, MARIA, code), 400, "8")


async def test_whatever_is_wrong_gets_one_answer(given: Given, visitor: Api):
    await register(visitor)
    active = await given.user()
    code = await given.code(MARIA)
    answers = [
        await create(visitor, MARIA, another(code)),
        await create(visitor, "nobody@example.com", code),
        await create(visitor, active.name, another(code)),
        await create(visitor, MARIA, another(code), "short"),
    ]

    assert {(answer.status_code, answer.text) for answer in answers} == {
        (400, '[{"code":"8","message":"Validation code or username is not valid."}]')
    }


async def test_a_password_that_is_refused_leaves_the_code_usable(given: Given, visitor: Api):
    await register(visitor)
    code = await given.code(MARIA)
    for password in ("short", "password1", MARIA, "x" * 129):
        refused(await create(visitor, MARIA, code, password), 400, "501")

    created(await create(visitor, MARIA, code))


async def test_five_tries_then_a_new_code(given: Given, visitor: Api):
    await register(visitor)
    code = await given.code(MARIA)
    for _ in range(5):
        refused(await create(visitor, MARIA, another(code)), 400, "8")
    given.later(seconds=1)
    refused(await create(visitor, MARIA, code), 400, "8")
    given.later(seconds=2)

    created(await create(visitor, MARIA, await code_for(given, visitor, MARIA)))


async def test_whoever_is_locked_before_they_begin_stays_out(given: Given, visitor: Api):
    made = await register(visitor)
    code = await given.code(MARIA)
    service = await given.service("account_lock", "account_unlock")
    await service.post("/user-identities/lock", json={"userId": made["userId"]})

    refused(await create(visitor, MARIA, code), 400, "8")
    assert (await retrieve(visitor, MARIA)).status_code == 201
    assert len(await given.messages()) == 1


async def test_on_both_engines_a_person_registers_and_begins(make_given: MakeGiven, url: str):
    given = await make_given(url, verify_contact="true")
    visitor = given.api.as_client((await given.client()).id)
    await register(visitor, password=PASSWORD, email="second@example.com", mobile=5511912345678)

    code = await given.code("second@example.com")
    answers = await at_once(*(create(visitor, MARIA, code, f"another good password {n}") for n in range(8)))

    assert [answer.status_code for answer in answers].count(201) == 1


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ({}, ["101", "101", "101"]),
        ({"username": "x", "token": 1, "password": "x"}, ["102"]),
        ({"username": "x", "token": "1", "newPassword": "x"}, ["101", "106"]),
        ({"username": "x", "token": "1", "password": "x", "hash": "x"}, ["106"]),
    ],
)
async def test_each_wrong_field_is_named(visitor: Api, body: dict[str, Any], codes: list[str]):
    refused(await visitor.post(CREATE, json=body), 400, *codes)
