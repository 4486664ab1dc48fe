"""UI-37 and UI-38: a person changes and removes factors."""

from typing import Any

import pytest

from support.answers import refused
from support.api import Api
from support.authenticator import Authenticator
from support.factors import (
    FACTORS,
    LEVERAGE,
    added,
    asked_for,
    confirmed_app,
    confirmed_contact,
    factors_of,
    fulfil,
    registered,
    sent,
    twice_proved,
    validate,
)
from support.given import Given, GivenClient, GivenUser, at_once
from support.two_engines import rows_of

MARK = "MARKED_RESOURCES"


@pytest.fixture
async def client(given: Given) -> GivenClient:
    return await given.client(factor_visibility="UNRESTRICTED")


@pytest.fixture
async def person(given: Given, client: GivenClient, user: GivenUser) -> Api:
    return await twice_proved(given, user, client)


async def test_a_contact_is_replaced_as_a_whole(person: Api):
    one = await added(person, "EMAIL", email="other@example.com", tags=["home", MARK], name="Home")

    answer = await person.put(f"{FACTORS}/{one['id']}", json={"contactType": "EMAIL", "email": "third@example.com"})

    assert answer.status_code == 200
    assert answer.json() == {
        "id": one["id"], "contactType": "EMAIL", "email": "th***rd@e******.com", "tags": [], "credential": False,
        "default": False, "verified": False,
    }  # fmt: skip
    assert (await factors_of(person))[1] == answer.json()


async def test_another_contact_is_unverified_until_its_code_comes_back(on_both: Given):
    client, user = await on_both.client(factor_visibility="UNRESTRICTED"), await on_both.user()
    person = await twice_proved(on_both, user, client)
    id_ = await confirmed_contact(on_both, person, "other@example.com", tags=["home"])
    path, same = f"{FACTORS}/{id_}", {"contactType": "EMAIL", "email": "other@example.com", "tags": [MARK]}

    assert "verified" not in (await person.put(path, json=same)).json()
    assert (await person.put(path, json=same | {"email": "third@example.com"})).json()["verified"] is False

    refused(await person.post(LEVERAGE, json={"factorId": id_}), 400, "107")
    answer = await validate(person, id_, await sent(person, id_), token=await on_both.code("third@example.com"))
    assert answer.status_code == 200
    assert (await person.post(LEVERAGE, json={"factorId": id_})).status_code == 201


async def test_the_user_is_told_also_where_the_contact_was_before(given: Given, person: Api, user: GivenUser):
    moved = await confirmed_contact(given, person, "other@example.com")
    removed = await confirmed_contact(given, person, "5511922222222")
    new = await added(person, "EMAIL", email="strangers@example.com")

    await person.put(f"{FACTORS}/{moved}", json={"contactType": "EMAIL", "email": "third@example.com"})
    await person.delete(f"{FACTORS}/{removed}")
    await person.delete(f"{FACTORS}/{new['id']}")

    told = {
        to: [one["message"] for one in await given.messages(to) if one["message"] != "code"]
        for to in (user.name, "other@example.com", "5511922222222", "third@example.com", "strangers@example.com")
    }
    assert told == {
        user.name: ["factor_added"] * 3 + ["factor_changed"] + ["factor_removed"] * 2,
        "other@example.com": ["factor_changed"],
        "5511922222222": ["factor_removed"],
        "third@example.com": [],
        "strangers@example.com": [],
    }


async def test_a_code_that_went_to_the_old_contact_does_not_verify_the_new_one(given: Given, person: Api):
    one = await added(person, "EMAIL", email="mine@example.com")
    asked = await sent(person, one["id"])
    code = await given.code("mine@example.com")

    await person.put(f"{FACTORS}/{one['id']}", json={"contactType": "EMAIL", "email": "somebody.elses@example.com"})

    refused(await validate(person, one["id"], asked, token=code), 400, "502")
    assert (await factors_of(person))[1]["verified"] is False


async def test_a_code_that_went_to_the_old_contact_raises_nothing(given: Given, person: Api):
    id_ = await confirmed_contact(given, person, "other@example.com")
    asked = await asked_for(person, factorId=id_)
    code = await given.code("other@example.com")
    await person.put(f"{FACTORS}/{id_}", json={"contactType": "EMAIL", "email": "third@example.com"})
    await validate(person, id_, await sent(person, id_), token=await given.code("third@example.com"))

    refused(await fulfil(person, asked, token=code), 400, "502")


async def test_a_factor_that_is_gone_answers_nothing(given: Given, person: Api):
    app = await confirmed_app(given, person)
    asked = await asked_for(person, factorId=app.id)

    assert (await person.delete(f"{FACTORS}/{app.id}")).status_code == 204

    refused(await fulfil(person, asked, token=app.code), 400, "502")
    refused(await person.delete(f"{FACTORS}/{app.id}"), 404, "401")
    refused(await person.post(f"{FACTORS}/{app.id}/send-token"), 404, "401")
    assert len(await given.trail("factor.removed")) == 1


async def test_main_contacts_cannot_go_nor_change_here(person: Api):
    (main,) = await factors_of(person)
    path = f"{FACTORS}/{main['id']}"

    refused(await person.delete(path), 409, "404")
    refused(await person.put(path, json={"contactType": "EMAIL", "email": "third@example.com"}), 409, "404")
    assert await factors_of(person) == [main]


async def test_the_type_of_a_factor_stays(person: Api):
    one, app = await added(person, "EMAIL", email="other@example.com"), await added(person, "TOTP")

    refused(await person.put(f"{FACTORS}/{one['id']}", json={"contactType": "MOBILE", "mobile": "11912345678"}), 400, "102")
    refused(await person.put(f"{FACTORS}/{app['id']}", json={"contactType": "EMAIL", "email": "b@example.com"}), 400, "102")
    refused(await person.put(f"{FACTORS}/{one['id']}", json={"contactType": "PASSKEY"}), 400, "102")


async def test_what_is_no_contact_has_a_name_and_tags(person: Api):
    id_ = await registered(person, Authenticator(), name="Key")

    answer = await person.put(f"{FACTORS}/{id_}", json={"contactType": "PASSKEY", "name": "Blue key", "tags": ["x"]})

    assert answer.json() == {
        "id": id_, "contactType": "PASSKEY", "name": "Blue key", "tags": ["x"], "credential": False, "default": False,
    }  # fmt: skip
    refused(await person.put(f"{FACTORS}/{id_}", json={"contactType": "PASSKEY", "email": "a@example.com"}), 400, "106")


async def test_a_contact_becomes_no_other_that_is_there(person: Api, user: GivenUser):
    one = await added(person, "EMAIL", email="other@example.com", tags=[MARK])
    two = await added(person, "EMAIL", email="third@example.com")
    path = f"{FACTORS}/{two['id']}"

    for taken in ("other@example.com", "Other@Example.COM", user.name, user.name.upper()):
        refused(await person.put(path, json={"contactType": "EMAIL", "email": taken}), 409, "403")
    refused(await person.put(path, json={"contactType": "EMAIL", "email": "third@example.com", "tags": [MARK]}), 409, "404")
    assert (
        await person.put(
            f"{FACTORS}/{one['id']}", json={"contactType": "EMAIL", "email": "other@example.com", "tags": [MARK, "x"]}
        )
    ).status_code == 200


async def test_another_users_factor_is_not_there(given: Given, person: Api, client: GivenClient):
    stranger = await twice_proved(given, await given.user(), client)
    theirs = await added(stranger, "EMAIL", email="theirs@example.com")
    before = await factors_of(stranger)

    for id_ in (theirs["id"], before[0]["id"], "0" * 24, "x"):
        refused(await person.put(f"{FACTORS}/{id_}", json={"contactType": "EMAIL", "email": "b@example.com"}), 404, "401")
        refused(await person.delete(f"{FACTORS}/{id_}"), 404, "401")
        refused(await person.post(f"{FACTORS}/{id_}/send-token"), 404, "401")
        refused(await person.post(f"{FACTORS}/{id_}/validate-token", json={"token": "123456"}), 404, "401")

    assert await factors_of(stranger) == before


async def test_of_several_that_mark_theirs_at_once_one_does(on_both: Given):
    client, user = await on_both.client(factor_visibility=MARK), await on_both.user()
    person = await twice_proved(on_both, user, client)
    ones = [await added(person, "EMAIL", email=f"a{n}@example.com") for n in range(6)]

    answers = await at_once(
        *(
            person.put(f"{FACTORS}/{one['id']}", json={"contactType": "EMAIL", "email": f"a{n}@example.com", "tags": [MARK]})
            for n, one in enumerate(ones)
        )
    )

    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 5
    assert len(await factors_of(person)) == 1


async def test_of_several_that_remove_one_at_once_one_does(on_both: Given):
    client, user = await on_both.client(), await on_both.user()
    person = await twice_proved(on_both, user, client)
    one = await added(person, "RECOVERY_CODES")

    answers = await at_once(*(person.delete(f"{FACTORS}/{one['id']}") for _ in range(6)))

    assert sorted(answer.status_code for answer in answers) == [204] + [404] * 5
    url = on_both.env["AUTHME_DATABASE_URL"]
    assert await rows_of(url, "SELECT * FROM factor") == await rows_of(url, "SELECT * FROM recovery_code") == []
    assert len(await on_both.trail("factor.removed")) == 1


async def test_a_change_and_a_removal_that_race_leave_one_story(on_both: Given):
    client, user = await on_both.client(factor_visibility="UNRESTRICTED"), await on_both.user()
    person = await twice_proved(on_both, user, client)
    one = await added(person, "EMAIL", email="other@example.com")
    path = f"{FACTORS}/{one['id']}"

    changed, removed = await at_once(
        person.put(path, json={"contactType": "EMAIL", "email": "third@example.com"}), person.delete(path)
    )

    assert removed.status_code == 204
    assert changed.status_code in {200, 404}
    assert len(await factors_of(person)) == 1


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ({}, ["101"]),
        ({"contactType": "EMAIL"}, ["101"]),
        ({"contactType": "EMAIL", "email": "x"}, ["102"]),
        ({"contactType": "EMAIL", "email": None}, ["101"]),
        ({"contactType": "EMAIL", "email": "a@example.com", "mobile": "11912345678"}, ["106"]),
        ({"contactType": "EMAIL", "email": "a@example.com", "id": "x"}, ["106"]),
        ({"contactType": "EMAIL", "email": "a@example.com", "tags": "x"}, ["102"]),
        ({"contactType": "EMAIL", "email": "a@example.com", "name": ""}, ["102"]),
    ],
)
async def test_each_wrong_field_is_named(person: Api, body: dict[str, Any], codes: list[str]):
    one = await added(person, "EMAIL", email="other@example.com")

    refused(await person.put(f"{FACTORS}/{one['id']}", json=body), 400, *codes)


async def test_other_sessions_end_with_a_change_or_a_removal(given: Given, client: GivenClient, user: GivenUser):
    person = await twice_proved(given, user, client)
    one = await added(person, "EMAIL", email="other@example.com")
    path, body = f"{FACTORS}/{one['id']}", {"contactType": "EMAIL", "email": "third@example.com"}
    for change in (lambda: person.put(path, json=body, params={"endOtherSessions": "true"}),
                   lambda: person.delete(path, params={"endOtherSessions": "true"})):  # fmt: skip
        other = await given.person(user, client)

        assert (await change()).status_code in {200, 204}

        refused(await other.get(FACTORS), 401, "204")
    assert (await person.get(FACTORS)).status_code == 200
