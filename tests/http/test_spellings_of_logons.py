"""However a logon is typed, it is counted, looked up and answered as one; what cannot be one is nobody's everywhere."""

from pathlib import Path

import pytest

from support.answers import refusal, refused
from support.api import Api
from support.given import Given, GivenClient, MakeGiven
from support.legacy_login import cut_off, log_in, visitor_of
from support.legacy_logons import (
    ADDRESS,
    LOGON,
    SECRET,
    asked_for_logon,
    given_linked,
    log_in_there,
    reset_logon,
    retrieve_logon,
)

SAME = ["{}", " {}", "{}  ", "\t{}\n", "{}" + " " * 240, " " * 240 + "{}"]
NO_LOGON = ["\u2003{}", "{}\u2003", "{}\u3000\u3000", "{}" + " " * 248, " " * 249 + "{}"]


def small_and_capital(logon: str) -> list[str]:
    return [form.format(one) for form in SAME for one in (logon, logon.lower())]


@pytest.fixture
def visitor(given: Given, client: GivenClient) -> Api:
    return given.api.as_client(client.id)


@pytest.mark.parametrize("logon", [LOGON, "NOBODY1"])
async def test_guesses_are_counted_together(on_both: Given, logon: str):
    await on_both.legacy_logon(LOGON, SECRET)
    visitor = await visitor_of(on_both)

    answers = [refusal(await log_in_there(visitor, "wrong", typed)) for typed in small_and_capital(logon)[:8]]

    assert answers == [(401, ["203"])] * 5 + [(429, ["601"])] * 3


@pytest.mark.parametrize("form", NO_LOGON)
async def test_what_cannot_be_a_logon_proves_none(given: Given, visitor: Api, form: str):
    await given.legacy_logon(LOGON, SECRET)

    refused(await log_in_there(visitor, SECRET, form.format(LOGON)), 401, "203")


@pytest.mark.parametrize("form", NO_LOGON)
async def test_nor_is_a_directory_asked_for_it(make_given: MakeGiven, given: Given, tmp_path: Path, form: str):
    """While it is down, a password that is kept here would else be guessed without end."""
    await given.legacy_logon(LOGON, SECRET)
    assert (await log_in_there(await visitor_of(given))).status_code == 200
    down = await visitor_of(await cut_off(make_given, given, tmp_path))

    for password in ("wrong", SECRET):
        refused(await log_in(down, form.format(LOGON), password), 401, "203")


@pytest.mark.parametrize("logon", [LOGON, "UNLINK1", "NOBODY1"])
async def test_the_contacts_shown_do_not_hang_on_the_spelling(given: Given, visitor: Api, logon: str):
    await given_linked(given, email="there@example.com")
    await given.legacy_logon("UNLINK1", SECRET, email="joao@example.com")

    shown = [(await retrieve_logon(visitor, typed)).json()["contacts"] for typed in small_and_capital(logon)[::3]]

    assert shown == [shown[0]] * len(shown)
    assert {one["to"] for one in await given.messages()} <= {ADDRESS, "joao@example.com"}


@pytest.mark.parametrize("form", NO_LOGON)
async def test_what_cannot_be_a_logon_sends_and_shows_nobodys(given: Given, visitor: Api, form: str):
    await given_linked(given, email="there@example.com")

    shown = (await retrieve_logon(visitor, form.format(LOGON))).json()["contacts"]

    assert not set(shown) & {"ma***ia@e******.com", "th***re@e******.com"}
    assert await given.messages() == []


async def test_codes_are_asked_for_and_guessed_under_one_count(given: Given, visitor: Api):
    await given_linked(given)
    _, bound_to = await asked_for_logon(given, visitor)

    asked = [(await retrieve_logon(visitor, typed)).status_code for typed in small_and_capital(LOGON)[:6]]
    guessed = [(await reset_logon(visitor, "x", bound_to, logon=typed)).status_code for typed in small_and_capital(LOGON)[:7]]

    assert asked == [201] * 4 + [429] * 2
    assert guessed == [400] * 5 + [429] * 2
