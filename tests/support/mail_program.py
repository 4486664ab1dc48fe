"""A mail server: FOLDER PORT starttls|implicit|none [USERNAME PASSWORD].

`behaviour.json` may say: `sender`, `recipient`, `data` (answers instead of 250), `only` (a word in the address that these are
for), `delay` (seconds before each answer to DATA), `hang` (never answer DATA), `offers_tls`, `smtputf8` (false: it does not).
"""

import asyncio
import base64
import itertools
import json
import os
import ssl
import sys
import time
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

FOLDER = Path(sys.argv[1])
_numbers = itertools.count()


def behaviour() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / "behaviour.json").read_text())
    return found


def told(what: str, address: str) -> str | None:
    """Return the answer that this server is to give instead of its own."""
    how = behaviour()
    return str(how[what]) if what in how and how.get("only", "") in address else None


class Handler:
    """Takes every message, unless it is told otherwise."""

    async def handle_MAIL(  # noqa: N802  # a name of aiosmtpd's
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = told("sender", address)
        if answer is None:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return answer or "250 OK"

    async def handle_RCPT(  # noqa: N802  # a name of aiosmtpd's
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = told("recipient", address)
        if answer is None:
            envelope.rcpt_tos.append(address)
            envelope.rcpt_options.extend(options)
        return answer or "250 OK"

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # a name of aiosmtpd's
        how = behaviour()
        if how.get("hang"):
            await asyncio.sleep(3600)
        answer = told("data", envelope.rcpt_tos[0])
        if answer is not None:
            return answer
        keep(session, envelope)
        # Kept, and not answered yet: a client that goes away now cannot know.
        await asyncio.sleep(how.get("delay", 0))
        return "250 OK"


def keep(session: Session, envelope: Envelope) -> None:
    content = envelope.original_content or b""
    kept = {
        "sender": envelope.mail_from,
        "recipients": envelope.rcpt_tos,
        "options": envelope.mail_options,
        "is_encrypted": session.ssl is not None or sys.argv[3] == "implicit",
        "login": getattr(session, "login_name", None),
        "client": list(session.peer),
        "hello": session.host_name,
        "content": base64.b64encode(content).decode(),
    }
    name = f"{time.time_ns():020d}-{os.getpid()}-{next(_numbers):06d}"
    draft = FOLDER / "kept" / f"{name}.draft"
    draft.write_text(json.dumps(kept))
    draft.rename(draft.with_suffix(".json"))


def authenticator(_server: Any, session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
    is_right = isinstance(given, LoginPassword) and [given.login.decode(), given.password.decode()] == sys.argv[4:6]
    session.login_name = given.login.decode() if is_right else None
    return AuthResult(success=is_right, handled=False)


async def main() -> None:
    port, tls = int(sys.argv[2]), sys.argv[3]
    context = None
    if tls != "none":
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(FOLDER / "certificate.pem", FOLDER / "key.pem")
    loop = asyncio.get_running_loop()

    def session() -> SMTP:
        return SMTP(
            Handler(),
            loop=loop,
            hostname="localhost",
            enable_SMTPUTF8=behaviour().get("smtputf8", True),
            tls_context=context if tls == "starttls" and behaviour().get("offers_tls", True) else None,
            require_starttls=tls == "starttls" and behaviour().get("offers_tls", True),
            auth_required=len(sys.argv) > 4,
            auth_require_tls=tls == "starttls",
            authenticator=authenticator,
        )

    server = await loop.create_server(session, "127.0.0.1", port, ssl=context if tls == "implicit" else None, backlog=1000)
    (FOLDER / "ready").touch()
    await server.serve_forever()


asyncio.run(main())
