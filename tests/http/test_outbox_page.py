"""The messages that a server in development keeps instead of sending them."""

import re
from pathlib import Path

import pytest

from authme.app import endpoints
from authme.kernel.context import Context
from authme.notify.local_store import KEPT, LocalMessage, keep_local_message
from authme.notify.send import Message, Recipient, send
from support.answers import refused
from support.given import Given, MakeGiven

MARIA = Recipient("EMAIL", "maria@example.com")


@pytest.fixture
async def developing(make_given: MakeGiven, tmp_path: Path) -> Given:
    return await make_given(f"sqlite:///{tmp_path}/authme.db", development="true")


async def sent(given: Given, to: Recipient | None, message: Message = "password_changed", **values: str | int) -> None:
    """Have a message sent and delivered."""

    async def work(ctx: Context) -> None:
        send(ctx, to, message, user_id=None, language="en", **values)

    await given.run(work)
    await given.server.courier.deliver_due()


async def shown(given: Given) -> list[dict[str, object]]:
    answer = await given.api.get("/dev/outbox", headers={"Accept": "application/json"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    items: list[dict[str, object]] = answer.json()["items"]
    return items


async def test_programs_read_the_messages_the_newest_first(developing: Given):
    await sent(developing, MARIA)
    developing.later(seconds=1)
    await sent(developing, Recipient("SMS", "5511999990000"), "code", code="012345", minutes=10, purpose="MFA")
    await sent(developing, None)

    short, mail = await shown(developing)

    assert mail.keys() == short.keys() == {"id", "channel", "to", "subject", "text", "createdAt"}
    assert (mail["channel"], mail["to"], mail["subject"]) == ("EMAIL", "maria@example.com", "Your password was changed")
    assert (short["channel"], short["to"], short["subject"]) == ("SMS", "5511999990000", None)
    assert "012345" in str(short["text"])
    assert str(mail["createdAt"]) < str(short["createdAt"])


async def test_people_read_them_on_a_page(developing: Given):
    assert "There is none yet." in (await developing.api.get("/dev/outbox")).text
    await sent(developing, MARIA, "device_associated", device="<script>alert(1)</script>")

    answer = await developing.api.get("/dev/outbox", headers={"Accept": "text/html"})

    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "A new device was associated" in answer.text
    assert "maria@example.com" in answer.text
    assert "<script" not in answer.text
    assert "&lt;script&gt;" in answer.text


async def test_the_page_runs_nothing_and_fetches_nothing(developing: Given):
    answer = await developing.api.get("/dev/outbox")

    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert "script-src" not in policy
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert not re.search(r'(src|href)="(?!/dev/|data:,)', answer.text)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "[", "localhost.evil.example:8080", ""])
async def test_a_name_that_was_made_to_lead_here_gets_nothing(developing: Given, host: str):
    await sent(developing, MARIA)

    refused(await developing.api.get("/dev/outbox", headers={"Host": host}), 404, "401")


@pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1:8080", "[::1]:8080", "LOCALHOST"])
async def test_the_names_of_this_machine_do(developing: Given, host: str):
    assert (await developing.api.get("/dev/outbox", headers={"Host": host})).status_code == 200


async def test_only_the_newest_are_kept(developing: Given):
    async def fill(ctx: Context) -> None:
        for number in range(KEPT + 3):
            message = LocalMessage(
                id=f"{number:024x}", channel="SMS", address=str(number), subject="", text="", html="", created_at=number
            )
            await keep_local_message(ctx.tx, message)

    await developing.run(fill)

    assert [message["to"] for message in await shown(developing)] == [str(n) for n in range(KEPT + 2, 2, -1)]


async def test_a_server_that_is_not_in_development_has_no_such_page(given: Given):
    refused(await given.api.get("/dev/outbox"), 404, "402")
    assert not any(endpoint.path.startswith("/dev") for endpoint in endpoints())
    assert {endpoint.id for endpoint in endpoints(development=True)} > {"X-dev-outbox"}
