import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from authme.cli.main import app
from cli.commands import Commands, misused, refused
from support.given import environment
from support.providers import metadata

LONG_RUNNING = {"serve", "dev"}
AUTHME = Path(sys.executable).with_name("authme")


def commands_of(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands_of(command, (*path, name))
        else:
            yield (*path, name), command


COMMANDS = dict(commands_of(typer.main.get_command(app)))
each_command = pytest.mark.parametrize("path", COMMANDS, ids=" ".join)


def test_these_are_the_commands():
    assert {" ".join(path) for path in COMMANDS} == {
        "serve", "dev", "init", "check", "migrate", "openapi", "import",
        "keys list", "keys rotate",
        "client create", "client list", "client lock", "client unlock", "client remove",
        "apikey create", "apikey list", "apikey rotate", "apikey remove",
        "user create", "user list", "user lock", "user unlock", "user remove", "user import",
        "org create", "org list", "org show", "org rename", "org remove",
        "org unit create", "org unit list", "org unit remove",
        "org application create", "org application list", "org application remove",
        "org service create", "org service list", "org service remove",
        "business create", "business list", "business show", "business remove",
        "business user add", "business user list", "business user remove",
        "business group create", "business group list", "business group remove",
        "group create", "group list", "group show", "group remove", "group add-role", "group remove-role",
        "group depend", "group undepend", "group add-member", "group remove-member",
        "role create", "role list", "role remove",
        "provider create", "provider list", "provider show", "provider change", "provider test", "provider remove",
        "provider enable", "provider disable", "provider renew-key", "provider metadata",
        "outbox list", "outbox retry", "outbox cancel",
        "legacy queue", "legacy retry", "legacy cancel", "legacy check", "legacy show", "legacy link",
        "legacy embedded add", "legacy embedded expire", "legacy embedded dates",
        "audit verify", "audit export",
    }  # fmt: skip


def test_a_server_that_starts_loads_the_module_of_no_other_command():
    program = (
        "import sys, typer.main; from authme.cli.main import app; typer.main.get_command(app).commands['serve']; "
        "print(*(name for name in sys.modules if name.startswith('authme.cli.') or name in {'alembic', 'jinja2', 'httpx'}))"
    )

    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=True).stdout

    assert set(loaded.split()) == {"authme.cli.main", "authme.cli.serve", "authme.cli.output"}


@each_command
def test_help_says_what_the_command_does_and_every_option_what_it_is_for(path: tuple[str, ...], authme: Commands):
    result = authme(*path, "--help")

    assert result.exit_code == 0
    assert result.stdout.startswith("Usage: ")
    assert COMMANDS[path].help.split("\n")[0] in result.stdout.replace("\n  ", " ")
    assert [one.name for one in COMMANDS[path].params if not one.help] == []
    assert not authme.file.exists()


@each_command
def test_every_command_that_ends_has_json(path: tuple[str, ...]):
    has_json = any("--json" in one.opts for one in COMMANDS[path].params)

    assert has_json == (path[0] not in LONG_RUNNING)


def test_every_command_that_ends_says_json_and_nothing_else(authme: Commands):
    """Each command's `json` asserts it; most begin on a database that the ones before have made."""
    Path("users.jsonl").write_text('{"username":"imported@example.com"}\n')
    user = authme.json("user", "create", "--username", "maria@example.com")
    client = authme.json("client", "create")["clientId"]

    assert authme.json("init", "--username", "root@example.com", "--password-stdin", typed=f"{os.urandom(9).hex()}\n")
    assert authme.json("check")["ok"]
    assert authme.json("migrate") == {"version": 6, "migrated": False}
    assert authme.json("openapi")["openapi"] == "3.1.0"
    assert len(authme.json("keys", "list")) == 2
    assert len(authme.json("keys", "rotate")["signing"]) == 1
    assert [one["clientId"] for one in authme.json("client", "list")] == [client]
    key = authme.json("apikey", "create", "--client-id", client)["apiKeyId"]
    assert [one["apiKeyId"] for one in authme.json("apikey", "list")] == [key]
    assert authme.json("apikey", "rotate", key)["apiKeyId"] == key
    assert authme.json("apikey", "remove", key) == {"apiKeyId": key, "status": "REMOVED"}
    assert authme.json("client", "lock", client) == {"clientId": client, "status": "LOCKED"}
    assert authme.json("client", "unlock", client) == {"clientId": client, "status": "ACTIVE"}
    assert authme.json("client", "remove", client) == {"clientId": client, "status": "REMOVED"}
    assert user["userId"] in [one["userId"] for one in authme.json("user", "list")]
    assert authme.json("user", "lock", "maria@example.com") == user | {"status": "LOCKED"}
    assert authme.json("user", "unlock", "maria@example.com")["userId"] == user["userId"]
    assert authme.json("user", "import", "users.jsonl") == {"imported": 1, "skipped": 0, "failed": []}
    role = authme.json("role", "create", "AUDITOR")["name"]
    assert [one["name"] for one in authme.json("role", "list")] == [role]
    group, base = [authme.json("group", "create", "--name", name)["groupId"] for name in ("Auditors", "Everybody")]
    assert {one["groupId"] for one in authme.json("group", "list")} == {group, base}
    assert authme.json("group", "add-role", base, role) == {"groupId": base, "role": role}
    assert authme.json("group", "depend", group, base) == {"groupId": group, "dependencyGroupId": base}
    assert authme.json("group", "show", group)["dependencies"] == [base]
    member = {"groupId": group, "memberId": user["userId"], "kind": "USER"}
    assert authme.json("group", "add-member", group, user["userId"]) == member
    assert authme.json("group", "remove-member", group, user["userId"]) == member | {"status": "REMOVED"}
    assert authme.json("group", "undepend", group, base)["status"] == "REMOVED"
    assert authme.json("group", "remove-role", base, role)["status"] == "REMOVED"
    assert authme.json("group", "remove", group) == {"groupId": group, "status": "REMOVED"}
    assert authme.json("role", "remove", role) == {"name": role, "status": "REMOVED"}
    assert authme.json("outbox", "list") == []
    assert authme.json("outbox", "retry", "--all") == {"retried": 0}
    assert authme.json("legacy", "embedded", "add", "MARIA01", "--password-stdin", typed="SECRET01\n") == {"logon": "MARIA01"}
    assert authme.json("legacy", "embedded", "expire", "MARIA01") == {"logon": "MARIA01", "expired": True}
    assert authme.json("legacy", "embedded", "dates", "MARIA01")["logon"] == "MARIA01"
    assert authme.json("legacy", "check") == {"embedded": []}
    assert not authme.json("legacy", "link", "MARIA01", "--user", user["userId"])["isLinked"]
    assert authme.json("legacy", "queue") == []
    assert authme.json("legacy", "retry", "--all") == {"retried": 0}
    assert authme.json("user", "remove", "maria@example.com") == user | {"status": "REMOVED"}
    assert authme.json("audit", "verify")["sound"]
    exported = authme("audit", "export", "--json")
    assert all(json.loads(line)["id"] for line in exported.stdout.splitlines())


def test_commands_of_businesses_say_json_and_nothing_else(authme: Commands):
    user = authme.json("user", "create", "--username", "maria@example.com")
    business = authme.json("business", "create", "--document", "12ABC34501DE35", "--name", "Firm")["businessId"]
    assert [one["businessId"] for one in authme.json("business", "list")] == [business]
    assert authme.json("business", "show", business)["name"] == "Firm"
    put = authme.json("business", "user", "add", business, "maria@example.com", "--office", "OWNER")
    assert authme.json("business", "user", "list", business) == [put]
    assert authme.json("business", "user", "remove", business, "maria@example.com") == user | {"businessId": None}
    group = authme.json("business", "group", "create", "--name", "Group", "--business-id", business)["corporateGroupId"]
    assert [one["corporateGroupId"] for one in authme.json("business", "group", "list")] == [group]
    assert authme.json("business", "group", "remove", group) == {"corporateGroupId": group, "status": "REMOVED"}
    assert authme.json("business", "remove", business) == {"businessId": business, "status": "REMOVED"}


def test_commands_of_identity_providers_say_json_and_nothing_else(authme: Commands):
    words = ("--alias", "works", "--name", "Works", "--acs-url", "https://app.example.com/acs")
    Path("metadata.xml").write_text(metadata())
    made = authme.json("provider", "create", *words, "--metadata-file", "metadata.xml")
    assert made["alias"] == "works"
    assert [one["identityProviderId"] for one in authme.json("provider", "list")] == [made["identityProviderId"]]
    assert authme.json("provider", "show", "works")["saml"]["acsUrls"] == ["https://app.example.com/acs"]
    assert authme.json("provider", "change", "works", "--name", "Works of today") == {"alias": "works"}
    assert authme.json("provider", "test", "works")["works"]
    assert authme.json("provider", "disable", "works") == {"alias": "works"}
    assert authme.json("provider", "enable", "works") == {"alias": "works"}
    assert authme.json("provider", "renew-key", "works") == {"alias": "works"}
    assert authme.json("provider", "metadata", "works")["metadata"].startswith("<?xml")
    assert authme.json("provider", "remove", "works") == {"alias": "works", "status": "REMOVED"}


@pytest.mark.parametrize(
    "words",
    [
        ("client", "create"), ("client", "list"), ("user", "create", "--username", "maria@example.com"), ("user", "list"),
        ("keys", "list"), ("keys", "rotate"), ("audit", "verify"), ("audit", "export"), ("migrate",), ("check",),
        ("outbox", "list"), ("org", "list"), ("org", "unit", "list"), ("business", "list"), ("business", "group", "list"),
        ("group", "list"), ("role", "list"), ("provider", "list"), ("legacy", "queue"), ("legacy", "check"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_command_works_where_there_is_no_database_yet(words: tuple[str, ...], authme: Commands):
    result = authme(*words)

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout


@pytest.mark.parametrize(
    "group", ["keys", "client", "apikey", "user", "org", "business", "group", "role", "provider", "outbox", "legacy", "audit"]
)
def test_a_group_alone_shows_what_it_has(group: str, authme: Commands):
    assert "Usage: authme " in authme(group).output


def test_an_unknown_command_or_option_is_named(authme: Commands):
    assert misused(authme("nonsense")) == "No such command 'nonsense'."
    assert misused(authme("client", "list", "--nonsense")) == "No such option: --nonsense"


class TestSettingsThatCannotBeUsed:
    @pytest.mark.parametrize("words", [("client", "list"), ("migrate",), ("check",), ("keys", "rotate"), ("audit", "export")])
    def test_each_problem_is_a_line_and_nothing_is_made(self, words: tuple[str, ...], authme: Commands):
        key = os.urandom(20).hex()

        result = authme(*words, port="0", signing_alg="HS256", master_key=key, prot="8")

        assert result.exit_code == 1
        assert isinstance(result.exception, SystemExit)
        assert result.stdout == ""
        named = [line.removeprefix("authme: AUTHME_").split(":")[0] for line in result.stderr.splitlines()]
        assert sorted(named) == ["MASTER_KEY", "PORT", "PROT", "SIGNING_ALG"]
        assert key not in result.stderr
        assert not authme.file.exists()

    def test_an_unknown_key_of_the_settings_file_is_named(self, authme: Commands):
        Path("authme.toml").write_text('databse_url = "sqlite:///a.db"\n')

        message = refused(authme("client", "list"))

        assert message == "authme.toml: databse_url: there is no such setting; did you mean database_url?"

    def test_the_server_does_not_start_and_names_every_problem(self, tmp_path: Path):
        env = os.environ | environment(f"sqlite:///{tmp_path}/authme.db", port="0", log_level="loud", prot="1")

        ended = subprocess.run(
            [AUTHME, "serve", "--workers", "0"], env=env, cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False
        )

        assert ended.returncode == 1
        assert ended.stdout == ""
        named = [line.removeprefix("authme: AUTHME_").split(":")[0] for line in ended.stderr.splitlines()]
        assert sorted(named) == ["LOG_LEVEL", "PORT", "PROT", "WORKERS"]
        assert list(tmp_path.iterdir()) == []


class TestMasterKeys:
    def test_one_that_does_not_open_the_stored_keys_is_refused_and_nothing_is_written(self, authme: Commands, tmp_path: Path):
        authme.json("client", "create")
        before = authme.rows("SELECT kid, state FROM signing_key"), authme.count("client"), authme.count("audit_event")
        other = environment(f"sqlite:///{tmp_path}/authme.db")["AUTHME_MASTER_KEY"]

        for words in (("client", "create"), ("user", "list"), ("keys", "rotate"), ("audit", "verify")):
            message = refused(authme(*words, master_key=other))

            assert "AUTHME_MASTER_KEY must be the key with which this database was made" in message
            assert other not in message
        after = authme.rows("SELECT kid, state FROM signing_key"), authme.count("client"), authme.count("audit_event")
        assert after == before

    def test_the_same_key_from_a_file_opens_what_it_sealed(self, authme: Commands, tmp_path: Path):
        kids = [one["kid"] for one in authme.json("keys", "list")]
        (tmp_path / "key").write_text(f"{authme.env['AUTHME_MASTER_KEY']}\n")

        found = authme.json("keys", "list", master_key=None, master_key_file=str(tmp_path / "key"))

        assert [one["kid"] for one in found] == kids

    def test_without_one_a_database_that_has_keys_is_not_opened(self, authme: Commands):
        authme.json("keys", "list")

        message = refused(authme("keys", "list", master_key=None))

        assert message == f"{authme.file}.key: the master key cannot be read: No such file or directory."


@pytest.mark.parametrize("words", [("client", "list"), ("migrate",), ("user", "create", "--username", "maria@example.com")])
class TestDatabases:
    def test_a_file_that_is_no_database_is_left_as_it_is(self, words: tuple[str, ...], authme: Commands):
        content = os.urandom(5000)
        authme.file.write_bytes(content)

        assert refused(authme(*words)) == f"{authme.file}: file is not a database"
        assert authme.file.read_bytes() == content

    def test_one_that_a_newer_version_changed_too_far_is_left_as_it_is(self, words: tuple[str, ...], authme: Commands):
        authme("migrate")
        authme.change("UPDATE schema_info SET schema_version = 99, compat_version = 99")

        assert refused(authme(*words)).startswith("The database was changed by a newer version of AuthMe")
        assert (authme.count("client"), authme.count("user_account"), authme.count("audit_event")) == (0, 0, 0)

    def test_a_server_that_does_not_answer_is_named_without_its_password(self, words: tuple[str, ...], authme: Commands):
        password = os.urandom(9).hex()

        message = refused(authme(*words, database_url=f"postgresql://authme:{password}@127.0.0.1:1/authme"))

        assert "127.0.0.1" in message
        assert password not in message
