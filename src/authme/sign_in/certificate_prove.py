"""X-prove-certificate: prove a digital certificate in a session."""

from typing import Final

import msgspec

from authme import sessions
from authme.audit import record
from authme.credentials import store as credentials
from authme.kernel.context import MFA, Context
from authme.kernel.errors import ChallengeOver, Refusal, StateForbids
from authme.sessions import Session
from authme.sign_in.caller import get_client, get_session_and_user
from authme.sign_in.certificate_signed import Shown, SignedRequest, check_signed, refused
from authme.sign_in.issue import sign
from authme.sign_in.link_proof import link_to_caller
from authme.sign_in.proof import Proof
from authme.tokens import refresh
from authme.tokens.model import TokenObject
from authme.users import store as users
from authme.users.document_store import find_by_document
from authme.users.model import User

_ACTION: Final = "session.raised"
_SOMEBODY_ELSES: Final = "it is somebody else's here"
_OTHER_DOCUMENT: Final = "its CPF is not the document of the user"
_ONE_KIND: Final = "Log in with the password first: two factors of one kind are one."


async def prove_certificate(ctx: Context, body: SignedRequest) -> TokenObject | Refusal:
    """Raise the caller's session by a certificate: with a password it makes `AUTH-MFA`. The challenge is of this session.

    What is nobody's yet is linked to the caller, if its CPF is theirs or they have none, and if what they proved a short time
    ago is all that they can prove. What was linked before has to make two kinds of factors with what the session has proved:
    StateForbids otherwise. A company's certificate counts as one of its responsible person, and does not make the session act.
    """
    session, user = await get_session_and_user(ctx)
    shown = await check_signed(ctx, body, action=_ACTION)
    if isinstance(shown, Refusal):
        return shown
    proof = shown.proof(ctx)
    named = await users.find_by_name(ctx.tx, [proof.name])
    failed = _SOMEBODY_ELSES if named is not None and named.user.id != user.id else None
    if named is None:
        failed = await _why_not_theirs(ctx, user, proof)
    if failed is not None:
        return refused(ctx, shown.chain, shown.guess, failed, action=_ACTION)
    raised = sessions.with_proof(ctx, session, proof.method)
    if named is not None and raised.level != MFA:
        raise StateForbids(_ONE_KIND)
    return await _raise(ctx, user, session, raised, shown, links=proof if named is None else None)


async def _why_not_theirs(ctx: Context, user: User, proof: Proof) -> str | None:
    """Return why a certificate that is nobody's is not the user's."""
    document = proof.document.value if proof.document is not None else ""
    if user.document not in {None, document}:
        return _OTHER_DOCUMENT
    owner = await find_by_document(ctx.tx, document)
    is_known = owner is not None and owner.id != user.id and owner.is_known_by(document)
    return "its CPF is known to be another user's" if is_known else None


async def _raise(
    ctx: Context, user: User, session: Session, raised: Session, shown: Shown, *, links: Proof | None
) -> TokenObject | Refusal:
    """Link the certificate, if need be, and keep what the session has proved; return tokens as wide as the calling one."""
    client, caller, method = await get_client(ctx), ctx.caller, shown.accepted.method
    # Signed before the first write: on SQLite everybody else waits from there on.
    tokens = await sign(ctx, client, user, raised, scopes=caller.scopes, acts_for=caller.acts_for)

    async def take() -> bool:
        # The user's row first, as by whoever locks or removes them: two units that wait for each other would both be undone.
        if not await users.hold(ctx.tx, user.id):
            raise ChallengeOver
        return await shown.take(ctx)

    if links is None:
        await take()
        # One that was linked just now proves nothing of whoever chose the password.
        credentials.proved_otherwise(ctx.tx, user.id, shown.factor)
    else:
        linked = await link_to_caller(ctx, links, uses=take)
        if isinstance(linked, Refusal):
            return linked
    await sessions.keep(ctx, session, raised)
    token = refresh.issue(ctx, raised, client.id, caller.scopes, acts_for=caller.acts_for)
    record(ctx, _ACTION, session.id, result="OK", level=raised.level, method=method, **shown.recorded)
    return msgspec.structs.replace(tokens, refresh_token=token)
