"""UI-35 and UI-36: a person's factors, shown and added."""

import json
from typing import Any

import pytest

from support.answers import refused
from support.api import Api
from support.factors import FACTORS, LEVERAGE, add, added, confirmed_contact, factors_of, raised, twice_proved
from support.given import Given, GivenClient, GivenUser, at_once
from support.two_engines import rows_of

MARK = "MARKED_RESOURCES"
EMAIL = {"contactType": "EMAIL", "email": "other@example.com"}
MOBILE = {"contactType": "MOBILE", "mobile": "5511922222222"}


@pytest.fixture
async def person(given: Given, client: GivenClient, user: GivenUser) -> Api:
    return await twice_proved(given, user, client)


async def test_main_contacts_are_shown_masked(given: Given, client: GivenClient):
    visitor = given.api.as_client(client.id)
    body = {"username": "exemplo.longe@br.example.com", "mobile": 5511912342222, "password": "correct horse battery"}
    assert (await visitor.post("/user-identities", json=body)).status_code == 201
    token = (await visitor.login(body["username"], body["password"])).json()["accessToken"]

    email, mobile = await factors_of(given.api.as_(token))

    assert len(email.pop("id")) == len(mobile.pop("id")) == 24
    assert email == {
        "contactType": "EMAIL",
        "email": "ex***ge@br.e******.com",
        "tags": [],
        "credential": True,
        "default": True,
    }
    assert mobile == {"contactType": "MOBILE", "mobile": "*****2222", "tags": [], "credential": True, "default": False}


async def test_somebody_without_a_contact_has_no_factor(given: Given, client: GivenClient):
    assert await factors_of(await given.person(await given.user("maria.silva"), client)) == []


@pytest.mark.parametrize(
    ("visibility", "shown"),
    [
        ("CREDENTIALS_ONLY", ["main"]),
        ("MARKED_RESOURCES", ["marked", "marked mobile"]),
        ("UNRESTRICTED", ["main", "marked", "marked mobile", "app", "plain"]),
    ],
)
async def test_what_is_listed_hangs_on_the_calling_client(
    given: Given, user: GivenUser, client: GivenClient, visibility: str, shown: list[str]
):
    person = await twice_proved(given, user, client)
    (main,) = await factors_of(person)
    ids = {main["id"]: "main"}
    for name, one in (
        ("marked", {"contactType": "EMAIL", "email": "a@example.com", "tags": [MARK, "home"]}),
        ("marked mobile", MOBILE | {"tags": [MARK]}),
        ("app", {"contactType": "TOTP", "tags": ["x"]}),
        ("plain", EMAIL),
    ):
        answer = await add(person, one)
        ids[answer.json()[0]["id"]] = name
    at = await given.client(factor_visibility=visibility)

    listed = await factors_of(await given.person(user, at))

    assert [ids[one["id"]] for one in listed] == shown
    assert {one["id"] for one in listed if one["default"]} <= {main["id"]}
    assert all(one.get("verified", True) == (ids[one["id"]] == "main") for one in listed)


async def test_factors_are_added_unverified_and_all_at_once(on_both: Given):
    client, user = await on_both.client(factor_visibility="UNRESTRICTED"), await on_both.user()
    person = await twice_proved(on_both, user, client)

    answer = await add(person, EMAIL | {"tags": ["home"]}, MOBILE, {"contactType": "TOTP", "name": "Telephone"})

    assert answer.status_code == 201
    email, mobile, app = answer.json()
    ids = [one.pop("id") for one in (email, mobile, app)]
    assert email == {
        "contactType": "EMAIL",
        "email": "ot***er@e******.com",
        "tags": ["home"],
        "credential": False,
        "default": False,
        "verified": False,
    }
    assert mobile["mobile"] == "*****2222"
    assert app.pop("otpauthUri").startswith("otpauth://totp/")
    assert app == {
        "contactType": "TOTP", "name": "Telephone", "tags": [], "credential": False, "default": False, "verified": False,
    }  # fmt: skip
    assert [one["id"] for one in await factors_of(person)][1:] == ids
    assert [one["message"] for one in await on_both.messages(user.name)] == ["code"] + ["factor_added"] * 3
    assert [row["target"] for row in await on_both.trail("factor.added")] == [user.id] * 3


async def test_nothing_goes_to_a_contact_that_is_only_added(given: Given, person: Api):
    await added(person, "EMAIL", email="other@example.com")

    assert await given.messages("other@example.com") == []


@pytest.mark.parametrize(
    ("tags", "shown"),
    [
        (["a", "b", "a"], ["a", "b"]),
        ('["a","b"]', ["a", "b"]),
        ("[]", []),
        ("", []),
        ([], []),
        (None, []),
        (json.dumps([MARK]), [MARK]),
    ],
)
async def test_tags_are_an_array_or_a_string_that_holds_one(person: Api, tags: Any, shown: list[str]):
    assert (await added(person, "EMAIL", email="other@example.com", tags=tags))["tags"] == shown


@pytest.mark.parametrize(
    "tags",
    [
        "a",
        "[1]",
        "[",
        '{"a":1}',
        "null",
        '["a b"]',
        "[" * 1000,
        ["x" * 65],
        ["a"] * 17,
        [""],
        5,
        {"a": 1},
        "9" * 2000,
        ["\u00e9"],
    ],
)
async def test_other_tags_are_refused(person: Api, tags: Any):
    refused(await add(person, EMAIL | {"tags": tags}), 400, "102")


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ({}, ["101"]),
        ({"authenticationFactors": []}, ["102"]),
        ({"authenticationFactors": [EMAIL] * 11}, ["102"]),
        ({"authenticationFactors": [{}]}, ["101"]),
        ({"authenticationFactors": [EMAIL | {"x": 1}]}, ["106"]),
        ({"authenticationFactors": [{"contactType": "FAX"}]}, ["102"]),
        ({"authenticationFactors": [{"contactType": "EMAIL"}]}, ["101"]),
        ({"authenticationFactors": [{"contactType": "EMAIL", "mobile": 5511912345678}]}, ["101"]),
        ({"authenticationFactors": [{"contactType": "EMAIL", "email": "no address"}]}, ["102"]),
        ({"authenticationFactors": [{"contactType": "MOBILE", "mobile": "x"}]}, ["102"]),
        ({"authenticationFactors": [{"contactType": "TOTP", "email": "a@example.com"}]}, ["106"]),
        ({"authenticationFactors": [{"contactType": "TOTP", "name": "x" * 65}]}, ["102"]),
        ({"authenticationFactors": [{"contactType": "TOTP", "name": "two\nlines"}]}, ["102"]),
        ({"authenticationFactors": [{"contactType": "TOTP"}, {"contactType": "TOTP"}]}, ["102"]),
        ({"authenticationFactors": [{"contactType": "PASSKEY"}, {"contactType": "PASSKEY"}]}, ["102"]),
        ({"authenticationFactors": [{"contactType": "RECOVERY_CODES"}] * 2}, ["102"]),
        ({"authenticationFactors": "x"}, ["102"]),
    ],
)
async def test_each_wrong_field_is_named(person: Api, body: dict[str, Any], codes: list[str]):
    refused(await person.post(FACTORS, json=body), 400, *codes)


@pytest.mark.parametrize(
    "again", [{"email": "other@example.com"}, {"email": "OTHER@example.com"}, {"email": " other@example.com"}]
)
async def test_a_contact_is_there_once(person: Api, again: dict[str, str]):
    await added(person, "EMAIL", email="other@example.com")

    refused(await add(person, {"contactType": "EMAIL"} | again), 409, "403")


async def test_a_contact_that_is_a_name_is_no_alternative_one_however_it_is_typed(given: Given, client: GivenClient):
    user = await given.user("Maria.Silva@Example.com")
    person = await twice_proved(given, user, client)

    for typed in ("Maria.Silva@Example.com", "maria.silva@example.com", "MARIA.SILVA@EXAMPLE.COM"):
        refused(await add(person, {"contactType": "EMAIL", "email": typed}), 409, "403")


async def test_all_or_nothing(on_both: Given):
    client, user = await on_both.client(factor_visibility="UNRESTRICTED"), await on_both.user()
    person = await twice_proved(on_both, user, client)
    app = await added(person, "TOTP")

    refused(await add(person, MOBILE, {"contactType": "TOTP"}, EMAIL, EMAIL), 409, "403")

    assert [one["id"] for one in await factors_of(person)][1:] == [app["id"]]
    assert len(await on_both.messages()) == 2


async def test_one_marked_contact_of_each_type(person: Api):
    await added(person, "EMAIL", email="other@example.com", tags=[MARK])
    await added(person, "MOBILE", mobile="11922222222", tags=[MARK])

    refused(await add(person, {"contactType": "EMAIL", "email": "third@example.com", "tags": [MARK]}), 409, "404")
    refused(
        await add(person, *({"contactType": "MOBILE", "mobile": f"1193333333{n}", "tags": f'["{MARK}"]'} for n in range(2))),
        409,
        "404",
    )
    await added(person, "EMAIL", email="third@example.com", tags=["home"])


async def test_of_several_that_mark_at_once_one_does(on_both: Given):
    client, user = await on_both.client(factor_visibility=MARK), await on_both.user()
    person = await twice_proved(on_both, user, client)

    answers = await at_once(
        *(add(person, {"contactType": "EMAIL", "email": f"a{n}@example.com", "tags": [MARK]}) for n in range(8))
    )

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    assert len(await factors_of(person)) == 1


async def test_of_several_that_add_one_contact_at_once_one_does(on_both: Given):
    client, user = await on_both.client(), await on_both.user()
    person = await twice_proved(on_both, user, client)

    answers = await at_once(*(add(person, EMAIL) for _ in range(8)))

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    assert len(await rows_of(on_both.env["AUTHME_DATABASE_URL"], "SELECT id FROM factor")) == 1


async def test_a_person_has_twenty_at_most_however_they_are_added(on_both: Given):
    client, user = await on_both.client(factor_visibility="UNRESTRICTED"), await on_both.user()
    person = await twice_proved(on_both, user, client)
    for start in (0, 9):
        many = [{"contactType": "EMAIL", "email": f"a{start + n}@example.com"} for n in range(9)]
        assert (await add(person, *many)).status_code == 201

    answers = await at_once(*(add(person, {"contactType": "EMAIL", "email": f"b{n}@example.com"}) for n in range(6)))

    assert sorted(answer.status_code for answer in answers) == [201] * 2 + [409] * 4
    assert len(await factors_of(person)) == 21
    refused(await add(person, {"contactType": "TOTP"}), 409, "404")


async def test_an_unverified_factor_is_no_second_factor(given: Given, client: GivenClient):
    person = await given.person(await given.user("maria.silva"), client)
    one = await added(person, "EMAIL", email="other@example.com")
    await added(person, "TOTP")

    refused(await person.post(LEVERAGE), 409, "404")
    refused(await person.post(LEVERAGE, json={"factorId": one["id"]}), 400, "107")
    refused(await person.post(LEVERAGE, json={"contactType": "TOTP"}), 400, "107")


async def test_an_alternative_contact_is_a_second_factor_once_it_is_confirmed(given: Given, client: GivenClient):
    user = await given.user("maria.silva")
    person = await given.person(user, client)
    await confirmed_contact(given, person, "5511922222222")

    assert (await raised(given, person, "5511922222222")) is not None


async def test_neither_audit_nor_notice_has_the_contact(given: Given, person: Api):
    await add(person, EMAIL, MOBILE)

    for text in ("other@example.com", "5511922222222", "otpauth"):
        assert text not in str(await given.trail())
        assert text not in str([one["values"] for one in await given.messages()])
