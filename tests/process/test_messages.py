"""Messages of a real server to a real mail server, whatever dies or hangs."""

import itertools
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from authme.kernel.context import Context
from authme.notify.send import Recipient, send
from support.api import API
from support.given import Given, GivenClient, GivenUser
from support.mail import MailServer
from support.outside import wait_until
from support.serving import Serving, serving
from support.two_engines import rows_of

Rows = list[tuple[Any, ...]]
MANY = 10_000
IN_FLIGHT = 8
"""Messages that one worker process has under way at a time."""


@pytest.fixture
def mail(tmp_path: Path) -> Iterator[MailServer]:
    with MailServer(tmp_path / "mail") as server:
        yield server


@pytest.fixture
def sending(env: dict[str, str], mail: MailServer) -> dict[str, str]:
    """The settings of a server that sends its mail to the mail server."""
    return sent_to(mail, env)


def sent_to(mail: MailServer, env: dict[str, str]) -> dict[str, str]:
    settings = {f"AUTHME_{name.upper()}": str(value) for name, value in mail.settings().items()}
    return env | settings | {"AUTHME_MESSAGE_TIMEOUT_SECONDS": "2", "AUTHME_LOG_LEVEL": "warning"}


def enqueue(prepare: Any, count: int) -> None:
    """Write messages, each to an address of its own, beside the server."""

    async def work(given: Given) -> None:
        numbers = iter(range(count))
        while chunk := list(itertools.islice(numbers, 100)):

            async def write(ctx: Context, chunk: list[int] = chunk) -> None:
                for number in chunk:
                    to = Recipient("EMAIL", f"person{number}@example.com")
                    send(ctx, to, "password_changed", user_id=None, language="pt")

            await given.run(write)

    prepare(work)


def states(prepare: Any) -> dict[str, int]:
    async def work(given: Given) -> Rows:
        return await rows_of(given.env["AUTHME_DATABASE_URL"], "SELECT state, count(*) FROM outbox GROUP BY state")

    return dict(prepare(work))


def everything_is_sent(prepare: Any, count: int) -> None:
    wait_until(lambda: states(prepare) == {"SENT": count}, "not everything was sent", seconds=60, every=0.5)


def has_taken(mail: MailServer, count: int) -> None:
    wait_until(lambda: mail.count() >= count, f"{count} were not sent", seconds=240, every=0.25)


def test_ten_thousand_messages_are_sent_after_a_restart_and_a_kill_loses_none(
    env: dict[str, str], prepare: Any, tmp_path: Path
):
    enqueue(prepare, MANY)
    # Without encryption, which would be half of what the mail server has to do.
    with MailServer(tmp_path / "mail", tls="none") as mail:
        sending = sent_to(mail, env)
        with serving(sending, tmp_path, "--workers", "2") as server:
            has_taken(mail, MANY // 3)
            server.kill()
        assert mail.count() < MANY

        with serving(sending, tmp_path, "--workers", "2") as again:
            began = time.monotonic()
            has_taken(mail, MANY)
            everything_is_sent(prepare, MANY)
            assert time.monotonic() - began < 240
            assert again.stop() < 10

    taken = Counter((one.recipients[0], one.id) for one in mail.messages())
    # Each message has one id, whoever sent it and how often.
    assert len(taken) == len({to for to, _ in taken}) == len({id_ for _, id_ in taken}) == MANY
    # Twice came only what was under way at the kill.
    assert taken.total() - MANY <= 2 * IN_FLIGHT


def test_requests_do_not_wait_for_a_mail_server_that_hangs(
    sending: dict[str, str], prepare: Any, mail: MailServer, tmp_path: Path
):
    async def make(given: Given) -> tuple[GivenClient, GivenUser]:
        return await given.client(), await given.user("maria@example.com")

    client, _ = prepare(make)
    mail.freeze()
    with serving(sending, tmp_path) as server:
        times = [ask_for_a_code(server, client, "maria@example.com") for _ in range(2)]
        times += [ask_for_a_code(server, client, f"person{n}@example.com") for n in range(5)]
        assert max(times) < 1
        assert mail.messages() == []

        mail.thaw()

        assert mail.wait_for("maria@example.com", count=2, seconds=30)
        assert server.stop() < 10


def ask_for_a_code(server: Serving, client: GivenClient, name: str) -> float:
    began = time.monotonic()
    answer = httpx.post(
        f"{server.url}{API}/user-identities/retrieve-identity",
        params={"clientId": client.id},
        json={"userName": name},
        timeout=10,
    )
    assert answer.status_code == 201, answer.text
    return time.monotonic() - began


def test_what_is_under_way_is_finished_or_given_back_at_sigterm(
    sending: dict[str, str], prepare: Any, mail: MailServer, tmp_path: Path
):
    enqueue(prepare, 40)
    mail.behave(delay=1)
    with serving(sending, tmp_path) as server:
        mail.wait_for(count=4)
        assert server.stop() < 10

    async def claimed(given: Given) -> Rows:
        return await rows_of(given.env["AUTHME_DATABASE_URL"], "SELECT id FROM outbox WHERE claimed_by IS NOT NULL")

    assert prepare(claimed) == []
    # Who was being sent to was answered: nobody gets it twice.
    assert states(prepare) == {"SENT": mail.count(), "PENDING": 40 - mail.count()}


def test_a_mail_server_that_hangs_does_not_keep_the_server_from_stopping(
    sending: dict[str, str], prepare: Any, mail: MailServer, tmp_path: Path
):
    enqueue(prepare, 5)
    mail.behave(hang=True)
    with serving(sending | {"AUTHME_MESSAGE_TIMEOUT_SECONDS": "60"}, tmp_path) as server:
        time.sleep(1)
        assert server.stop() < 10

    mail.behave()
    with serving(sending, tmp_path):
        # They were given back, and are nobody's: the next server need not wait until their claims run out.
        mail.wait_for(count=5, seconds=10)


def test_the_mail_server_may_come_and_go_and_each_message_comes_once(
    sending: dict[str, str], prepare: Any, mail: MailServer, tmp_path: Path
):
    enqueue(prepare, 300)
    with serving(sending, tmp_path, "--workers", "3"), ThreadPoolExecutor(1) as pool:
        mail.wait_for(count=50)
        mail.stop()
        time.sleep(0.5)
        mail.start()

        pool.submit(everything_is_sent, prepare, 300).result()

    taken = Counter(one.recipients[0] for one in mail.messages())
    assert len(taken) == 300
    # One that was stopped between taking a message and saying so gets that one again.
    assert taken.total() - 300 <= 3 * IN_FLIGHT


def test_a_way_that_is_not_configured_is_said_once_at_the_start_and_its_messages_wait(
    env: dict[str, str], prepare: Any, tmp_path: Path
):
    enqueue(prepare, 3)
    with serving(env | {"AUTHME_LOG_LEVEL": "warning"}, tmp_path, "--workers", "2") as server:
        assert server.stop() < 10

    hints = [line for line in server.log.read_text().splitlines() if "messages.wait" in line]
    assert len(hints) == 2
    assert "mail: not configured; messages wait in the outbox" in hints[0]
    assert states(prepare) == {"PENDING": 3}
