"""UI-43 to UI-45: administrators and services manage the contacts of others."""

from typing import Any

import pytest

from support.answers import refused
from support.api import Api
from support.authenticator import Authenticator
from support.factors import (
    LEVERAGE,
    confirmed_app,
    confirmed_contact,
    factors_of,
    registered,
    sent,
    twice_proved,
    validate,
)
from support.given import Given, GivenClient, GivenUser, at_once

EMAIL = {"contactType": "EMAIL", "email": "other@example.com"}
MARK = "MARKED_RESOURCES"


def path_of(user: GivenUser | str, factor_id: str = "") -> str:
    id_ = user if isinstance(user, str) else user.id
    return f"/user-identities/{id_}/authentication-factors" + (f"/{factor_id}" if factor_id else "")


async def put_in(administrator: Api, user: GivenUser, **given: Any) -> dict[str, Any]:
    answer = await administrator.post(path_of(user), json={"authenticationFactors": [EMAIL | given]})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()[0]
    return found


@pytest.fixture
async def client(given: Given) -> GivenClient:
    return await given.client(factor_visibility="UNRESTRICTED")


@pytest.fixture
async def administrator(given: Given, client: GivenClient) -> Api:
    return await given.administrator(client)


@pytest.mark.parametrize("who", ["administrator", "service"])
async def test_a_contact_that_was_added_is_confirmed_without_naming_the_challenge(on_both: Given, who: str):
    client, user = await on_both.client(factor_visibility="UNRESTRICTED"), await on_both.user()
    caller = await (on_both.administrator(client) if who == "administrator" else on_both.service("factor_manage"))
    body = {"authenticationFactors": [EMAIL | {"tags": ["home"]}, {"contactType": "MOBILE", "mobile": 5511922222222}]}

    answer = await caller.post(path_of(user), json=body)

    assert answer.status_code == 201
    email, mobile = answer.json()
    assert email == {
        "id": email["id"], "contactType": "EMAIL", "email": "ot***er@e******.com", "tags": ["home"], "credential": False,
        "default": False, "verified": False,
    }  # fmt: skip
    person = await on_both.person(user, client)
    assert [one.get("verified", True) for one in await factors_of(person)] == [True, False, False]
    for one, address in ((email, "other@example.com"), (mobile, "5511922222222")):
        assert (await validate(person, one["id"], token=await on_both.code(address))).status_code == 200
    assert [one.get("verified", True) for one in await factors_of(person)] == [True] * 3
    told = [one["message"] for one in await on_both.messages(user.name)]
    assert told == ["factor_added"] * 2


async def test_the_code_is_good_once_for_ten_minutes_and_five_tries(given: Given, client: GivenClient, administrator: Api):
    user = await given.user()
    person = await given.person(user, client)
    one = await put_in(administrator, user)
    code = await given.code("other@example.com")
    wrong = f"{(int(code) + 1) % 10**6:06d}"

    for _ in range(4):
        refused(await validate(person, one["id"], token=wrong), 400, "8")
    assert (await validate(person, one["id"], token=code)).status_code == 200
    refused(await validate(person, one["id"], token=code), 400, "502")

    other = await put_in(administrator, user, email="third@example.com")
    given.later(minutes=10)
    refused(await validate(person, other["id"], token=await given.code("third@example.com")), 400, "502")


async def test_nobody_else_confirms_it(given: Given, client: GivenClient, administrator: Api, user: GivenUser):
    one = await put_in(administrator, user)
    stranger = await given.person(await given.user(), client)

    refused(await validate(stranger, one["id"], token=await given.code("other@example.com")), 404, "401")
    refused(await validate(administrator, one["id"], token=await given.code("other@example.com")), 404, "401")


async def test_the_owner_may_as_well_have_a_code_sent(given: Given, client: GivenClient, administrator: Api, user: GivenUser):
    one = await put_in(administrator, user)
    person = await given.person(user, client)
    asked = await sent(person, one["id"])

    assert (await validate(person, one["id"], asked, token=await given.code("other@example.com"))).status_code == 200


@pytest.mark.parametrize("kind", ["TOTP", "PASSKEY", "RECOVERY_CODES"])
async def test_what_only_its_owner_may_see_is_not_added_by_others(given: Given, administrator: Api, user: GivenUser, kind: str):
    service = await given.service("factor_manage")
    for caller in (administrator, service):
        body = {"authenticationFactors": [EMAIL, {"contactType": kind}]}
        refused(await caller.post(path_of(user), json=body), 400, "102")
    assert await given.messages() == []


async def test_a_contact_is_changed_in_part(given: Given, client: GivenClient, administrator: Api, user: GivenUser):
    person = await twice_proved(given, user, client)
    id_ = await confirmed_contact(given, person, "other@example.com", tags=["home"], name="Home")

    tagged = await administrator.patch(path_of(user, id_), json={"tags": f'["{MARK}"]'})
    named = await administrator.patch(path_of(user, id_), json={"name": None})
    moved = await administrator.patch(path_of(user, id_), json={"email": "third@example.com"})

    assert (tagged.json()["tags"], tagged.json()["name"], tagged.json().get("verified")) == ([MARK], "Home", None)
    assert "name" not in named.json()
    assert moved.json() == {
        "id": id_, "contactType": "EMAIL", "email": "th***rd@e******.com", "tags": [MARK], "credential": False,
        "default": False, "verified": False,
    }  # fmt: skip
    refused(await person.post(LEVERAGE, json={"factorId": id_}), 400, "107")
    assert "factor_changed" in [one["message"] for one in await given.messages("other@example.com")]
    assert (await validate(person, id_, token=await given.code("third@example.com"))).status_code == 200


async def test_the_code_of_an_earlier_change_is_none_any_more(
    given: Given, client: GivenClient, administrator: Api, user: GivenUser
):
    one = await put_in(administrator, user)
    first = await given.code("other@example.com")
    person = await given.person(user, client)
    await administrator.patch(path_of(user, one["id"]), json={"email": "third@example.com"})
    second = await given.code("third@example.com")

    if first != second:
        refused(await validate(person, one["id"], token=first), 400, "8")
    assert (await validate(person, one["id"], token=second)).status_code == 200


async def test_a_factor_is_removed_and_the_owner_told(given: Given, client: GivenClient, administrator: Api, user: GivenUser):
    person = await twice_proved(given, user, client)
    app, contact = await confirmed_app(given, person), await confirmed_contact(given, person, "other@example.com")
    key = await registered(person, Authenticator())

    for id_ in (app.id, contact, key):
        assert (await administrator.delete(path_of(user, id_))).status_code == 204
        refused(await administrator.delete(path_of(user, id_)), 404, "401")

    assert len(await factors_of(person)) == 1
    assert [one["message"] for one in await given.messages(user.name)][-3:] == ["factor_removed"] * 3
    assert [one["message"] for one in await given.messages("other@example.com")][-1] == "factor_removed"
    assert len(await given.trail("factor.removed")) == 3


async def test_main_contacts_stay(given: Given, client: GivenClient, administrator: Api, user: GivenUser):
    (main,) = await factors_of(await given.person(user, client))

    refused(await administrator.delete(path_of(user, main["id"])), 409, "404")
    refused(await administrator.patch(path_of(user, main["id"]), json={"email": "b@example.com"}), 409, "404")
    refused(await administrator.patch(path_of(user, main["id"]), json={"tags": ["x"]}), 409, "404")


async def test_what_must_not_be_twice_is_409(administrator: Api, user: GivenUser):
    one = await put_in(administrator, user, tags=[MARK])
    two = await put_in(administrator, user, email="third@example.com")

    for again in ("other@example.com", "OTHER@Example.com", user.name):
        body = {"authenticationFactors": [{"contactType": "EMAIL", "email": again}]}
        refused(await administrator.post(path_of(user), json=body), 409, "403")
        refused(await administrator.patch(path_of(user, two["id"]), json={"email": again}), 409, "403")
    refused(await administrator.patch(path_of(user, two["id"]), json={"tags": [MARK]}), 409, "404")
    body = {"authenticationFactors": [{"contactType": "EMAIL", "email": "fourth@example.com", "tags": [MARK]}]}
    refused(await administrator.post(path_of(user), json=body), 409, "404")
    assert (await administrator.patch(path_of(user, one["id"]), json={"tags": [MARK, "x"]})).status_code == 200


async def test_of_an_owner_and_an_administrator_who_mark_at_once_one_does(on_both: Given):
    client, user = await on_both.client(factor_visibility=MARK), await on_both.user()
    administrator, person = await on_both.administrator(client), await twice_proved(on_both, user, client)
    body = {"authenticationFactors": [EMAIL | {"tags": [MARK]}]}
    mine = {"authenticationFactors": [{"contactType": "EMAIL", "email": "mine@example.com", "tags": [MARK]}]}

    answers = await at_once(
        administrator.post(path_of(user), json=body),
        person.post("/user-identities/me/authentication-factors", json=mine),
        administrator.post(path_of(user), json=body),
    )

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert len(await factors_of(person)) == 1


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ({}, ["101"]),
        ({"email": "x"}, ["102"]),
        ({"mobile": "11912345678"}, ["106"]),
        ({"email": "b@example.com", "mobile": "11912345678"}, ["106"]),
        ({"contactType": "MOBILE"}, ["106"]),
        ({"tags": "x"}, ["102"]),
        ({"name": 5}, ["102"]),
        ({"verified": True}, ["106"]),
    ],
)
async def test_each_wrong_field_is_named(administrator: Api, user: GivenUser, body: dict[str, Any], codes: list[str]):
    one = await put_in(administrator, user)

    refused(await administrator.patch(path_of(user, one["id"]), json=body), 400, *codes)


async def test_the_limit_of_twenty_holds_for_administrators(administrator: Api, user: GivenUser):
    for start in (0, 10):
        many = [{"contactType": "EMAIL", "email": f"a{start + n}@example.com"} for n in range(10)]
        assert (await administrator.post(path_of(user), json={"authenticationFactors": many})).status_code == 201

    refused(await administrator.post(path_of(user), json={"authenticationFactors": [EMAIL]}), 409, "404")
