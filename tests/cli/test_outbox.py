"""`authme outbox`: an operator watches what is sent, and never sees to whom or what."""

import asyncio
import json

import pytest

from authme.kernel.clock import SystemClock
from authme.kernel.context import Context
from authme.notify.send import Recipient, send
from cli.commands import Commands, refused
from support.given import Given

ADDRESS, CODE = "maria@example.com", "012345"


@pytest.fixture
def rows(authme: Commands) -> list[str]:
    """Three messages that wait; return their ids."""

    async def work(ctx: Context) -> None:
        for _ in range(3):
            values = {"code": CODE, "minutes": 10, "purpose": "MFA"}
            send(ctx, Recipient("EMAIL", ADDRESS), "code", user_id=None, language="pt", **values)  # type: ignore[arg-type]  # as the message takes

    async def write() -> None:
        given = Given({name: value or "" for name, value in authme.env.items()}, SystemClock())
        await given.open()
        await given.run(work)
        await given.close()

    asyncio.run(write())
    return sorted(row_id for (row_id,) in authme.rows("SELECT id FROM outbox"))


def fail(authme: Commands, row_id: str) -> None:
    authme.change(f"UPDATE outbox SET state = 'FAILED', attempts = 3, fault = 'refused', done_at = 1 WHERE id = '{row_id}'")  # noqa: S608  # an id of ours


class TestList:
    def test_it_shows_what_waits_and_what_failed(self, authme: Commands, rows: list[str]):
        fail(authme, rows[0])

        found = authme.json("outbox", "list")

        assert [one["id"] for one in found] == rows
        failed, waiting, _ = found
        assert (failed["state"], failed["attempts"], failed["fault"], failed["dueAt"]) == ("FAILED", 3, "refused", None)
        assert (waiting["kind"], waiting["channel"], waiting["state"], waiting["fault"]) == (
            "MESSAGE",
            "EMAIL",
            "PENDING",
            None,
        )
        assert waiting["dueAt"] == waiting["createdAt"]
        assert [one["id"] for one in authme.json("outbox", "list", "--state", "FAILED")] == rows[:1]
        assert authme.json("outbox", "list", "--state", "SENT") == []

    def test_it_shows_neither_to_whom_nor_what(self, authme: Commands, rows: list[str]):
        shown = authme("outbox", "list").stdout + json.dumps(authme.json("outbox", "list"))

        assert rows[0] in shown
        assert ADDRESS not in shown
        assert CODE not in shown


class TestRetry:
    def test_one_that_failed_waits_again(self, authme: Commands, rows: list[str]):
        fail(authme, rows[0])
        fail(authme, rows[1])

        assert authme.json("outbox", "retry", rows[0]) == {"retried": 1}

        assert authme.rows("SELECT id, attempts, fault FROM outbox WHERE state = 'PENDING' ORDER BY id") == [
            (rows[0], 0, None),
            (rows[2], 0, None),
        ]
        assert authme.rows("SELECT target FROM audit_event WHERE action = 'outbox.retried'") == [(rows[0],)]

    def test_or_all_that_failed(self, authme: Commands, rows: list[str]):
        fail(authme, rows[0])
        fail(authme, rows[1])

        assert authme("outbox", "retry", "--all").stdout == "2 to be tried again.\n"
        assert authme.json("outbox", "retry", "--all") == {"retried": 0}

    def test_one_that_did_not_fail_is_refused(self, authme: Commands, rows: list[str]):
        assert refused(authme("outbox", "retry", rows[0])) == "There is no such row that failed."
        assert refused(authme("outbox", "retry", "0" * 24)) == "There is no such row that failed."

    def test_which_is_to_be_said(self, authme: Commands, rows: list[str]):
        assert refused(authme("outbox", "retry")) == "an ID or --all is expected"
        assert refused(authme("outbox", "retry", rows[0], "--all")) == "an ID or --all is expected"
        assert refused(authme("outbox", "retry", "1")) == "ID: 24 lowercase hex digits is expected"


class TestCancel:
    def test_what_waits_is_taken_back_and_erased(self, authme: Commands, rows: list[str]):
        assert authme.json("outbox", "cancel", rows[0]) == {"id": rows[0], "state": "CANCELLED"}

        assert authme.rows("SELECT id FROM outbox WHERE payload IS NULL") == [(rows[0],)]
        assert authme.rows("SELECT target FROM audit_event WHERE action = 'outbox.cancelled'") == [(rows[0],)]

    def test_what_is_done_is_not(self, authme: Commands, rows: list[str]):
        authme.change(f"UPDATE outbox SET state = 'SENT', payload = NULL WHERE id = '{rows[0]}'")  # noqa: S608  # an id of ours

        assert refused(authme("outbox", "cancel", rows[0])) == "There is no such row that waits or failed."


class TestCheck:
    def test_it_says_which_messages_wait_and_is_content(self, authme: Commands):
        result = authme("check")

        assert result.exit_code == 0
        assert "mail: not configured; messages wait in the outbox\n" in result.stdout
        assert authme.json("check")["hints"] == [
            "mail: not configured; messages wait in the outbox",
            "short messages: not configured; they wait in the outbox",
        ]

    def test_with_a_mail_server_and_a_gateway_there_is_nothing_to_say(self, authme: Commands):
        ways = {"smtp_host": "smtp.example.com", "mail_from": "a@example.com", "sms_url": "https://sms.example.com"}

        assert authme("check", **ways).stdout == "Settings, database, schema and keys are in order.\n"
