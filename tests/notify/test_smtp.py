"""Mail, to a real mail server."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from authme.notify.send import Recipient
from notify.conftest import MakePostman
from support.mail import SENDER, MailServer

MARIA = "Maria.Silva@example.com"


@pytest.fixture
def mail(tmp_path: Path) -> Iterator[MailServer]:
    with MailServer(tmp_path / "mail") as server:
        yield server


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
async def test_mail_goes_encrypted_and_logged_in(make_postman: MakePostman, tmp_path: Path, tls: Any):
    with MailServer(tmp_path / "mail", tls=tls, login=("authme", "a password")) as mail:
        postman = await make_postman(**mail.settings())
        await postman.send_code(MARIA)

        [row] = await postman.deliver()

        [taken] = mail.messages(MARIA)
    assert (row.state, row.fault) == ("SENT", None)
    assert (taken.is_encrypted, taken.login) == (True, "authme")
    assert taken.sender == SENDER
    assert taken.code == "012345"


async def test_on_this_machine_it_may_go_in_the_clear(make_postman: MakePostman, tmp_path: Path):
    with MailServer(tmp_path / "mail", tls="none") as mail:
        postman = await make_postman(**mail.settings())
        await postman.send(MARIA)

        [row] = await postman.deliver()

        assert (row.state, len(mail.messages(MARIA))) == ("SENT", 1)


async def test_several_go_over_one_connection(make_postman: MakePostman, mail: MailServer):
    postman = await make_postman(**mail.settings())
    for number in range(40):
        await postman.send(f"person{number}@example.com")

    await postman.deliver()

    taken = mail.messages()
    assert len(taken) == 40
    assert len({tuple(one.client) for one in taken}) <= 8


async def test_a_connection_that_the_server_gave_up_is_no_fault(
    make_postman: MakePostman, mail: MailServer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("authme.notify.smtp._FRESH_SECONDS", 0.0)
    postman = await make_postman(**mail.settings())
    await postman.send("first@example.com")
    await postman.deliver()

    mail.stop()
    mail.start()
    await postman.send("second@example.com")
    rows = await postman.deliver()

    assert [(row.state, row.attempts) for row in rows] == [("SENT", 1), ("SENT", 1)]


class TestWhatIsNotTrusted:
    async def refused(self, make_postman: MakePostman, **settings: object) -> str:
        postman = await make_postman(**settings, message_timeout_seconds=5)
        await postman.send_code(MARIA)
        [row] = await postman.deliver()
        assert row.state == "PENDING"
        return row.fault or ""

    async def test_a_certificate_of_another_authority(self, make_postman: MakePostman, mail: MailServer, tmp_path: Path):
        other = MailServer(tmp_path / "other")

        fault = await self.refused(make_postman, **mail.settings() | {"smtp_ca_file": other.ca_file})

        assert fault.startswith("the mail server's certificate is not accepted: ")
        assert mail.messages() == []

    @pytest.mark.parametrize("tls", ["starttls", "implicit"])
    async def test_a_certificate_for_another_name(self, make_postman: MakePostman, tmp_path: Path, tls: Any):
        with MailServer(tmp_path / "mail", tls=tls, names=("smtp.example.com",)) as mail:
            fault = await self.refused(make_postman, **mail.settings())

            assert fault.startswith("the mail server's certificate is not accepted: Hostname mismatch")
            assert mail.messages() == []

    async def test_one_of_the_systems_authorities_is_asked_without_a_file(self, make_postman: MakePostman, mail: MailServer):
        settings = mail.settings()
        del settings["smtp_ca_file"]

        assert "certificate is not accepted" in await self.refused(make_postman, **settings)

    async def test_a_server_that_offers_no_encryption(self, make_postman: MakePostman, mail: MailServer):
        mail.behave(offers_tls=False)

        fault = await self.refused(make_postman, **mail.settings())

        assert "STARTTLS" in fault
        assert mail.messages() == []


class TestRefusals:
    async def outcome(self, make_postman: MakePostman, mail: MailServer, **behaviour: str) -> tuple[str, str | None]:
        mail.behave(**behaviour)
        postman = await make_postman(**mail.settings())
        await postman.send_code(MARIA)
        [row] = await postman.deliver()
        assert mail.messages() == []
        return row.state, row.fault

    async def test_a_recipient_that_is_not_there_is_given_up(self, make_postman: MakePostman, mail: MailServer):
        answer = f"550 5.1.1 <{MARIA}>: no such user"

        assert await self.outcome(make_postman, mail, recipient=answer) == (
            "FAILED",
            "the mail server refused the recipient: 550 5.1.1",
        )

    async def test_one_that_is_busy_is_tried_again(self, make_postman: MakePostman, mail: MailServer):
        assert await self.outcome(make_postman, mail, recipient="451 4.7.1 Greylisted") == (
            "PENDING",
            "the mail server refused the recipient: 451 4.7.1",
        )

    async def test_a_message_that_is_refused_is_given_up_or_tried_again(self, make_postman: MakePostman, mail: MailServer):
        assert (await self.outcome(make_postman, mail, data="554 5.7.1 spam"))[0] == "FAILED"

    async def test_a_sender_that_is_refused_is_no_fault_of_the_message(self, make_postman: MakePostman, mail: MailServer):
        state, fault = await self.outcome(make_postman, mail, sender="553 5.7.1 not yours")

        assert (state, fault) == ("PENDING", "the mail server refused: 553 5.7.1")

    async def test_a_wrong_password_is_no_fault_of_the_message(self, make_postman: MakePostman, tmp_path: Path):
        with MailServer(tmp_path / "mail", login=("authme", "a password")) as mail:
            postman = await make_postman(**mail.settings() | {"smtp_password": "another password"})
            await postman.send_code(MARIA)

            [row] = await postman.deliver()

        assert (row.state, row.fault) == ("PENDING", "the mail server refused the login: 535 5.7.8")

    async def test_one_recipients_refusal_is_not_the_others(self, make_postman: MakePostman, mail: MailServer):
        mail.behave(recipient="550 no", only="gone")
        postman = await make_postman(**mail.settings())
        for name in ("a@example.com", "gone@example.com", "b@example.com"):
            await postman.send(name)

        rows = await postman.deliver()

        assert sorted(row.state for row in rows) == ["FAILED", "SENT", "SENT"]
        assert {one.recipients[0] for one in mail.messages()} == {"a@example.com", "b@example.com"}


class TestOutages:
    async def test_what_could_not_be_sent_is_sent_once_the_server_is_back(self, make_postman: MakePostman, mail: MailServer):
        postman = await make_postman(**mail.settings())
        mail.stop()
        await postman.send_code(MARIA)
        assert [(row.state, row.fault) for row in await postman.deliver()] == [("PENDING", "the mail server cannot be reached")]

        mail.start()
        postman.clock.advance(timedelta(seconds=1))
        postman.courier.start()

        [taken] = await asyncio.to_thread(mail.wait_for, MARIA)
        await postman.courier.stop()
        assert taken.code == "012345"
        assert [(row.state, row.attempts) for row in await postman.rows()] == [("SENT", 2)]
        assert len(mail.messages()) == 1

    async def test_a_server_that_does_not_answer_is_waited_for_only_so_long(self, make_postman: MakePostman, mail: MailServer):
        postman = await make_postman(**mail.settings(), message_timeout_seconds=1)
        mail.freeze()
        await postman.send(MARIA)

        [row] = await postman.deliver()

        assert (row.state, row.fault) == ("PENDING", "the mail server does not answer in time")

    async def test_one_that_was_stopped_in_the_middle_of_a_message_gets_it_again_with_the_same_id(
        self, make_postman: MakePostman, mail: MailServer
    ):
        postman = await make_postman(**mail.settings(), message_timeout_seconds=1)
        mail.behave(delay=5)
        await postman.send(MARIA)
        [row] = await postman.deliver()
        assert row.state == "PENDING"

        mail.behave()
        postman.clock.advance(timedelta(seconds=2))
        postman.courier.start()

        first, second = await asyncio.to_thread(mail.wait_for, MARIA, count=2)
        assert first.id == second.id == f"<{row.id}@example.com>"
        assert first.message["Date"] == second.message["Date"]


class TestAddresses:
    async def test_an_internationalised_domain_goes_in_its_ascii_form(self, make_postman: MakePostman, mail: MailServer):
        postman = await make_postman(**mail.settings())
        await postman.send("Zoe@straße.example")

        [row] = await postman.deliver()

        [taken] = mail.messages()
        assert row.state == "SENT"
        assert taken.recipients == ["Zoe@xn--strae-oqa.example"]
        assert str(taken.message["To"]) == "Zoe@xn--strae-oqa.example"
        assert "SMTPUTF8" not in taken.options

    async def test_an_internationalised_mailbox_goes_to_a_server_that_takes_it(
        self, make_postman: MakePostman, mail: MailServer
    ):
        postman = await make_postman(**mail.settings())
        await postman.send("josé@example.com")

        [row] = await postman.deliver()

        [taken] = mail.messages("josé@example.com")
        assert row.state == "SENT"
        assert "SMTPUTF8" in taken.options
        assert str(taken.message["To"]) == "josé@example.com"

    async def test_and_is_given_up_at_one_that_does_not(self, make_postman: MakePostman, mail: MailServer):
        mail.behave(smtputf8=False)
        postman = await make_postman(**mail.settings())
        await postman.send("josé@example.com")

        [row] = await postman.deliver()

        assert (row.state, row.fault) == ("FAILED", "the mail server takes no such address (SMTPUTF8)")

    @pytest.mark.parametrize(
        "address",
        [
            "maria<eve@evil.example>@example.com", "maria,eve@example.com", "maria(eve)@example.com", '"maria eve"@example.com',
            "maria@example.com>\r\nRCPT TO:<eve@example.com", "maria@example.com\r\nBcc: eve@example.com", "@example.com",
            "maria@", "maria@exa mple.com", "maria@[127.0.0.1]", "maria@example..com",
        ],
    )  # fmt: skip
    async def test_what_could_be_read_as_another_address_is_given_up(
        self, make_postman: MakePostman, mail: MailServer, address: str
    ):
        postman = await make_postman(**mail.settings())
        await postman.send(address)

        [row] = await postman.deliver()

        assert row.state == "FAILED"
        assert "malformed" in (row.fault or "")
        assert "maria" not in (row.fault or "")
        assert mail.messages() == []


async def test_without_a_mail_server_mail_waits(make_postman: MakePostman):
    postman = await make_postman()
    await postman.send(MARIA)
    await postman.send(Recipient("SMS", "5511999990000"))

    assert [(row.state, row.attempts) for row in await postman.deliver()] == [("PENDING", 0)] * 2
