"""What commands take has the form that the API asks for."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from authme.cli.main import app
from cli.commands import Commands, refused


@pytest.mark.parametrize(
    "words",
    [("--scope", "a b"), ("--scope", ""), ("--scope", 'a"b'), ("--organization-id", "x"), ("--app-id", ""), ("--name", "")],
)
def test_a_client_is_made_only_of_what_the_api_takes(authme: Commands, words: tuple[str, ...]):
    refused(authme("client", "create", *words))

    assert authme.rows("SELECT 1 FROM client") == []


@pytest.mark.parametrize(
    "words", [("--user-id", "zz"), ("--organization-id", "x"), ("--name", ""), ("--authority", "two words")]
)
def test_a_user_is_made_only_of_what_the_api_takes(authme: Commands, words: tuple[str, ...]):
    refused(authme("user", "create", "--username", "a@example.com", *words))


def test_a_mistyped_document_is_no_telephone(authme: Commands):
    refused(authme("user", "create", "--username", "529.982.247-26"))


def test_a_password_that_is_not_utf8_is_refused(authme: Commands):
    words = ["user", "create", "--username", "a@example.com", "--password-stdin"]

    refused(CliRunner().invoke(app, words, input=b"\xff\xfeabcdefghijk\n", env=authme.env))


def test_unlock_says_the_status_that_is_stored(authme: Commands):
    authme.json("user", "create", "--username", "a@example.com")
    authme("user", "lock", "a@example.com")

    assert authme.json("user", "unlock", "a@example.com")["status"] == "PENDING"
    assert authme.rows("SELECT status FROM user_account") == [("PENDING",)]


class TestImport:
    def test_one_text_never_means_two_users(self, authme: Commands):
        lines = ['{"username":"maria","usernameType":"USERNAME"}', '{"username":"maria","usernameType":"LOGON"}']
        Path("users").write_text("\n".join(lines))

        assert authme("user", "import", "users").exit_code == 1
        assert len(authme.rows("SELECT 1 FROM user_account")) == 1

    def test_authorities_are_words(self, authme: Commands):
        Path("users").write_text('{"username":"a@example.com","authorities":["two words"]}\n')

        assert authme("user", "import", "users").exit_code == 1

    def test_a_line_that_is_not_utf8_is_one_wrong_line(self, authme: Commands):
        Path("users").write_bytes(b'{"username":"a@example.com"}\n{"username":"\xff"}\n{"username":"c@example.com"}\n')

        assert authme("user", "import", "users").exit_code == 1
        assert len(authme.rows("SELECT 1 FROM user_account")) == 2

    def test_a_byte_order_mark_is_no_part_of_the_first_line(self, authme: Commands):
        Path("users").write_bytes(b'\xef\xbb\xbf{"username":"a@example.com"}\n')

        assert authme("user", "import", "users").exit_code == 0

    def test_wrong_lines_are_told_in_their_order(self, authme: Commands):
        Path("users").write_text('{"username":"a@example.com"}\n{"username":"b@example.com","email":"a@example.com"}\n{no\n')

        found = json.loads(authme("user", "import", "users", "--json").stdout)["failed"]

        assert [one["line"] for one in found] == [2, 3]


class TestCheck:
    def test_it_makes_nothing_and_prints_only_its_document(self, authme: Commands):
        authme("migrate")

        shown = authme("check", "--json", master_key=None)

        assert json.loads(shown.stdout)["ok"]
        assert not Path(f"{authme.file}.key").exists()

    def test_a_missing_key_file_is_a_problem_also_before_there_is_a_database(self, authme: Commands, tmp_path: Path):
        refused(authme("check", master_key=None, master_key_file=str(tmp_path / "none")))

    def test_a_folder_that_cannot_be_made_is_a_problem(self, authme: Commands, tmp_path: Path):
        (tmp_path / "file").touch()

        refused(authme("check", database_url=f"sqlite:///{tmp_path}/file/a.db"))


@pytest.mark.parametrize("words", [("migrate",), ("client", "list")])
def test_a_folder_that_cannot_be_made_is_said_so(authme: Commands, words: tuple[str, ...], tmp_path: Path):
    (tmp_path / "file").touch()

    refused(authme(*words, database_url=f"sqlite:///{tmp_path}/file/a.db"))


def test_a_key_file_that_cannot_be_read_is_said_so(authme: Commands, tmp_path: Path):
    (tmp_path / "authme.db.key").mkdir()

    refused(authme("client", "list", master_key=None))


def test_a_head_that_is_none_is_said_so(authme: Commands):
    wrong = authme("audit", "verify", "--expect-head", f"1:{'g' * 64}")

    assert refused(wrong) == "A head is a number, a colon and 64 hex digits."
