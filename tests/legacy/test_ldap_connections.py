"""Connections that are kept open, and this server's own logon on them."""

import asyncio
import itertools

import pytest

from authme.legacy.directory import Unreachable
from authme.legacy.ldap import line, service
from authme.legacy.ldap.directory import LdapRacf
from support.outside import wait_until
from support.slapd import Slapd, open_ldap
from support.slapd_outside import RacfOutside
from support.slapd_racf import SERVICE, SERVICE_SECRET


def own_binds(slapd: Slapd) -> int:
    return [logon for logon, _ in slapd.racf.binds].count(SERVICE)


async def test_a_connection_is_used_again(ldap: LdapRacf, slapd: Slapd, outside: RacfOutside):
    await outside.add_logon("MARIA", "SECRET01")

    for _ in range(5):
        assert await ldap.find("MARIA") is not None
        assert await ldap.verify("MARIA", "SECRET01") == "RIGHT"
        assert await ldap.verify("MARIA", "WRONG") == "WRONG"

    assert own_binds(slapd) == 1
    assert slapd.connections() == 2


async def test_people_never_act_as_this_server_nor_it_as_they(slapd: Slapd, outside: RacfOutside):
    await outside.add_logon("MARIA", "SECRET01")

    # With one connection in all, each question of the other kind has a new one.
    async with open_ldap(slapd, connections=1) as ldap:
        for _ in range(2):
            assert await ldap.verify("MARIA", "SECRET01") == "RIGHT"
            await ldap.revoke("MARIA")
            await ldap.resume("MARIA")
            assert slapd.connections() == 1

    assert own_binds(slapd) == 2


async def test_no_more_connections_are_open_than_are_allowed(slapd: Slapd, outside: RacfOutside):
    await outside.add_logon("MARIA", "SECRET01")

    async with open_ldap(slapd, connections=3) as ldap:
        for _ in range(3):
            questions = [(ldap.find("MARIA"), ldap.verify("MARIA", "SECRET01")) for _ in range(20)]
            await asyncio.gather(*itertools.chain(*questions))
            assert slapd.connections() <= 3

    wait_until(lambda: slapd.connections() == 0, "a connection was left open")


async def test_nobody_notices_that_the_server_was_started_again(own_slapd: Slapd):
    outside = RacfOutside(own_slapd.racf)
    await outside.add_logon("MARIA", "SECRET01")

    async with open_ldap(own_slapd) as ldap:
        assert await ldap.find("MARIA") is not None
        assert await ldap.verify("MARIA", "SECRET01") == "RIGHT"
        for end in (own_slapd.stop, own_slapd.kill):
            end()
            own_slapd.start()
            assert await ldap.find("MARIA") is not None
            await ldap.revoke("MARIA")
            end()
            own_slapd.start()
            await ldap.resume("MARIA")
            assert await ldap.verify("MARIA", "SECRET01") == "RIGHT"


async def test_a_connection_that_rested_for_long_is_not_used_again(
    slapd: Slapd, outside: RacfOutside, monkeypatch: pytest.MonkeyPatch
):
    await outside.add_logon("MARIA", "SECRET01")
    monkeypatch.setattr(line, "IDLE_SECONDS", 0.0)

    async with open_ldap(slapd) as ldap:
        await ldap.find("MARIA")
        await ldap.find("MARIA")

    assert own_binds(slapd) == 2


async def test_connections_that_nobody_uses_are_closed(slapd: Slapd, outside: RacfOutside, monkeypatch: pytest.MonkeyPatch):
    await outside.add_logon("MARIA", "SECRET01")
    monkeypatch.setattr("authme.legacy.ldap.directory.IDLE_SECONDS", 0.05)
    monkeypatch.setattr(line, "IDLE_SECONDS", 0.02)

    async with open_ldap(slapd) as ldap:
        await ldap.find("MARIA")
        await ldap.verify("MARIA", "SECRET01")
        await asyncio.to_thread(wait_until, lambda: not slapd.connections(), "they were left open")


async def test_a_new_password_in_its_file_is_used_from_the_next_connection_on(own_slapd: Slapd):
    async with open_ldap(own_slapd) as ldap:
        assert await ldap.check() == []
        own_slapd.racf.logons[SERVICE].password = "CHANGED1"
        own_slapd.password_file.write_text("changed1")

        assert await ldap.check() == []

    assert [secret for _, secret in own_slapd.racf.binds] == [SERVICE_SECRET, "CHANGED1"]


async def test_a_wrong_password_of_this_servers_own_is_not_tried_again(slapd: Slapd):
    slapd.password_file.write_text("WRONG1")

    async with open_ldap(slapd) as ldap:
        # All at once: if each tried for itself, the logon would be revoked.
        found = await asyncio.gather(*(ldap.find("MARIA") for _ in range(10)), return_exceptions=True)
        with pytest.raises(Unreachable, match="not tried again"):
            await ldap.find("MARIA")
        assert all(isinstance(one, Unreachable) for one in found)
        assert own_binds(slapd) == 1

        slapd.password_file.write_text(SERVICE_SECRET)
        assert await ldap.find("MARIA") is None


async def test_a_password_that_was_not_accepted_is_tried_again_after_a_while(slapd: Slapd, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(service, "_PAUSE_SECONDS", 0.0)
    slapd.racf.logons[SERVICE].password = "ANOTHER1"

    async with open_ldap(slapd) as ldap:
        with pytest.raises(Unreachable):
            await ldap.find("MARIA")
        slapd.racf.logons[SERVICE].password = SERVICE_SECRET
        assert await ldap.find("MARIA") is None


async def test_peoples_passwords_are_checked_while_this_servers_own_is_wrong(slapd: Slapd, outside: RacfOutside):
    await outside.add_logon("MARIA", "SECRET01")
    slapd.password_file.write_text("WRONG1")

    async with open_ldap(slapd) as ldap:
        assert await ldap.verify("MARIA", "SECRET01") == "RIGHT"


async def test_no_connection_is_made_before_one_is_needed(slapd: Slapd):
    async with open_ldap(slapd):
        assert slapd.connections() == 0


async def test_an_answer_is_for_the_one_who_asked(ldap: LdapRacf, outside: RacfOutside):
    logons = [f"USER{number}" for number in range(30)]
    for logon in logons:
        await outside.add_logon(logon, f"PASS{logon[4:]}", name=logon)

    async def ask(logon: str) -> tuple[str | None, str, str]:
        entry = await ldap.find(logon)
        assert entry is not None
        return entry.name, await ldap.verify(logon, f"PASS{logon[4:]}"), await ldap.verify(logon, "PASSX")

    assert await asyncio.gather(*map(ask, logons)) == [(logon, "RIGHT", "WRONG") for logon in logons]
