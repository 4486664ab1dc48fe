"""UI-39 and UI-40: a factor is answered for."""

from typing import Any

import pytest

from support.answers import refused
from support.api import Api
from support.factors import (
    FACTORS,
    LEVERAGE,
    added,
    another,
    confirmed_contact,
    factors_of,
    new_app,
    sent,
    twice_proved,
    validate,
)
from support.given import Given, GivenClient, GivenUser, at_once


@pytest.fixture
async def client(given: Given) -> GivenClient:
    return await given.client(factor_visibility="UNRESTRICTED")


@pytest.fixture
async def person(given: Given, client: GivenClient, user: GivenUser) -> Api:
    return await twice_proved(given, user, client)


@pytest.mark.parametrize(
    ("kind", "field", "address", "channel"),
    [("EMAIL", "email", "other@example.com", "EMAIL"), ("MOBILE", "mobile", "5511922222222", "SMS")],
)
async def test_a_contact_is_confirmed_by_the_code_that_it_was_sent(
    on_both: Given, kind: str, field: str, address: str, channel: str
):
    client, user = await on_both.client(factor_visibility="UNRESTRICTED"), await on_both.user()
    person = await twice_proved(on_both, user, client)
    one = await added(person, kind, **{field: address})

    asked = await sent(person, one["id"])
    (message,) = await on_both.messages(address)
    answer = await validate(person, one["id"], asked, token=message["values"]["code"])

    assert asked.keys() == {"challengeId", "expiresAt"}
    assert (message["message"], message["channel"], message["values"]["purpose"]) == ("code", channel, "VERIFY")
    assert message["values"]["minutes"] == 10
    assert (answer.status_code, answer.json()) == (200, {"challengeId": asked["challengeId"], "validated": True})
    assert "verified" not in (await factors_of(person))[1]
    assert [row["detail"] for row in await on_both.trail("challenge.answered")][-1].count("VERIFY") == 1


async def test_a_factor_that_is_confirmed_passes_the_risk_challenge_next(given: Given, person: Api):
    id_ = await confirmed_contact(given, person, "other@example.com")

    await sent(person, id_)

    assert (await given.messages("other@example.com"))[-1]["values"]["purpose"] == "SMART"


async def test_a_code_confirms_once(given: Given, person: Api):
    one = await added(person, "EMAIL", email="other@example.com")
    asked = await sent(person, one["id"])
    code = await given.code("other@example.com")

    assert (await validate(person, one["id"], asked, token=f" {code} ")).status_code == 200
    refused(await validate(person, one["id"], asked, token=code), 400, "502")


async def test_of_ten_that_confirm_at_once_one_does(on_both: Given):
    client, user = await on_both.client(), await on_both.user()
    person = await twice_proved(on_both, user, client)
    one = await added(person, "EMAIL", email="other@example.com")
    asked = await sent(person, one["id"])
    code = await on_both.code("other@example.com")

    answers = await at_once(*(validate(person, one["id"], asked, token=code) for _ in range(10)))

    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 9


async def test_ten_that_guess_at_once_get_five_tries_in_all(on_both: Given):
    client, user = await on_both.client(), await on_both.user()
    person = await twice_proved(on_both, user, client)
    one = await added(person, "EMAIL", email="other@example.com")
    asked = await sent(person, one["id"])
    code = await on_both.code("other@example.com")
    wrong = [f"{(int(code) + n) % 10**6:06d}" for n in range(1, 11)]

    answers = await at_once(*(validate(person, one["id"], asked, token=token) for token in wrong))

    assert sorted(answer.json()[0]["code"] for answer in answers) == ["502"] * 5 + ["8"] * 5
    refused(await validate(person, one["id"], asked, token=code), 400, "502")


async def test_a_code_of_one_contact_is_none_of_another(given: Given, person: Api):
    one, two = [await added(person, "EMAIL", email=f"{name}@example.com") for name in ("one", "two")]
    asked = [await sent(person, each["id"]) for each in (one, two)]
    codes = [await given.code(f"{name}@example.com") for name in ("one", "two")]

    refused(await validate(person, two["id"], asked[0], token=codes[0]), 400, "502")
    if codes[0] != codes[1]:
        refused(await validate(person, two["id"], asked[1], token=codes[0]), 400, "8")
    assert (await validate(person, two["id"], asked[1], token=codes[1])).status_code == 200


async def test_a_code_is_good_in_its_session_only(given: Given, client: GivenClient, user: GivenUser, person: Api):
    elsewhere = await given.person(user, client)
    one = await added(person, "EMAIL", email="other@example.com")
    asked = await sent(person, one["id"])
    code = await given.code("other@example.com")

    refused(await validate(elsewhere, one["id"], asked, token=code), 400, "502")
    refused(await validate(person, one["id"], token=code), 400, "502")
    assert (await validate(person, one["id"], asked, token=code)).status_code == 200


async def test_tries_are_counted_for_the_factor_whichever_challenge_they_answer(given: Given, person: Api):
    one = await added(person, "EMAIL", email="other@example.com")
    for _ in range(5):
        asked = await sent(person, one["id"])
        refused(await validate(person, one["id"], asked, token=another(await given.code("other@example.com"))), 400, "8")
        given.later(seconds=1)
    given.later(seconds=-1)

    answer = await validate(person, one["id"], asked, token=await given.code("other@example.com"))

    refused(answer, 429, "601")
    assert answer.headers["retry-after"] == "1"
    given.later(seconds=1)
    assert (await validate(person, one["id"], asked, token=await given.code("other@example.com"))).status_code == 200


async def test_codes_are_not_sent_faster_than_people_read(given: Given, person: Api):
    one = await added(person, "MOBILE", mobile=5511922222222)
    for _ in range(5):
        await sent(person, one["id"])

    refused(await person.post(f"{FACTORS}/{one['id']}/send-token"), 429, "601")

    assert len(await given.messages("5511922222222")) == 5
    given.later(seconds=2)
    await sent(person, one["id"])


async def test_an_app_is_confirmed_by_its_code(given: Given, person: Api):
    app = await new_app(given, person)
    asked = await sent(person, app.id)

    refused(await validate(person, app.id, asked, token=another(app.code)), 400, "8")
    assert (await validate(person, app.id, asked, token=app.code)).status_code == 200
    assert (await person.post(LEVERAGE, json={"contactType": "TOTP"})).status_code == 201


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ({"challengeId": "x", "token": "1"}, ["102"]),
        ({"challengeId": "0" * 24, "token": 123456}, ["102"]),
        ({"challengeId": "0" * 24, "token": ""}, ["102"]),
        ({"challengeId": "0" * 24, "token": "123456"}, ["502"]),
        ({"token": "123456"}, ["502"]),
        ({}, ["502"]),
        ({"code": "123456"}, ["106"]),
        ({"assertion": [], "attestation": "x"}, ["102", "102"]),
    ],
)
async def test_each_wrong_field_is_named(person: Api, body: dict[str, Any], codes: list[str]):
    one = await added(person, "EMAIL", email="other@example.com")

    refused(await person.post(f"{FACTORS}/{one['id']}/validate-token", json=body), 400, *codes)


async def test_an_answer_of_another_kind_is_named(given: Given, person: Api):
    one, app = await added(person, "EMAIL", email="other@example.com"), await new_app(given, person)

    for id_ in (one["id"], app.id):
        asked = await sent(person, id_)
        refused(await validate(person, id_, asked, assertion={}), 400, "101")
        refused(await validate(person, id_, asked, attestation={}), 400, "101")
    assert await given.trail("challenge.answered") == []


async def test_the_same_contact_of_two_people_is_confirmed_by_each(given: Given, client: GivenClient, person: Api):
    other = await twice_proved(given, await given.user(), client)

    for one in (person, other):
        await confirmed_contact(given, one, "shared@example.com")


async def test_neither_audit_nor_answer_has_the_code(given: Given, person: Api):
    one = await added(person, "EMAIL", email="other@example.com")
    asked = await sent(person, one["id"])
    code = await given.code("other@example.com")
    answers = [await validate(person, one["id"], asked, token=token) for token in (another(code), code)]

    for text in (code, another(code)):
        assert text not in str(await given.trail())
        assert text not in "".join(answer.text for answer in answers).replace(asked["challengeId"], "")
