"""What was ordered to end a lock on the mainframe and came to nothing there lets nobody in: the mainframe is asked again."""

from typing import Any

import pytest

from authme.legacy.queue import cancel_command
from support.answers import refused, token_object
from support.given import Given, MakeGiven
from support.legacy_login import visitor_of
from support.legacy_logons import ADDRESS, LOGON, NEW_SECRET, SECRET, log_in_there, retrieve_logon
from support.two_engines import rows_of

CHANGE = "/user-identities/me/change-password"


@pytest.fixture
async def moved(on_both: Given) -> Given:
    """Somebody has moved over from the mainframe, where their password is the same."""
    await on_both.legacy_logon(LOGON, SECRET, email=ADDRESS)
    token_object(await log_in_there(await visitor_of(on_both)))
    return on_both


@pytest.fixture
async def keeping_none(make_given: MakeGiven, url: str) -> Given:
    """Somebody has moved over whose password the mainframe alone knows."""
    given = await make_given(url, legacy_keeps_passwords=False)
    await given.legacy_logon(LOGON, SECRET, email=ADDRESS)
    token_object(await log_in_there(await visitor_of(given)))
    return given


async def told(given: Given, *, to: str) -> None:
    """Lock or unlock the user."""
    service = await given.service("account_lock", "account_unlock")
    [(user_id,)] = await rows_of(given.env["AUTHME_DATABASE_URL"], "SELECT user_id FROM legacy_logon")
    assert (await service.post(f"/user-identities/{to}", json={"userId": user_id})).status_code == 204


async def unlocked_here_alone(given: Given) -> None:
    """Lock the user, there too, and unlock them; the mainframe does not know that yet."""
    await told(given, to="lock")
    await given.deliver()
    await told(given, to="unlock")


async def take_back(given: Given) -> None:
    """Take back what waits."""
    [row_id] = [str(one["id"]) for one in await given.commands() if one["state"] == "PENDING"]
    await given.run(lambda ctx: cancel_command(ctx, row_id))


async def remembered(given: Given) -> list[Any]:
    return [row[0] for row in await rows_of(given.env["AUTHME_DATABASE_URL"], "SELECT is_revoked FROM legacy_logon")]


async def test_one_that_was_taken_back_lets_nobody_in(moved: Given):
    visitor = await visitor_of(moved)
    await unlocked_here_alone(moved)
    token_object(await log_in_there(visitor))

    await take_back(moved)

    refused(await log_in_there(visitor), 401, "205")
    refused(await visitor.login(ADDRESS, SECRET), 401, "205")


async def test_nor_does_one_that_failed(moved: Given):
    visitor = await visitor_of(moved)
    await unlocked_here_alone(moved)
    await moved.remove_there(LOGON)
    await moved.deliver()
    assert [(one["topic"], one["state"]) for one in await moved.commands()] == [("REVOKE", "SENT"), ("RESUME", "FAILED")]

    refused(await log_in_there(visitor), 401, "205")
    refused(await visitor.login(ADDRESS, SECRET), 401, "205")


async def test_whom_the_mainframe_lets_in_after_that_is_let_in_and_that_is_remembered(moved: Given):
    visitor = await visitor_of(moved)
    await unlocked_here_alone(moved)
    await take_back(moved)
    refused(await log_in_there(visitor), 401, "205")
    await moved.resume_there(LOGON)

    token_object(await log_in_there(visitor))

    assert await remembered(moved) == [0]


async def test_a_revocation_that_was_taken_back_is_what_the_mainframe_says(moved: Given):
    visitor = await visitor_of(moved)
    await told(moved, to="lock")
    await take_back(moved)
    await told(moved, to="unlock")
    await take_back(moved)
    token_object(await log_in_there(visitor))
    await moved.revoke_there(LOGON)

    refused(await log_in_there(visitor), 401, "205")

    assert await remembered(moved) == [1]


async def test_whose_password_the_mainframe_alone_knows_is_not_let_in_either(keeping_none: Given):
    visitor = await visitor_of(keeping_none)
    await unlocked_here_alone(keeping_none)
    token_object(await log_in_there(visitor))

    await take_back(keeping_none)

    refused(await log_in_there(visitor), 401, "205")


async def test_nor_do_they_change_it(keeping_none: Given):
    await unlocked_here_alone(keeping_none)
    token = token_object(await log_in_there(await visitor_of(keeping_none)))["accessToken"]

    await take_back(keeping_none)

    body = {"currentPassword": SECRET, "newPassword": NEW_SECRET}
    refused(await keeping_none.api.as_(str(token)).post(CHANGE, json=body), 401, "205")


async def test_and_no_code_reaches_anybody_by_the_logon(moved: Given):
    visitor = await visitor_of(moved)
    await unlocked_here_alone(moved)
    await take_back(moved)
    before = await moved.messages(ADDRESS)

    assert (await retrieve_logon(visitor)).status_code == 201

    assert await moved.messages(ADDRESS) == before
