"""Mail over SMTP (RFC 5321), with TLS."""

import asyncio
import contextlib
import re
import ssl
from typing import Final

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPDataError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from authme.notify.letter import Mailbox
from authme.outbox.handler import Done, Later, Never, Outcome
from authme.settings import MessageSettings

_IDLE_SECONDS: Final = 15.0
"""Shorter than mail servers wait for the next message."""
_FRESH_SECONDS: Final = 1.0
_AT_MOST: Final = 100
"""Messages over one connection; many mail servers take no more."""
_PERMANENT: Final = 500
_UNAVAILABLE: Final = 421
_STATUS: Final = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?=\s|$)")  # RFC 3463


class Connection:
    """One connection to the mail server, for one message at a time."""

    def __init__(self, client: SMTP) -> None:
        self.client = client
        self.messages = 0
        self.used_at = 0.0


class MailServer:
    """Sends letters, several over one connection. `local_name` is what it calls itself (EHLO)."""

    def __init__(self, settings: MessageSettings, *, local_name: str) -> None:
        self._settings = settings
        self._local_name = local_name
        self._context = None if settings.smtp_tls == "none" else _tls(settings)
        self._idle: list[Connection] = []

    async def send(self, data: bytes, *, sender: Mailbox, to: Mailbox) -> Outcome:
        """Send a letter; return what came of it."""
        try:
            async with asyncio.timeout(self._settings.message_timeout_seconds):
                return await self._send(await self._connection(), data, sender, to)
        except TimeoutError:
            return Later("the mail server does not answer in time", is_channel_down=True)
        except (SMTPException, OSError) as fault:
            return Later(_why_down(fault), is_channel_down=True)

    async def close(self) -> None:
        """Take leave of the server."""
        idle, self._idle = self._idle, []
        await asyncio.gather(*map(_leave, idle))

    async def _send(self, connection: Connection, data: bytes, sender: Mailbox, to: Mailbox) -> Outcome:
        options = ["SMTPUTF8"] if to.is_international or sender.is_international else []
        try:
            await connection.client.sendmail(str(sender), [str(to)], data, mail_options=options)
            outcome: Outcome = Done()
        except SMTPRecipientsRefused as fault:
            outcome = _refusal("the recipient", fault.recipients[0])
        except SMTPDataError as fault:
            outcome = _refusal("the message", fault)
        except SMTPNotSupported:
            outcome = Never("the mail server takes no such address (SMTPUTF8)")
        except BaseException:
            connection.client.close()
            raise
        self._keep(connection)
        return outcome

    async def _connection(self) -> Connection:
        now = asyncio.get_running_loop().time()
        while self._idle:
            connection = self._idle.pop()
            if await self._is_usable(connection, now):
                return connection
            await _leave(connection)
        return Connection(await self._connect())

    async def _is_usable(self, connection: Connection, now: float) -> bool:
        age = now - connection.used_at
        if not connection.client.is_connected or age > _IDLE_SECONDS or connection.messages >= _AT_MOST:
            return False
        if age > _FRESH_SECONDS:
            # The server may have gone meanwhile; a message must not find out.
            try:
                await connection.client.noop(timeout=_FRESH_SECONDS)
            except (SMTPException, OSError):
                return False
        return True

    def _keep(self, connection: Connection) -> None:
        connection.messages += 1
        connection.used_at = asyncio.get_running_loop().time()
        if connection.client.is_connected:
            self._idle.append(connection)

    async def _connect(self) -> SMTP:
        given = self._settings
        client = SMTP(
            hostname=given.smtp_host,
            port=given.smtp_port,
            username=given.smtp_username,
            password=given.smtp_password,
            local_hostname=self._local_name,
            timeout=given.message_timeout_seconds,
            use_tls=given.smtp_tls == "implicit",
            # Without an offer of STARTTLS nothing is sent: whoever takes the offer away would read codes.
            start_tls=given.smtp_tls == "starttls",
            tls_context=self._context,
        )
        await client.connect()
        return client


def _tls(settings: MessageSettings) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=settings.smtp_ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


async def _leave(connection: Connection) -> None:
    with contextlib.suppress(SMTPException, OSError):
        await connection.client.quit(timeout=_FRESH_SECONDS)
    connection.client.close()


def _why_down(fault: SMTPException | OSError) -> str:
    """Return why no message can be sent, without anything that the server wrote but its numbers."""
    certificate = _certificate_fault(fault)
    if certificate is not None:
        return f"the mail server's certificate is not accepted: {certificate}"
    match fault:
        case SMTPAuthenticationError():
            return f"the mail server refused the login: {_numbers(fault)}"
        case SMTPResponseException():
            return f"the mail server refused: {_numbers(fault)}"
        case SMTPConnectError() | OSError():
            return "the mail server cannot be reached"
        case _:
            return "the mail server does not offer what is needed (STARTTLS, login)"


def _refusal(of: str, fault: SMTPResponseException) -> Outcome:
    """Return what a refusal of one message means; what the server wrote may name the recipient and is not repeated."""
    reason = f"the mail server refused {of}: {_numbers(fault)}"
    if fault.code == _UNAVAILABLE:
        return Later(reason, is_channel_down=True)
    return Never(reason) if fault.code >= _PERMANENT else Later(reason)


def _numbers(fault: SMTPResponseException) -> str:
    status = _STATUS.match(fault.message)
    return f"{fault.code} {status.group()}" if status else str(fault.code)


def _certificate_fault(fault: BaseException | None) -> str | None:
    while fault is not None:
        if isinstance(fault, ssl.SSLCertVerificationError):
            return fault.verify_message
        fault = fault.__cause__ or fault.__context__
    return None
