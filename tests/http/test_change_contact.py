"""UI-19: change the e-mail address or mobile number of a user."""

from typing import Any

import pytest

from authme.users.names import email, mobile
from support.answers import refused, token_object
from support.api import Api
from support.given import Given, GivenClient, GivenUser, MakeGiven, at_once
from support.two_engines import rows_of

USERS, ME = "/user-identities", "/user-identities/me"
PASSWORD = "correct horse battery"
OLD, NEW = "maria@example.com", "maria.silva@example.com"


@pytest.fixture
async def service(given: Given) -> Api:
    return await given.service("identity_update")


async def contacts(caller: Api, user: GivenUser) -> list[tuple[str, bool]]:
    """Return value and verification of each contact of a user."""
    shown = (await caller.get(f"{USERS}/{user.id}")).json()
    return sorted((one["value"], one["verified"]) for one in shown["identities"] if one["type"] in {"EMAIL", "MOBILE"})


async def confirm(person: Api, shown: dict[str, Any], value: str, code: str, **challenge: str) -> Any:
    """Give the code back that was sent to this contact."""
    (identity_id,) = (one["identityId"] for one in shown["identities"] if one["value"] == value)
    return await person.post(f"{ME}/authentication-factors/{identity_id}/validate-token", json={"token": code} | challenge)


async def test_another_address_is_unverified_until_its_code_comes_back(on_both: Given):
    client, user = await on_both.client(), await on_both.user(OLD)
    service, person = await on_both.service("identity_update", "identity_read"), await on_both.person(user, client)
    visitor = on_both.api.as_client(client.id)

    shown = (await service.patch(f"{USERS}/{user.id}", json={"email": f" {NEW}"})).json()

    assert await contacts(service, user) == [(NEW, False), (OLD, True)]
    token_object(await visitor.login(OLD, user.password))
    refused(await visitor.login(NEW, user.password), 401, "203")

    assert (await confirm(person, shown, NEW, await on_both.code(NEW))).status_code == 200
    assert await contacts(service, user) == [(NEW, True)]
    token_object(await visitor.login(NEW, user.password))
    refused(await visitor.login(OLD, user.password), 401, "203")
    assert (await visitor.post(USERS, json={"username": OLD, "password": PASSWORD})).status_code == 201


async def test_the_old_contact_is_told_and_the_new_one_gets_the_code(on_both: Given):
    user = await on_both.user(OLD)

    await (await on_both.service("identity_update")).patch(f"{USERS}/{user.id}", json={"email": NEW})

    sent = [(one["to"], one["message"]) for one in await on_both.messages()]
    assert sorted(sent) == sorted([(OLD, "contact_changed"), (NEW, "code")])


async def test_a_mobile_in_every_form_of_the_contract(given: Given, service: Api):
    user = await given.user(OLD)
    for number, form in enumerate(
        ("+55 (11) 91234-5678", 11987654321, {"countryCode": 55, "areaCode": "11", "number": 912340000})
    ):
        answer = await service.patch(f"{USERS}/{user.id}", json={"mobile": form})
        assert answer.status_code == 200, answer.text
        (mobile,) = (one for one in answer.json()["identities"] if one["type"] == "MOBILE")
        assert (mobile["value"], mobile["verified"]) == (
            ("5511912345678", "5511987654321", "5511912340000")[number],
            False,
        )
        assert [one["message"] for one in await given.messages(mobile["value"])] == ["code"]


async def test_the_old_mobile_is_told_beside_the_address(given: Given, service: Api):
    user = await given.user(OLD, names=(email(OLD), mobile("5511912345678")))

    await service.patch(f"{USERS}/{user.id}", json={"mobile": "5511987654321"})

    sent = {(one["to"], one["message"]) for one in await given.messages()}
    assert sent == {(OLD, "contact_changed"), ("5511912345678", "contact_changed"), ("5511987654321", "code")}


@pytest.mark.parametrize("same", [OLD, "Maria@Example.COM", f"  {OLD} "])
async def test_the_same_as_today_changes_nothing(given: Given, service: Api, same: str):
    user = await given.user(OLD, name="Maria", document=None)

    answer = await service.patch(f"{USERS}/{user.id}", json={"email": same, "name": "Maria", "kind": "PERSON"})

    assert answer.status_code == 200
    assert [(one["value"], one["verified"]) for one in answer.json()["identities"]] == [(OLD, True)]
    assert await given.messages() == []
    assert await given.trail("user.changed") == []


async def test_a_change_that_is_awaited_gives_way_to_the_next(on_both: Given):
    user, client = await on_both.user(OLD), await on_both.client()
    service, person = await on_both.service("identity_update", "identity_read"), await on_both.person(user, client)
    first = (await service.patch(f"{USERS}/{user.id}", json={"email": "typo@example.com"})).json()
    code = await on_both.code("typo@example.com")

    await service.patch(f"{USERS}/{user.id}", json={"email": NEW})

    assert await contacts(service, user) == [(NEW, False), (OLD, True)]
    refused(await confirm(person, first, "typo@example.com", code), 404, "401")


async def test_asking_again_for_what_is_awaited_sends_nothing_more(given: Given, service: Api):
    user = await given.user(OLD)

    for _ in range(3):
        assert (await service.patch(f"{USERS}/{user.id}", json={"email": NEW})).status_code == 200

    assert [one["message"] for one in await given.messages(NEW)] == ["code"]


async def test_asking_for_the_contact_of_today_takes_an_awaited_change_back(given: Given):
    user, service = await given.user(OLD), await given.service("identity_update", "identity_read")
    await service.patch(f"{USERS}/{user.id}", json={"email": NEW})

    await service.patch(f"{USERS}/{user.id}", json={"email": OLD})

    assert await contacts(service, user) == [(OLD, True)]


async def test_an_address_that_the_user_verified_before_takes_the_place_at_once(given: Given, client: GivenClient):
    user = await given.user(OLD)
    service = await given.service("identity_update", "identity_read", "identity_add")
    added = await service.patch(f"{USERS}/{user.id}/identities", json={"identities": [{"type": "EMAIL", "value": NEW}]})
    person = await given.person(user, client)
    (new,) = (one for one in added.json()["identities"] if one["value"] == NEW)
    asked = (await person.post(f"{ME}/authentication-factors/{new['identityId']}/send-token")).json()
    challenge = {"challengeId": asked["challengeId"]}
    assert (await confirm(person, added.json(), NEW, await given.code(NEW), **challenge)).status_code == 200
    assert await contacts(service, user) == [(NEW, True), (OLD, True)]

    await service.patch(f"{USERS}/{user.id}", json={"email": NEW})

    assert await contacts(service, user) == [(NEW, True)]
    assert [one["message"] for one in await given.messages(OLD)] == ["contact_changed"]


async def test_an_alternative_contact_that_becomes_the_main_one_is_one_factor_and_not_two(on_both: Given):
    """Left in both places, one mailbox would be the password's code and the second factor."""
    client, user = await on_both.client(), await on_both.user(OLD)
    person = on_both.api.as_(await on_both.mfa_token(user, client))
    factor = {"authenticationFactors": [{"contactType": "EMAIL", "email": "Spare@example.com"}]}
    (added,) = (await person.post(f"{ME}/authentication-factors", json=factor)).json()
    path = f"{ME}/authentication-factors/{added['id']}"
    sent = (await person.post(f"{path}/send-token")).json()
    code = {"challengeId": sent["challengeId"], "token": await on_both.code("Spare@example.com")}
    assert (await person.post(f"{path}/validate-token", json=code)).status_code == 200

    service = await on_both.service("identity_update", "identity_read")
    await service.patch(f"{USERS}/{user.id}", json={"email": "spare@example.com"})

    assert await contacts(service, user) == [("spare@example.com", True)]
    assert await rows_of(on_both.env["AUTHME_DATABASE_URL"], "SELECT count(*) FROM factor") == [(0,)]


async def test_of_whoever_cannot_log_in_yet_the_new_contact_makes_the_password(make_given: MakeGiven, tmp_path: Any):
    given = await make_given(f"sqlite:///{tmp_path}/a.db", verify_contact="true")
    visitor = given.api.as_client((await given.client()).id)
    made = (await visitor.post(USERS, json={"username": "typo@example.com", "password": PASSWORD})).json()
    old_code = await given.code("typo@example.com")

    answer = await (await given.service("identity_update")).patch(f"{USERS}/{made['userId']}", json={"email": NEW})

    assert [(one["value"], one["verified"]) for one in answer.json()["identities"]] == [(NEW, False)]
    assert [one["message"] for one in await given.messages("typo@example.com")] == ["code"]
    body = {"username": NEW, "password": "another good password"}
    refused(await visitor.post(f"{USERS}/password", json=body | {"token": old_code}), 400, "8")
    answer = await visitor.post(f"{USERS}/password", json=body | {"token": await given.code(NEW)})
    assert answer.status_code == 201, answer.text


async def test_of_two_users_who_want_one_address_one_gets_it(on_both: Given):
    users, service = [await on_both.user() for _ in range(10)], await on_both.service("identity_update")

    answers = await at_once(*(service.patch(f"{USERS}/{user.id}", json={"email": NEW}) for user in users))

    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 9
    assert [one["message"] for one in await on_both.messages(NEW)] == ["code"]


async def test_racing_changes_of_one_user_leave_one_awaited_contact(on_both: Given):
    user, service = await on_both.user(OLD), await on_both.service("identity_update", "identity_read")
    bodies = [{"email": f"n{number}@example.com"} for number in range(10)]

    answers = await at_once(*(service.patch(f"{USERS}/{user.id}", json=body) for body in bodies))

    assert {answer.status_code for answer in answers} == {200}
    found = await contacts(service, user)
    assert len(found) == 2
    assert (OLD, True) in found
