"""UI-10, and the devices of a person: listed and removed."""

from typing import Any

import pytest

from support.answers import refused, token_object
from support.api import Api, basic
from support.given import Given, GivenClient, GivenUser, at_once, claims
from support.two_engines import rows_of

ASSOCIATE, DEVICES = "/user-identities/me/associate-user-device", "/user-identities/me/devices"
LOGIN, SESSIONS, RENEW = "/user-identities/login", "/user-identities/me/sessions", "/user-identities/renew-token"


@pytest.fixture
async def person(given: Given, client: GivenClient, user: GivenUser) -> Api:
    return given.api.as_(await given.mfa_token(user, client))


async def login(caller: Api, user: GivenUser, device: str) -> dict[str, Any]:
    answer = await caller.post(
        LOGIN, headers={"Authorization": basic(user.name, user.password)}, json={"deviceId": device, "rememberMe": True}
    )
    found: dict[str, Any] = token_object(answer)
    return found


async def associate(person: Api, device: str, **body: Any) -> dict[str, Any]:
    answer = await person.post(ASSOCIATE, json={"deviceId": device} | body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def ids(person: Api) -> list[str]:
    return [one["deviceId"] for one in (await person.get(DEVICES)).json()["items"]]


async def test_a_device_is_associated_and_its_owner_is_told(on_both: Given):
    client, user = await on_both.client(), await on_both.user()
    person = on_both.api.as_(await on_both.mfa_token(user, client))

    made = await associate(person, "8f-1", deviceTokenId="push-1", deviceVersion="17.1", name="Maria's telephone")

    assert made == {
        "deviceId": "8f-1",
        "deviceTokenId": "push-1",
        "deviceVersion": "17.1",
        "name": "Maria's telephone",
        "associatedAt": "2025-11-24T16:00:00Z",
        "lastUsedAt": "2025-11-24T16:00:00Z",
    }
    assert (await person.get(DEVICES)).json() == {"items": [made], "nextCursor": None}
    (told,) = [one for one in await on_both.messages(user.name) if one["message"] == "device_associated"]
    assert told["values"] == {"device": "Maria's telephone"}
    (row,) = await on_both.trail("device.associated")
    assert (row["target"], row["user_id"], row["detail"]) == (user.id, user.id, '{"is_new":true}')
    assert "8f-1" not in str(await on_both.trail())


async def test_associating_again_brings_it_up_to_date_and_keeps_what_is_not_given(on_both: Given):
    client, user = await on_both.client(), await on_both.user()
    person = on_both.api.as_(await on_both.mfa_token(user, client))
    await associate(person, "phone", deviceTokenId="push-1", deviceVersion="17.1", name="Telephone")
    on_both.later(minutes=5)

    again = await associate(person, "phone", deviceVersion="17.2")

    assert again == {
        "deviceId": "phone",
        "deviceTokenId": "push-1",
        "deviceVersion": "17.2",
        "name": "Telephone",
        "associatedAt": "2025-11-24T16:00:00Z",
        "lastUsedAt": "2025-11-24T16:05:00Z",
    }
    assert await ids(person) == ["phone"]
    assert [one["message"] for one in await on_both.messages(user.name)].count("device_associated") == 1


async def test_a_device_without_a_name_is_told_of_by_its_id(given: Given, person: Api, user: GivenUser):
    await associate(person, "8f-1")

    assert [one["values"] for one in await given.messages(user.name)] == [{"device": "8f-1"}]


async def test_whoever_has_a_second_factor_proves_it_first(given: Given, client: GivenClient, user: GivenUser):
    person = await given.person(user, client)

    refused(await person.post(ASSOCIATE, json={"deviceId": "phone"}), 403, "301")

    assert await ids(person) == []


async def test_whoever_has_none_need_not(given: Given, client: GivenClient):
    person = await given.person(await given.user("maria.silva"), client)

    await associate(person, "phone")

    assert await ids(person) == ["phone"]


async def test_fifty_are_enough(on_both: Given):
    client, user = await on_both.client(), await on_both.user()
    person = on_both.api.as_(await on_both.mfa_token(user, client))
    for n in range(48):
        await associate(person, f"d{n}")

    answers = await at_once(*(person.post(ASSOCIATE, json={"deviceId": f"e{n}"}) for n in range(8)))

    assert sorted(answer.status_code for answer in answers) == [201] * 2 + [409] * 6
    await associate(person, "d1", name="known")
    refused(await person.post(ASSOCIATE, json={"deviceId": "one more"}), 409, "404")
    assert (await person.delete(f"{DEVICES}/d1")).status_code == 204
    await associate(person, "one more")


async def test_twenty_at_once_make_one_device(on_both: Given):
    client, user = await on_both.client(), await on_both.user()
    person = on_both.api.as_(await on_both.mfa_token(user, client))

    answers = await at_once(*(person.post(ASSOCIATE, json={"deviceId": "phone", "name": f"n{n}"}) for n in range(20)))

    assert {answer.status_code for answer in answers} == {201}
    assert await ids(person) == ["phone"]
    assert [one["message"] for one in await on_both.messages(user.name)].count("device_associated") == 1


async def test_pages_of_devices(on_both: Given):
    client, user = await on_both.client(), await on_both.user()
    person = on_both.api.as_(await on_both.mfa_token(user, client))
    names = sorted(["a", "b", "ç", "telefone da Maria", "/", "é/x"])
    for name in names:
        await associate(person, name)
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (await person.get(DEVICES, params={"limit": "2", "cursor": cursor})).json()
        assert len(page["items"]) == 2
        found += [one["deviceId"] for one in page["items"]]
        cursor = page["nextCursor"]

    assert sorted(found) == names
    for wrong in ({"limit": "0"}, {"limit": "201"}, {"limit": "x"}, {"cursor": "?"}):
        refused(await person.get(DEVICES, params=wrong), 400, "102")


async def test_a_login_notes_when_the_device_was_used(on_both: Given):
    client, user = await on_both.client(), await on_both.user()
    caller, person = on_both.api.as_client(client.id), on_both.api.as_(await on_both.mfa_token(user, client))
    await associate(person, "phone")
    on_both.later(minutes=10)
    token = (await login(caller, user, "phone"))["rememberMeToken"]
    await login(caller, user, "another")
    assert (await person.get(DEVICES)).json()["items"][0]["lastUsedAt"] == "2025-11-24T16:10:00Z"
    on_both.later(minutes=10)

    await caller.post("/user-identities/remember-me", json={"rememberMeToken": token, "deviceId": "phone"})

    assert (await person.get(DEVICES)).json()["items"][0]["lastUsedAt"] == "2025-11-24T16:20:00Z"
    assert await ids(person) == ["phone"]


async def test_a_removed_device_takes_its_sessions_and_what_is_remembered_with_it(on_both: Given):
    client, user, other = await on_both.client(), await on_both.user(), await on_both.user()
    caller, person = on_both.api.as_client(client.id), on_both.api.as_(await on_both.mfa_token(user, client))
    for device in ("phone", "tablet"):
        await associate(person, device)
    await associate(on_both.api.as_(await on_both.mfa_token(other, client)), "phone")
    phone, tablet, others = [await login(caller, *who) for who in ((user, "phone"), (user, "tablet"), (other, "phone"))]

    assert (await person.delete(f"{DEVICES}/phone")).status_code == 204

    refused(await on_both.api.as_(phone["accessToken"]).get(SESSIONS), 401, "204")
    refused(await caller.post(RENEW, json={"refreshToken": phone["refreshToken"]}), 401, "204")
    for found, device, status in ((phone, "phone", 401), (tablet, "tablet", 200), (others, "phone", 200)):
        body = {"rememberMeToken": found["rememberMeToken"], "deviceId": device}
        assert (await caller.post("/user-identities/remember-me", json=body)).status_code == status
    assert (await on_both.api.as_(tablet["accessToken"]).get(SESSIONS)).status_code == 200
    assert (await on_both.api.as_(others["accessToken"]).get(SESSIONS)).status_code == 200
    assert await ids(person) == ["tablet"]
    refused(await person.delete(f"{DEVICES}/phone"), 404, "401")
    assert len(await on_both.trail("device.removed")) == 1


async def test_the_session_that_removes_its_own_device_goes_on(given: Given, client: GivenClient):
    user = await given.user("maria.silva")
    mine, other = await login(given.api.as_client(client.id), user, "phone"), await given.person(user, client)
    person = given.api.as_(mine["accessToken"])
    await associate(other, "phone")

    assert (await person.delete(f"{DEVICES}/phone")).status_code == 204

    assert (await person.get(SESSIONS)).status_code == 200
    refused(await other.get(SESSIONS), 401, "204")


async def test_a_session_that_associates_a_device_is_on_it_from_then_on(given: Given, client: GivenClient):
    user = await given.user("maria.silva")
    person, elsewhere = await given.person(user, client), await login(given.api.as_client(client.id), user, "tablet")
    await associate(person, "phone", name="Telephone")
    await associate(given.api.as_(elsewhere["accessToken"]), "phone")

    found = {one["sid"]: (one["deviceId"], one["deviceName"]) for one in (await person.get(SESSIONS)).json()["items"]}

    assert found.pop(claims(elsewhere["accessToken"])["sid"]) == ("tablet", None)
    assert list(found.values()) == [("phone", "Telephone")]


async def test_another_persons_device_is_not_there(given: Given, client: GivenClient, person: Api):
    other = given.api.as_(await given.mfa_token(await given.user(), client))
    await associate(other, "phone")

    refused(await person.delete(f"{DEVICES}/phone"), 404, "401")

    assert await ids(other) == ["phone"]
    assert await ids(person) == []


@pytest.mark.parametrize("device", ["ABCdef+/=", "a/b/c", "é", "a b", "%", "?x=1", "#", "0" * 256, "../x", "'; --"])
async def test_an_id_of_any_form_can_be_removed(on_both: Given, device: str):
    client, user = await on_both.client(), await on_both.user("maria.silva")
    person = await on_both.person(user, client)
    await associate(person, device)
    escaped = "".join(f"%{byte:02x}" for byte in device.encode())

    answer = await person.delete(f"{DEVICES}/{escaped}")

    assert (answer.status_code, answer.content) == (204, b"")
    assert await ids(person) == []


async def test_what_no_device_is_called_is_not_there(on_both: Given):
    person = await on_both.person(await on_both.user("maria.silva"), await on_both.client())

    for odd in ("", "x", "%00", "a%00b", "%ff", "%ed%a0%80", "0" * 3000):
        refused(await person.delete(f"{DEVICES}/{odd}"), 404, "401")


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ({}, ["101"]),
        ({"deviceId": ""}, ["102"]),
        ({"deviceId": None}, ["102"]),
        ({"deviceId": 7}, ["102"]),
        ({"deviceId": "x" * 257}, ["102"]),
        ({"deviceId": "x", "deviceTokenId": "x" * 1025, "deviceVersion": "x" * 257, "name": "x" * 65}, ["102"] * 3),
        ({"deviceId": "x", "name": "two\nlines"}, ["102"]),
        ({"deviceId": "x", "name": ""}, ["102"]),
        ({"deviceId": "x", "ip": "10.0.0.1"}, ["106"]),
    ],
)
async def test_each_wrong_field_is_named(given: Given, person: Api, body: dict[str, Any], codes: list[str]):
    refused(await person.post(ASSOCIATE, json=body), 400, *codes)
    assert await rows_of(given.env["AUTHME_DATABASE_URL"], "SELECT * FROM device") == []


async def test_a_login_brings_the_device_up_to_date(on_both: Given):
    client, user = await on_both.client(), await on_both.user()
    person = on_both.api.as_(await on_both.mfa_token(user, client))
    await associate(person, "phone", deviceVersion="17.1", name="Telephone")
    on_both.later(minutes=30)

    for body in ({"deviceId": "phone", "deviceVersion": "18.0"}, {"deviceId": "phone"}):
        headers = {"Authorization": basic(user.name, user.password)}
        token_object(await on_both.api.as_client(client.id).post(LOGIN, headers=headers, json=body))

    (shown,) = (await person.get(DEVICES)).json()["items"]
    assert (shown["deviceVersion"], shown["name"]) == ("18.0", "Telephone")
    assert shown["lastUsedAt"] == "2025-11-24T16:30:00Z"


async def test_a_hand_over_brings_the_device_up_to_date(given: Given, client: GivenClient, person: Api):
    await associate(person, "phone", deviceVersion="17.1")
    param = (await person.post("/user-identities/me/generate-param", json={"deviceId": "phone"})).json()["param"]
    body = {"deviceId": "phone", "deviceVersion": "18.0", "deviceTokenId": "push-2"}

    redeemed = await given.api.as_client(client.id).post(
        "/user-identities/auth-legacy-by-param", headers={"param": param}, json=body
    )

    token_object(redeemed)
    (shown,) = (await person.get(DEVICES)).json()["items"]
    assert (shown["deviceVersion"], shown["deviceTokenId"]) == ("18.0", "push-2")
