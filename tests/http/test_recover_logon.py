"""UI-33: a code to whoever has a legacy logon, and nothing told about whether anybody has."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from authme.users import names
from support.answers import refused, token_object
from support.api import Api
from support.given import Given, GivenClient, MakeGiven, claims
from support.given_legacy import unreachable_directory
from support.legacy_logons import (
    ADDRESS,
    LOGON,
    MOBILE,
    RETRIEVE_LOGON,
    SECRET,
    asked_for_logon,
    given_linked,
    given_unreachable,
    reset_logon,
    retrieve_logon,
)
from support.two_engines import rows_of

CPF, OTHER_CPF = "52998224725", "11144477735"
UNKNOWN = ["NOBODY1", "nobody1", "X", "12345678", "not a logon", "nobody@example.com", "é", "🔑", " "]


@pytest.fixture
def visitor(given: Given, client: GivenClient) -> Api:
    return given.api.as_client(client.id)


@pytest.fixture
async def logon(given: Given) -> str:
    """A logon that is nobody's here so far."""
    await given.legacy_logon(LOGON, SECRET, name="Maria", document=CPF, email=ADDRESS, mobile=MOBILE)
    return LOGON


def shape(answer: httpx.Response) -> Any:
    """Return everything of an answer that could tell one logon from another, beside what the contacts are."""
    headers = {name: value for name, value in answer.headers.items() if name not in {"x-request-id", "date"}}
    body = answer.json()
    if isinstance(body, list):
        return answer.status_code, headers, body
    headers.pop("content-length")
    return answer.status_code, headers, list(body), len(body["hash"])


async def test_every_logon_is_answered_alike_and_only_owners_get_a_code(given: Given, client: GivenClient, visitor: Api):
    await given_linked(given, document=CPF)
    others = await given_unreachable(given, client)
    before = len(await given.messages())
    asked = [(LOGON, {}), (LOGON, {"document": OTHER_CPF}), *((name, {}) for name in [*others.values(), *UNKNOWN])]

    answers = [await retrieve_logon(visitor, name, **more) for name, more in asked]

    assert len({str(shape(answer)) for answer in answers}) == 1, [shape(answer) for answer in answers]
    assert len({answer.json()["hash"] for answer in answers}) == len(answers)
    assert [one["to"] for one in (await given.messages())[before:]] == [ADDRESS]
    again = [await retrieve_logon(visitor, name, **more) for name, more in asked]
    assert [one.json()["contacts"] for one in again] == [one.json()["contacts"] for one in answers]


async def test_contacts_that_stand_for_nobodys_look_like_somebodys(visitor: Api):
    shown = [contact for n in range(20) for contact in (await retrieve_logon(visitor, f"NOBODY{n}")).json()["contacts"]]

    assert {"@" in contact for contact in shown} == {True, False}
    assert all("***" in contact for contact in shown)


async def test_a_document_does_not_change_what_is_shown_and_no_code_is_good_for_another(given: Given, visitor: Api, logon: str):
    answers = [await retrieve_logon(visitor, logon, **more) for more in ({}, {"document": OTHER_CPF})]
    assert answers[0].json()["contacts"] == answers[1].json()["contacts"]
    assert len(await given.messages()) == 1

    right = await retrieve_logon(visitor, logon, document="529.982.247-25")

    assert len(await given.messages(ADDRESS)) == 2
    token_object(await reset_logon(visitor, await given.code(ADDRESS), right.json()["hash"]))


async def test_the_same_is_done_and_written_for_every_logon(given: Given, visitor: Api):
    """As many rows of the same size: neither the work nor what is left of it tells a logon that exists."""
    await given_linked(given)
    await given.legacy_logon("UNLINK1", SECRET, email="joao1@example.com")
    for name in (LOGON, "UNLINK1", "NOBODY1"):
        await retrieve_logon(visitor, name)
    url = given.env["AUTHME_DATABASE_URL"]

    counted = "SELECT count(*), count(code_hash), count(DISTINCT subject), count(DISTINCT length(data)) FROM challenge"
    assert await rows_of(url, counted) == [(3, 3, 3, 1)]
    ((shortest, longest),) = await rows_of(url, "SELECT min(length(payload)), max(length(payload)) FROM outbox")
    assert int(str(longest)) - int(str(shortest)) < 32
    assert len(await rows_of(url, "SELECT key FROM attempt WHERE kind = 'SEND'")) == 6
    assert len(await given.trail("logon.code_sent")) == 3


@pytest.mark.parametrize("name", ["known", "nobodys", "unknown", "revoked", "locked"])
async def test_codes_are_asked_for_no_faster_than_people_read_for_any_logon(
    given: Given, client: GivenClient, visitor: Api, name: str
):
    await given_linked(given)
    await given.legacy_logon("UNLINK1", SECRET, email="joao@example.com")
    others = await given_unreachable(given, client) | {"known": LOGON, "nobodys": "UNLINK1", "unknown": "NOBODY1"}

    answers = [await retrieve_logon(visitor, others[name]) for _ in range(7)]

    assert [answer.status_code for answer in answers] == [201] * 5 + [429] * 2
    assert [answer.headers["retry-after"] for answer in answers[5:]] == ["1", "1"]
    given.later(seconds=1)
    assert (await retrieve_logon(visitor, others[name])).status_code == 201
    refused(await retrieve_logon(visitor, others[name]), 429, "601")


async def test_nobodys_mailbox_is_filled_by_asking_by_name_and_by_logon(given: Given, visitor: Api):
    user = await given_linked(given)

    by_name = [await visitor.post("/user-identities/retrieve-identity", json={"userName": user.name}) for _ in range(5)]
    by_logon = [await retrieve_logon(visitor) for _ in range(5)]

    assert {answer.status_code for answer in by_name + by_logon} == {201}
    assert len(await given.messages(ADDRESS)) == 5


async def test_nor_by_logons_of_one_mailbox(given: Given, visitor: Api):
    for number in range(3):
        await given.legacy_logon(f"SHARED{number}", SECRET, email=ADDRESS)

    answers = [await retrieve_logon(visitor, f"SHARED{number}") for number in range(3) for _ in range(4)]

    assert {answer.status_code for answer in answers} == {201}
    assert len(await given.messages(ADDRESS)) == 5


async def test_whoever_registers_with_a_logon_for_a_name_is_not_given_it(given: Given, visitor: Api, logon: str):
    thief = {"username": logon, "usernameType": "LOGON", "email": "thief@example.com", "password": "correct horse battery"}
    refused(await visitor.post("/user-identities", json=thief), 400, "102")

    code, bound_to = await asked_for_logon(given, visitor, logon)

    answer = token_object(await reset_logon(visitor, code, bound_to))
    me = (await given.api.as_(str(answer["accessToken"])).get("/user-identities/me")).json()
    assert ADDRESS in {one["value"] for one in me["identities"]}


async def test_a_code_for_a_logon_that_is_only_somebodys_name_goes_where_the_directory_says(
    given: Given, visitor: Api, logon: str
):
    user = await given.user(names=(names.logon(logon), names.email("named@example.com")))

    code, bound_to = await asked_for_logon(given, visitor, logon)

    assert await given.messages("named@example.com") == []
    said = claims(str(token_object(await reset_logon(visitor, code, bound_to))["accessToken"]))
    assert said["user_id"] == user.id


async def test_while_the_directory_does_not_answer_every_logon_is_told_so(make_given: MakeGiven, tmp_path: Path):
    given = await make_given(f"sqlite:///{tmp_path}/a.db", **unreachable_directory(tmp_path))
    visitor = given.api.as_client((await given.client()).id)
    await given.linked(await given.user(ADDRESS), LOGON)

    answers = [await retrieve_logon(visitor, name) for name in (LOGON, "NOBODY1")]
    answers += [await reset_logon(visitor, "123456", "x", logon=name) for name in (LOGON, "NOBODY1")]

    for answer in answers:
        refused(answer, 503, "902")
        assert int(answer.headers["retry-after"]) > 0
    assert await given.messages() == []


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ({}, ["101"]),
        ({"logon": ""}, ["102"]),
        ({"logon": None}, ["102"]),
        ({"logon": 5}, ["102"]),
        ({"logon": "X", "document": "52998224726"}, ["102"]),
        ({"logon": "X", "document": "x"}, ["102"]),
        ({"logon": "X", "email": "x"}, ["106"]),
        ([], ["102"]),
    ],
)
async def test_each_wrong_field_is_named(visitor: Api, body: Any, codes: list[str]):
    refused(await visitor.post(RETRIEVE_LOGON, json=body), 400, *codes)
