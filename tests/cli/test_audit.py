import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cli.commands import Commands, misused, refused


@pytest.fixture(scope="module")
def three_users(tmp_path_factory: pytest.TempPathFactory) -> Commands:
    """Two keys and three users made, all under one seal."""
    made = Commands(tmp_path_factory.mktemp("audit") / "authme.db")
    for number in range(3):
        made.json("user", "create", "--username", f"n{number}@example.com")
    made.json("audit", "verify")
    # What is in the write-ahead log would be missing from a copy of the file.
    made.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    return made


@pytest.fixture
def recorded(three_users: Commands, tmp_path: Path) -> Commands:
    return three_users.copied_to(tmp_path / "authme.db")


def exported(authme: Commands, *words: str) -> list[dict[str, Any]]:
    result = authme("audit", "export", *words)
    assert (result.exit_code, result.stderr) == (0, "")
    return [json.loads(line) for line in result.stdout.splitlines()]


class TestVerify:
    def test_a_sound_record_is_said_to_be_sound(self, authme: Commands):
        authme.json("user", "create", "--username", "maria@example.com")

        result = authme("audit", "verify")

        head = authme.json("audit", "verify")["head"]
        assert result.exit_code == 0
        assert result.stdout == f"3 rows under 1 seals, 0 not sealed yet.\nHead: {head}\nThe record is sound.\n"
        assert head.startswith("1:")
        assert len(head) == 66

    @pytest.mark.parametrize("column", ["action", "target", "detail", "user_id"])
    def test_a_row_that_was_edited_is_found_and_named(self, recorded: Commands, column: str):
        recorded.change(f"UPDATE audit_event SET {column} = 'x' WHERE id = 4")  # noqa: S608  # our own names

        result = recorded("audit", "verify", "--json")

        assert result.exit_code == 1
        found = json.loads(result.stdout)
        assert not found["sound"]
        assert found["faults"] == [{"seal": 1, "problem": "of its rows 1 to 5: 1 edited", "rows": [4]}]
        for_people = recorded("audit", "verify")
        assert for_people.exit_code == 1
        assert "seal 1: of its rows 1 to 5: 1 edited (rows 4)\nThe record was changed.\n" in for_people.stdout

    @pytest.mark.parametrize("row", [1, 3, 5])
    def test_a_row_that_was_removed_is_found(self, recorded: Commands, row: int):
        recorded.change(f"DELETE FROM audit_event WHERE id = {row}")  # noqa: S608  # a number

        result = recorded("audit", "verify")

        assert result.exit_code == 1
        assert "seal 1: of its rows 1 to 5: 1 removed\nThe record was changed.\n" in result.stdout

    def test_all_rows_and_seals_removed_are_found_by_the_head_that_was_noted(self, recorded: Commands):
        head = recorded.json("audit", "verify")["head"]
        assert recorded("audit", "verify", "--expect-head", head).exit_code == 0
        recorded.change("DELETE FROM audit_event")
        recorded.change("DELETE FROM audit_seal")

        assert recorded("audit", "verify").exit_code == 0
        result = recorded("audit", "verify", "--expect-head", head)

        assert result.exit_code == 1
        assert "seal 1: the seal that was noted as the head is gone\n" in result.stdout

    @pytest.mark.parametrize("head", ["x", "1", "1:ab", f"x:{'0' * 64}", f"-1:{'0' * 64}"])
    def test_a_head_of_another_form_is_refused(self, authme: Commands, head: str):
        message = refused(authme("audit", "verify", "--expect-head", head))

        assert message == "A head is a number, a colon and 64 hex digits."
        assert not authme.file.exists()


class TestExport:
    def test_each_event_is_a_line_of_json_the_oldest_first(self, recorded: Commands):
        found = exported(recorded)

        assert [one["id"] for one in found] == [1, 2, 3, 4, 5]
        assert [one["action"] for one in found] == ["key.made", "key.made", "user.created", "user.created", "user.created"]
        assert found[2].keys() == {
            "id", "at", "action", "result", "clientId", "userId", "target", "source", "requestId", "detail", "seal",
        }  # fmt: skip
        assert found[2]["detail"] == {"status": "PENDING"}

    def test_with_and_without_json_it_is_the_same(self, recorded: Commands):
        assert exported(recorded, "--json") == exported(recorded)

    def test_it_is_of_one_action_or_user_if_that_is_asked(self, recorded: Commands):
        recorded.change(f"UPDATE audit_event SET user_id = '{'a' * 24}' WHERE id = 4")  # noqa: S608  # our own id

        assert [one["id"] for one in exported(recorded, "--action", "key.made")] == [1, 2]
        assert [one["id"] for one in exported(recorded, "--user", "a" * 24)] == [4]
        assert exported(recorded, "--user", "a" * 24, "--action", "key.made") == []

    def test_it_is_from_one_day_and_before_another_in_utc_or_a_given_zone(self, recorded: Commands):
        day = [datetime(2026, 3, number, tzinfo=UTC) for number in (1, 2, 3, 4, 5)]
        for number, moment in enumerate(day, start=1):
            recorded.change(f"UPDATE audit_event SET at = {int(moment.timestamp() * 1000)} WHERE id = {number}")  # noqa: S608  # numbers

        def ids(*words: str) -> list[int]:
            return [one["id"] for one in exported(recorded, *words)]

        assert ids("--since", "2026-03-04") == [4, 5]
        assert ids("--until", "2026-03-02") == [1]
        assert ids("--since", "2026-03-02", "--until", "2026-03-04") == [2, 3]
        assert ids("--since", "2026-03-03T21:00:00-0300") == [4, 5]
        assert ids("--since", "2026-03-03T21:00:01-0300") == [5]

    @pytest.mark.parametrize("moment", ["yesterday", "2026-13-01", "2026-03-01T10:00:00"])
    def test_a_time_that_is_none_or_has_no_zone_is_refused(self, authme: Commands, moment: str):
        message = misused(authme("audit", "export", "--since", moment))

        assert "--since" in message
        assert moment in message
