"""UI-06 and UI-05 while a real directory that is reached by LDAP takes connections and says nothing."""

import time
from pathlib import Path

import pytest

from support.answers import refused, token_object
from support.given import Given, MakeGiven, at_once
from support.legacy_login import LOGON, SECRET, log_in, logged_in, reached_by_ldap, visitor_of
from support.legacy_logons import retrieve_logon
from support.slapd import Slapd
from support.slapd_outside import RacfOutside


@pytest.fixture
async def given(make_given: MakeGiven, own_slapd: Slapd, url: str, tmp_path: Path) -> Given:
    """A server whose logons are those of a directory behind LDAP. One of two people has moved over."""
    outside = RacfOutside(own_slapd.racf)
    for logon in (LOGON, "JOANA"):
        await outside.add_logon(logon, SECRET, name="Maria Silva", email=f"{logon.lower()}@example.com")
    given = await make_given(url, **reached_by_ldap(own_slapd, tmp_path))
    await logged_in(await visitor_of(given))
    return given


async def test_the_first_login_waits_for_two_seconds_and_the_next_one_not_at_all(given: Given, own_slapd: Slapd):
    visitor = await visitor_of(given)
    own_slapd.freeze()
    began = time.monotonic()
    refused(await log_in(visitor, "JOANA"), 503, "902")
    waited = time.monotonic() - began

    began = time.monotonic()
    answers = [await log_in(visitor, "JOANA"), await log_in(visitor, "NOBODY")]

    assert 1.9 <= waited < 3
    assert time.monotonic() - began < 0.5
    for answer in answers:
        refused(answer, 503, "902")
        assert int(answer.headers["retry-after"]) >= 1


async def test_others_do_not_notice(given: Given, own_slapd: Slapd):
    visitor, user = await visitor_of(given), await given.user()
    own_slapd.freeze()

    async def log_others_in() -> float:
        began = time.monotonic()
        for _ in range(5):
            token_object(await visitor.login(user.name, user.password))
        return time.monotonic() - began

    waits, took = await at_once(log_in(visitor, "JOANA"), log_others_in())

    refused(waits, 503, "902")
    assert took < 1.5


async def test_whoever_has_moved_over_logs_in(given: Given, own_slapd: Slapd):
    visitor = await visitor_of(given)
    own_slapd.freeze()

    token_object(await log_in(visitor))
    began = time.monotonic()
    token_object(await log_in(visitor))
    token_object(await visitor.login(f"{LOGON.lower()}@example.com", SECRET))

    assert time.monotonic() - began < 0.5


@pytest.mark.parametrize(("code", "info"), [(1, ""), (2, ""), (19, ""), (34, ""), (53, ""), (80, "R000104 odd")])
async def test_a_logon_whose_password_is_judged_oddly_shuts_nobody_else_out(
    given: Given, own_slapd: Slapd, code: int, info: str
):
    visitor = await visitor_of(given)
    own_slapd.racf.answer("BIND", code, info, logon="ODD")

    refused(await log_in(visitor, "ODD", "x"), 503, "902")

    await logged_in(visitor, "JOANA")
    refused(await log_in(visitor, "NOBODY"), 401, "203")


@pytest.mark.parametrize("code", [1, 50, 80])
async def test_a_logon_that_this_server_may_not_see_is_one_that_nobody_has(given: Given, own_slapd: Slapd, code: int):
    visitor = await visitor_of(given)
    own_slapd.racf.answer("SEARCH", code, "ICH30010I NOT AUTHORIZED TO LIST ODD", logon="ODD")

    assert (await retrieve_logon(visitor, "ODD")).status_code == 201

    await logged_in(visitor, "JOANA")


async def test_a_directory_that_is_killed_and_comes_back_is_asked_again(given: Given, own_slapd: Slapd):
    visitor = await visitor_of(given)
    own_slapd.kill()
    answer = await log_in(visitor, "JOANA")
    refused(answer, 503, "902")

    own_slapd.start()
    time.sleep(int(answer.headers["retry-after"]))  # noqa: ASYNC251  # the pause is the event loop's, not that of the clock

    assert (await logged_in(visitor, "JOANA"))["logon"] == "JOANA"


async def test_what_racf_says_of_an_expired_or_revoked_logon(given: Given, own_slapd: Slapd):
    visitor, outside = await visitor_of(given), RacfOutside(own_slapd.racf)
    own_slapd.racf.tells_revoked_to_all = False
    await outside.expire("JOANA")
    refused(await log_in(visitor, "JOANA"), 401, "208")
    await outside.revoke(LOGON)

    refused(await visitor.login(LOGON, SECRET), 401, "205")
