import asyncio
import json
import os
from typing import Any

import pytest

from authme.kernel.clock import FakeClock
from cli.commands import Commands, misused, refused
from support.given import Given
from support.two_engines import NOON

EMAIL = "maria@example.com"


def new_password() -> str:
    return os.urandom(12).hex()


def made_user(authme: Commands, *words: object, name: str = EMAIL, password: str | None = None) -> dict[str, Any]:
    """Make a user with these options; return what is stored of it."""
    typed = ("--password-stdin",) if password else ()
    made = authme.json("user", "create", "--username", name, *typed, *words, typed=f"{password}\n" if password else None)
    assert made.keys() == {"userId"}
    columns = ("id", "kind", "status", "name", "organization_id", "authorities")
    (row,) = authme.rows(f"SELECT {', '.join(columns)} FROM user_account WHERE id = '{made['userId']}'")  # noqa: S608  # our own id
    found = dict(zip(columns, row, strict=True))
    return found | {"authorities": json.loads(found["authorities"])}


def traces_of_users(authme: Commands) -> list[tuple[Any, ...]]:
    if not authme.file.exists():
        return []
    tables = ("user_account", "identity", "credential")
    return [row for table in tables for row in authme.rows(f"SELECT * FROM {table}")] + authme.rows(  # noqa: S608  # our own names
        "SELECT * FROM audit_event WHERE action LIKE 'user.%'"
    )


class TestCreate:
    def test_without_a_password_the_user_is_pending(self, authme: Commands):
        found = made_user(authme)

        assert found == {
            "id": found["id"], "kind": "PERSON", "status": "PENDING", "name": None, "organization_id": None, "authorities": [],
        }  # fmt: skip
        assert authme.count("credential") == 0

    def test_with_a_password_the_user_is_active_and_the_name_verified(self, authme: Commands):
        password = new_password()

        assert made_user(authme, password=password)["status"] == "ACTIVE"
        assert authme.rows("SELECT type, value, verified FROM identity") == [("EMAIL", EMAIL, 1)]
        ((stored,),) = authme.rows("SELECT password_hash FROM credential")
        assert stored.startswith("$argon2id$")
        assert password not in stored

    async def test_the_user_logs_in_with_the_password(self, authme: Commands):
        password = new_password()
        await asyncio.to_thread(made_user, authme, password=password)
        given = Given({name: str(value) for name, value in authme.env.items()}, FakeClock(NOON))
        await given.open()
        try:
            caller = given.api.as_client((await given.client()).id)
            right, wrong = await caller.login(EMAIL, password), await caller.login(EMAIL, password[::-1])
        finally:
            await given.close()

        assert (right.status_code, wrong.status_code) == (200, 401)

    def test_every_option_takes_effect(self, authme: Commands):
        authorities = ("ADMIN", "b_2", "ADMIN", "PERSON", "USER")
        given = [word for one in authorities for word in ("--authority", one)]

        found = made_user(authme, "--name", "Maria Silva", "--user-id", "a1" * 12, "--organization-id", "7" * 24, *given)

        assert found == {
            "id": "a1" * 12, "kind": "PERSON", "status": "PENDING", "name": "Maria Silva", "organization_id": "7" * 24,
            "authorities": ["ADMIN", "b_2"],
        }  # fmt: skip

    def test_what_kind_of_name_it_is_is_guessed_or_said(self, authme: Commands):
        for name, name_type in (
            ("Maria@Example.com", None), ("529.982.247-25", None), ("12.ABC.345/01DE-35", None), ("+55 11 91234-5678", None),
            ("maria.silva", None), ("12345678", "LOGON"), ("joana", "LOGON"),
        ):  # fmt: skip
            made_user(authme, *(("--username-type", name_type) if name_type else ()), name=name)

        assert set(authme.rows("SELECT type, value FROM identity")) == {
            ("EMAIL", "Maria@Example.com"),
            ("CPF", "52998224725"),
            ("CNPJ", "12ABC34501DE35"),
            ("MOBILE", "5511912345678"),
            ("USERNAME", "maria.silva"),
            ("LOGON", "12345678"),
            ("LOGON", "JOANA"),
        }

    def test_the_password_is_the_first_line_as_it_was_typed(self, authme: Commands):
        password = f"  {new_password()} ü "

        result = authme("user", "create", "--username", EMAIL, "--password-stdin", typed=f"{password}\r\nsecond line\n")

        assert result.exit_code == 0
        assert password.strip() not in result.output
        assert made_user(authme, name="b@example.com", password=password)["status"] == "ACTIVE"


class TestWrongValues:
    @pytest.mark.parametrize("name", ["1", "x y", "@example.com", "", "529.982.247", "ab", "-maria"])
    def test_a_name_of_no_known_form_is_refused(self, authme: Commands, name: str):
        message = refused(authme("user", "create", "--username", name))

        assert message == f"{name}: an e-mail address, mobile number, CPF, CNPJ or user name is expected"
        assert not authme.file.exists()

    @pytest.mark.parametrize(
        ("name_type", "name", "expected"),
        [
            ("CPF", "529.982.247-26", "the check digits of the CPF are wrong"),
            ("CNPJ", "52998224725", "a CNPJ of 14 characters is expected"),
            ("EMAIL", "maria", "an e-mail address is expected"),
            ("MOBILE", "maria", "a mobile number in digits is expected"),
            ("SAML", EMAIL, "one of EMAIL, CPF, CNPJ, MOBILE, LOGON, USERNAME is expected"),
            ("email", EMAIL, "one of EMAIL, CPF, CNPJ, MOBILE, LOGON, USERNAME is expected"),
        ],
    )
    def test_a_name_that_is_not_of_its_type_is_refused(self, authme: Commands, name_type: str, name: str, expected: str):
        message = refused(authme("user", "create", "--username", name, "--username-type", name_type))

        assert message == f"{name}: {expected}"
        assert not authme.file.exists()

    def test_a_password_that_may_not_be_chosen_is_refused_and_not_repeated(self, authme: Commands):
        for password in ("short", "12345678", "aaaaaaaaaaaa", EMAIL, "x" * 129, "abc\x01defghij"):
            message = refused(
                authme("user", "create", "--username", EMAIL, "--password-stdin", "--json", typed=f"{password}\n")
            )

            assert message.startswith("The password ")
            assert password not in message
        assert traces_of_users(authme) == []

    @pytest.mark.parametrize("typed", ["", "\n", "\r\n\n"])
    def test_an_empty_password_is_not_taken_for_none(self, authme: Commands, typed: str):
        message = refused(authme("user", "create", "--username", EMAIL, "--password-stdin", typed=typed))

        assert message == "a password is expected on standard input"
        assert not authme.file.exists()

    def test_a_name_that_is_taken_is_refused_in_any_spelling(self, authme: Commands):
        made_user(authme)
        before = traces_of_users(authme)

        for name in (EMAIL, "MARIA@example.com", " maria@EXAMPLE.com "):
            assert refused(authme("user", "create", "--username", name)) == "The name is taken."
        assert traces_of_users(authme) == before

    def test_a_name_that_could_be_read_as_anothers_is_refused(self, authme: Commands):
        made_user(authme, "--username-type", "LOGON", name="maria")

        assert refused(authme("user", "create", "--username", "Maria")) == "The name is taken."

    def test_an_id_that_is_taken_is_refused(self, authme: Commands):
        made = made_user(authme)
        before = traces_of_users(authme)

        message = refused(authme("user", "create", "--username", "b@example.com", "--user-id", made["id"]))

        assert message == "The user exists, or a name is taken."
        assert traces_of_users(authme) == before

    @pytest.mark.parametrize("authority", ["no word", "a-b", "1a", "", "ä", "x" * 65, '"ADMIN"'])
    def test_an_authority_that_is_no_word_is_refused(self, authme: Commands, authority: str):
        message = refused(authme("user", "create", "--username", EMAIL, "--authority", authority))

        assert message == "--authority: a word of letters, digits and _ is expected"
        assert not authme.file.exists()

    def test_a_user_without_a_name_is_refused(self, authme: Commands):
        assert misused(authme("user", "create")) == "Missing option '--username'."

    def test_a_password_is_no_option(self, authme: Commands):
        assert misused(authme("user", "create", "--username", EMAIL, "--password", "x")).startswith("No such option")

    def test_a_user_who_is_not_there_is_named(self, authme: Commands):
        made_user(authme)
        before = authme.count("audit_event")

        for user in ("nobody@example.com", "0" * 24, "?", ""):
            assert refused(authme("user", "lock", user, "--json")) == f"there is no user {user}"
            assert refused(authme("user", "unlock", user)) == f"there is no user {user}"
            assert refused(authme("user", "remove", user)) == f"there is no user {user}"
        assert authme.count("audit_event") == before


class TestLocking:
    @pytest.mark.parametrize("by", ["id", "name"])
    def test_a_user_is_locked_and_unlocked_by_id_or_any_name(self, authme: Commands, by: str):
        made = made_user(authme, password=new_password())
        argument = made["id"] if by == "id" else "MARIA@Example.com"

        assert authme("user", "lock", argument).stdout == "Locked.\n"
        assert authme.rows("SELECT status, locked_at > 0 FROM user_account") == [("LOCKED", 1)]
        assert authme("user", "unlock", argument).stdout == "Unlocked.\n"
        assert authme.rows("SELECT status, locked_at FROM user_account") == [("ACTIVE", None)]
        actions = authme.rows("SELECT action FROM audit_event WHERE action LIKE 'user.%' ORDER BY id")
        assert actions == [("user.created",), ("user.locked",), ("user.unlocked",)]

    def test_locking_twice_succeeds(self, authme: Commands):
        made_user(authme)

        assert [authme("user", "lock", EMAIL).exit_code for _ in range(2)] == [0, 0]

    def test_the_user_cannot_log_in_while_locked(self, authme: Commands):
        password = new_password()
        made_user(authme, password=password)

        async def login() -> int:
            given = Given({name: str(value) for name, value in authme.env.items()}, FakeClock(NOON))
            await given.open()
            try:
                return (await given.api.as_client((await given.client()).id).login(EMAIL, password)).status_code
            finally:
                await given.close()

        authme("user", "lock", EMAIL)
        assert asyncio.run(login()) == 401
        authme("user", "unlock", EMAIL)
        assert asyncio.run(login()) == 200


def test_the_list_shows_who_they_are_and_nothing_of_their_passwords(authme: Commands):
    user = made_user(authme, "--name", "Maria", "--authority", "AUDITOR", "--authority", "b", password=new_password())
    authme("user", "lock", EMAIL)

    (found,) = authme.json("user", "list")

    assert found.pop("createdAt").endswith("+00:00")
    assert found.pop("lockedAt").endswith("+00:00")
    assert found == {"userId": user["id"], "name": "Maria", "status": "LOCKED", "kind": "PERSON", "authorities": "AUDITOR b"}
    assert "argon2" not in authme("user", "list").stdout


class TestInit:
    def test_it_makes_an_active_administrator_with_both_offices(self, authme: Commands):
        password = new_password()

        result = authme("init", "--username", EMAIL, "--password-stdin", typed=f"{password}\n")

        ((user_id, status, authorities),) = authme.rows("SELECT id, status, authorities FROM user_account")
        assert result.stdout == f"Administrator {EMAIL}: {user_id}\n"
        assert (status, json.loads(authorities)) == ("ACTIVE", ["ADMIN", "IAM_ADMIN_MAINTENANCE"])
        assert authme.rows("SELECT verified FROM identity") == [(1,)]
        assert authme.count("credential") == 1
        assert password not in result.output

    def test_it_answers_the_id_alone(self, authme: Commands):
        made = authme.json("init", "--username", EMAIL, "--password-stdin", typed=f"{new_password()}\n")

        assert [(made["userId"],)] == authme.rows("SELECT id FROM user_account")
        assert made.keys() == {"userId"}

    def test_it_refuses_a_second_time_and_makes_nothing(self, authme: Commands):
        authme.json("init", "--username", EMAIL, "--password-stdin", typed=f"{new_password()}\n")
        before = traces_of_users(authme)

        message = refused(authme("init", "--username", "b@example.com", "--password-stdin", typed=f"{new_password()}\n"))

        assert message == "There is an administrator already."
        assert traces_of_users(authme) == before

    def test_a_user_who_is_no_administrator_does_not_stand_in_its_way(self, authme: Commands):
        made_user(authme, "--authority", "ADMIN")

        authme.json("init", "--username", "b@example.com", "--password-stdin", typed=f"{new_password()}\n")

    @pytest.mark.parametrize(
        ("words", "typed", "expected"),
        [
            (("--username", EMAIL), "", "--password-stdin is required"),
            (("--username", EMAIL, "--password-stdin"), "", "a password is expected on standard input"),
            (("--username", EMAIL, "--password-stdin"), "12345678\n", "The password is too common."),
            (("--username", "x y", "--password-stdin"), "correct horse battery\n", "x y: an e-mail address, "),
        ],
    )
    def test_what_is_wrong_is_said_and_nothing_is_made(
        self, authme: Commands, words: tuple[str, ...], typed: str, expected: str
    ):
        assert refused(authme("init", *words, typed=typed)).startswith(expected)
        assert traces_of_users(authme) == []
