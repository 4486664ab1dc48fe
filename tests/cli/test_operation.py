import json
from pathlib import Path

import pytest

from authme.app import openapi_document
from cli.commands import Commands, refused
from support.given import environment
from support.postgres import free_port


class TestCheck:
    def test_it_says_that_all_is_in_order_and_changes_nothing(self, authme: Commands):
        authme.json("keys", "list")
        before = {name: authme.rows(f"SELECT * FROM {name}") for name in ("signing_key", "audit_event", "change_feed")}  # noqa: S608  # our own names

        result = authme("check")

        assert (result.exit_code, result.stderr) == (0, "")
        assert result.stdout.startswith("Settings, database, schema and keys are in order.\n")
        assert {name: authme.rows(f"SELECT * FROM {name}") for name in before} == before  # noqa: S608  # our own names

    def test_it_makes_no_database(self, authme: Commands):
        assert authme.json("check")["ok"]
        assert list(Path.cwd().iterdir()) == []

    def test_it_names_every_wrong_setting_one_a_line_or_as_json(self, authme: Commands):
        wrong = {"port": "0", "log_level": "loud", "prot": "1"}

        for_people, as_json = authme("check", **wrong), authme("check", "--json", **wrong)

        assert (for_people.exit_code, as_json.exit_code) == (1, 1)
        assert for_people.stdout == as_json.stderr == ""
        found = json.loads(as_json.stdout)
        assert not found["ok"]
        assert [f"authme: {problem}" for problem in found["problems"]] == for_people.stderr.splitlines()
        assert len(found["problems"]) == 3

    def test_it_names_what_is_wrong_with_the_folder_of_roots_and_nothing_starts(self, authme: Commands, tmp_path: Path):
        (tmp_path / "roots").mkdir()
        (tmp_path / "roots" / "root.pem").write_text("no certificate")
        named = f"authme: AUTHME_CERTIFICATE_ROOTS: {tmp_path}/roots/root.pem: holds no certificates in PEM.\n"

        for command in ("check", "serve"):
            result = authme(command, certificate_roots=str(tmp_path / "roots"), port=str(free_port()))
            assert (result.exit_code, result.stderr) == (1, named)

    def test_it_finds_a_master_key_that_does_not_open_the_stored_keys(self, authme: Commands):
        authme.json("keys", "list")
        other = environment("sqlite:///x")["AUTHME_MASTER_KEY"]

        message = refused(authme("check", master_key=other))

        assert message.startswith("keys: The signing key ")
        assert other not in message

    def test_it_finds_a_lost_master_key_and_makes_none(self, authme: Commands):
        authme.json("keys", "list")

        message = refused(authme("check", master_key=None))

        assert message == f"{authme.file}.key: the master key cannot be read: No such file or directory."
        assert not Path(f"{authme.file}.key").exists()

    def test_it_finds_a_file_that_is_no_database(self, authme: Commands):
        authme.file.write_bytes(b"no database" * 100)

        assert refused(authme("check")) == f"database: {authme.file}: file is not a database"

    @pytest.mark.parametrize(("versions", "state"), [((99, 99), "too new"), ((0, 0), "behind")])
    def test_it_finds_a_schema_of_another_version(self, authme: Commands, versions: tuple[int, int], state: str):
        authme("migrate")
        authme.change(f"UPDATE schema_info SET schema_version = {versions[0]}, compat_version = {versions[1]}")  # noqa: S608  # numbers

        assert refused(authme("check")) == f"schema: it is {state}; run `authme migrate` of the newest version"

    def test_it_takes_a_schema_that_is_newer_but_compatible(self, authme: Commands):
        authme("migrate")
        authme.change("UPDATE schema_info SET schema_version = 99, compat_version = 1")

        assert authme.json("check")["ok"]

    def test_it_finds_a_server_that_does_not_answer(self, authme: Commands):
        message = refused(authme("check", database_url="postgresql://authme@127.0.0.1:1/authme"))

        assert message.startswith("database: ")


def test_migrate_makes_the_schema_once_and_says_so(authme: Commands):
    assert authme("migrate").stdout == "The schema is at version 6.\n"
    assert authme.file.stat().st_mode & 0o777 == 0o600
    assert authme("migrate").stdout == "The schema is at version 6 already.\n"
    assert authme.json("migrate") == {"version": 6, "migrated": False}


def test_openapi_is_the_document_of_the_server_and_needs_no_settings(authme: Commands):
    expected = json.loads(json.dumps(openapi_document()))

    assert authme.json("openapi", port="0", master_key="x") == expected
    assert json.loads(authme("openapi").stdout) == expected
    assert not authme.file.exists()
