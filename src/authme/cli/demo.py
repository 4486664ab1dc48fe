"""Demo data for `authme dev`, and what to try with it."""

import asyncio
import os
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from authme import app as composition
from authme.clients.create import ClientDraft
from authme.clients.create import create as create_client
from authme.kernel.context import Context
from authme.legacy.embedded_logons import add_embedded_logon
from authme.settings import Settings
from authme.users.create import UserDraft
from authme.users.create import create as create_user
from authme.users.names import email

Maker = Callable[[Context], Awaitable[dict[str, str]]]

_USERNAME = "person@example.com"
_LOGON = "DEMO0001"
_SCOPES = (
    "READ", "WRITE", "account_lock", "account_unlock", "identity_read", "identity_update", "identity_add", "identity_remove",
    "factor_manage", "logon_provision",
)  # fmt: skip
_CHALLENGE_ID = """sed 's/.*"challengeId":"\\([^"]*\\)".*/\\1/'"""
_TRANSCRIPT = """
AuthMe serves on {url}   API pages: {url}/docs   Messages that it would send: {url}/dev/outbox
A page to try passkeys with, as the person of {file}: {url}/dev/passkey

Paste this into another terminal, in this folder:

  . {file}
  API={url}/security/iam/v1
  token() {{ sed 's/.*"accessToken":"\\([^"]*\\)".*/\\1/'; }}

  # Log the service in, and the person.
  SERVICE=$(curl -s -X POST -u "$CLIENT_ID:$CLIENT_SECRET" $API/client-identities/login | token)
  PERSON=$(curl -s -X POST -u "$USERNAME:$PASSWORD" "$API/user-identities/login?clientId=$CLIENT_ID" | token)

  # Step the person up by a code: 200, a token at AUTH-MFA. Messages stay at /dev/outbox here, nothing is sent.
  CHALLENGE=$(curl -s -X POST -H "Authorization: Bearer $PERSON" $API/user-identities/me/leverage-mfa | {challenge_id})
  CODE=$(sleep 1; curl -s -H 'Accept: application/json' {url}/dev/outbox | grep -o 'n[0-9]\\{{6\\}}\\\\' | head -1 | tr -dc 0-9)
  curl -si -H "Authorization: Bearer $PERSON" --json "{{\\"challengeId\\":\\"$CHALLENGE\\",\\"token\\":\\"$CODE\\"}}" \\
    $API/user-identities/me/fulfill-mfa

  # Lock the person: 204. The person's token and login are refused at once: 401.
  curl -si -H "Authorization: Bearer $SERVICE" --json "{{\\"userId\\":\\"$USER_ID\\"}}" $API/user-identities/lock
  curl -si -X POST -H "Authorization: Bearer $PERSON" $API/user-identities/me/logout
  curl -si -X POST -u "$USERNAME:$PASSWORD" "$API/user-identities/login?clientId=$CLIENT_ID"

  # Unlock the person: 204. The login works again: 200.
  curl -si -H "Authorization: Bearer $SERVICE" --json "{{\\"userId\\":\\"$USER_ID\\"}}" $API/user-identities/unlock
  curl -si -X POST -u "$USERNAME:$PASSWORD" "$API/user-identities/login?clientId=$CLIENT_ID"

  # Log in with a logon of the mainframe (one of this server's own here): 200. The first time it becomes a user's.
  curl -si -X POST -u "$LOGON:$LOGON_PASSWORD" "$API/user-identities/login-legacy?clientId=$CLIENT_ID"
  .venv/bin/authme legacy show $LOGON

  # Who did what, and the proof that nobody changed it.
  .venv/bin/authme audit export
  .venv/bin/authme audit verify
"""


def prepare_demo(settings: Settings, folder: Path) -> str:
    """Make the demo client, user and logon on the first run; return the text that says what to try.

    What the transcript needs is kept in `demo.env` in the folder, readable by its owner alone. What a version before did not
    make is made now.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "demo.env"
    there = file.read_text() if file.exists() else ""
    missing = [make for name, make in _MAKERS.items() if f"{name}=" not in there]
    if missing:
        values = asyncio.run(_made(settings, missing))
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "a") as opened:
            opened.writelines(f"{name}='{value}'\n" for name, value in values.items())
    return _TRANSCRIPT.format(url=settings.tokens.issuer, file=file, challenge_id=_CHALLENGE_ID)


async def _made(settings: Settings, makers: list[Maker]) -> dict[str, str]:
    values: dict[str, str] = {}
    async with composition.office(settings) as server:
        for make in makers:
            values |= await server.run(make)
    return values


async def _make_person(ctx: Context) -> dict[str, str]:
    password = secrets.token_urlsafe(12)
    client, secret = await create_client(ctx, ClientDraft(app_id="demo", name="demo", scopes=_SCOPES))
    draft = UserDraft(names=(email(_USERNAME),), name="Demo Person", contacts_are_verified=True)
    user, _ = await create_user(ctx, draft, password)
    return {
        "CLIENT_ID": client.id,
        "CLIENT_SECRET": secret,
        "USER_ID": user.id,
        "USERNAME": _USERNAME,
        "PASSWORD": password,
    }


async def _make_logon(ctx: Context) -> dict[str, str]:
    phrase = secrets.token_urlsafe(12)
    await add_embedded_logon(ctx, _LOGON, phrase, name="Demo Logon", email="logon@example.com", groups=("DEMO",))
    return {"LOGON": _LOGON, "LOGON_PASSWORD": phrase}


_MAKERS: Final[dict[str, Maker]] = {"CLIENT_ID": _make_person, "LOGON": _make_logon}
"""What makes the demo data, by one of the names that it is kept under."""
