"""UI-01: make a user."""

import secrets
from pathlib import Path
from typing import Any

import pytest

from support.answers import refused, token_object
from support.api import Api
from support.given import Given, GivenClient, GivenUser, MakeGiven, at_once
from support.two_engines import rows_of

USERS = "/user-identities"
PASSWORD = "correct horse battery"


@pytest.fixture
def visitor(given: Given, client: GivenClient) -> Api:
    return given.api.as_client(client.id)


async def test_a_person_registers_and_logs_in(on_both: Given):
    visitor = on_both.api.as_client((await on_both.client()).id)

    answer = await visitor.post(USERS, json={"username": "Maria@Example.com", "password": PASSWORD, "name": "Maria"})

    assert answer.status_code == 201
    made = answer.json()
    (identity,) = made.pop("identities")
    assert len(made.pop("userId")) == 24
    assert made == {"businessId": None, "username": "Maria@Example.com", "status": "ACTIVE"}
    assert identity.pop("createdAt").endswith("Z")
    assert len(identity.pop("identityId")) == 24
    assert identity == {"type": "EMAIL", "value": "Maria@Example.com", "verified": True}
    token_object(await visitor.login("maria@example.com", PASSWORD))


async def test_every_name_given_is_a_name(visitor: Api):
    body = {
        "username": "maria.silva",
        "email": "maria@example.com",
        "mobile": {"countryCode": 55, "areaCode": "11", "number": 912345678},
        "document": "529.982.247-25",
        "password": PASSWORD,
    }

    made = (await visitor.post(USERS, json=body)).json()

    shown = {(identity["type"], identity["value"]) for identity in made["identities"]}
    assert {kind for kind, _ in shown} == {"USERNAME", "EMAIL", "MOBILE", "CPF"}
    assert ("MOBILE", "5511912345678") in shown
    assert "52998224725" not in str(made)
    for name in ("maria.silva", "maria@example.com", "11912345678", "52998224725"):
        token_object(await visitor.login(name, PASSWORD))


async def test_without_a_password_the_user_is_pending(visitor: Api):
    made = (await visitor.post(USERS, json={"username": "maria@example.com"})).json()

    assert made["status"] == "PENDING"
    refused(await visitor.login("maria@example.com", ""), 401, "203")


async def test_unless_told_otherwise_a_contact_is_verified_first(make_given: MakeGiven, tmp_path: Path):
    given = await make_given(f"sqlite:///{tmp_path}/a.db", verify_contact="true")
    visitor = given.api.as_client((await given.client()).id)

    made = (await visitor.post(USERS, json={"username": "maria@example.com", "password": PASSWORD})).json()

    assert made["status"] == "PENDING"
    assert [identity["verified"] for identity in made["identities"]] == [False]


@pytest.mark.parametrize(
    ("had", "wanted"),
    [
        ("maria@example.com", "MARIA@example.com"),
        ("maria@example.com", "maria@example.com"),
        ("52998224725", "529.982.247-25"),
        ("5511912345678", "+55 (11) 91234-5678"),
        ("maria.silva", "Maria.Silva"),
    ],
)
async def test_a_taken_name_is_409(given: Given, visitor: Api, had: str, wanted: str):
    await given.user(had)

    refused(await visitor.post(USERS, json={"username": wanted, "password": PASSWORD}), 409, "403")

    assert await rows_of(given.env["AUTHME_DATABASE_URL"], "SELECT count(*) FROM user_account") == [(1,)]


async def test_a_taken_id_is_409(visitor: Api, user: GivenUser):
    refused(await visitor.post(USERS, json={"username": "a@example.com", "userId": user.id}), 409, "403")


async def test_of_twenty_that_want_one_name_one_gets_it(on_both: Given):
    visitor = on_both.api.as_client((await on_both.client()).id)
    body = {"username": "maria@example.com", "password": PASSWORD, "document": "52998224725"}

    answers = await at_once(*(visitor.post(USERS, json=body) for _ in range(20)))

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 19
    url = on_both.env["AUTHME_DATABASE_URL"]
    assert await rows_of(url, "SELECT count(*) FROM user_account") == [(1,)]
    assert await rows_of(url, "SELECT count(*) FROM identity") == [(2,)]
    assert await rows_of(url, "SELECT count(*) FROM credential") == [(1,)]
    assert len(await on_both.trail("user.created")) == 1


async def test_of_two_names_of_which_one_is_taken_neither_is_kept(on_both: Given):
    visitor = on_both.api.as_client((await on_both.client()).id)
    await on_both.user("taken@example.com")

    body = {"username": "free.name", "email": "taken@example.com", "password": PASSWORD}
    refused(await visitor.post(USERS, json=body), 409, "403")

    assert (await visitor.post(USERS, json={"username": "free.name", "password": PASSWORD})).status_code == 201


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ({}, ["101"]),
        ({"username": ""}, ["102"]),
        ({"username": None}, ["102"]),
        ({"username": ["a@example.com"]}, ["102"]),
        ({"username": "a@example.com", "usernameType": "CPF"}, ["102"]),
        ({"username": "a@example.com", "usernameType": "TELEPATHY"}, ["102"]),
        ({"username": "a@example.com", "document": "52998224724"}, ["102"]),
        ({"username": "a@example.com", "document": "11111111111"}, ["102"]),
        ({"username": "a@example.com", "email": "no address", "mobile": "x", "document": "1"}, ["102", "102", "102"]),
        ({"username": "a@example.com", "mobile": {"number": 1}}, ["101"]),
        ({"username": "a@example.com", "mobile": {"areaCode": 11, "number": 1, "x": 2}}, ["106"]),
        ({"username": "a@example.com", "mobile": True}, ["102"]),
        ({"username": "a@example.com", "userId": "1"}, ["102"]),
        ({"username": "a@example.com", "roles": ["ADMIN"], "kind": "ADMIN"}, ["106", "106"]),
        ({"username": "a@example.com", "status": "ACTIVE"}, ["106"]),
    ],
)
async def test_each_wrong_field_is_named(visitor: Api, body: dict[str, Any], codes: list[str]):
    refused(await visitor.post(USERS, json=body), 400, *codes)


@pytest.mark.parametrize(
    "password", ["short", "1234567", "password", "Password1", "12345678", "qwertyuiop", "maria.silva", "x" * 129, "        "]
)
async def test_a_weak_password_is_refused(given: Given, visitor: Api, password: str):
    refused(await visitor.post(USERS, json={"username": "maria.silva", "password": password}), 400, "501")

    assert await rows_of(given.env["AUTHME_DATABASE_URL"], "SELECT count(*) FROM user_account") == [(0,)]


@pytest.mark.parametrize("password", ["correct horse battery", "pässwörter äöü", "🔑🔑🔑🔑 schlüssel"])
async def test_any_long_enough_password_logs_in(visitor: Api, password: str):
    answer = await visitor.post(USERS, json={"username": "maria.silva", "password": password})

    assert answer.status_code == 201, answer.text
    token_object(await visitor.login("maria.silva", password))


async def test_a_password_of_128_characters_and_none_longer(visitor: Api):
    longest = secrets.token_urlsafe(96)
    assert len(longest) == 128

    refused(await visitor.post(USERS, json={"username": "maria.silva", "password": longest + "x"}), 400, "501")
    assert (await visitor.post(USERS, json={"username": "maria.silva", "password": longest})).status_code == 201

    token_object(await visitor.login("maria.silva", longest))
    refused(await visitor.login("maria.silva", longest[:-1]), 401, "203")


async def test_a_business_user_is_made_by_an_administrator(given: Given, client: GivenClient, visitor: Api):
    await given.business(id="5" * 24)
    body = {"username": "a@example.com", "businessId": "5" * 24}

    refused(await visitor.post(USERS, json=body), 403, "302")
    refused(await (await given.person(await given.user(), client)).post(USERS, json=body), 403, "302")
    made = (await (await given.administrator(client)).post(USERS, json=body)).json()

    assert made["businessId"] == "5" * 24


async def test_the_contact_that_was_given_is_the_main_one(given: Given, visitor: Api):
    """Where the user name is an e-mail address too, notices and codes go to the one that was given as contact."""
    body = {"username": "name@example.com", "email": "contact@example.com", "password": PASSWORD}
    assert (await visitor.post(USERS, json=body)).status_code == 201
    login = await visitor.login("name@example.com", PASSWORD)

    shown = (await given.api.as_(login.json()["accessToken"]).get("/user-identities/me/authentication-factors")).json()

    assert [factor["email"] for factor in shown] == ["co***ct@e******.com"]


async def test_whoever_only_names_a_client_asks_for_so_many_names(make_given: MakeGiven, tmp_path: Path):
    """Each registration sends a code, and each refusal tells that somebody has the name."""
    given = await make_given(f"sqlite:///{tmp_path}/a.db", network_failures=3, verify_contact="true")
    client = await given.client()
    visitor, service = given.api.as_client(client.id), given.api.as_(await given.client_token(client))

    answers = [await visitor.post(USERS, json={"username": f"p{n % 2}@example.com", "password": PASSWORD}) for n in range(4)]

    assert [answer.status_code for answer in answers] == [201, 201, 409, 429]
    assert (await service.post(USERS, json={"username": "q@example.com", "password": PASSWORD})).status_code == 201


async def test_a_contact_that_nobody_confirmed_is_free_once_its_code_is_over(make_given: MakeGiven, url: str):
    """Without this, whoever registers with a stranger's address keeps its owner out for ever."""
    given = await make_given(url, verify_contact="true")
    visitor = given.api.as_client((await given.client()).id)
    taken = {"username": "somebody.else", "email": "owner@example.com", "password": PASSWORD}
    assert (await visitor.post(USERS, json=taken)).status_code == 201
    mine = {"username": "owner@example.com", "password": PASSWORD}
    refused(await visitor.post(USERS, json=mine), 409, "403")
    given.later(minutes=11)

    made = await visitor.post(USERS, json=mine)

    assert made.status_code == 201, made.text
    body = {"username": "owner@example.com", "token": await given.code("owner@example.com"), "password": PASSWORD}
    assert (await visitor.post("/user-identities/password", json=body)).status_code == 201
    given.later(minutes=11)
    refused(await visitor.post(USERS, json=taken | {"username": "yet.another"}), 409, "403")
