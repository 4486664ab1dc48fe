"""No path reaches a level without its proof: every sequence of two operations that give or raise a token, walked."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from authme.app import endpoints
from authme.kernel.clock import FakeClock
from authme.sessions.levels import KINDS as SERVED_KINDS
from authme.tokens.model import TokenObject
from support.authority_profiles import Brasil
from support.certificate_steps import settings_of_the_walk
from support.enrolled import enrolled
from support.federated_steps import ALLOWS_A_PROVIDER_HERE
from support.given import MakeGiven
from support.steps import STEPS
from support.walk import GIVES, KINDS, Walk

DOCUMENT = Path(__file__).parents[2] / "docs/security/levels.md"


@pytest.fixture
async def start(make_given: MakeGiven, tmp_path: Path, clock: FakeClock) -> Walk:
    """Somebody who is just logging in, at a server that takes any number of failures."""
    endless = {
        "name_failures": 1000,
        "code_failures": 1000,
        "codes_sent": 1000,
        "network_failures": 10**9,
        "client_failures": 10**9,
    }
    of_certificates = settings_of_the_walk(Brasil.made(clock), tmp_path)
    given = await make_given(f"sqlite:///{tmp_path}/a.db", **endless, **of_certificates, **ALLOWS_A_PROVIDER_HERE)
    clients = await given.client(), await given.client(app_id="other")
    return Walk(given, clients, await enrolled(given))


async def begin(start: Walk) -> Walk:
    person = await enrolled(start.given)
    walk = replace(start, person=person, proved=set(), password=person.user.password)
    await STEPS["UI-05"](walk)
    return walk


async def now_says_the_same(walk: Walk) -> None:
    """Look at the session itself: what was refused must have left nothing that a renewal would show."""
    walk.check()
    await STEPS["UI-13"](walk)
    walk.check()


@pytest.mark.parametrize("first", STEPS)
async def test_whatever_comes_after_it_gives_what_was_proved(start: Walk, first: str):
    for second, then in STEPS.items():
        walk = await begin(start)
        try:
            await STEPS[first](walk)
            walk.check()
            await then(walk)
            await now_says_the_same(walk)
        except AssertionError as error:
            raise AssertionError(f"{first}, then {second}: {error}") from error


@pytest.mark.parametrize("between", STEPS)
async def test_after_a_reset_the_mailbox_is_no_second_factor_whatever_comes_between(start: Walk, between: str):
    """Until another factor has proved them, which the walk keeps in mind."""
    walk = await begin(start)
    for name in ("UI-16", "UI-05", between, "UI-05", "UI-25 and UI-26 by EMAIL"):
        await STEPS[name](walk)
        walk.check()
    await now_says_the_same(walk)


def test_the_walk_knows_every_operation_that_gives_a_token():
    for_clients_or_walked = {"CI-04", "CI-05"} | {word for name in STEPS for word in name.split()}
    gives = {one.id for one in endpoints() if isinstance(one.answer, type) and issubclass(one.answer, TokenObject)}

    assert gives <= for_clients_or_walked


def rows_of_table(heading: str) -> list[list[str]]:
    section = DOCUMENT.read_text().partition(f"## {heading}\n")[2].partition("\n## ")[0]
    rows = [re.split(r"\s*\|\s*", line.strip("| \n")) for line in section.splitlines() if line.startswith("|")]
    return [[cell.replace("`", "") for cell in row] for row in rows[2:]]


def test_the_document_shows_what_each_proof_is_worth():
    shown = {row[0]: set(row[2].split(", ")) for row in rows_of_table("What each proof is worth")}

    assert shown == KINDS == {method: set(kinds) for method, kinds in SERVED_KINDS.items()}


def test_the_document_shows_what_each_step_gives():
    shown = {row[0]: tuple(row[1:]) for row in rows_of_table("What each step gives")}

    assert shown == GIVES
