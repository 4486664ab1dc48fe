"""The value that UI-29 gives and UI-13 takes for tokens: a login at an identity provider, proved and not begun yet."""

import hmac
from datetime import timedelta
from typing import Final

import msgspec

from authme.challenges import Challenge, open_challenge
from authme.challenges import store as challenges
from authme.challenges.open import digest_of
from authme.clients.model import Client
from authme.crypto.digests import Digester
from authme.crypto.secrets import new_secret
from authme.factors.mailbox import mark_of
from authme.kernel.context import Context
from authme.kernel.errors import TokenNotValid
from authme.kernel.ids import is_id
from authme.kernel.wire import Answer
from authme.providers import store as providers
from authme.providers.model import Provider
from authme.sign_in.enter_by_proof import begin
from authme.sign_in.proved_person import ChangedMeanwhile, hold_unchanged
from authme.tokens.model import TokenObject
from authme.users import store as users
from authme.users.model import User
from authme.users.names import Name

_METHOD: Final = "saml"
_LIFE: Final = timedelta(seconds=60)


class RenewApp(Answer, frozen=True):
    """A value for UI-13. `expiresIn` has the form that the client's token objects have."""

    renew_app_token: str
    expires_in: str


class _Bound(msgspec.Struct, frozen=True):
    """Which provider proved the user, and whose mailbox their account there has; kept with the challenge as JSON."""

    provider_id: str
    mailbox: str | None = None


def offer(ctx: Context, client: Client, user: User, provider: Provider, *, email: Name | None) -> RenewApp:
    """Return a value that begins the user's session at this client: once, within 60 seconds.

    `email` is the address of the account that was proved: a code to it will be no second proof.
    """
    secret = new_secret()
    opened = open_challenge(
        ctx,
        purpose="RENEW_APP",
        subject=user.id,
        client_id=client.id,
        life=_LIFE,
        code=secret,
        data=msgspec.json.encode(_Bound(provider.id, mark_of(ctx, email))).decode(),
    )
    seconds = int(_LIFE.total_seconds())
    expires_in = ctx.clock.now() + seconds if client.expires_in_format == "EPOCH" else seconds
    return RenewApp(renew_app_token=f"{opened.id}.{secret}", expires_in=str(expires_in))


async def enter_by_renew_app_token(ctx: Context, client: Client, token: str) -> TokenObject:
    """Begin the session that UI-29 offered, and return its tokens.

    One answer to all that is wrong (TokenNotValid): another client, a used or expired value, a user who was locked since, a
    provider that speaks for them no more.
    """
    opened = await _find(ctx, client, token)
    if opened is None:
        raise TokenNotValid
    bound = msgspec.json.decode(opened.data or "", type=_Bound)
    provider = await providers.find(ctx.tx, bound.provider_id)
    user = await users.find(ctx.tx, opened.subject)
    if user is None or user.status != "ACTIVE" or provider is None or not provider.is_enabled:
        raise TokenNotValid
    if not provider.speaks_for(user.organization_id, user.authorities):
        raise TokenNotValid
    # Signed before the first write: on SQLite everybody else waits from there on.
    begun = await begin(ctx, client, user, _METHOD, mailbox=bound.mailbox)
    try:
        # The user's row first, as by whoever locks them: two units that wait for each other would both be undone.
        await hold_unchanged(ctx, user)
    except ChangedMeanwhile as error:
        raise TokenNotValid from error
    if not await challenges.use(ctx.tx, opened.id, now=ctx.clock.now_ms()):
        raise TokenNotValid
    return begun.keep(ctx, method=_METHOD, provider=provider.id)


async def _find(ctx: Context, client: Client, token: str) -> Challenge | None:
    """Return what this server made the value for. A wrong one is not counted: nobody guesses 256 bits."""
    challenge_id, _, secret = token.partition(".")
    found = await challenges.find(ctx.tx, challenge_id) if is_id(challenge_id) else None
    if found is None or found.purpose != "RENEW_APP" or found.client_id != client.id or found.code_hash is None:
        return None
    return found if hmac.compare_digest(digest_of(ctx.part(Digester), found.id, secret), found.code_hash) else None
