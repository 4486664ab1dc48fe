"""`authme legacy`: an operator watches the commands to the mainframe, and never sees what is in them."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from authme.kernel.clock import SystemClock
from cli.commands import Commands, refused
from legacy.ordering import ordered, password_ordered, revoke_ordered
from support.given import Given, GivenUser
from support.given_legacy import unreachable_directory
from support.legacy_logons import log_in_there

SECRET = "NEWPASS1"


def beside(authme: Commands, work: Callable[[Given], Awaitable[Any]]) -> None:
    """Do something to the commands' database."""

    async def run() -> None:
        given = Given({name: value or "" for name, value in authme.env.items()}, SystemClock())
        await given.open()
        await work(given)
        await given.close()

    asyncio.run(run())


async def order_three(given: Given) -> None:
    user = await given.user("maria@example.com")
    await ordered(given, user, "MARIA01", is_chosen=True)
    await password_ordered(given, user, SECRET)
    await revoke_ordered(given, user)


@pytest.fixture
def commands(authme: Commands) -> dict[str, str]:
    """Three commands that wait; return their ids by what they do."""
    beside(authme, order_three)
    return dict(authme.rows("SELECT topic, id FROM outbox WHERE kind = 'LEGACY'"))


def fail(authme: Commands, row_id: str) -> None:
    authme.change(f"UPDATE outbox SET state = 'FAILED', attempts = 3, fault = 'refused', done_at = 1 WHERE id = '{row_id}'")  # noqa: S608  # an id of ours


class TestQueue:
    def test_it_shows_what_waits_and_what_failed_and_for_which_logon(self, authme: Commands, commands: dict[str, str]):
        fail(authme, commands["PROVISION"])

        found = {one["command"]: one for one in authme.json("legacy", "queue")}

        assert {name: one["id"] for name, one in found.items()} == commands
        assert {one["logon"] for one in found.values()} == {"MARIA01"}
        assert {one["directory"] for one in found.values()} == {"embedded"}
        failed, waiting = found["PROVISION"], found["PASSWORD"]
        assert (failed["state"], failed["attempts"], failed["fault"], failed["nextTryAt"]) == ("FAILED", 3, "refused", None)
        assert (waiting["state"], waiting["attempts"], waiting["fault"]) == ("PENDING", 0, None)
        assert waiting["nextTryAt"] == waiting["createdAt"]
        assert [one["command"] for one in authme.json("legacy", "queue", "--state", "FAILED")] == ["PROVISION"]
        assert authme.json("legacy", "queue", "--state", "SENT") == []

    def test_it_shows_no_password_and_nothing_of_the_person(self, authme: Commands, commands: dict[str, str]):
        shown = authme("legacy", "queue").stdout + json.dumps(authme.json("legacy", "queue"))

        assert commands["PASSWORD"] in shown
        assert SECRET not in shown
        assert "maria" not in shown
        assert "Maria" not in shown

    @pytest.mark.usefixtures("commands")
    def test_a_logon_that_is_nobodys_any_more_has_no_name(self, authme: Commands):
        authme.change("DELETE FROM legacy_logon")

        assert {one["logon"] for one in authme.json("legacy", "queue")} == {None}

    @pytest.mark.usefixtures("commands")
    def test_messages_and_commands_are_shown_apart(self, authme: Commands):
        assert authme.json("outbox", "list") == []
        assert "authme legacy queue" in authme("outbox", "list", "--help").stdout.replace("\n", " ").replace("  ", " ")


class TestRetry:
    def test_one_that_failed_waits_again(self, authme: Commands, commands: dict[str, str]):
        fail(authme, commands["PASSWORD"])
        fail(authme, commands["REVOKE"])

        assert authme.json("legacy", "retry", commands["PASSWORD"]) == {"retried": 1}

        waiting = authme.rows("SELECT topic, attempts FROM outbox WHERE state = 'PENDING' ORDER BY topic")
        assert waiting == [("PASSWORD", 0), ("PROVISION", 0)]

    def test_or_all_that_failed(self, authme: Commands, commands: dict[str, str]):
        fail(authme, commands["PASSWORD"])
        fail(authme, commands["REVOKE"])

        assert authme("legacy", "retry", "--all").stdout == "2 to be tried again.\n"

    def test_a_message_is_none_of_its_business_nor_a_command_one_of_the_outboxs(
        self, authme: Commands, commands: dict[str, str]
    ):
        fail(authme, commands["PASSWORD"])

        assert authme.json("outbox", "retry", "--all") == {"retried": 0}
        assert refused(authme("outbox", "retry", commands["PASSWORD"])) == "There is no such row that failed."
        assert refused(authme("outbox", "cancel", commands["PASSWORD"])) == "There is no such row that waits or failed."
        authme.change("UPDATE outbox SET kind = 'MESSAGE'")
        assert authme.json("legacy", "retry", "--all") == {"retried": 0}
        assert refused(authme("legacy", "retry", commands["PASSWORD"])) == "There is no such row that failed."
        assert refused(authme("legacy", "cancel", commands["PASSWORD"])) == "There is no such row that waits or failed."

    @pytest.mark.usefixtures("commands")
    def test_which_is_to_be_said(self, authme: Commands):
        assert refused(authme("legacy", "retry")) == "an ID or --all is expected"
        assert refused(authme("legacy", "retry", "1")) == "ID: 24 lowercase hex digits is expected"


class TestCancel:
    def test_what_waits_is_taken_back_and_erased(self, authme: Commands, commands: dict[str, str]):
        assert authme.json("legacy", "cancel", commands["PASSWORD"]) == {"id": commands["PASSWORD"], "state": "CANCELLED"}

        assert authme.rows("SELECT topic FROM outbox WHERE payload IS NULL") == [("PASSWORD",)]
        assert authme.json("legacy", "show", "MARIA01")["status"] == "PENDING"

    def test_without_the_command_that_makes_it_there_will_be_no_logon(self, authme: Commands, commands: dict[str, str]):
        authme.json("legacy", "cancel", commands["PROVISION"])

        assert authme.json("legacy", "show", "MARIA01")["status"] == "FAILED"
        assert authme.rows("SELECT status FROM legacy_logon") == [("FAILED",)]


class TestShow:
    def test_it_shows_whose_a_logon_is_how_it_stands_and_what_was_ordered(self, authme: Commands, commands: dict[str, str]):
        found = authme.json("legacy", "show", "maria01")

        [(user_id,)] = authme.rows("SELECT id FROM user_account")
        assert [one["command"] for one in found.pop("commands")] == ["PROVISION", "PASSWORD", "REVOKE"]
        assert found == {
            "logon": "MARIA01",
            "directory": "embedded",
            "userId": user_id,
            "status": "PENDING",
            "requestId": commands["PROVISION"],
            "isRevoked": False,
            "isPasswordPending": True,
            "isStandingPending": True,
        }
        shown = authme("legacy", "show", "MARIA01").stdout
        assert "status  PENDING\n" in shown
        assert commands["PASSWORD"] in shown
        assert SECRET not in shown

    def test_one_that_was_given_up_failed(self, authme: Commands, commands: dict[str, str]):
        fail(authme, commands["PROVISION"])

        assert authme.json("legacy", "show", "MARIA01")["status"] == "FAILED"

    def test_one_that_is_done_is_there(self, authme: Commands, commands: dict[str, str]):
        assert commands
        beside(authme, lambda given: given.deliver())

        found = authme.json("legacy", "show", "MARIA01")

        assert (found["status"], found["isRevoked"], found["isPasswordPending"]) == ("PROVISIONED", True, False)
        assert {(one["state"], one["attempts"]) for one in found["commands"]} == {("SENT", 1)}

    def test_a_logon_that_is_nobodys_or_none_is_refused(self, authme: Commands):
        assert refused(authme("legacy", "show", "NOBODY01")) == "the logon is nobody's here"
        assert refused(authme("legacy", "show", "1NOBODY")).startswith("LOGON: 1 to 8 letters")


class TestLink:
    @pytest.fixture
    def people(self, authme: Commands) -> dict[str, str]:
        """Two users; return their ids by name."""
        names = ("maria@example.com", "other@example.com")
        words = ("user", "create", "--password-stdin", "--username")
        return {name: authme.json(*words, name, typed="a phrase of before\n")["userId"] for name in names}

    def link(self, authme: Commands, user_id: str, *words: str, logon: str = "MARIA01") -> Any:
        return authme("legacy", "link", logon, "--user", user_id, *words)

    def names_of(self, authme: Commands, user_id: str) -> set[str]:
        query = f"SELECT value FROM identity WHERE type = 'LOGON' AND user_id = '{user_id}'"  # noqa: S608  # an id of ours
        return {value for (value,) in authme.rows(query)}

    def logons(self, authme: Commands) -> set[tuple[str, str]]:
        return set(authme.rows("SELECT id, logon FROM user_account WHERE logon IS NOT NULL"))

    def test_whose_a_logon_is_gets_it_at_the_first_login(self, authme: Commands, people: dict[str, str]):
        maria = people["maria@example.com"]

        found = authme.json("legacy", "link", "maria01", "--user", maria)

        assert found == {"logon": "MARIA01", "userId": maria, "isLinked": False}
        assert (self.logons(authme), self.names_of(authme, maria)) == ({(maria, "MARIA01")}, {"MARIA01"})
        said = authme.rows("SELECT target, result FROM audit_event WHERE action = 'logon.vouched'")
        assert said == [(maria, "OK")]

        async def first_login(given: Given) -> None:
            await given.legacy_logon("MARIA01", "OLDPASS1")
            visitor = given.api.as_client((await given.client()).id)
            assert (await log_in_there(visitor)).status_code == 200

        beside(authme, first_login)
        assert authme.json("legacy", "show", "MARIA01")["userId"] == maria
        assert self.link(authme, maria).stdout == "It is linked.\n"
        other = people["other@example.com"]
        assert maria in refused(self.link(authme, other, "--take"))
        assert "another" not in refused(self.link(authme, maria, logon="OTHER01"))
        assert self.logons(authme) == {(maria, "MARIA01")}

    def test_it_takes_the_place_of_the_one_that_was_said_before(self, authme: Commands, people: dict[str, str]):
        maria = people["maria@example.com"]
        self.link(authme, maria)

        assert self.link(authme, maria, logon="MARIA02").exit_code == 0

        assert self.logons(authme) == {(maria, "MARIA02")}
        assert self.names_of(authme, maria) == {"MARIA01", "MARIA02"}

    def test_it_is_taken_from_whoever_merely_has_the_name_only_if_that_is_said(self, authme: Commands, people: dict[str, str]):
        maria, other = people["maria@example.com"], people["other@example.com"]
        beside(authme, lambda given: given.merely_named(GivenUser(other, "", ""), "MARIA01"))

        assert refused(self.link(authme, maria)) == f"The logon is a name of user {other}; --take gives it to this one."
        assert self.names_of(authme, other) == {"MARIA01"}

        assert self.link(authme, maria, "--take").stdout == "The first right legacy password links it.\n"
        assert (self.names_of(authme, maria), self.names_of(authme, other)) == ({"MARIA01"}, set())
        assert authme.rows("SELECT target FROM audit_event WHERE action = 'identity.removed'") == [(other,)]

    def test_it_is_not_taken_from_whose_it_is_by_somebodys_word(self, authme: Commands, people: dict[str, str]):
        maria, other = people["maria@example.com"], people["other@example.com"]
        self.link(authme, other)

        assert other in refused(self.link(authme, maria, "--take"))

        assert self.logons(authme) == {(other, "MARIA01")}

    def test_nor_from_whoever_has_no_other_name(self, authme: Commands, people: dict[str, str]):
        maria, other = people["maria@example.com"], people["other@example.com"]
        beside(authme, lambda given: given.merely_named(GivenUser(other, "", ""), "MARIA01"))
        authme.change("DELETE FROM identity WHERE value = 'other@example.com'")

        assert refused(self.link(authme, maria, "--take")) == "The last name of a user cannot go."

        assert self.logons(authme) == set()

    def test_one_that_is_being_made_is_left_alone_and_one_that_could_not_be_is_not(
        self, authme: Commands, people: dict[str, str]
    ):
        maria, other = people["maria@example.com"], people["other@example.com"]
        beside(authme, lambda given: ordered(given, GivenUser(other, "", ""), "MARIA01", is_chosen=True))

        assert other in refused(self.link(authme, maria))
        [(command,)] = authme.rows("SELECT id FROM outbox WHERE kind = 'LEGACY'")
        fail(authme, command)

        assert self.link(authme, maria).exit_code == 0
        assert (self.logons(authme), authme.count("legacy_logon")) == ({(maria, "MARIA01")}, 0)

    def test_what_is_no_logon_or_nobodys_or_reads_as_anothers_name_is_refused(
        self, authme: Commands, people: dict[str, str], tmp_path: Path
    ):
        maria = people["maria@example.com"]
        authme.json("user", "create", "--username", "other01", "--password-stdin", typed="a phrase of before\n")
        nowhere = tmp_path / "nowhere.toml"
        nowhere.write_text(
            '[[rules]]\nlogons = "W*"\ndirectory = "embedded"\n[new_logons]\ndirectory = "embedded"\nprefix = "W"\n'
        )

        assert refused(self.link(authme, maria, logon="1MARIA")).startswith("LOGON: 1 to 8 letters")
        assert refused(self.link(authme, "nobody")).startswith("--user: ")
        assert refused(self.link(authme, "0" * 24)) == "There is no such resource."
        assert refused(self.link(authme, maria, logon="OTHER01")) == "The name is taken."
        words = ("legacy", "link", "MARIA01", "--user", maria)
        assert refused(authme(*words, legacy_file=str(nowhere))) == "LOGON: no directory has such logons"
        assert self.logons(authme) == set()


class TestCheck:
    def test_each_directory_is_tried(self, authme: Commands):
        result = authme("legacy", "check")

        assert (result.exit_code, result.stdout) == (0, "embedded: in order\n")
        assert authme.json("legacy", "check") == {"embedded": []}

    def test_what_is_wrong_is_said_in_plain_words(self, authme: Commands, tmp_path: Path):
        result = authme("legacy", "check", **unreachable_directory(tmp_path))

        assert result.exit_code == 1
        assert "embedded: in order\n" in result.stdout
        [line] = [one for one in result.stdout.splitlines() if one.startswith("racf: ")]
        assert "no connection" in line
        assert "NOBODY" not in line


class TestEmbedded:
    def add(self, authme: Commands, *words: str, typed: str = "OLDPASS1\n") -> Any:
        return authme("legacy", "embedded", "add", *words, typed=typed)

    def test_a_logon_is_added_with_a_password_that_nobody_sees(self, authme: Commands):
        person = ("--name", "Maria", "--document", "52998224725", "--email", "maria@example.com", "--group", "USERS")

        assert self.add(authme, "maria01", "--password-stdin", *person).stdout == "Logon MARIA01 added.\n"

        columns = "logon, name, document, email, mobile, default_group, is_secret_expired"
        assert authme.rows(f"SELECT {columns} FROM embedded_logon") == [  # noqa: S608  # columns
            ("MARIA01", "Maria", "52998224725", "maria@example.com", None, "USERS", 0)
        ]
        assert refused(self.add(authme, "MARIA01", "--password-stdin")) == "There is such a logon."

    def test_what_is_no_logon_or_no_password_is_refused(self, authme: Commands):
        assert refused(self.add(authme, "MARIA01")).startswith("--password-stdin is required")
        assert "1 to 8 of letters" in refused(self.add(authme, "1MARIA", "--password-stdin"))
        assert "8 characters" in refused(self.add(authme, "MARIA01", "--password-stdin", typed="nine_nine\n"))
        assert authme.count("embedded_logon") == 0

    def test_its_password_expires_and_its_days_are_set(self, authme: Commands):
        self.add(authme, "MARIA01", "--password-stdin")

        assert authme.json("legacy", "embedded", "expire", "MARIA01") == {"logon": "MARIA01", "expired": True}
        days = ("--revoke-on", "2026-01-31", "--resume-on", "2026-02-28")
        assert authme.json("legacy", "embedded", "dates", "MARIA01", *days) == {
            "logon": "MARIA01",
            "revokeOn": "2026-01-31",
            "resumeOn": "2026-02-28",
        }

        assert authme.rows("SELECT is_secret_expired, revoke_at, resume_at FROM embedded_logon") == [
            (1, 1_769_817_600_000, 1_772_236_800_000)
        ]
        assert authme.json("legacy", "embedded", "dates", "MARIA01")["revokeOn"] is None
        assert refused(authme("legacy", "embedded", "expire", "NOBODY01")) == "There is no such resource."
