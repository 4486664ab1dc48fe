"""UI-43 to UI-45: whose contacts who may manage, and what that does not give them."""

from typing import Any

import pytest

from support.answers import refused
from support.api import Api
from support.factors import (
    LEVERAGE,
    added,
    confirmed_app,
    fulfil,
    twice_proved,
)
from support.given import Given, GivenClient, GivenUser

EMAIL = {"contactType": "EMAIL", "email": "other@example.com"}


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


async def test_users_who_are_not_there(given: Given, administrator: Api, user: GivenUser):
    one = await put_in(administrator, user)
    other = await given.user()
    body = {"authenticationFactors": [EMAIL]}

    for id_ in ("0" * 24, "x"):
        refused(await administrator.post(path_of(id_), json=body), 404, "401")
    refused(await administrator.patch(path_of(other, one["id"]), json={"tags": []}), 404, "401")
    refused(await administrator.delete(path_of(other, one["id"])), 404, "401")
    refused(await administrator.delete(path_of(user, "0" * 24)), 404, "401")


async def test_nobody_manages_those_above_nor_themselves(given: Given, client: GivenClient):
    me = await given.user(None, "IAM_ADMIN_MAINTENANCE")
    above = await given.user(None, "ADMIN", "IAM_ADMIN_MAINTENANCE")
    operator = await given.administrator(client)
    one = await put_in(operator, me)
    caller, service = await given.person(me, client), await given.service("factor_manage")

    for who, target in ((caller, above), (caller, me), (service, above), (service, me)):
        refused(await who.post(path_of(target), json={"authenticationFactors": [EMAIL]}), 403, "302")
        refused(await who.patch(path_of(target, one["id"]), json={"tags": []}), 403, "302")
        refused(await who.delete(path_of(target, one["id"])), 403, "302")


async def test_a_removed_user_has_no_factors(given: Given, client: GivenClient, administrator: Api, user: GivenUser):
    await put_in(administrator, user)
    person = await given.person(user, client)
    assert (await administrator.delete(f"/user-identities/{user.id}")).status_code == 204

    refused(await administrator.post(path_of(user), json={"authenticationFactors": [EMAIL]}), 404, "401")
    refused(await person.get("/user-identities/me/authentication-factors"), 401, "204")


async def test_an_administrator_of_the_contacts_does_not_become_their_owner(
    given: Given, client: GivenClient, administrator: Api, user: GivenUser
):
    """A contact of an administrator's choice raises nobody's session before its owner has confirmed it."""
    person = await given.person(user, client)
    one = await put_in(administrator, user, email="administrators.own@example.com")

    refused(await person.post(LEVERAGE, json={"factorId": one["id"]}), 400, "107")
    asked = (await person.post(LEVERAGE)).json()
    code = await given.code("administrators.own@example.com")
    answer = await fulfil(person, asked, token=code)
    if code != await given.code(user.name):
        refused(answer, 400, "8")


async def test_a_locked_user_has_factors_managed_too(given: Given, administrator: Api, user: GivenUser):
    one = await put_in(administrator, user)
    await (await given.service("account_lock")).post("/user-identities/lock", json={"userId": user.id})

    assert (await administrator.delete(path_of(user, one["id"]))).status_code == 204
    assert (await administrator.post(path_of(user), json={"authenticationFactors": [EMAIL]})).status_code == 201


async def test_an_app_keeps_its_secret_when_others_name_it(given: Given, client: GivenClient, administrator: Api):
    user = await given.user()
    app = await confirmed_app(given, await twice_proved(given, user, client))

    answer = await administrator.patch(path_of(user, app.id), json={"name": "Telephone"})

    assert answer.json() == {
        "id": app.id, "contactType": "TOTP", "name": "Telephone", "tags": [], "credential": False, "default": False,
    }  # fmt: skip
    person = await given.person(user, client)
    asked = (await person.post(LEVERAGE, json={"factorId": app.id})).json()
    assert (await fulfil(person, asked, token=app.code)).status_code == 200


async def test_a_new_factor_of_the_owner_is_shown_to_no_administrator(given: Given, client: GivenClient, administrator: Api):
    user = await given.user("maria.silva")
    codes = await added(await given.person(user, client), "RECOVERY_CODES")

    answer = await administrator.patch(path_of(user, codes["id"]), json={"tags": ["x"]})

    assert answer.status_code == 200
    assert "recoveryCodes" not in answer.json()
    assert "otpauthUri" not in answer.json()
