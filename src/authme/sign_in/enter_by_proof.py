"""Let in whoever proved who they are by a certificate or by an account at an identity provider."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import msgspec

from authme import sessions
from authme.audit import record
from authme.clients.model import Client
from authme.factors.mailbox import mark_of
from authme.kernel.context import CLIENT_IDENTIFIED, Context
from authme.kernel.errors import Refusal, Unavailable
from authme.sessions import Session
from authme.sessions import store as session_store
from authme.sessions.levels import Method, level_of
from authme.sign_in.find_for_proof import Found, find_for_proof
from authme.sign_in.issue import sign
from authme.sign_in.proof import Proof
from authme.sign_in.proof_refusal import not_accepted
from authme.sign_in.proved_person import ChangedMeanwhile
from authme.tokens import refresh
from authme.tokens.model import TokenObject
from authme.users.model import User

Uses = Callable[[], Awaitable[bool]]
"""Uses up what is good once, by which a proof was shown; False if it was used before."""
_TRIES: Final = 3


@dataclass(frozen=True, slots=True)
class Begun:
    """A session that a proof begins, with its tokens signed and nothing written."""

    client: Client
    session: Session
    shown: TokenObject
    acts_for: str | None

    def keep(self, ctx: Context, *, method: str, provider: str | None = None, **recorded: str) -> TokenObject:
        """Keep the session, record the login with what is said of it, and return its tokens. The user cannot change now."""
        client, user_id = self.client, self.session.user_id
        session_store.insert_session(ctx.tx, self.session)
        token = refresh.issue(ctx, self.session, client.id, client.scopes, acts_for=self.acts_for)
        record(
            ctx,
            "user.login",
            user_id,
            result="OK",
            user_id=user_id,
            client_id=client.id,
            acts_for=self.acts_for,
            method=method,
            provider=provider,
            **recorded,
        )
        return msgspec.structs.replace(self.shown, refresh_token=token)


async def enter_by_proof(ctx: Context, client: Client, proof: Proof, *, uses: Uses | None = None) -> TokenObject | Refusal:
    """Find, link or make the user of a proof, start their session at the client, and issue its tokens.

    A refusal is to be returned. `uses` is awaited before anything else is written, also where nobody is let in: the same
    proof would let them in once the reason is gone. Raises Unavailable while the user is being changed again and again.
    """
    unused = [uses] if uses is not None else []
    for _ in range(_TRIES):
        found = await find_for_proof(ctx, proof)
        # Signed before the first write: on SQLite everybody else waits from there on.
        begun = found if isinstance(found, Refusal) else (found, await _begin_for(ctx, client, found))
        if unused and not await unused.pop()():
            return not_accepted(ctx, proof, None, "It was used already.")
        if isinstance(begun, Refusal):
            return begun
        try:
            return await _keep(ctx, *begun)
        except ChangedMeanwhile:
            # Of two who are first at once one is: the other is then known, too.
            continue
    raise Unavailable("The user is being changed.")


async def _begin_for(ctx: Context, client: Client, found: Found) -> Begun:
    method, mailbox = found.proof.method, mark_of(ctx, found.proof.email)
    return await begin(ctx, client, found.user, method, acts_for=found.acts_for, mailbox=mailbox, roles=found.roles)


async def _keep(ctx: Context, found: Found, begun: Begun) -> TokenObject:
    await found.write(ctx)
    proof = found.proof
    return begun.keep(ctx, method=proof.method, provider=proof.provider_id, **proof.recorded)


async def begin(
    ctx: Context,
    client: Client,
    user: User,
    method: Method,
    *,
    acts_for: str | None = None,
    mailbox: str | None = None,
    roles: frozenset[str] | None = None,
) -> Begun:
    """Begin a user's session by one proof, and sign its tokens.

    `acts_for` is the user's business, if the tokens are to act for it; `mailbox` the mark of an address a code to which is no
    second proof; `roles` are those that come to the user through groups, if this unit of work changes them.
    """
    session = sessions.start(
        ctx,
        user_id=user.id,
        client_id=client.id,
        level=level_of((method,)),
        client_level=CLIENT_IDENTIFIED,
        amr=(method,),
        business_id=user.business_id,
        is_kept=False,
    )
    if mailbox is not None:
        session = msgspec.structs.replace(session, proofs=session.proofs | {mailbox: session.auth_at})
    shown = await sign(ctx, client, user, session, scopes=client.scopes, acts_for=acts_for, roles=roles)
    return Begun(client, session, shown, acts_for)
