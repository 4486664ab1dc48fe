"""Recovery codes: ten, shown once, each good once."""

import asyncio
import re
from pathlib import Path

import pytest

from support.answers import refused, token_object
from support.api import Api
from support.factors import (
    FACTORS,
    SMART,
    added,
    asked_for,
    confirmed_contact,
    factors_of,
    fulfil,
    raised,
    sent,
    validate,
)
from support.given import Given, GivenClient, GivenUser, at_once, claims
from support.two_engines import rows_of


@pytest.fixture
async def user(given: Given) -> GivenUser:
    return await given.user("maria.silva")


@pytest.fixture
async def client(given: Given) -> GivenClient:
    return await given.client(factor_visibility="UNRESTRICTED")


@pytest.fixture
async def person(given: Given, client: GivenClient, user: GivenUser) -> Api:
    return await given.person(user, client)


@pytest.fixture
async def codes(person: Api) -> list[str]:
    return list((await added(person, "RECOVERY_CODES"))["recoveryCodes"])


async def test_ten_are_shown_once_and_are_good_at_once(on_both: Given):
    client, user = await on_both.client(factor_visibility="UNRESTRICTED"), await on_both.user("maria.silva")
    person = await on_both.person(user, client)

    made = await added(person, "RECOVERY_CODES", name="In the drawer")

    codes = made.pop("recoveryCodes")
    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"[A-HJ-NP-Z2-9]{4}(-[A-HJ-NP-Z2-9]{4}){2}", code) for code in codes)
    assert made == {
        "id": made["id"], "contactType": "RECOVERY_CODES", "name": "In the drawer", "tags": [], "credential": False,
        "default": False,
    }  # fmt: skip
    assert await factors_of(person) == [made | {"default": True}]
    said = claims(str(token_object(await fulfil(person, await asked_for(person), token=codes[3]))["accessToken"]))
    assert (said["acr"], said["amr"]) == ("AUTH-MFA", ["pwd", "otp", "mfa"])


async def test_each_is_good_once(given: Given, client: GivenClient, user: GivenUser, codes: list[str]):
    for code in codes[:9]:
        person = await given.person(user, client)
        token_object(await fulfil(person, await asked_for(person), token=code))

    person = await given.person(user, client)
    for code in codes[:4]:
        refused(await fulfil(person, await asked_for(person), token=code), 400, "8")
    token_object(await fulfil(person, await asked_for(person), token=codes[9]))


@pytest.mark.parametrize(
    "typed",
    [str.lower, str.title, lambda code: code.replace("-", ""), lambda code: code.replace("-", " "),
     lambda code: f"  {' '.join(code.replace('-', ''))} ", lambda code: code.replace("-", "\u2013").lower()],
    ids=["lower", "title", "bare", "spaces", "each apart", "dashes of a word processor"],
)  # fmt: skip
async def test_however_it_is_typed(person: Api, codes: list[str], typed: object):
    assert callable(typed)
    token_object(await fulfil(person, await asked_for(person), token=typed(codes[0])))


async def test_of_twenty_that_use_one_at_once_one_is_raised(on_both: Given):
    client, user = await on_both.client(), await on_both.user("maria.silva")
    codes = (await added(await on_both.person(user, client), "RECOVERY_CODES"))["recoveryCodes"]
    people = [await on_both.person(user, client) for _ in range(20)]
    asked = [await asked_for(person) for person in people]

    answers = await at_once(*(fulfil(who, one, token=codes[0]) for who, one in zip(people, asked, strict=True)))

    assert [answer.status_code for answer in answers].count(200) == 1
    assert {answer.json()[0]["code"] for answer in answers if answer.status_code != 200} <= {"8", "502", "601"}


async def test_all_ten_at_once_are_ten(on_both: Given):
    client, user = await on_both.client(), await on_both.user("maria.silva")
    codes = (await added(await on_both.person(user, client), "RECOVERY_CODES"))["recoveryCodes"]
    people = [await on_both.person(user, client) for _ in codes]
    asked = [await asked_for(person) for person in people]

    answers = await at_once(*(fulfil(who, one, token=code) for who, one, code in zip(people, asked, codes, strict=True)))

    assert [answer.status_code for answer in answers] == [200] * 10
    url = on_both.env["AUTHME_DATABASE_URL"]
    assert await rows_of(url, "SELECT * FROM recovery_code") == await rows_of(url, "SELECT * FROM factor") == []


async def test_a_new_set_kills_the_old(given: Given, client: GivenClient, user: GivenUser, codes: list[str]):
    person = await given.person(user, client)
    answer = await fulfil(person, await asked_for(person), token=codes[0])
    old = await asked_for(person)
    new = await added(given.api.as_(answer.json()["accessToken"]), "RECOVERY_CODES")

    refused(await fulfil(person, old, token=codes[1]), 400, "502")
    person = await given.person(user, client)
    refused(await fulfil(person, await asked_for(person), token=codes[1]), 400, "8")
    token_object(await fulfil(person, await asked_for(person), token=new["recoveryCodes"][0]))
    assert [one["id"] for one in await factors_of(person)] == [new["id"]]


async def test_the_codes_of_one_person_are_none_of_another(given: Given, client: GivenClient, codes: list[str]):
    other = await given.person(await given.user("joao.silva"), client)
    await added(other, "RECOVERY_CODES")

    refused(await fulfil(other, await asked_for(other), token=codes[0]), 400, "8")


async def test_guesses_are_counted(given: Given, client: GivenClient, user: GivenUser, codes: list[str]):
    person = await given.person(user, client)
    for _ in range(5):
        refused(await fulfil(person, await asked_for(person), token="AAAA-AAAA-AAAA"), 400, "8")

    refused(await fulfil(person, await asked_for(person), token=codes[0]), 429, "601")


async def test_a_code_passes_the_risk_challenge_and_is_gone(
    given: Given, client: GivenClient, user: GivenUser, codes: list[str]
):
    person = await given.person(user, client)
    (one,) = await factors_of(person)
    asked = await sent(person, one["id"])

    assert (await validate(person, one["id"], asked, token=codes[0])).status_code == 200
    token_object(await person.post(SMART, json={"challengeId": asked["challengeId"]}))
    refused(await fulfil(person, await asked_for(person), token=codes[0]), 400, "8")


async def test_they_are_for_when_everything_else_is_lost(given: Given, client: GivenClient, user: GivenUser):
    """With a code, somebody who lost their telephone takes it out of their account."""
    person = await given.person(user, client)
    codes = (await added(person, "RECOVERY_CODES"))["recoveryCodes"]
    answer = await fulfil(person, await asked_for(person), token=codes[0])
    lost = await confirmed_contact(given, given.api.as_(answer.json()["accessToken"]), "5511922222222")
    person = await given.person(user, client)
    answer = await fulfil(person, await asked_for(person, contactType="RECOVERY_CODES"), token=codes[1])

    assert (await given.api.as_(answer.json()["accessToken"]).delete(f"{FACTORS}/{lost}")).status_code == 204


async def test_with_the_last_one_the_factor_goes(given: Given, client: GivenClient, user: GivenUser, codes: list[str]):
    for code in codes:
        person = await given.person(user, client)
        token_object(await fulfil(person, await asked_for(person), token=code))

    assert await factors_of(person) == []


async def test_of_a_code_nothing_is_kept_that_could_be_read(given: Given, person: Api, codes: list[str], tmp_path: Path):
    await fulfil(person, await asked_for(person), token=codes[0])

    raw = b"".join([await asyncio.to_thread(file.read_bytes) for file in tmp_path.glob("authme.db*")])  # noqa: ASYNC240  # a small folder
    kept = str(await given.trail()) + str(await given.messages())
    for code in codes:
        for text in (code, code.replace("-", "")):
            assert text.encode() not in raw
            assert text not in kept


async def test_a_second_factor_beside_them_stays_usable(given: Given, client: GivenClient):
    user = await given.user()
    person = await given.person(user, client)
    await added(await raised(given, person, user.name), "RECOVERY_CODES")

    asked = await asked_for(await given.person(user, client))

    assert asked["contact"] is not None
