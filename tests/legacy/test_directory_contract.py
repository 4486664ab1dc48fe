"""What every adapter of a directory has to hold, each tried on the real thing."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from authme.legacy.directory import LogonTaken, LogonUnknown, Refused
from authme.legacy.model import Entry, NewLogon
from legacy.sides import Side

MARK, OTHER_MARK = "1" * 24, "2" * 24
PASSWORD, PHRASE = "secret12", "Correct horse battery"
MARIA = {
    "name": "Maria Silva",
    "document": "52998224725",
    "email": "maria@example.com",
    "mobile": "5511999990000",
}


def new(logon: str, **values: Any) -> NewLogon:
    return NewLogon(**(dict.fromkeys(NewLogon.__struct_fields__) | {"logon": logon} | values))


async def found(side: Side, logon: str = "MARIA") -> Entry:
    entry = await side.directory.find(logon)
    assert entry is not None
    return entry


async def guess(side: Side, times: int) -> None:
    for _ in range(times):
        assert await side.directory.verify("MARIA", "wrong") == "WRONG"


class TestVerify:
    async def test_the_right_password_is_right_and_another_wrong(self, side: Side):
        await side.outside.add_logon("MARIA", PASSWORD)

        assert await side.directory.verify("MARIA", PASSWORD) == "RIGHT"
        for other in ("secret13", "secret1", "secret123", "secret12 ", " secret12", "", "\0", "sécret12", "*", PHRASE):
            assert await side.directory.verify("MARIA", other) == "WRONG"

    async def test_letters_of_a_password_count_alike(self, side: Side):
        await side.outside.add_logon("MARIA", PASSWORD)

        assert await side.directory.verify("MARIA", "SECRET12") == "RIGHT"
        assert await side.directory.verify("MARIA", "sEcReT12") == "RIGHT"

    async def test_each_letter_of_a_phrase_counts_as_it_is(self, side: Side):
        await side.outside.add_logon("MARIA", PHRASE)

        assert await side.directory.verify("MARIA", PHRASE) == "RIGHT"
        for other in (PHRASE.upper(), PHRASE.lower(), PHRASE[:-1], PHRASE[:8], PHRASE + " "):
            assert await side.directory.verify("MARIA", other) == "WRONG"

    async def test_what_has_to_be_changed_is_told_to_whoever_has_it(self, side: Side):
        await side.outside.add_logon("MARIA", PASSWORD)
        await side.outside.expire("MARIA")

        assert await side.directory.verify("MARIA", PASSWORD) == "EXPIRED"
        assert await side.directory.verify("MARIA", "wrong") == "WRONG"

    async def test_nobody_is_told_that_a_logon_is_revoked_who_does_not_have_its_password(self, side: Side):
        await side.outside.add_logon("MARIA", PASSWORD)
        await side.outside.revoke("MARIA")

        assert await side.directory.verify("MARIA", PASSWORD) == side.of_revoked
        assert await side.directory.verify("MARIA", "wrong") == "WRONG"

    async def test_a_logon_that_is_not_there_has_no_password(self, side: Side):
        for secret in (PASSWORD, PHRASE, "", "NOBODY"):
            assert await side.directory.verify("NOBODY", secret) in {"UNKNOWN", "WRONG"}

    async def test_wrong_ones_in_a_row_revoke_the_logon(self, side: Side):
        await side.outside.add_logon("MARIA", PASSWORD)

        await guess(side, side.failures - 1)
        assert not (await found(side)).is_revoked
        await guess(side, 1)

        assert (await found(side)).is_revoked
        assert await side.directory.verify("MARIA", PASSWORD) == side.of_revoked

    async def test_a_right_one_between_them_begins_the_count_anew(self, side: Side):
        await side.outside.add_logon("MARIA", PASSWORD)

        for _ in range(2):
            await guess(side, side.failures - 1)
            assert await side.directory.verify("MARIA", PASSWORD) == "RIGHT"

        assert not (await found(side)).is_revoked

    async def test_one_logons_failures_are_no_other_ones(self, side: Side):
        await side.outside.add_logon("MARIA", PASSWORD)
        await side.outside.add_logon("JOAO", PASSWORD)

        await guess(side, side.failures)

        assert await side.directory.verify("JOAO", PASSWORD) == "RIGHT"

    async def test_many_at_once_are_each_told_about_their_own(self, side: Side):
        logons = [f"MARIA{number}" for number in range(6)]
        for logon in logons:
            await side.outside.add_logon(logon, logon)

        right = [side.directory.verify(logon, logon) for logon in logons]
        wrong = [side.directory.verify(logon, logons[index - 1]) for index, logon in enumerate(logons)]

        assert await asyncio.gather(*right, *wrong) == ["RIGHT"] * 6 + ["WRONG"] * 6


class TestFind:
    async def test_a_logon_is_told_with_all_that_is_known_of_its_owner(self, side: Side):
        await side.outside.add_logon("MARIA", PASSWORD, **MARIA, groups=("WEB", "OPS"))

        entry = await found(side)

        assert {name: getattr(entry, name) for name in MARIA} == MARIA
        assert (entry.logon, entry.default_group, set(entry.groups)) == ("MARIA", "WEB", {"WEB", "OPS"})
        assert (entry.mark, entry.is_revoked) == (None, False)
        assert "Silva" not in repr(entry)

    async def test_what_is_not_known_is_none(self, side: Side):
        await side.outside.add_logon("MARIA", PASSWORD)

        entry = await found(side)

        assert [getattr(entry, name) for name in MARIA] == [None] * 4

    async def test_one_that_is_not_there_or_was_removed_is_none(self, side: Side):
        await side.outside.add_logon("MARIA", PASSWORD)
        await side.outside.remove("MARIA")

        assert await side.directory.find("MARIA") is None
        assert await side.directory.find("NOBODY") is None

    @pytest.mark.parametrize(
        ("revoke", "resume", "revoked"),
        [
            (None, None, False), (-1, None, True), (0, None, True), (1, None, False),
            (-2, -1, False), (-2, 1, True), (-1, -2, True), (1, 2, False),
        ],
    )  # fmt: skip
    async def test_days_that_have_come_count(self, side: Side, revoke: int | None, resume: int | None, *, revoked: bool):
        await side.outside.add_logon("MARIA", PASSWORD)
        on, until = (None if days is None else side.today + timedelta(days=days) for days in (revoke, resume))

        await side.outside.set_dates("MARIA", on, until)

        assert (await found(side)).is_revoked == revoked
        assert await side.directory.verify("MARIA", PASSWORD) == (side.of_revoked if revoked else "RIGHT")


class TestProvision:
    async def test_a_new_logon_is_there_as_it_was_asked_for_and_nobody_knows_its_password(self, side: Side):
        await side.directory.provision(new("MARIA", **MARIA, group="WEB"), mark=MARK)

        entry = await found(side)
        assert (entry.name, entry.default_group, entry.mark) == ("Maria Silva", "WEB", MARK)
        assert "WEB" in entry.groups
        assert not entry.is_revoked
        for secret in ("", "MARIA", "WEB"):
            assert await side.directory.verify("MARIA", secret) == "WRONG"

    async def test_least_of_all_a_logon_needs_a_name(self, side: Side):
        await side.directory.provision(new("MARIA"), mark=MARK)

        assert (await found(side)).mark == MARK

    async def test_one_that_is_there_is_taken_and_stays_as_it_is(self, side: Side):
        await side.outside.add_logon("MARIA", PASSWORD, name="Somebody")

        with pytest.raises(LogonTaken):
            await side.directory.provision(new("MARIA", **MARIA), mark=MARK)

        assert (await found(side)).name == "Somebody"
        assert (await found(side)).mark is None
        assert await side.directory.verify("MARIA", PASSWORD) == "RIGHT"

    async def test_a_command_that_is_repeated_finds_its_own(self, side: Side):
        await side.directory.provision(new("MARIA"), mark=MARK)

        for mark in (MARK, OTHER_MARK):
            with pytest.raises(LogonTaken):
                await side.directory.provision(new("MARIA"), mark=mark)

        assert (await found(side)).mark == MARK

    async def test_of_two_at_once_one_makes_it(self, side: Side):
        answers = await asyncio.gather(
            *(side.directory.provision(new("MARIA"), mark=mark) for mark in (MARK, OTHER_MARK)), return_exceptions=True
        )

        assert sorted(type(answer).__name__ for answer in answers) == ["LogonTaken", "NoneType"]
        assert (await found(side)).mark == (MARK, OTHER_MARK)[answers.index(None)]


class TestSetSecret:
    @pytest.mark.parametrize(
        ("before", "after"),
        [(PASSWORD, "other345"), (PASSWORD, PHRASE), (PHRASE, PASSWORD), (PHRASE, PHRASE + "!")],
    )
    async def test_the_new_one_alone_is_right_and_need_not_be_changed(self, side: Side, before: str, after: str):
        await side.outside.add_logon("MARIA", before)
        await side.outside.expire("MARIA")

        await side.directory.set_secret("MARIA", after, mark=MARK)

        assert await side.directory.verify("MARIA", after) == "RIGHT"
        assert await side.directory.verify("MARIA", before) == "WRONG"
        assert await side.outside.secret_is("MARIA", after)
        assert (await found(side)).mark == MARK

    async def test_a_new_logon_gets_its_first_and_then_another(self, side: Side):
        await side.directory.provision(new("MARIA", **MARIA), mark=MARK)

        await side.directory.set_secret("MARIA", PASSWORD, mark=OTHER_MARK)
        assert await side.directory.verify("MARIA", "SECRET12") == "RIGHT"
        await side.directory.set_secret("MARIA", PHRASE, mark=MARK)

        assert await side.directory.verify("MARIA", PHRASE) == "RIGHT"
        assert (await found(side)).mark == MARK

    async def test_what_else_is_known_of_the_owner_stays(self, side: Side):
        await side.outside.add_logon("MARIA", PASSWORD, **MARIA, groups=("WEB",))
        before = await found(side)

        await side.directory.set_secret("MARIA", "other345", mark=MARK)

        after = await found(side)
        assert {name: getattr(after, name) for name in MARIA} == MARIA
        assert (after.default_group, after.groups) == (before.default_group, before.groups)

    @pytest.mark.parametrize("secret", ["", "pass-wor", "sénha123", "a" * 9, "a" * 13, "a" * 101, "é" * 14, "a" * 14 + "\n"])
    async def test_what_racf_would_not_take_is_refused_and_the_old_one_stays(self, side: Side, secret: str):
        await side.outside.add_logon("MARIA", PASSWORD)

        with pytest.raises(Refused) as refused:
            await side.directory.set_secret("MARIA", secret, mark=MARK)

        assert not secret or secret not in str(refused.value)
        assert await side.directory.verify("MARIA", PASSWORD) == "RIGHT"
        assert (await found(side)).mark is None

    async def test_a_logon_that_is_revoked_stays_so(self, side: Side):
        await side.outside.add_logon("MARIA", PASSWORD)
        await side.outside.revoke("MARIA")

        await side.directory.set_secret("MARIA", "other345", mark=MARK)

        assert (await found(side)).is_revoked
        assert await side.directory.verify("MARIA", "other345") == side.of_revoked


class TestStanding:
    async def test_to_revoke_and_to_resume_may_be_repeated(self, side: Side):
        await side.outside.add_logon("MARIA", PASSWORD)

        for _ in range(2):
            await side.directory.revoke("MARIA")
            assert (await found(side)).is_revoked
            assert await side.directory.verify("MARIA", PASSWORD) == side.of_revoked
        for _ in range(2):
            await side.directory.resume("MARIA")
            assert not (await found(side)).is_revoked
            assert await side.directory.verify("MARIA", PASSWORD) == "RIGHT"

    async def test_who_is_resumed_has_all_tries_again(self, side: Side):
        await side.outside.add_logon("MARIA", PASSWORD)
        await guess(side, side.failures)

        await side.directory.resume("MARIA")
        await guess(side, side.failures - 1)

        assert await side.directory.verify("MARIA", PASSWORD) == "RIGHT"

    async def test_the_mark_is_that_of_the_command_before(self, side: Side):
        await side.directory.provision(new("MARIA"), mark=MARK)

        await side.directory.revoke("MARIA")
        await side.directory.resume("MARIA")

        assert (await found(side)).mark == MARK


async def test_what_is_not_there_is_not_changed(side: Side):
    with pytest.raises(LogonUnknown):
        await side.directory.set_secret("NOBODY", PASSWORD, mark=MARK)
    with pytest.raises(LogonUnknown):
        await side.directory.revoke("NOBODY")
    with pytest.raises(LogonUnknown):
        await side.directory.resume("NOBODY")

    assert await side.directory.find("NOBODY") is None


async def test_nothing_is_wrong_with_the_way_to_it(side: Side):
    assert await side.directory.check() == []
