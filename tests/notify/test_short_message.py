"""Short messages, to a real HTTP gateway."""

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from authme.notify.send import Recipient
from notify.conftest import MakePostman
from support.gateway import Gateway
from support.mail import MailServer

MARIA = Recipient("SMS", "5511987654321")
NAUGHTY = 'quote " and \\ and <b> & ção'


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    with Gateway(tmp_path / "gateway") as server:
        yield server


async def test_a_message_is_one_line_in_the_form_that_the_operator_set(make_postman: MakePostman, gateway: Gateway):
    key = {"Authorization": "Bearer the-key"}
    postman = await make_postman(**gateway.settings(sms_headers=json.dumps(key), product_name=NAUGHTY))
    await postman.send_code(MARIA, language="pt")

    [row] = await postman.deliver()

    [request] = gateway.requests()
    assert (row.state, row.fault) == ("SENT", None)
    assert request["path"] == "/messages?from=authme"
    assert request["headers"]["Authorization"] == "Bearer the-key"
    assert request["headers"]["Content-Type"] == "application/json"
    assert request["headers"]["Idempotency-Key"] == row.id
    body = json.loads(request["body"])
    assert body["to"] == "5511987654321"
    assert body["text"].startswith(f"{NAUGHTY}: 012345 é o código para ")
    assert "\n" not in body["text"]


async def test_the_form_may_be_any(make_postman: MakePostman, gateway: Gateway):
    form = {
        "sms_body": "to={{ to | urlencode }}&message={{ text | urlencode }}&ref={{ id }}",
        "sms_content_type": "application/x-www-form-urlencoded",
    }
    postman = await make_postman(**gateway.settings(**form, product_name=NAUGHTY))
    await postman.send(MARIA)

    [row] = await postman.deliver()

    found = parse_qs(gateway.requests()[0]["body"])
    assert (found["to"], found["ref"]) == (["5511987654321"], [row.id])
    assert found["message"][0].startswith(f"{NAUGHTY}: your password was changed")


@pytest.mark.parametrize("status", [400, 403, 404, 410, 422])
async def test_what_the_gateway_refuses_is_given_up(make_postman: MakePostman, gateway: Gateway, status: int):
    gateway.behave(status=status)
    postman = await make_postman(**gateway.settings())
    await postman.send(MARIA)

    [row] = await postman.deliver()

    assert (row.state, row.fault) == ("FAILED", f"the gateway answered {status}")


@pytest.mark.parametrize("status", [302, 307, 401, 407, 408, 425, 429, 500, 502, 503])
async def test_what_is_no_fault_of_the_message_is_tried_again_with_the_same_key(
    make_postman: MakePostman, gateway: Gateway, status: int
):
    gateway.behave(status=status, location=f"http://127.0.0.1:{gateway.port}/elsewhere")
    postman = await make_postman(**gateway.settings())
    await postman.send(MARIA)

    [row] = await postman.deliver()
    assert (row.state, row.fault) == ("PENDING", f"the gateway answered {status}")

    gateway.behave()
    postman.clock.advance(timedelta(seconds=1))
    postman.courier.start()
    await asyncio.to_thread(gateway.wait_for, 2)
    await postman.courier.stop()
    first, second = gateway.requests()
    assert first["headers"]["Idempotency-Key"] == second["headers"]["Idempotency-Key"] == row.id
    assert first["path"] == second["path"]
    assert [one.state for one in await postman.rows()] == ["SENT"]


@pytest.mark.parametrize("status", [408, 429, 500, 502])
async def test_a_number_that_the_gateway_does_not_like_holds_up_no_other(
    make_postman: MakePostman, gateway: Gateway, status: int
):
    """A stranger could register with such numbers."""
    gateway.behave(status=status)
    postman = await make_postman(**gateway.settings())
    for _ in range(3):
        await postman.send(MARIA)
    await postman.deliver()
    gateway.behave()

    await postman.send(MARIA)
    await postman.deliver()

    assert sorted(one.state for one in await postman.rows()) == ["PENDING"] * 3 + ["SENT"]


async def test_a_gateway_that_does_not_answer_is_waited_for_only_so_long(make_postman: MakePostman, gateway: Gateway):
    postman = await make_postman(**gateway.settings(message_timeout_seconds=1))
    gateway.freeze()
    await postman.send(MARIA)

    [row] = await postman.deliver()

    assert (row.state, row.fault) == ("PENDING", "the gateway does not answer in time")


async def test_a_gateway_that_is_not_there_is_tried_again(make_postman: MakePostman, gateway: Gateway):
    postman = await make_postman(**gateway.settings())
    gateway.kill()
    await postman.send(MARIA)

    [row] = await postman.deliver()

    assert (row.state, row.fault) == ("PENDING", "the gateway cannot be reached")


async def test_a_gateway_that_says_too_much_is_not_listened_to(make_postman: MakePostman, gateway: Gateway):
    gateway.behave(bytes=50_000_000)
    postman = await make_postman(**gateway.settings())
    await postman.send(MARIA)

    assert [row.state for row in await postman.deliver()] == ["SENT"]


async def test_a_gateway_that_hangs_holds_up_no_mail(make_postman: MakePostman, gateway: Gateway, tmp_path: Path):
    gateway.behave(delay=20)
    with MailServer(tmp_path / "mail") as mail:
        postman = await make_postman(**gateway.settings(), **mail.settings())
        await postman.send(MARIA)
        postman.courier.start()
        await asyncio.to_thread(gateway.wait_for, 1)

        await postman.send("maria@example.com")
        await asyncio.to_thread(mail.wait_for, "maria@example.com", seconds=2)

        gateway.kill()
