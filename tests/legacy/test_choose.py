"""Logons that are made up: of a person's name, in the form of a logon, and each of them one only."""

import re
from pathlib import Path

import pytest
from sqlalchemy import bindparam, insert

from authme.kernel.context import Context
from authme.kernel.database import Statement
from authme.legacy import choose as module
from authme.legacy.choose import NoLogonLeft, choose
from authme.legacy.logon import LOGON
from authme.legacy.tables import legacy_logon
from support.given import Given, MakeGiven
from support.two_engines import plain_sql

COUNTED = ("command_no", "password_no", "password_done_no", "standing_no", "standing_done_no", "created_at", "updated_at")
WAITING = Statement(
    insert(legacy_logon).values(
        dict.fromkeys((*COUNTED, "is_chosen", "is_revoked"), 0)
        | {"id": bindparam("user_id"), "user_id": bindparam("user_id"), "logon": bindparam("logon")}
        | {"directory": "embedded", "status": "PENDING"}
    )
)
LOOK_ALIKES_AND_VOWELS = set("AEIOU01258BGLSZ6")


async def is_free(_ctx: Context, _logon: str) -> bool:
    return False


async def chosen(given: Given, name: str | None) -> str:
    return await given.run(lambda ctx: choose(ctx, name, is_free))


def settings(folder: Path, *, prefix: str = "", racf_has: str | None = None) -> dict[str, str]:
    """Return settings with a prefix for new logons, and some that are those of another directory."""
    file, password = folder / "legacy.toml", folder / "bind-password"
    password.write_text("NOBODY\n")
    file.write_text(
        f"""
[directories.racf]
url = "ldaps://racf.example.com"
suffix = "cn=racf,o=example"
bind_logon = "AUTHME"
bind_password_file = "{password}"

{f'[[rules]]{chr(10)}logons = "{racf_has}"{chr(10)}directory = "racf"' if racf_has else ""}
[[rules]]
logons = "*"
directory = "embedded"

[new_logons]
prefix = "{prefix}"
"""
    )
    return {"legacy_file": str(file)}


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("Maria da Silva", "MAR"),
        ("João", "JOA"),
        ("Ío", "IO"),
        ("Çağla Øst", "CAG"),
        ("  d'Ávila", "DAV"),
        ("ﬁrma", "FIR"),
        ("李小龙", ""),
        ("123", ""),
        ("", ""),
        (None, ""),
    ],
)
async def test_a_logon_begins_with_letters_of_the_name_and_goes_on_by_chance(given: Given, name: str | None, begins: str):
    logons = {await chosen(given, name) for _ in range(50)}

    assert all(LOGON.fullmatch(one) and len(one) == 8 and one.startswith(begins) for one in logons)
    assert not LOOK_ALIKES_AND_VOWELS & set("".join(one[len(begins) :] for one in logons))
    assert len(logons) >= 48


@pytest.mark.parametrize(("prefix", "begins"), [("BR", "BRMA"), ("#", "#MAR"), ("ABCD", "ABCD")])
async def test_it_begins_with_the_prefix_of_the_settings_and_leaves_room_for_chance(
    make_given: MakeGiven, tmp_path: Path, prefix: str, begins: str
):
    given = await make_given(f"sqlite:///{tmp_path}/authme.db", **settings(tmp_path, prefix=prefix))

    logons = {await chosen(given, "Maria") for _ in range(50)}

    assert all(re.fullmatch(re.escape(begins) + r"[A-Z0-9]{4}", one) for one in logons)
    assert len(logons) >= 48


async def test_one_that_by_the_rules_is_another_directorys_is_not_made_up(make_given: MakeGiven, tmp_path: Path):
    given = await make_given(f"sqlite:///{tmp_path}/authme.db", **settings(tmp_path, racf_has="MAR*"))

    logons = {await chosen(given, "Maria") for _ in range(50)}

    assert all(LOGON.fullmatch(one) and len(one) == 8 for one in logons)
    assert [one for one in logons if one.startswith("MAR")] == []


async def test_one_that_is_a_name_here_or_is_ordered_already_is_not_made_up(given: Given, monkeypatch: pytest.MonkeyPatch):
    # Of two characters there are four, and of the name nothing.
    monkeypatch.setattr(module, "_made", lambda _prefix, _known: "CCCCCC" + module.secrets.choice(["CC", "CD", "DC", "DD"]))
    await given.linked(await given.user(), "CCCCCCCC")

    async def is_taken(_ctx: Context, logon: str) -> bool:
        return logon in {"CCCCCCCD", "CCCCCCDC"}

    assert {await given.run(lambda ctx: choose(ctx, None, is_taken)) for _ in range(20)} == {"CCCCCCDD"}


async def test_where_none_is_left_it_says_so_soon(given: Given):
    asked: list[str] = []

    async def is_taken(_ctx: Context, logon: str) -> bool:
        asked.append(logon)
        return True

    with pytest.raises(NoLogonLeft):
        await given.run(lambda ctx: choose(ctx, "Maria", is_taken))

    assert len(asked) == 64
    assert any(not one.startswith("MAR") for one in asked)


async def test_a_hundred_thousand_people_of_one_name_get_as_many_logons(given: Given):
    """Of 3,200,000 that begin with the letters of one name: by chance alone some 1,500 would be given twice."""
    many, at_once = 100_000, 500
    await plain_sql(
        given.env["AUTHME_DATABASE_URL"],
        f"WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {many - 1})",  # noqa: S608  # a number
        "INSERT INTO user_account (id, kind, status, authorities, created_at, updated_at)",
        "SELECT 'u' || i, 'PERSON', 'ACTIVE', '[]', 0, 0 FROM n",
    )
    logons: list[str] = []

    async def give_some(ctx: Context) -> None:
        first = len(logons)
        given_now: set[str] = set()
        while len(given_now) < at_once:
            given_now.add(await choose(ctx, f"Maria {first + len(given_now)}", is_free))
        rows = [{"user_id": f"u{number}", "logon": logon} for number, logon in enumerate(given_now, start=first)]
        # Raises where one is somebody's already.
        await ctx.tx.run_many(WAITING, rows)
        logons.extend(given_now)

    while len(logons) < many:
        await given.run(give_some)

    assert len(set(logons)) == many
    assert all(one.startswith("MAR") for one in logons)
