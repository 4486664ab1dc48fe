"""What the directory is told is done there and noted here; what is somebody else's there is left alone."""

from typing import Any

import pytest

from authme.legacy import store
from authme.users.names import logon as logon_name
from legacy.ordering import (
    logon_of,
    ordered,
    password_ordered,
    resume_ordered,
    retried,
    revoke_and_forget,
    revoke_ordered,
    states,
    status_of,
)
from support.given import Given, GivenUser
from support.two_engines import plain_sql, rows_of

STRANGERS = "STRANGE1"


async def names(given: Given, user: GivenUser) -> list[tuple[object, ...]]:
    query = "SELECT type, value, verified FROM identity WHERE user_id = '{}' AND type = 'LOGON'"
    return await rows_of(given.env["AUTHME_DATABASE_URL"], query.format(user.id))


async def faults(given: Given) -> list[Any]:
    return [one["fault"] for one in await given.commands() if one["state"] == "FAILED"]


class TestProvision:
    async def test_the_directory_makes_the_logon_and_it_is_a_name_of_the_user(self, on_both: Given):
        user = await on_both.user()
        wanted = await ordered(on_both, user, "MARIA01")
        assert (await status_of(on_both, user), await names(on_both, user)) == ("PENDING", [])

        await on_both.deliver()

        entry = await on_both.there("MARIA01")
        assert entry is not None
        assert (entry.name, entry.email, entry.default_group) == ("Maria", user.name, "USERS")
        assert (entry.is_revoked, entry.mark) == (False, wanted.request_id)
        assert await status_of(on_both, user) == "PROVISIONED"
        assert await names(on_both, user) == [("LOGON", "MARIA01", 1)]
        assert [one["target"] for one in await on_both.trail("logon.given")] == [user.id]

    async def test_a_logon_that_was_made_up_and_is_a_strangers_there_is_replaced_by_another(self, on_both: Given):
        await on_both.legacy_logon(STRANGERS, "SECRET01")
        user = await on_both.user()
        wanted = await ordered(on_both, user, STRANGERS)
        await password_ordered(on_both, user, "NEWPASS1")

        await on_both.deliver()

        has = await logon_of(on_both, user)
        assert has.logon != STRANGERS
        assert has.logon.startswith("MAR")
        assert has.status == "PROVISIONED"
        assert await names(on_both, user) == [("LOGON", has.logon, 1)]
        assert await on_both.secret_there_is(has.logon, "NEWPASS1")
        assert await on_both.secret_there_is(STRANGERS, "SECRET01")
        stranger = await on_both.there(STRANGERS)
        assert stranger is not None
        assert stranger.mark is None
        assert [one["target"] for one in await on_both.trail("logon.replaced")] == [user.id]
        assert wanted.id == has.id

    async def test_a_logon_that_was_chosen_and_is_a_strangers_there_is_not_made_and_nothing_happens_to_the_stranger(
        self, on_both: Given
    ):
        await on_both.legacy_logon(STRANGERS, "SECRET01")
        user = await on_both.user()
        await ordered(on_both, user, STRANGERS, is_chosen=True)
        await password_ordered(on_both, user, "NEWPASS1")
        await revoke_ordered(on_both, user)

        await on_both.deliver()

        assert await states(on_both) == [("PROVISION", "FAILED"), ("PASSWORD", "FAILED"), ("REVOKE", "SENT")]
        assert await faults(on_both) == ["The logon is somebody else's there.", "The logon was not made for this user."]
        assert (await status_of(on_both, user), await names(on_both, user)) == ("FAILED", [])
        entry = await on_both.there(STRANGERS)
        assert entry is not None
        assert not entry.is_revoked
        assert await on_both.secret_there_is(STRANGERS, "SECRET01")

    async def test_it_is_made_when_it_is_tried_again_and_is_free_by_then(self, on_both: Given):
        await on_both.legacy_logon(STRANGERS, "SECRET01")
        user = await on_both.user()
        await ordered(on_both, user, STRANGERS, is_chosen=True)
        await on_both.deliver()
        await on_both.remove_there(STRANGERS)

        await retried(on_both, "PROVISION")
        assert await status_of(on_both, user) == "PENDING"
        await on_both.deliver()

        assert await status_of(on_both, user) == "PROVISIONED"
        assert await names(on_both, user) == [("LOGON", STRANGERS, 1)]

    async def test_a_name_that_is_anothers_here_by_then_is_not_taken_from_them(self, on_both: Given):
        user, other = await on_both.user(), await on_both.user()
        await ordered(on_both, user, "MARIA01", is_chosen=True)
        await on_both.user("MARIA01@example.com", names=(logon_name("MARIA01"),))

        await on_both.deliver()

        assert await faults(on_both) == ["The logon was made there, and is somebody else's name here."]
        assert (await status_of(on_both, user), await names(on_both, user)) == ("FAILED", [])
        assert await names(on_both, other) == []

    async def test_of_a_user_who_was_locked_before_it_is_revoked_when_it_is_made_after_all(self, on_both: Given):
        await on_both.legacy_logon(STRANGERS, "SECRET01")
        user = await on_both.user()
        await ordered(on_both, user, STRANGERS, is_chosen=True)
        await revoke_ordered(on_both, user)
        await on_both.deliver()
        await on_both.remove_there(STRANGERS)

        await retried(on_both, "PROVISION")
        await on_both.deliver()

        entry = await on_both.there(STRANGERS)
        assert entry is not None
        assert entry.is_revoked

    async def test_for_a_user_who_was_removed_nothing_is_made(self, on_both: Given):
        user = await on_both.user()
        await ordered(on_both, user, "MARIA01")
        # As of a command that is under way at that moment, the row is still there.
        await on_both.run(lambda ctx: delete_logon(ctx, user))

        await on_both.deliver()

        assert await on_both.there("MARIA01") is None
        assert await states(on_both) == [("PROVISION", "SENT")]


class TestPassword:
    async def test_the_directory_takes_it_and_it_is_known_to_be_the_same(self, on_both: Given):
        user = await on_both.user()
        await on_both.legacy_logon("MARIA01", "OLDPASS1")
        await on_both.linked(user, "MARIA01")
        await password_ordered(on_both, user, "NEWPASS1", changed_at=47)
        assert (await logon_of(on_both, user)).has_password_pending

        await on_both.deliver()

        assert await on_both.secret_there_is("MARIA01", "NEWPASS1")
        has = await logon_of(on_both, user)
        assert (has.has_password_pending, has.synced_at) == (False, 47)
        assert [one["target"] for one in await on_both.trail("logon.password_set")] == [user.id]

    async def test_of_many_only_the_newest_is_set(self, on_both: Given):
        user = await on_both.user()
        await on_both.legacy_logon("MARIA01", "OLDPASS1")
        await on_both.linked(user, "MARIA01")
        for number in range(1, 5):
            await password_ordered(on_both, user, f"NEWPASS{number}", changed_at=number)

        await on_both.deliver()

        assert await states(on_both) == [("PASSWORD", "SENT")] * 4
        assert await on_both.secret_there_is("MARIA01", "NEWPASS4")
        assert [one["detail"] for one in await on_both.trail("logon.password_set")] == [
            f'{{"request":"{(await on_both.commands())[-1]["id"]}"}}'
        ]
        assert (await logon_of(on_both, user)).synced_at == 4

    async def test_an_older_one_that_failed_and_is_tried_again_undoes_no_newer_one(self, on_both: Given):
        user = await on_both.user()
        await on_both.linked(user, "MARIA01")
        await password_ordered(on_both, user, "OLDER001", changed_at=1)
        await on_both.deliver()
        assert await faults(on_both) == ["There is no such logon."]
        await on_both.legacy_logon("MARIA01", "OLDPASS1")
        await password_ordered(on_both, user, "NEWER001", changed_at=2)
        await on_both.deliver()

        await retried(on_both, "PASSWORD")
        await on_both.deliver()

        assert await states(on_both) == [("PASSWORD", "SENT")] * 2
        assert await on_both.secret_there_is("MARIA01", "NEWER001")
        assert (await logon_of(on_both, user)).synced_at == 2

    async def test_one_that_the_directory_does_not_take_is_refused_for_good_and_the_old_one_stays(self, on_both: Given):
        user = await on_both.user()
        await on_both.legacy_logon("MARIA01", "OLDPASS1")
        await on_both.linked(user, "MARIA01")
        await password_ordered(on_both, user, "much too odd")

        await on_both.deliver()

        assert await faults(on_both) == ["The directory does not take this as a password."]
        assert await on_both.secret_there_is("MARIA01", "OLDPASS1")
        assert (await logon_of(on_both, user)).has_password_pending


class TestStanding:
    async def test_a_logon_is_revoked_and_let_in_again_and_that_is_known(self, on_both: Given):
        user = await on_both.user()
        await on_both.legacy_logon("MARIA01", "SECRET01")
        await on_both.linked(user, "MARIA01")

        for order, is_revoked in ((revoke_ordered, True), (resume_ordered, False)):
            await order(on_both, user)
            await on_both.deliver()

            entry, has = await on_both.there("MARIA01"), await logon_of(on_both, user)
            assert entry is not None
            assert (entry.is_revoked, has.is_revoked, has.has_standing_pending) == (is_revoked, is_revoked, False)
        assert [one["action"] for one in await on_both.trail() if one["target"] == user.id][-2:] == [
            "logon.revoked",
            "logon.resumed",
        ]

    async def test_only_the_newest_counts(self, on_both: Given):
        user = await on_both.user()
        await on_both.legacy_logon("MARIA01", "SECRET01")
        await on_both.linked(user, "MARIA01")
        for order in (revoke_ordered, resume_ordered, revoke_ordered):
            await order(on_both, user)

        await on_both.deliver()

        entry = await on_both.there("MARIA01")
        assert entry is not None
        assert entry.is_revoked
        assert await states(on_both) == [("REVOKE", "SENT"), ("RESUME", "SENT"), ("REVOKE", "SENT")]
        assert len(await on_both.trail("logon.revoked")) == 1

    async def test_who_is_not_there_cannot_come_in_and_cannot_be_let_in_again(self, on_both: Given):
        user = await on_both.user()
        await on_both.linked(user, "MARIA01")
        await revoke_ordered(on_both, user)
        await on_both.deliver()
        assert await states(on_both) == [("REVOKE", "SENT")]

        await resume_ordered(on_both, user)
        await on_both.deliver()

        assert await faults(on_both) == ["There is no such logon."]


class TestOfAUserWhoIsGone:
    @pytest.fixture
    async def gone(self, on_both: Given) -> GivenUser:
        """Somebody whose logon was revoked by the unit in which it was forgotten."""
        user = await on_both.user()
        await on_both.legacy_logon("MARIA01", "SECRET01")
        await on_both.linked(user, "MARIA01")
        await on_both.run(lambda ctx: revoke_and_forget(ctx, user))
        return user

    @pytest.mark.usefixtures("gone")
    async def test_the_logon_is_revoked(self, on_both: Given):
        await on_both.deliver()

        entry = await on_both.there("MARIA01")
        assert entry is not None
        assert entry.is_revoked

    @pytest.mark.usefixtures("gone")
    async def test_but_not_when_it_is_anothers_by_now(self, on_both: Given):
        await plain_sql(on_both.env["AUTHME_DATABASE_URL"], "DELETE FROM identity WHERE type = 'LOGON'")
        await on_both.linked(await on_both.user(), "MARIA01")

        await on_both.deliver()

        entry = await on_both.there("MARIA01")
        assert entry is not None
        assert not entry.is_revoked
        assert await states(on_both) == [("REVOKE", "SENT")]

    async def test_nor_when_it_was_never_made_for_them_and_is_a_strangers(self, on_both: Given):
        await on_both.legacy_logon(STRANGERS, "SECRET01")
        user = await on_both.user()
        await ordered(on_both, user, STRANGERS, is_chosen=True)
        await on_both.run(lambda ctx: revoke_and_forget(ctx, user))

        await on_both.deliver()

        entry = await on_both.there(STRANGERS)
        assert entry is not None
        assert not entry.is_revoked
        assert await states(on_both) == [("REVOKE", "SENT")]


async def delete_logon(ctx: Any, user: GivenUser) -> None:
    await store.delete_of_user(ctx.tx, user.id)
