import asyncio
import hashlib
import json
import os
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import argon2
import bcrypt
import pytest

from authme.kernel.clock import FakeClock
from cli.commands import Commands, misused
from support.given import Given
from support.two_engines import NOON

FILE = Path("users.jsonl")


def ab64(data: bytes) -> str:
    """Return base64 as passlib writes it."""
    return b64encode(data).decode().rstrip("=").replace("+", ".")


def pbkdf2(password: bytes, salt: bytes, digest: str) -> str:
    return f"$pbkdf2-{digest}$1000${ab64(salt)}${ab64(hashlib.pbkdf2_hmac(digest, password, salt, 1000))}"


def django(password: bytes, salt: bytes) -> str:
    text = salt.hex()
    digest = hashlib.pbkdf2_hmac("sha256", password, text.encode(), 1000)
    return f"pbkdf2_sha256$1000${text}${b64encode(digest).decode()}"


def scrypt(password: bytes, salt: bytes) -> str:
    return f"$scrypt$ln=4,r=8,p=1${ab64(salt)}${ab64(hashlib.scrypt(password, salt=salt, n=16, r=8, p=1))}"


HASHES: dict[str, Callable[[bytes, bytes], str]] = {
    "argon2id": lambda password, salt: argon2.PasswordHasher(1, 8, 1).hash(password, salt=salt),
    "argon2i": lambda password, salt: argon2.PasswordHasher(1, 8, 1, type=argon2.Type.I).hash(password, salt=salt),
    "bcrypt": lambda password, _salt: bcrypt.hashpw(password, bcrypt.gensalt(4)).decode(),
    "pbkdf2-sha256": lambda password, salt: pbkdf2(password, salt, "sha256"),
    "pbkdf2-sha512": lambda password, salt: pbkdf2(password, salt, "sha512"),
    "django": django,
    "scrypt": scrypt,
}


def write(*lines: object) -> Path:
    FILE.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines))
    return FILE


def imported(authme: Commands, *lines: object) -> dict[str, Any]:
    """Import these lines; return what the command says of them, wrong ones too."""
    result = authme("user", "import", write(*lines), "--json")
    found: dict[str, Any] = json.loads(result.stdout)
    assert result.exit_code == (1 if found["failed"] else 0)
    assert len(result.stderr.splitlines()) == len(found["failed"])
    return found


def people(authme: Commands) -> set[str]:
    return {row[0] for row in authme.rows("SELECT value FROM identity")}


def logins(authme: Commands, tries: list[tuple[str, str]]) -> list[int]:
    """Return the status of each login by name and password."""

    async def run() -> list[int]:
        given = Given({name: str(value) for name, value in authme.env.items()}, FakeClock(NOON))
        await given.open()
        try:
            caller = given.api.as_client((await given.client()).id)
            return [(await caller.login(name, password)).status_code for name, password in tries]
        finally:
            await given.close()

    return asyncio.run(run())


def test_people_log_in_with_the_passwords_they_had_whatever_the_hash(authme: Commands):
    passwords = {scheme: os.urandom(9).hex() for scheme in HASHES}
    lines = [
        {"username": f"{scheme}@example.com", "passwordHash": made(passwords[scheme].encode(), os.urandom(16))}
        for scheme, made in HASHES.items()
    ]

    assert imported(authme, *lines) == {"imported": len(HASHES), "skipped": 0, "failed": []}

    names = [f"{scheme}@example.com" for scheme in HASHES]
    right = list(zip(names, passwords.values(), strict=True))
    assert logins(authme, [(name, "wrong") for name in names] + right) == [401] * len(HASHES) + [200] * len(HASHES)
    assert authme.rows("SELECT DISTINCT substr(password_hash, 1, 10) FROM credential") == [("$argon2id$",)]


def test_what_a_line_says_of_a_person_is_kept(authme: Commands):
    hashed = HASHES["argon2id"](os.urandom(9), os.urandom(16))
    imported(
        authme,
        {
            "username": "maria.silva",
            "userId": "a1" * 12,
            "passwordHash": hashed,
            "name": "Maria",
            "document": "529.982.247-25",
            "email": "maria@example.com",
            "mobile": 11912345678,
            "organizationId": "7" * 24,
            "authorities": ["AUDITOR"],
            "status": "LOCKED",
        },
    )

    columns = "id, kind, status, name, document, organization_id, authorities, locked_at > 0"
    assert authme.rows(f"SELECT {columns} FROM user_account") == [  # noqa: S608  # our own names
        ("a1" * 12, "PERSON", "LOCKED", "Maria", "52998224725", "7" * 24, '["AUDITOR"]', 1)
    ]
    assert set(authme.rows("SELECT type, value, verified FROM identity")) == {
        ("USERNAME", "maria.silva", 1),
        ("EMAIL", "maria@example.com", 1),
        ("CPF", "52998224725", 1),
        ("MOBILE", "5511912345678", 1),
    }
    assert authme.rows("SELECT password_hash FROM credential") == [(hashed,)]


def test_somebody_without_a_password_is_pending(authme: Commands):
    imported(authme, {"username": "maria@example.com"})

    assert authme.rows("SELECT status FROM user_account") == [("PENDING",)]
    assert authme.count("credential") == 0


WRONG: list[tuple[object, str]] = [
    ("{no json", "JSON is malformed"),
    ("[]", "Expected `object`, got `array`"),
    ('"maria@example.com"', "Expected `object`, got `str`"),
    ({"email": "maria@example.com"}, "Object missing required field `username`"),
    ({"username": "maria@example.com", "colour": 1}, "Object contains unknown field `colour`"),
    ({"username": 1}, "Expected `str`, got `int` - at `$.username`"),
    ({"username": "?"}, "`username`: a name of no known form"),
    ({"username": "maria", "usernameType": "EMAIL"}, "`username`: an e-mail address is expected"),
    ({"username": "maria", "usernameType": "SAML"}, "Invalid enum value 'SAML'"),
    ({"username": "m@example.com", "document": "529.982.247-26"}, "`document`: the check digits of the CPF are wrong"),
    ({"username": "m@example.com", "mobile": "1"}, "`mobile`: a mobile number with area code is expected"),
    ({"username": "m@example.com", "email": "m"}, "`email`: an e-mail address is expected"),
    ({"username": "m@example.com", "userId": "1"}, "Expected `str` matching regex"),
    ({"username": "m@example.com", "status": "REMOVED"}, "Invalid enum value 'REMOVED'"),
    ({"username": "m@example.com", "kind": "ROBOT"}, "Invalid enum value 'ROBOT'"),
    *(
        ({"username": "m@example.com", "passwordHash": stored}, "`passwordHash` is of no known form, or too costly to check")
        for stored in (
            "", "x", "$1$salt$digest", f"$2b$31${'a' * 53}", f"$argon2id$v=19$m=9999999,t=1,p=1${'A' * 22}${'A' * 43}",
        )
    ),
]  # fmt: skip


def test_each_wrong_line_is_named_by_its_number_and_the_others_are_imported(authme: Commands):
    lines: list[object] = [{"username": "first@example.com"}]
    for number, (wrong, _) in enumerate(WRONG):
        lines += [wrong, "", {"username": f"n{number}@example.com"}]

    found = imported(authme, *lines)

    assert found["imported"] == len(WRONG) + 1
    assert [one["line"] for one in found["failed"]] == [2 + 3 * number for number in range(len(WRONG))]
    for one, (wrong, expected) in zip(found["failed"], WRONG, strict=True):
        assert one["message"].startswith(expected), wrong
    assert people(authme) == {"first@example.com", *(f"n{number}@example.com" for number in range(len(WRONG)))}


def test_wrong_lines_are_named_on_standard_error_for_people(authme: Commands):
    result = authme("user", "import", write({"username": "maria@example.com"}, "{no json", {"username": "?"}))

    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert result.stdout == "1 imported, 0 there already, 2 not taken.\n"
    first, second = result.stderr.splitlines()
    assert first.startswith("users.jsonl:2: JSON is malformed")
    assert second == "users.jsonl:3: `username`: a name of no known form"


def test_a_hash_is_not_repeated_where_it_is_refused(authme: Commands):
    stored = f"$5$rounds=5000${os.urandom(8).hex()}${os.urandom(20).hex()}"

    result = authme("user", "import", write({"username": "maria@example.com", "passwordHash": stored}))

    assert result.exit_code == 1
    assert stored not in result.output
    assert stored[-20:] not in result.output


def test_to_run_it_again_is_harmless(authme: Commands):
    hashed = HASHES["argon2id"](os.urandom(9), os.urandom(16))
    lines = [{"username": f"n{number}@example.com", "passwordHash": hashed} for number in range(3)]
    imported(authme, *lines)
    before = [authme.rows(f"SELECT * FROM {table}") for table in ("user_account", "identity", "credential")]  # noqa: S608  # our own names

    assert imported(authme, *lines) == {"imported": 0, "skipped": 3, "failed": []}

    after = [authme.rows(f"SELECT * FROM {table}") for table in ("user_account", "identity", "credential")]  # noqa: S608  # our own names
    assert after == before


def test_one_that_broke_off_goes_on_where_it_stopped(authme: Commands):
    lines = [{"username": f"n{number}@example.com"} for number in range(4)]
    imported(authme, *lines[:2])

    assert imported(authme, *lines) == {"imported": 2, "skipped": 2, "failed": []}
    assert people(authme) == {line["username"] for line in lines}


def test_to_run_it_again_does_not_undo_what_people_changed_meanwhile(authme: Commands):
    line = {"username": "maria@example.com", "passwordHash": HASHES["bcrypt"](b"the old password", b"")}
    imported(authme, line)
    authme("user", "lock", "maria@example.com")
    authme.change("UPDATE credential SET password_hash = 'new'")

    imported(authme, line)

    assert authme.rows("SELECT status FROM user_account") == [("LOCKED",)]
    assert authme.rows("SELECT password_hash FROM credential") == [("new",)]


def test_a_name_or_an_id_that_another_has_is_named_by_its_line(authme: Commands):
    found = imported(
        authme,
        {"username": "a@example.com", "userId": "a" * 24},
        {"username": "b@example.com", "email": "a@example.com"},
        {"username": "c@example.com", "userId": "a" * 24},
        {"username": "d@example.com"},
        {"username": "A@EXAMPLE.com", "name": "Once more"},
    )

    assert found == {
        "imported": 2,
        "skipped": 1,
        "failed": [
            {"line": 2, "message": "the EMAIL is taken"},
            {"line": 3, "message": "the user id or a name is taken"},
        ],
    }
    assert people(authme) == {"a@example.com", "d@example.com"}
    assert authme.rows("SELECT name FROM user_account WHERE name IS NOT NULL") == []


def test_more_lines_than_go_into_one_unit_of_work_keep_their_numbers(authme: Commands):
    lines: list[object] = [{"username": f"n{number}@example.com"} for number in range(1, 1102)]
    lines[700] = "{no json"

    found = imported(authme, *lines)

    assert found["imported"] == 1100
    assert [one["line"] for one in found["failed"]] == [701]
    assert authme.count("user_account") == 1100


def test_it_is_in_the_audit(authme: Commands):
    imported(authme, {"username": "maria@example.com"}, {"username": "b@example.com"})

    ((detail,),) = authme.rows("SELECT detail FROM audit_event WHERE action = 'users.imported'")
    assert json.loads(detail) == {"imported": 2, "skipped": 0}


def test_an_empty_file_is_an_empty_import(authme: Commands):
    assert imported(authme) == {"imported": 0, "skipped": 0, "failed": []}


def test_a_file_that_is_not_there_or_not_utf8_is_named(authme: Commands):
    assert "nowhere.jsonl" in misused(authme("user", "import", "nowhere.jsonl"))
    assert misused(authme("user", "import", ".")).endswith("is a directory.")
    FILE.write_bytes(b'{"username":"\xff@example.com"}\n')

    result = authme("user", "import", FILE)

    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert result.stderr == "users.jsonl:1: the line is not UTF-8\n"


@pytest.mark.parametrize("words", [("--dry-run",), ("--password", "x")])
def test_there_are_no_other_options(authme: Commands, words: tuple[str, ...]):
    assert misused(authme("user", "import", write(), *words)).startswith("No such option")


def test_a_line_with_a_nul_or_nested_too_deep_is_named_and_costs_only_itself(authme: Commands):
    deep = '{"username":' + "[" * 5000 + "]" * 5000 + "}"
    nul = r'{"username":"nul@example.com","name":"a\u0000"}'
    Path("lines.jsonl").write_text(f'{deep}\n{nul}\n{{"username":"good@example.com"}}\n')

    result = authme("import", "lines.jsonl", "--json")

    assert result.exit_code == 1
    outcome = json.loads(result.stdout)
    assert (outcome["imported"], [one["line"] for one in outcome["failed"]]) == (1, [1, 2])
