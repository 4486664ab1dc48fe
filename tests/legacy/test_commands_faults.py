"""A directory that is away, dies in the middle, or whose answer is lost: a command waits, and has its effect once."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from authme.kernel.clock import FakeClock
from authme.legacy.commands import KIND
from authme.legacy.queue import cancel_command
from authme.outbox.list import list_entries
from authme.outbox.model import Entry
from legacy.ordering import logon_of, ordered, password_ordered, revoke_and_forget, revoke_ordered, states, status_of
from support.given import Given, GivenUser, MakeGiven
from support.legacy_login import reached_by_ldap
from support.slapd import Slapd
from support.slapd_outside import RacfOutside
from support.slapd_racf import name_of
from support.two_engines import plain_sql, rows_of


@pytest.fixture
async def at_racf(make_given: MakeGiven, own_slapd: Slapd, tmp_path: Path) -> Given:
    """A server whose logons are all those of a directory that is reached by LDAP."""
    return await make_given(f"sqlite:///{tmp_path}/authme.db", **reached_by_ldap(own_slapd, tmp_path))


@pytest.fixture
async def maria(at_racf: Given, own_slapd: Slapd) -> GivenUser:
    """Somebody with a logon there."""
    await RacfOutside(own_slapd.racf).add_logon("MARIA01", "OLDPASS1")
    user = await at_racf.user()
    await at_racf.linked(user, "MARIA01")
    return user


def changed(slapd: Slapd) -> list[str]:
    """Return the logons that were changed there, one after the other."""
    return [name_of(name) for name, _ in slapd.racf.changes]


async def entries(given: Given) -> list[Entry]:
    found = [entry async for entry in list_entries(given.server.database.reader(), KIND)]
    return sorted(found, key=lambda entry: entry.topic or "")


async def die_after_the_effect(given: Given, slapd: Slapd, operation: str) -> None:
    """Deliver; kill the directory after it has done the next such operation and before it says so; start it again."""
    held = slapd.racf.hold(operation)
    delivering = asyncio.create_task(given.deliver())
    assert await asyncio.to_thread(held.reached.wait, 5)
    slapd.kill()
    await delivering
    held.go.set()
    slapd.start()


async def by_another_worker(given: Given, make_given: MakeGiven, clock: FakeClock) -> None:
    """Have another worker process deliver what is due by then; the first one leaves the directory alone for a while."""
    clock.advance(timedelta(minutes=5))
    assert await (await make_given(beside=given)).deliver() >= 1


class TestADirectoryThatIsAway:
    async def test_commands_wait_longer_and_longer_and_say_why(
        self, at_racf: Given, own_slapd: Slapd, maria: GivenUser, clock: FakeClock
    ):
        own_slapd.kill()
        await password_ordered(at_racf, maria, "NEWPASS1")
        await revoke_ordered(at_racf, maria)

        await at_racf.deliver()

        waiting, behind = await entries(at_racf)
        assert (waiting.topic, waiting.state, waiting.attempts) == ("PASSWORD", "PENDING", 1)
        assert waiting.fault is not None
        assert "no connection" in waiting.fault
        assert waiting.due_at > clock.now_ms()
        assert (behind.topic, behind.state, behind.attempts) == ("REVOKE", "PENDING", 0)
        assert (await logon_of(at_racf, maria)).has_password_pending

    async def test_and_are_done_in_order_when_it_is_back(
        self, make_given: MakeGiven, at_racf: Given, own_slapd: Slapd, maria: GivenUser, clock: FakeClock
    ):
        own_slapd.kill()
        await password_ordered(at_racf, maria, "NEWPASS1")
        await revoke_ordered(at_racf, maria)
        await at_racf.deliver()

        own_slapd.start()
        await by_another_worker(at_racf, make_given, clock)

        assert await states(at_racf) == [("PASSWORD", "SENT"), ("REVOKE", "SENT")]
        logon = own_slapd.racf.logons["MARIA01"]
        assert (logon.password, logon.is_expired, logon.is_revoked) == ("NEWPASS1", False, True)
        assert changed(own_slapd) == ["MARIA01"] * 2

    async def test_one_that_hangs_is_not_waited_for_and_other_directories_do_not_wait_for_it(
        self, at_racf: Given, own_slapd: Slapd, maria: GivenUser
    ):
        await password_ordered(at_racf, maria, "NEWPASS1")
        embedded = await at_racf.user()
        await ordered(at_racf, embedded, "JOANA01")
        own_slapd.freeze()

        await at_racf.deliver()
        own_slapd.thaw()

        assert await status_of(at_racf, embedded) == "PROVISIONED"
        assert [(one.state, one.attempts) for one in await entries(at_racf) if one.channel == "racf"] == [("PENDING", 1)]


async def test_a_logon_about_which_it_answers_oddly_holds_up_no_other(at_racf: Given, own_slapd: Slapd, maria: GivenUser):
    own_slapd.racf.answer("MODIFY", 80, "R000001 MARIA01", logon="MARIA01")
    await password_ordered(at_racf, maria, "NEWPASS1")
    await at_racf.deliver()
    joana = await at_racf.user()
    await ordered(at_racf, joana, "JOANA01", directory="racf", is_chosen=True)

    await at_racf.deliver()

    [waiting] = [one for one in await entries(at_racf) if one.topic == "PASSWORD"]
    assert (waiting.state, waiting.attempts) == ("PENDING", 1)
    assert waiting.fault is not None
    assert "result 80" in waiting.fault
    assert "MARIA01" not in waiting.fault
    assert await status_of(at_racf, joana) == "PROVISIONED"


class TestAnAnswerThatIsLost:
    async def test_a_logon_is_made_once(self, make_given: MakeGiven, at_racf: Given, own_slapd: Slapd, clock: FakeClock):
        user = await at_racf.user()
        await ordered(at_racf, user, "MARIA01", directory="racf", is_chosen=True)

        await die_after_the_effect(at_racf, own_slapd, "ADD")
        assert await status_of(at_racf, user) == "PENDING"
        await by_another_worker(at_racf, make_given, clock)

        assert await status_of(at_racf, user) == "PROVISIONED"
        assert changed(own_slapd) == ["MARIA01"]

    async def test_a_password_is_set_once(
        self, make_given: MakeGiven, at_racf: Given, own_slapd: Slapd, maria: GivenUser, clock: FakeClock
    ):
        await password_ordered(at_racf, maria, "NEWPASS1", changed_at=47)

        await die_after_the_effect(at_racf, own_slapd, "MODIFY")
        assert (await logon_of(at_racf, maria)).has_password_pending
        await by_another_worker(at_racf, make_given, clock)

        has = await logon_of(at_racf, maria)
        assert (has.has_password_pending, has.synced_at) == (False, 47)
        assert changed(own_slapd) == ["MARIA01"]

    async def test_what_was_set_there_by_hand_meanwhile_is_not_undone(
        self, make_given: MakeGiven, at_racf: Given, own_slapd: Slapd, maria: GivenUser, clock: FakeClock
    ):
        await password_ordered(at_racf, maria, "NEWPASS1")
        await die_after_the_effect(at_racf, own_slapd, "MODIFY")
        own_slapd.racf.logons["MARIA01"].password = "BYHAND01"

        await by_another_worker(at_racf, make_given, clock)

        assert own_slapd.racf.logons["MARIA01"].password == "BYHAND01"

    async def test_a_revocation_is_repeated_and_that_is_no_harm(
        self, make_given: MakeGiven, at_racf: Given, own_slapd: Slapd, maria: GivenUser, clock: FakeClock
    ):
        await revoke_ordered(at_racf, maria)

        await die_after_the_effect(at_racf, own_slapd, "MODIFY")
        await by_another_worker(at_racf, make_given, clock)

        assert own_slapd.racf.logons["MARIA01"].is_revoked
        assert (await logon_of(at_racf, maria)).is_revoked
        assert await states(at_racf) == [("REVOKE", "SENT")]

    async def test_a_logon_of_which_nobody_knew_that_it_was_made_is_revoked_all_the_same(
        self, make_given: MakeGiven, at_racf: Given, own_slapd: Slapd, clock: FakeClock
    ):
        user, removed = await at_racf.user(), await at_racf.user()
        for one, logon in ((user, "MARIA01"), (removed, "JOANA01")):
            await ordered(at_racf, one, logon, directory="racf", is_chosen=True)
            await die_after_the_effect(await make_given(beside=at_racf), own_slapd, "ADD")
        assert set(changed(own_slapd)) == {"MARIA01", "JOANA01"}
        [command] = [one for one in await entries(at_racf) if one.id == (await logon_of(at_racf, user)).request_id]
        await at_racf.run(lambda ctx: cancel_command(ctx, command.id))
        await revoke_ordered(at_racf, user)
        await at_racf.run(lambda ctx: revoke_and_forget(ctx, removed))

        await by_another_worker(at_racf, make_given, clock)

        assert {logon: own_slapd.racf.logons[logon].is_revoked for logon in ("MARIA01", "JOANA01")} == {
            "MARIA01": True,
            "JOANA01": True,
        }


class TestAnOutcomeThatCouldNotBeNoted:
    """The directory did what it was told, and the unit of work that notes it came to nothing: nothing is done twice."""

    async def test_of_a_logon_that_was_made(self, on_both: Given, clock: FakeClock):
        user, began = await on_both.user(), clock.now_ms()
        await ordered(on_both, user, "MARIA01", is_chosen=True)

        await deliver_in_vain(on_both)
        assert await status_of(on_both, user) == "PENDING"
        assert await there(on_both, "created_at") == began
        await again(on_both, clock)

        assert await status_of(on_both, user) == "PROVISIONED"
        assert await there(on_both, "created_at") == began

    async def test_of_a_password_that_was_set(self, on_both: Given, clock: FakeClock):
        user, began = await on_both.user(), clock.now_ms()
        await on_both.legacy_logon("MARIA01", "OLDPASS1")
        await on_both.linked(user, "MARIA01")
        await password_ordered(on_both, user, "NEWPASS1")

        await deliver_in_vain(on_both)
        assert (await logon_of(on_both, user)).has_password_pending
        assert await on_both.secret_there_is("MARIA01", "NEWPASS1")
        await again(on_both, clock)

        assert not (await logon_of(on_both, user)).has_password_pending
        assert await there(on_both, "secret_changed_at") == began

    async def test_of_a_logon_that_was_revoked(self, on_both: Given, clock: FakeClock):
        user = await on_both.user()
        await on_both.legacy_logon("MARIA01", "OLDPASS1")
        await on_both.linked(user, "MARIA01")
        await revoke_ordered(on_both, user)

        await deliver_in_vain(on_both)
        assert (await logon_of(on_both, user)).has_standing_pending
        await again(on_both, clock)

        has = await logon_of(on_both, user)
        assert (has.has_standing_pending, has.is_revoked, await there(on_both, "is_revoked")) == (False, True, 1)


async def deliver_in_vain(given: Given) -> None:
    """Deliver while nothing can be noted here: what is noted goes into the audit too, and that is not there."""
    url = given.env["AUTHME_DATABASE_URL"]
    await plain_sql(url, "ALTER TABLE audit_event RENAME TO audit_event_elsewhere")
    assert await given.deliver() == 1
    await plain_sql(url, "ALTER TABLE audit_event_elsewhere RENAME TO audit_event")
    assert [(one.state, one.attempts) for one in await entries(given)] == [("PENDING", 1)]


async def again(given: Given, clock: FakeClock) -> None:
    clock.advance(timedelta(seconds=5))
    assert await given.deliver() == 1
    assert {state for _, state in await states(given)} == {"SENT"}


async def there(given: Given, column: str) -> object:
    [(value,)] = await rows_of(given.env["AUTHME_DATABASE_URL"], f"SELECT {column} FROM embedded_logon")  # noqa: S608  # ours
    return value
