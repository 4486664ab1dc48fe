"""UI-18: remove a user for good."""

import asyncio
import time
from typing import Any

import pytest

from authme.devices import store as devices
from authme.devices.model import Device
from authme.kernel.context import Context
from authme.kernel.database import metadata
from authme.users import taken
from authme.users.bring_in import bring_in, read_line
from authme.users.names import logon
from support.answers import refusal, refused, token_object
from support.api import Api
from support.given import Given, GivenClient, GivenUser, MakeGiven, at_once
from support.two_engines import rows_of

USERS = "/user-identities"
PASSWORD = "correct horse battery"
MARIA = {
    "username": "maria.silva",
    "email": "maria@example.com",
    "mobile": "5511912345678",
    "document": "52998224725",
    "name": "Maria Silva",
    "password": PASSWORD,
}
TRACES = ("maria", "silva", "5511912345678", "52998224725", "spare", "telephone of")


async def made(given: Given, **different: Any) -> GivenUser:
    """Make a person as people register; return her with the name that she logs in by."""
    body = MARIA | different
    visitor = given.api.as_client((await given.client()).id)
    answer = await visitor.post(USERS, json=body)
    assert answer.status_code == 201, answer.text
    return GivenUser(answer.json()["userId"], body["username"], PASSWORD)


async def content_of(given: Given) -> str:
    """Return every row of every table, as text."""
    url = given.env["AUTHME_DATABASE_URL"]
    tables = sorted(metadata.tables)
    rows = [row for table in tables for row in await rows_of(url, f"SELECT * FROM {table}")]  # noqa: S608  # our tables
    return "\n".join(map(str, rows))


async def count(given: Given, table: str, where: str = "1 = 1") -> int:
    ((found,),) = await rows_of(given.env["AUTHME_DATABASE_URL"], f"SELECT count(*) FROM {table} WHERE {where}")  # noqa: S608  # our own
    return int(str(found))


async def give_a_device(given: Given, user: GivenUser) -> None:
    now = given.clock.now_ms()
    device = Device(
        user_id=user.id,
        device_id="d1",
        device_token_id=None,
        version=None,
        name="telephone of Maria",
        associated_at=now,
        last_used_at=now,
    )

    async def associate(ctx: Context) -> None:
        await devices.associate(ctx.tx, device)

    await given.run(associate)


async def test_a_removed_person_is_out_at_once_everywhere(on_both: Given):
    client, user = await on_both.client(), await made(on_both)
    tokens = await on_both.tokens(user, client)
    person, caller = on_both.api.as_(tokens["accessToken"]), on_both.api.as_client(client.id)
    service = await on_both.service("identity_remove", "identity_read", "account_lock")

    answer = await service.delete(f"{USERS}/{user.id}")

    assert (answer.status_code, answer.content) == (204, b"")
    refused(await person.get(f"{USERS}/me"), 401, "204")
    refused(await caller.post(f"{USERS}/renew-token", json={"refreshToken": tokens["refreshToken"]}), 401, "204")
    for name in ("maria.silva", "maria@example.com", "11912345678", "529.982.247-25"):
        refused(await caller.login(name, PASSWORD), 401, "203")
    refused(await service.get(f"{USERS}/{user.id}"), 404, "401")
    refused(await service.post(f"{USERS}/lock", json={"userId": user.id}), 400, "107")
    refused(await service.delete(f"{USERS}/{user.id}"), 404, "401")


async def test_nothing_that_says_who_it_was_is_kept(on_both: Given):
    user = await made(on_both)
    person = await on_both.person(user, await on_both.client())
    factors = [{"contactType": "EMAIL", "email": "spare@example.com"}, {"contactType": "RECOVERY_CODES"}]
    body = {"authenticationFactors": factors}
    caller = on_both.api.as_(await on_both.mfa_token(user, await on_both.client()))
    assert (await caller.post(f"{USERS}/me/authentication-factors", json=body)).status_code == 201
    assert (await person.post(f"{USERS}/me/leverage-mfa", json={})).status_code == 201
    await give_a_device(on_both, user)
    await on_both.api.as_client((await on_both.client()).id).login("maria.silva", "a wrong password")
    before = (await content_of(on_both)).lower()
    assert [trace for trace in TRACES if trace not in before] == []

    await (await on_both.service("identity_remove")).delete(f"{USERS}/{user.id}")

    after = (await content_of(on_both)).lower()
    assert [trace for trace in TRACES if trace in after] == []
    for table in ("identity", "credential", "factor", "recovery_code", "challenge", "device", "remember_me"):
        assert await count(on_both, table) == 0, table
    assert await count(on_both, "attempt", "kind = 'NAME'") == 0
    assert await count(on_both, "reserved_name") == 4
    columns = "status, name, name_key, document, business_id, organization_id, customer_id, language, authorities, locked_at"
    (row,) = await rows_of(on_both.env["AUTHME_DATABASE_URL"], f"SELECT {columns} FROM user_account")  # noqa: S608  # our own
    assert row == ("REMOVED", *[None] * 7, "[]", None)


async def test_the_record_names_the_user_by_id_alone(given: Given):
    user = await made(given)

    await (await given.service("identity_remove")).delete(f"{USERS}/{user.id}")

    (row,) = await given.trail("user.removed")
    assert (row["target"], row["result"], row["detail"]) == (user.id, "OK", None)


async def test_the_main_contact_is_told_and_nothing_else_is_sent_any_more(on_both: Given):
    user = await made(on_both)
    visitor = on_both.api.as_client((await on_both.client()).id)
    await visitor.post(f"{USERS}/retrieve-identity", json={"userName": "maria.silva"})
    assert [one["message"] for one in await on_both.messages("maria@example.com")] == ["code"]

    await (await on_both.service("identity_remove")).delete(f"{USERS}/{user.id}")

    assert [(one["to"], one["message"]) for one in await on_both.messages()] == [("maria@example.com", "account_removed")]


async def test_names_stay_taken_for_thirty_days_and_are_free_then(on_both: Given):
    user, other = await made(on_both), await on_both.user("other.person")
    client = await on_both.client()
    service = await on_both.service("identity_remove", "identity_add", "identity_update")
    visitor = on_both.api.as_client(client.id)
    await service.delete(f"{USERS}/{user.id}")

    on_both.later(days=29, hours=23)
    service = await on_both.service("identity_add", "identity_update")
    for name in ("Maria.Silva", "MARIA@example.com", "+55 11 91234-5678", "529.982.247-25"):
        refused(await visitor.post(USERS, json={"username": name, "password": PASSWORD}), 409, "403")
    add = {"identities": [{"type": "USERNAME", "value": "maria.silva"}]}
    refused(await service.patch(f"{USERS}/{other.id}/identities", json=add), 409, "403")
    refused(await service.patch(f"{USERS}/{other.id}", json={"email": "maria@example.com"}), 409, "403")
    outcome = await bring_in(on_both.run, [(1, read_line('{"username":"maria@example.com"}'))])
    assert (outcome.imported, outcome.problems) == (0, [(1, "the EMAIL is taken")])

    on_both.later(hours=1)
    token_object(await visitor.login((await made(on_both)).name, PASSWORD))


async def test_a_name_stays_taken_under_every_type(given: Given, client: GivenClient):
    user = await given.user("12345678", names=(logon("12345678"),))
    await (await given.service("identity_remove")).delete(f"{USERS}/{user.id}")

    body = {"username": "12345678", "usernameType": "LOGON", "password": PASSWORD}
    refused(await given.api.as_client(client.id).post(USERS, json=body), 409, "403")


async def test_for_how_long_names_stay_taken_is_a_setting(make_given: MakeGiven, tmp_path: Any):
    given = await make_given(f"sqlite:///{tmp_path}/a.db", removed_name_days=2)
    await (await given.service("identity_remove")).delete(f"{USERS}/{(await made(given)).id}")

    given.later(days=2)

    await made(given)


async def test_what_is_reserved_no_longer_is_swept(on_both: Given):
    await (await on_both.service("identity_remove")).delete(f"{USERS}/{(await made(on_both)).id}")

    on_both.later(days=29)
    assert await on_both.run(taken.sweep) == 0
    on_both.later(days=1)
    assert await on_both.run(taken.sweep) == 4
    assert await count(on_both, "reserved_name") == 0


async def test_whoever_comes_after_may_be_removed_too(given: Given):
    for _ in range(2):
        await (await given.service("identity_remove")).delete(f"{USERS}/{(await made(given)).id}")
        given.later(days=30)

    await made(given)


async def test_a_client_of_the_user_stays(given: Given):
    user = await made(given)
    theirs = await given.client(user_id=user.id)

    await (await given.service("identity_remove")).delete(f"{USERS}/{user.id}")

    await given.client_token(theirs)


async def test_a_client_that_the_user_made_for_themselves_goes(on_both: Given):
    user = await made(on_both)
    person = on_both.api.as_(await on_both.mfa_token(user, await on_both.client("READ")))
    own = (await person.post("/client-identities/me", json={"appId": "app", "scope": ["READ"]})).json()
    assert (await on_both.api.login_client(own["clientId"], own["clientSecret"])).status_code == 200

    await (await on_both.service("identity_remove")).delete(f"{USERS}/{user.id}")

    refused(await on_both.api.login_client(own["clientId"], own["clientSecret"]), 401, "9")


async def test_nobody_removes_themselves_or_anybody_above(given: Given, client: GivenClient):
    me, above = await given.user(None, "IAM_ADMIN_MAINTENANCE"), await given.user(None, "IAM_ADMIN_MAINTENANCE", "ADMIN")
    caller, service = await given.person(me, client), await given.service("identity_remove")

    refused(await caller.delete(f"{USERS}/{me.id}"), 403, "302")
    refused(await caller.delete(f"{USERS}/{above.id}"), 403, "302")
    refused(await service.delete(f"{USERS}/{above.id}"), 403, "302")
    assert (await caller.delete(f"{USERS}/{(await given.user()).id}")).status_code == 204
    for user in (me, above):
        token_object(await given.api.as_client(client.id).login(user.name, user.password))


@pytest.mark.parametrize("wrong", ["0" * 24, "x", "me ", "F" * 24])
async def test_whoever_is_not_there_is_not_found(given: Given, wrong: str):
    refused(await (await given.service("identity_remove")).delete(f"{USERS}/{wrong}"), 404, "401")


async def test_of_racing_removals_one_removes(on_both: Given):
    user, service = await made(on_both), await on_both.service("identity_remove")

    answers = await at_once(*(service.delete(f"{USERS}/{user.id}") for _ in range(10)))

    assert sorted(answer.status_code for answer in answers) == [204] + [404] * 9
    assert len(await on_both.trail("user.removed")) == 1
    assert len(await on_both.messages()) == 1


async def test_no_session_outlives_a_removal_that_races_with_logins(on_both: Given):
    client, user, service = await on_both.client(), await made(on_both), await on_both.service("identity_remove")
    caller = on_both.api.as_client(client.id)

    answers = await at_once(
        *(caller.login(user.name, PASSWORD) for _ in range(10)),
        service.delete(f"{USERS}/{user.id}"),
        *(caller.login(user.name, PASSWORD) for _ in range(10)),
    )

    for answer in answers:
        if answer.status_code == 200:
            tokens = answer.json()
            refused(await on_both.api.as_(tokens["accessToken"]).get(f"{USERS}/me"), 401, "204")
            renewal = await caller.post(f"{USERS}/renew-token", json={"refreshToken": tokens["refreshToken"]})
            refused(renewal, 401, "204")
        elif answer.status_code != 204:
            assert refusal(answer) in ((401, ["203"]), (429, ["601"])), answer.text


async def test_no_name_outlives_a_removal_that_races_with_new_ones(on_both: Given):
    service = await on_both.service("identity_remove", "identity_add", "identity_update")

    async def add(user: GivenUser, number: int) -> Any:
        body = {"identities": [{"type": "USERNAME", "value": f"another.{number}"}]}
        return await service.patch(f"{USERS}/{user.id}/identities", json=body)

    user = await made(on_both)
    answers = await at_once(
        *(add(user, number) for number in range(5)),
        service.delete(f"{USERS}/{user.id}"),
        *(add(user, number) for number in range(5, 10)),
        service.patch(f"{USERS}/{user.id}", json={"email": "new@example.com", "name": "New Name"}),
    )

    assert {answer.status_code for answer in answers} <= {200, 204, 404}
    assert await count(on_both, "identity") == 0
    assert await count(on_both, "user_account", "name IS NOT NULL OR document IS NOT NULL") == 0
    added = sum(answer.status_code == 200 and "another" in answer.text for answer in answers)
    assert await count(on_both, "reserved_name") >= 4 + added - 1


async def test_another_worker_process_refuses_within_a_second(on_both: Given, make_given: MakeGiven):
    client, user = await on_both.client(), await made(on_both)
    other = await make_given(beside=on_both)
    person: Api = other.api.as_(await other.user_token(user, client))
    assert (await person.get(f"{USERS}/me")).status_code == 200

    await (await on_both.service("identity_remove")).delete(f"{USERS}/{user.id}")
    started = time.monotonic()
    while (await person.get(f"{USERS}/me")).status_code != 401:
        assert time.monotonic() - started < 1
        await asyncio.sleep(0.02)
