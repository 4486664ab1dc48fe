"""UI-02: a code to the main contact of whoever has a name, and nothing told about whether anybody has."""

from typing import Any

import httpx
import pytest

from support.answers import refused, token_object
from support.api import Api
from support.factors import another, asked_for, fulfil
from support.given import Given, GivenClient, GivenUser
from support.recovery import RESET, RETRIEVE, code_for, reset, retrieve
from support.two_engines import rows_of

UNKNOWN = ["nobody@example.com", "52998224725", "5511900000000", "nobody.at.all", "12ABC34501DE35", "x", "é", "🔑", " "]


@pytest.fixture
def visitor(given: Given, client: GivenClient) -> Api:
    return given.api.as_client(client.id)


@pytest.fixture
async def names(given: Given, client: GivenClient) -> dict[str, str]:
    """Return names of people whom no code may reach, by why."""
    locked, removed, unreachable = await given.user(), await given.user(), await given.user("maria.silva")
    unverified = await given.user("joao.silva")
    administrator = await given.administrator(client)
    await administrator.post("/user-identities/lock", json={"userId": locked.id})
    await administrator.delete(f"/user-identities/{removed.id}")
    body = {"identities": [{"type": "EMAIL", "value": "unverified@example.com"}]}
    assert (await administrator.patch(f"/user-identities/{unverified.id}/identities", json=body)).status_code == 200
    return {
        "locked": locked.name,
        "removed": removed.name,
        "without contact": unreachable.name,
        "contact not verified": unverified.name,
        "name not verified": "unverified@example.com",
    }


def shape(answer: httpx.Response) -> Any:
    """Return everything of an answer that could tell one name from another."""
    headers = {name: value for name, value in answer.headers.items() if name not in {"x-request-id", "date"}}
    body = answer.json()
    if isinstance(body, list):
        return answer.status_code, headers, body
    headers.pop("content-length")
    return answer.status_code, headers, list(body), len(body["userId"]), body["businessId"]


async def test_the_code_goes_to_the_main_contact(on_both: Given):
    client, user = await on_both.client(), await on_both.user("Maria@Example.com")
    visitor = on_both.api.as_client(client.id)

    answer = await retrieve(visitor, " maria@example.com ")

    assert answer.status_code == 201
    assert answer.json().keys() == {"userId", "businessId", "username"}
    assert answer.json()["username"] == " maria@example.com "
    assert answer.json()["userId"] != user.id
    (message,) = await on_both.messages()
    assert (message["to"], message["message"], message["channel"]) == ("Maria@Example.com", "code", "EMAIL")
    assert message["values"].keys() == {"code", "minutes", "purpose"}
    assert len(message["values"]["code"]) == 6
    token_object(await reset(visitor, "maria@example.com", message["values"]["code"]))


async def test_any_name_reaches_its_owner(given: Given, visitor: Api):
    body = {
        "username": "maria.silva", "email": "maria@example.com", "mobile": 5511912345678, "document": "52998224725",
        "password": "correct horse battery",
    }  # fmt: skip
    assert (await visitor.post("/user-identities", json=body)).status_code == 201

    for name in ("maria.silva", "MARIA@example.com", "(11) 91234-5678", "529.982.247-25"):
        assert (await retrieve(visitor, name)).status_code == 201

    assert [message["to"] for message in await given.messages()] == ["maria@example.com"] * 4


async def test_somebody_without_an_address_gets_a_short_message(given: Given, visitor: Api):
    await given.user("5511912345678")

    code = await code_for(given, visitor, "11 91234-5678", "5511912345678")

    assert (await given.messages())[0]["channel"] == "SMS"
    token_object(await reset(visitor, "5511912345678", code))


async def test_a_new_address_that_was_not_confirmed_keeps_nobody_from_a_code(given: Given, client: GivenClient, visitor: Api):
    user = await given.user("5511912345678")
    administrator = await given.administrator(client)
    change = await administrator.patch(f"/user-identities/{user.id}", json={"email": "new@example.com"})
    assert change.status_code == 200

    await code_for(given, visitor, user.name)

    assert [one["values"]["purpose"] for one in await given.messages("new@example.com")] == ["VERIFY"]


async def test_every_name_is_answered_alike_and_only_owners_get_a_code(
    given: Given, visitor: Api, user: GivenUser, names: dict[str, str]
):
    before = len(await given.messages())
    answers = {name: await retrieve(visitor, name) for name in [user.name, *names.values(), *UNKNOWN]}

    assert len({str(shape(answer)) for answer in answers.values()}) == 1, [shape(answer) for answer in answers.values()]
    assert len({answer.json()["userId"] for answer in answers.values()}) == len(answers)
    assert [one["to"] for one in (await given.messages())[before:]] == [user.name]
    again = {name: await retrieve(visitor, name) for name in answers}
    assert {name: answer.json() for name, answer in again.items()} == {name: one.json() for name, one in answers.items()}


async def test_how_a_name_is_typed_does_not_change_what_stands_for_it(visitor: Api):
    ids = [(await retrieve(visitor, typed)).json()["userId"] for typed in ("Nobody@Example.com", "nobody@example.com ")]

    assert ids[0] == ids[1]


async def test_the_same_is_written_for_every_name(given: Given, visitor: Api, user: GivenUser):
    """As many rows of the same size: neither the work nor what is left of it tells a name that exists."""
    url = given.env["AUTHME_DATABASE_URL"]
    for name in (user.name, "nobody00@example.com"):
        await retrieve(visitor, name)

    assert await rows_of(url, "SELECT count(*), count(code_hash), count(DISTINCT subject) FROM challenge") == [(2, 2, 2)]
    ((shortest, longest),) = await rows_of(url, "SELECT min(length(payload)), max(length(payload)) FROM outbox")
    assert int(str(longest)) - int(str(shortest)) < 32
    assert len(await rows_of(url, "SELECT kind, key FROM attempt WHERE kind = 'SEND'")) == 4


@pytest.mark.parametrize("name", ["known", "unknown", "locked"])
async def test_codes_are_asked_for_no_faster_than_people_read_for_any_name(
    given: Given, visitor: Api, user: GivenUser, names: dict[str, str], name: str
):
    typed = {"known": user.name, "unknown": "nobody@example.com", "locked": names["locked"]}[name]

    answers = [await retrieve(visitor, typed) for _ in range(7)]

    assert [answer.status_code for answer in answers] == [201] * 5 + [429] * 2
    assert [answer.headers["retry-after"] for answer in answers[5:]] == ["1", "1"]
    given.later(seconds=1)
    assert (await retrieve(visitor, typed)).status_code == 201
    refused(await retrieve(visitor, typed), 429, "601")


async def test_nobodys_mailbox_is_filled_by_asking_for_each_of_their_names(given: Given, visitor: Api):
    body = {
        "username": "maria.silva", "email": "maria@example.com", "mobile": 5511912345678, "document": "52998224725",
        "password": "correct horse battery",
    }  # fmt: skip
    await visitor.post("/user-identities", json=body)

    answers = [await retrieve(visitor, name) for name in ("maria.silva", "maria@example.com", "52998224725") for _ in range(5)]

    assert {str(shape(answer)[:3]) for answer in answers} == {str(shape(answers[0])[:3])}
    assert len(await given.messages()) == 5
    code = await given.code("maria@example.com")
    token_object(await reset(visitor, "maria.silva", code))


async def test_a_reset_lets_codes_be_sent_again(given: Given, visitor: Api, user: GivenUser):
    for n in range(7):
        token_object(await reset(visitor, user.name, await code_for(given, visitor, user.name), f"another good password {n}"))
    assert len([one for one in await given.messages(user.name) if one["message"] == "code"]) == 7


async def test_strangers_who_ask_for_codes_keep_nobody_from_a_second_factor(
    given: Given, client: GivenClient, visitor: Api, user: GivenUser
):
    for _ in range(6):
        await retrieve(visitor, user.name)
    person = await given.person(user, client)

    token_object(await fulfil(person, await asked_for(person), token=await given.code(user.name)))


async def test_an_old_code_dies_with_a_new_one(given: Given, visitor: Api, user: GivenUser):
    old = await code_for(given, visitor, user.name)
    new = await code_for(given, visitor, user.name)

    if old != new:
        refused(await reset(visitor, user.name, old), 400, "8")
    token_object(await reset(visitor, user.name, new))


@pytest.mark.parametrize("host", ["evil.example.com", "127.0.0.1:1", "x" * 300])
async def test_the_host_that_was_asked_for_is_in_no_message(given: Given, visitor: Api, user: GivenUser, host: str):
    headers = {"Host": host, "X-Forwarded-Host": host, "Forwarded": f"host={host}", "Origin": f"https://{host}"}

    assert (await retrieve(visitor, user.name, headers=headers)).status_code == 201

    assert host not in str(await given.messages())
    assert "http" not in str(await given.messages())


async def test_names_of_one_person_are_not_told_from_names_of_nobody_by_their_limits(given: Given, visitor: Api):
    """Guesses made under one name, or after a login, must not show under another that it is somebody's."""
    await visitor.post(
        "/user-identities",
        json={"username": "maria.silva", "email": "maria@example.com", "password": "correct horse battery"},
    )
    code = another(await code_for(given, visitor, "maria.silva", "maria@example.com"))
    for _ in range(5):
        refused(await reset(visitor, "maria.silva", code), 400, "8")
    refused(await reset(visitor, "maria.silva", code), 429, "601")

    known, unknown = await reset(visitor, "maria@example.com", code), await reset(visitor, "nobody@example.com", code)

    assert shape(known) == shape(unknown)
    refused(known, 400, "8")


async def test_neither_do_wrong_codes_after_a_login(given: Given, client: GivenClient, visitor: Api, user: GivenUser):
    person = await given.person(user, client)
    asked = await asked_for(person)
    for _ in range(5):
        await fulfil(person, asked, token=another(await given.code(user.name)))
    refused(await fulfil(person, await asked_for(person), token="000000"), 429, "601")

    refused(await reset(visitor, user.name, "000000"), 400, "8")


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ({}, ["101"]),
        ({"userName": ""}, ["102"]),
        ({"userName": None}, ["102"]),
        ({"userName": 5}, ["102"]),
        ({"userName": "x" * 257}, ["102"]),
        ({"username": "x"}, ["101", "106"]),
        ([], ["102"]),
    ],
)
async def test_each_wrong_field_is_named(visitor: Api, body: Any, codes: list[str]):
    refused(await visitor.post(RETRIEVE, json=body), 400, *codes)


async def test_whoever_names_no_client_is_refused(given: Given, user: GivenUser):
    refused(await given.api.post(RETRIEVE, json={"userName": user.name}), 401, "9")
    refused(await given.api.post(RESET, json={}), 401, "9")
    assert await given.messages() == []
