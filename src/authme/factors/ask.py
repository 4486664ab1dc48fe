"""Ask a person to prove themselves by one of their factors."""

import asyncio
import base64
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from authme.challenges import Challenge, Purpose, open_challenge, send_code
from authme.credentials.attempts import SEND, Attempts
from authme.crypto.passkeys import RelyingParty, creation_options, load, request_options
from authme.factors.model import CONTACTS, Factor
from authme.kernel.context import Context
from authme.notify.send import recipient_at
from authme.settings import FactorSettings, MessageSettings
from authme.users.model import User

_CHALLENGE_BYTES = 32


@dataclass(frozen=True, slots=True)
class Asked:
    """A challenge that was opened, and for a passkey what the browser is to be given."""

    challenge: Challenge
    public_key: dict[str, Any] | None = None


def relying_party(ctx: Context) -> RelyingParty:
    """Return whose passkeys this server's are."""
    settings = ctx.part(FactorSettings)
    assert settings.passkey_rp_id is not None
    return RelyingParty(settings.passkey_rp_id, ctx.part(MessageSettings).product_name, settings.passkey_origins)


async def ask(
    ctx: Context, user: User, asked: Factor, *, purpose: Purpose, session_id: str, passkeys: Sequence[Factor] = ()
) -> Asked:
    """Open a challenge for a factor, and send its code if it is a contact.

    `passkeys` are the user's verified ones: any of them may answer for a passkey. Raises TooManyTries when codes are asked
    for faster than people read them.
    """
    if asked.contact_type in CONTACTS:
        return Asked(await _send(ctx, user, asked, purpose=purpose, session_id=session_id))
    data = shown = None
    if asked.contact_type == "PASSKEY":
        await asyncio.to_thread(load)
        data, shown = _passkey(ctx, user, asked, passkeys)
    opened = open_challenge(
        ctx,
        purpose=purpose,
        subject=user.id,
        factor_id=asked.id,
        session_id=session_id,
        life=timedelta(seconds=ctx.part(FactorSettings).code_seconds),
        data=data,
    )
    return Asked(opened, shown)


async def _send(ctx: Context, user: User, asked: Factor, *, purpose: Purpose, session_id: str) -> Challenge:
    attempts = ctx.part(Attempts)
    # By contact, whoever's it is: a factor that is removed and added again, or moved there and back, sends no more.
    sending = await attempts.begin(ctx, asked.reached_as, client_id=ctx.caller.client_id or "", kind=SEND)
    attempts.failed(ctx, sending, everywhere=False)
    return send_code(
        ctx,
        purpose=purpose,
        subject=user.id,
        factor_id=asked.id,
        session_id=session_id,
        to=recipient_at(asked.contact_type, asked.value or ""),
        language=user.language,
    )


def _passkey(ctx: Context, user: User, asked: Factor, passkeys: Sequence[Factor]) -> tuple[str, dict[str, Any]]:
    challenge = secrets.token_bytes(_CHALLENGE_BYTES)
    known = [one for one in passkeys if one.credential_id is not None]
    ids = [one.credential_id for one in known if one.credential_id is not None]
    party = relying_party(ctx)
    data = {"challenge": base64.b64encode(challenge).decode(), "factors": [one.id for one in known]}
    shown = (
        request_options(party, challenge=challenge, allow=ids)
        if asked.is_verified
        # What a browser lists its accounts by: the person, not the device.
        else creation_options(party, challenge=challenge, user_id=user.id, user_name=user.name or user.id, exclude=ids)
    )
    return json.dumps(data), shown
