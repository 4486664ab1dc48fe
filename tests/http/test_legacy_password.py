"""UI-06: what is kept here of a legacy password, and what becomes of it when it is changed on the mainframe."""

from pathlib import Path
from typing import Any

import pytest

from authme.kernel.context import Context
from authme.legacy import store as logons
from support.answers import refused, token_object
from support.given import Given, MakeGiven
from support.legacy_login import LOGON, SECRET, cut_off, log_in, logged_in, visitor_of
from support.two_engines import rows_of

USERS = "/user-identities"


async def count(given: Given, table: str) -> Any:
    return (await rows_of(given.env["AUTHME_DATABASE_URL"], f"SELECT count(*) FROM {table}"))[0][0]  # noqa: S608  # a table of ours


class TestAPasswordThatWasChangedThere:
    @pytest.fixture
    async def moved(self, on_both: Given) -> Given:
        """Somebody who has moved over, and then changed the password at a terminal."""
        await on_both.legacy_logon(LOGON, SECRET, email="maria@example.com")
        await logged_in(await visitor_of(on_both))
        on_both.later(seconds=1)
        await on_both.remove_there(LOGON)
        await on_both.legacy_logon(LOGON, "Newer02", email="maria@example.com")
        return on_both

    async def test_takes_the_place_of_the_old_one(self, moved: Given):
        visitor = await visitor_of(moved)

        await logged_in(visitor, secret="newer02")

        refused(await log_in(visitor), 401, "203")
        refused(await visitor.login("maria@example.com", SECRET), 401, "203")
        token_object(await visitor.login("maria@example.com", "NEWER02"))
        await logged_in(visitor, secret="NEWER02")

    async def test_counts_while_the_directory_is_down(self, moved: Given, make_given: MakeGiven, tmp_path: Path):
        await logged_in(await visitor_of(moved), secret="Newer02")

        down = await visitor_of(await cut_off(make_given, moved, tmp_path))

        await logged_in(down, secret="Newer02")
        refused(await log_in(down), 503, "902")

    async def test_ends_what_the_old_one_began(self, moved: Given):
        visitor = await visitor_of(moved)
        before = token_object(await visitor.login(LOGON, SECRET, json={"deviceId": "d", "rememberMe": True}))
        body = {"deviceId": "phone", "rememberMe": True}

        after = token_object(await log_in(visitor, secret="Newer02", json=body))

        refused(await visitor.post("/user-identities/renew-token", json={"refreshToken": before["refreshToken"]}), 401, "204")
        remembered = {"rememberMeToken": before["rememberMeToken"], "deviceId": "d"}
        refused(await visitor.post("/user-identities/remember-me", json=remembered), 401, "206")
        token_object(await visitor.post("/user-identities/renew-token", json={"refreshToken": after["refreshToken"]}))
        remembered = {"rememberMeToken": after["rememberMeToken"], "deviceId": "phone"}
        token_object(await visitor.post("/user-identities/remember-me", json=remembered))

    async def test_of_a_password_that_was_set_here_and_is_there(self, on_both: Given):
        await on_both.legacy_logon(LOGON, SECRET)
        visitor = await visitor_of(on_both)
        tokens = token_object(await log_in(visitor))
        new = {"currentPassword": SECRET, "newPassword": "a phrase that is new here"}
        person = on_both.api.as_(str(tokens["accessToken"]))
        assert (await person.post(f"{USERS}/me/change-password", json=new)).status_code == 204
        await on_both.deliver()
        await on_both.remove_there(LOGON)
        await on_both.legacy_logon(LOGON, "Newer02")

        await logged_in(visitor, secret="Newer02")

        refused(await log_in(visitor, secret=new["newPassword"]), 401, "203")

    async def test_leaves_none_where_none_is_kept(self, make_given: MakeGiven, url: str):
        given = await make_given(url)
        await given.legacy_logon(LOGON, SECRET)
        await logged_in(await visitor_of(given))
        await given.remove_there(LOGON)
        await given.legacy_logon(LOGON, "Newer02")
        keeping_none = await make_given(url, master_key=given.env["AUTHME_MASTER_KEY"], legacy_keeps_passwords="false")
        visitor = await visitor_of(keeping_none)

        await logged_in(visitor, secret="Newer02")

        refused(await log_in(visitor), 401, "203")
        assert await count(given, "credential") == 0


async def test_a_password_of_their_own_is_never_overwritten(given: Given):
    user = await given.user("maria@example.com")
    await given.linked(user, LOGON)
    await given.legacy_logon(LOGON, SECRET)
    visitor = await visitor_of(given)

    await logged_in(visitor)

    async def synced_at(ctx: Context) -> int | None:
        link = await logons.find_of_user(ctx.tx, user.id)
        return link.synced_at if link else 0

    assert await given.run(synced_at) is None
    token_object(await visitor.login(user.name, user.password))
