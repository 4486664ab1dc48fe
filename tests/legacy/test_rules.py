"""Which logon goes to which directory."""

import string
from pathlib import Path

import pytest
from hypothesis import given as for_any
from hypothesis import strategies as st

from authme.kernel.context import Context
from authme.legacy.directories import Directories
from authme.legacy.logon import LOGON
from authme.settings.legacy import EMBEDDED, LegacyDirectories, Rule
from support.given import Given, MakeGiven
from support.given_legacy import unreachable_directory

CHARACTERS = string.ascii_uppercase + string.digits + "#@$"


def rules(*pairs: tuple[str, str]) -> LegacyDirectories:
    return LegacyDirectories(rules=tuple(Rule(logons, directory) for logons, directory in pairs))


@pytest.mark.parametrize(
    ("logon", "directory"),
    [
        ("W", "racf"),
        ("WEB01", "racf"),
        ("T01", "test"),
        ("T0", None),
        ("T012", None),
        ("A$B", "odd"),
        ("AXB", None),
        ("X", None),
    ],
)
def test_the_first_rule_that_fits_counts_and_one_that_none_fits_is_no_directorys(logon: str, directory: str | None):
    found = rules(("W*", "racf"), ("T??", "test"), ("A$B", "odd"), ("WEB*", "never"))

    assert found.name_for(logon) == directory


@for_any(st.text(CHARACTERS + "*?", min_size=1, max_size=9), st.from_regex(LOGON, fullmatch=True))
def test_a_pattern_means_what_it_says(pattern: str, logon: str):
    def fits(left: str, right: str) -> bool:
        if not left:
            return not right
        if left[0] == "*":
            return fits(left[1:], right) or (bool(right) and fits(left, right[1:]))
        return bool(right) and left[0] in {"?", right[0]} and fits(left[1:], right[1:])

    assert (rules((pattern, "racf")).name_for(logon) == "racf") == fits(pattern, logon)


async def test_without_a_file_every_logon_is_that_of_the_embedded_directory(given: Given):
    async def ask(ctx: Context) -> str | None:
        found = ctx.part(Directories).to_ask(ctx, "MARIA")
        return found.name if found else None

    assert await given.run(ask) == EMBEDDED


async def test_a_server_asks_the_directory_that_its_file_names(make_given: MakeGiven, tmp_path: Path):
    given = await make_given(f"sqlite:///{tmp_path}/authme.db", **unreachable_directory(tmp_path))

    async def ask(ctx: Context) -> str | None:
        found = ctx.part(Directories).to_ask(ctx, "MARIA")
        return found.name if found else None

    assert await given.run(ask) == "racf"
