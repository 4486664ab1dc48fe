"""UI-30 and UI-31: a code to a contact that a legacy logon is to be associated with."""

from pathlib import Path
from typing import Any

import pytest

from support.answers import refused
from support.api import Api, basic
from support.given import Given, GivenClient, GivenUser, MakeGiven
from support.given_legacy import unreachable_directory
from support.legacy_logons import (
    ADDRESS,
    BY_EMAIL,
    BY_MOBILE,
    COMPLETE,
    LOGON,
    MOBILE,
    SECRET,
    associate,
    log_in_there,
    retrieve_logon,
)


@pytest.fixture
def visitor(given: Given, client: GivenClient) -> Api:
    return given.api.as_client(client.id)


@pytest.fixture
async def logon(given: Given) -> str:
    """A logon that is nobody's here so far, and whose directory knows no contact."""
    await given.legacy_logon(LOGON, SECRET, name="Maria")
    return LOGON


async def test_credentials_are_taken_without_their_scheme(visitor: Api, logon: str):
    headers = {"Authorization": basic(logon, SECRET).removeprefix("Basic ")}

    assert (await visitor.post(BY_EMAIL, json={"email": ADDRESS}, headers=headers)).status_code == 201


@pytest.mark.parametrize("path", [BY_EMAIL, BY_MOBILE])
async def test_a_wrong_password_and_an_unknown_logon_are_one(given: Given, visitor: Api, logon: str, path: str):
    body = {"email": ADDRESS} if path == BY_EMAIL else {"mobile": MOBILE}
    wrong = [basic(logon, "WRONG"), basic("NOBODY1", SECRET), basic("not a logon", SECRET), "Basic x", "", "Bearer x"]

    answers = [await visitor.post(path, json=body, headers={"Authorization": one}) for one in wrong]

    assert {(answer.status_code, answer.text) for answer in answers[:4]} == {
        (401, '[{"code":"203","message":"Wrong username or password."}]')
    }
    assert {answer.status_code for answer in answers} == {401}
    assert await given.messages() == []


async def test_the_right_password_of_who_is_locked_or_revoked_is_told_so(
    given: Given, client: GivenClient, visitor: Api, logon: str, user: GivenUser
):
    await given.legacy_logon("MARIA02", SECRET)
    await given.linked(user, "MARIA02")
    await (await given.administrator(client)).post("/user-identities/lock", json={"userId": user.id})
    await given.revoke_there(logon)

    refused(await associate(visitor), 401, "205")
    refused(await associate(visitor, logon="MARIA02"), 401, "205")
    refused(await associate(visitor, logon="MARIA02", secret="WRONG"), 401, "203")


async def test_an_expired_password_is_to_be_changed_first(given: Given, visitor: Api, logon: str):
    await given.expire_there(logon)

    refused(await associate(visitor), 401, "208")


@pytest.mark.usefixtures("logon")
async def test_passwords_are_guessed_no_faster_here_than_at_a_login(given: Given, visitor: Api):
    answers = [await associate(visitor, secret="WRONG") for _ in range(3)]
    answers += [await log_in_there(visitor, "WRONG") for _ in range(2)]
    free = given.settings.limits.name_failures

    assert free == 5
    assert {answer.status_code for answer in answers} == {401}
    refused(await associate(visitor), 429, "601")
    refused(await log_in_there(visitor), 429, "601")


@pytest.mark.parametrize("by", ["logon", "contact"])
async def test_codes_are_asked_for_no_faster_than_people_read(given: Given, visitor: Api, logon: str, by: str):
    for number in range(6):
        await given.legacy_logon(f"OTHER{number}", SECRET)

    asked = [("x@example.com", f"OTHER{n}") if by == "contact" else (f"x{n}@example.com", logon) for n in range(6)]
    answers = [await associate(visitor, email, logon=name) for email, name in asked]

    assert [answer.status_code for answer in answers] == [201] * 5 + [429]


async def test_strangers_who_ask_for_codes_do_not_keep_the_owner_from_one(visitor: Api, logon: str):
    for _ in range(7):
        await retrieve_logon(visitor, logon)

    assert (await associate(visitor)).status_code == 201


async def test_while_the_directory_does_not_answer_nothing_is_begun(make_given: MakeGiven, tmp_path: Path):
    given = await make_given(f"sqlite:///{tmp_path}/a.db", **unreachable_directory(tmp_path))
    visitor = given.api.as_client((await given.client()).id)

    for logon in (LOGON, "NOBODY1"):
        refused(await associate(visitor, logon=logon), 503, "902")


@pytest.mark.parametrize(
    ("path", "body", "codes"),
    [
        (BY_EMAIL, {}, ["101"]),
        (BY_EMAIL, {"email": "x"}, ["102"]),
        (BY_EMAIL, {"email": 5}, ["102"]),
        (BY_EMAIL, {"mobile": 5511912345678}, ["101", "106"]),
        (BY_MOBILE, {}, ["101"]),
        (BY_MOBILE, {"mobile": "x"}, ["102"]),
        (BY_MOBILE, {"mobile": {"areaCode": 11}}, ["101"]),
        (COMPLETE, {}, ["101", "101"]),
        (COMPLETE, {"associationId": "x", "token": "1"}, ["102"]),
    ],
)
async def test_each_wrong_field_is_named(visitor: Api, path: str, body: Any, codes: list[str]):
    headers = {"Authorization": basic(LOGON, SECRET)} if path != COMPLETE else {}
    refused(await visitor.post(path, json=body, headers=headers), 400, *codes)
