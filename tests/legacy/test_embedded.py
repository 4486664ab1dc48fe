"""The embedded directory does what RACF does, when many ask and change at once too."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from authme.credentials.pool import PasswordPool
from authme.kernel.database import Transaction
from authme.legacy.directories import Directories
from authme.legacy.directory import Directory, LogonTaken
from authme.legacy.embedded import EmbeddedDirectory
from authme.legacy.embedded_logons import add_embedded_logon, date_embedded_logon
from authme.legacy.model import NewLogon
from authme.settings.legacy import EMBEDDED
from support.given import Given, MakeGiven, at_once

SECRET = "secret12"  # a test's
MARK = "0" * 24


class HeldPool(PasswordPool):
    """Keeps the answer to a question until it may be given."""

    def __init__(self, given: Given) -> None:
        super().__init__(given.settings.passwords)
        self.is_checked = asyncio.Event()
        self.goes_on = asyncio.Event()

    async def verify(self, password: str, stored: str | None) -> bool:
        found = await super().verify(password, stored)
        self.is_checked.set()
        await self.goes_on.wait()
        return found


def directory_of(given: Given) -> Directory:
    return given.server.parts.get(Directories).all[EMBEDDED]


def new(logon: str, **values: Any) -> NewLogon:
    return NewLogon(**(dict.fromkeys(NewLogon.__struct_fields__) | {"logon": logon} | values))


def today(given: Given) -> date:
    return datetime.fromtimestamp(given.clock.now(), UTC).date()


@pytest.fixture
async def held(on_both: Given) -> AsyncIterator[HeldPool]:
    pool = HeldPool(on_both)
    yield pool
    pool.close()


@pytest.fixture
def slow(on_both: Given, held: HeldPool) -> EmbeddedDirectory:
    """The directory as a process asks it that takes long to check a password."""
    return EmbeddedDirectory(on_both.settings.legacy, on_both.server.database, on_both.clock, held)


async def test_as_many_units_are_spent_on_a_logon_that_is_not_there(on_both: Given, monkeypatch: pytest.MonkeyPatch):
    await on_both.legacy_logon("MARIA", SECRET)
    await directory_of(on_both).provision(new("BARE"), mark=MARK)
    unit, began = on_both.server.database.unit, []

    async def noted(work: Callable[[Transaction], Awaitable[Any]]) -> Any:
        began.append(work)
        return await unit(work)

    monkeypatch.setattr(on_both.server.database, "unit", noted)
    for number, logon in enumerate(["MARIA", "BARE", "NOBODY"], start=1):
        await directory_of(on_both).verify(logon, "wrong")
        assert len(began) == number, logon


async def test_two_wrong_passwords_at_once_on_two_processes_count_two(url: str, make_given: MakeGiven):
    one = await make_given(url, embedded_failures=2)
    other = await make_given(beside=one)
    await one.legacy_logon("MARIA", SECRET)

    assert await at_once(*(directory_of(at).verify("MARIA", "wrong") for at in (one, other))) == ["WRONG"] * 2

    assert await directory_of(one).verify("MARIA", SECRET) == "REVOKED"


async def test_a_right_and_a_wrong_password_at_once_are_told_as_they_came_one_after_the_other(url: str, make_given: MakeGiven):
    one = await make_given(url, embedded_failures=2)
    other = await make_given(beside=one)
    for number in range(10):
        logon = f"MARIA{number}"
        await one.legacy_logon(logon, SECRET)
        await directory_of(one).verify(logon, "wrong")

        right, wrong = await at_once(directory_of(one).verify(logon, SECRET), directory_of(other).verify(logon, "wrong"))

        entry = await one.there(logon)
        assert entry is not None
        assert wrong == "WRONG"
        # The wrong one was the second in a row, or the right one came between.
        assert (right == "RIGHT") == (not entry.is_revoked)


async def test_a_right_guess_among_many_at_once_is_worth_nothing_once_the_others_were_counted(
    on_both: Given, slow: EmbeddedDirectory, held: HeldPool
):
    await on_both.legacy_logon("MARIA", SECRET)
    guess = asyncio.create_task(slow.verify("MARIA", SECRET))
    await held.is_checked.wait()

    for _ in range(5):
        await directory_of(on_both).verify("MARIA", "wrong")
    held.goes_on.set()

    assert await guess == "REVOKED"


async def test_a_password_that_was_right_until_it_was_changed_is_wrong(on_both: Given, slow: EmbeddedDirectory, held: HeldPool):
    await on_both.legacy_logon("MARIA", SECRET)
    guess = asyncio.create_task(slow.verify("MARIA", SECRET))
    await held.is_checked.wait()

    await directory_of(on_both).set_secret("MARIA", "another1", mark=MARK)
    held.goes_on.set()

    assert await guess == "WRONG"


async def test_a_password_of_a_logon_that_was_removed_meanwhile_is_wrong(
    on_both: Given, slow: EmbeddedDirectory, held: HeldPool
):
    await on_both.legacy_logon("MARIA", SECRET)
    guess = asyncio.create_task(slow.verify("MARIA", SECRET))
    await held.is_checked.wait()

    await on_both.remove_there("MARIA")
    held.goes_on.set()

    assert await guess == "WRONG"


async def test_of_two_who_make_the_same_logon_at_once_one_does(url: str, make_given: MakeGiven):
    one = await make_given(url)
    other = await make_given(beside=one)
    marks = ["1" * 24, "2" * 24]

    answers = await asyncio.gather(
        *(directory_of(at).provision(new("MARIA"), mark=mark) for at, mark in zip((one, other), marks, strict=True)),
        return_exceptions=True,
    )

    entry = await one.there("MARIA")
    assert entry is not None
    assert sorted(type(answer).__name__ for answer in answers) == [LogonTaken.__name__, "NoneType"]
    assert entry.mark == marks[answers.index(None)]


async def test_a_password_expires_with_its_age(make_given: MakeGiven, url: str):
    given = await make_given(url, embedded_password_days=30)
    await given.legacy_logon("MARIA", SECRET)

    given.later(days=30, seconds=-1)
    assert await directory_of(given).verify("MARIA", SECRET) == "RIGHT"
    given.later(seconds=1)
    assert await directory_of(given).verify("MARIA", SECRET) == "EXPIRED"
    assert await directory_of(given).verify("MARIA", "wrong") == "WRONG"
    await directory_of(given).set_secret("MARIA", "another1", mark=MARK)

    assert await directory_of(given).verify("MARIA", "another1") == "RIGHT"


async def test_without_that_setting_it_never_does(given: Given):
    await given.legacy_logon("MARIA", SECRET)

    given.later(days=10_000)

    assert await directory_of(given).verify("MARIA", SECRET) == "RIGHT"


async def test_a_password_that_an_operator_set_has_to_be_changed_if_they_say_so(given: Given):
    await given.run(lambda ctx: add_embedded_logon(ctx, "maria", SECRET, is_expired=True))

    assert await directory_of(given).verify("MARIA", SECRET) == "EXPIRED"
    assert await directory_of(given).verify("MARIA", "wrong") == "WRONG"


async def test_a_logon_that_has_no_password_is_not_revoked_by_guesses(given: Given):
    await directory_of(given).provision(new("MARIA"), mark=MARK)

    for guess in ["", "MARIA", "WEB", *(["wrong"] * 10)]:
        assert await directory_of(given).verify("MARIA", guess) == "WRONG"

    entry = await given.there("MARIA")
    assert entry is not None
    assert not entry.is_revoked


async def test_an_unknown_logon_costs_the_work_of_a_known_one(given: Given, monkeypatch: pytest.MonkeyPatch):
    checked: list[object] = []
    run = PasswordPool._run  # noqa: SLF001  # where the work is done

    async def counted(pool: PasswordPool, *args: Any) -> Any:
        checked.append(args[-1])
        return await run(pool, *args)

    monkeypatch.setattr(PasswordPool, "_run", counted)
    assert await directory_of(given).verify("NOBODY", SECRET) == "UNKNOWN"

    (stored,) = checked
    assert str(stored).startswith("$argon2id$")


async def test_failures_long_ago_count_until_a_right_password_comes(on_both: Given):
    await on_both.legacy_logon("MARIA", SECRET)
    directory = directory_of(on_both)

    for _ in range(3):
        for _ in range(4):
            assert await directory.verify("MARIA", "wrong") == "WRONG"
            on_both.later(days=100)
        assert await directory.verify("MARIA", SECRET) == "RIGHT"
    await directory.revoke("MARIA")
    await directory.resume("MARIA")

    assert await directory.verify("MARIA", SECRET) == "RIGHT"


async def test_a_logon_is_revoked_and_resumed_on_its_days(on_both: Given):
    await on_both.legacy_logon("MARIA", SECRET)
    at = [today(on_both) + timedelta(days=days) for days in (1, 3)]
    await on_both.run(lambda ctx: date_embedded_logon(ctx, "MARIA", revoke_on=at[0], resume_on=at[1]))

    verdicts = []
    for _ in range(5):
        verdicts.append(await directory_of(on_both).verify("MARIA", SECRET))
        on_both.later(days=1)

    assert verdicts == ["RIGHT", "REVOKED", "REVOKED", "RIGHT", "RIGHT"]


@pytest.mark.parametrize("how", ["by hand", "by guesses"])
async def test_a_day_of_resumption_that_has_come_does_not_undo_a_revocation_after_it(on_both: Given, how: str):
    await on_both.legacy_logon("MARIA", SECRET)
    day = today(on_both)
    await on_both.run(lambda ctx: date_embedded_logon(ctx, "MARIA", revoke_on=None, resume_on=day))

    if how == "by hand":
        await directory_of(on_both).revoke("MARIA")
    else:
        for _ in range(5):
            await directory_of(on_both).verify("MARIA", "wrong")

    assert await directory_of(on_both).verify("MARIA", SECRET) == "REVOKED"


async def test_a_day_of_resumption_to_come_ends_a_revocation_by_hand(on_both: Given):
    await on_both.legacy_logon("MARIA", SECRET)
    await on_both.run(
        lambda ctx: date_embedded_logon(ctx, "MARIA", revoke_on=None, resume_on=today(on_both) + timedelta(days=2))
    )
    await directory_of(on_both).revoke("MARIA")

    assert await directory_of(on_both).verify("MARIA", SECRET) == "REVOKED"
    on_both.later(days=2)

    assert await directory_of(on_both).verify("MARIA", SECRET) == "RIGHT"


async def test_who_is_resumed_today_is_still_revoked_on_the_day_that_was_set_for_later(on_both: Given):
    await on_both.legacy_logon("MARIA", SECRET)
    day = today(on_both) + timedelta(days=2)
    await on_both.run(lambda ctx: date_embedded_logon(ctx, "MARIA", revoke_on=day, resume_on=None))
    await directory_of(on_both).revoke("MARIA")

    await directory_of(on_both).resume("MARIA")

    assert await directory_of(on_both).verify("MARIA", SECRET) == "RIGHT"
    on_both.later(days=2)
    assert await directory_of(on_both).verify("MARIA", SECRET) == "REVOKED"
    await directory_of(on_both).resume("MARIA")
    assert await directory_of(on_both).verify("MARIA", SECRET) == "RIGHT"


async def test_a_new_password_begins_with_all_tries(on_both: Given):
    await on_both.legacy_logon("MARIA", SECRET)
    directory = directory_of(on_both)

    for password in ("another1", "another2"):
        for _ in range(4):
            await directory.verify("MARIA", "wrong")
        await directory.set_secret("MARIA", password, mark=MARK)

    assert await directory.verify("MARIA", "another2") == "RIGHT"
