"""A contact that nobody has confirmed yet beside one that somebody has."""

import pytest

from authme.users.create import UserDraft, create
from authme.users.names import email
from support.answers import refused, token_object
from support.given import Given
from support.recovery import create as create_password
from support.recovery import reset, retrieve
from support.two_engines import plain_sql, rows_of

USERS, ME = "/user-identities", "/user-identities/me"
OLD, SPARE, NEW = "maria@example.com", "spare@example.com", "stranger@example.com"


async def without_password(given: Given) -> str:
    """Make somebody whose address is confirmed and who has no password yet."""
    draft = UserDraft(names=(email(OLD),), contacts_are_verified=True)
    user, _ = await given.run(lambda ctx: create(ctx, draft, None))
    assert user.status == "PENDING"
    return user.id


@pytest.mark.parametrize("asked", [OLD, NEW])
async def test_whoever_changes_the_address_of_an_account_without_password_does_not_get_it(on_both: Given, asked: str):
    """The account is its owner's: what was confirmed makes the password, and not what an administrator typed since."""
    user_id, visitor = await without_password(on_both), on_both.api.as_client((await on_both.client()).id)

    changed = await (await on_both.service("identity_update")).patch(f"{USERS}/{user_id}", json={"email": NEW})

    assert changed.status_code == 200, changed.text
    (to_the_stranger,) = await on_both.messages(NEW)
    for redeem in (create_password, reset):
        for name in (OLD, NEW):
            refused(await redeem(visitor, name, to_the_stranger["values"]["code"]), 400, "8")
    assert (await retrieve(visitor, asked)).status_code == 201
    assert len(await on_both.messages(NEW)) == 1
    made = await create_password(visitor, asked, await on_both.code(OLD))
    assert made.status_code == 201, made.text
    shown = (await on_both.api.as_(made.json()["accessToken"]).get(ME)).json()
    assert (shown["userId"], {(one["value"], one["verified"]) for one in shown["identities"]}) == (
        user_id,
        {(OLD, True), (NEW, False)},
    )


async def test_of_several_main_addresses_of_an_earlier_version_one_goes_and_the_others_stay_as_names(on_both: Given):
    """Version 0.1.0 marked every address as the main one."""
    url, client = on_both.env["AUTHME_DATABASE_URL"], await on_both.client()
    user = await on_both.user(OLD, names=(email(OLD), email(SPARE)))
    await plain_sql(url, "UPDATE identity SET main = 1")
    await plain_sql(url, f"UPDATE identity SET created_at = created_at - 1 WHERE value = '{OLD}'")  # noqa: S608  # our own name
    person, visitor = await on_both.person(user, client), on_both.api.as_client(client.id)
    shown = (await (await on_both.service("identity_update")).patch(f"{USERS}/{user.id}", json={"email": NEW})).json()
    (awaited,) = (one["identityId"] for one in shown["identities"] if one["value"] == NEW)

    body = {"token": await on_both.code(NEW)}
    confirmed = await person.post(f"{ME}/authentication-factors/{awaited}/validate-token", json=body)

    assert confirmed.status_code == 200, confirmed.text
    found = await rows_of(url, "SELECT value, main, verified FROM identity ORDER BY value")
    assert found == [(SPARE, 0, 1), (NEW, 1, 1)]
    for name in (SPARE, NEW):
        token_object(await visitor.login(name, user.password))
    refused(await visitor.login(OLD, user.password), 401, "203")
