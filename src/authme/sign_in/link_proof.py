"""Link a certificate, or an account at an identity provider, to the user who is logged in."""

from collections.abc import Awaitable, Callable
from typing import Final

from authme.audit import record
from authme.factors.proof import check_fresh
from authme.kernel.context import Context
from authme.kernel.errors import AlreadyExists, ProofNotAccepted, Refusal, SessionEnded, Unavailable
from authme.sign_in.caller import get_session_and_user
from authme.sign_in.proof import Proof
from authme.sign_in.proof_document import with_document
from authme.sign_in.proof_found import Found
from authme.sign_in.proved_person import ChangedMeanwhile
from authme.users import change_store
from authme.users import store as users
from authme.users.model import Identity, User

_TRIES: Final = 3
_NOT_SPOKEN_FOR: Final = "The identity provider does not speak for this user."
_OTHER_DOCUMENT: Final = "Its document is not the document of the user."


async def link_to_caller(
    ctx: Context, proof: Proof, *, uses: Callable[[], Awaitable[bool]] | None = None
) -> Identity | Refusal:
    """Link a proof to the user of the session, tell them, and return it as one of their names.

    They proved themselves a short time ago (RequirementNotMet otherwise). A document that the proof vouches for has to be
    theirs, or becomes theirs if they have none and it is nobody's. A refusal is to be returned. `uses` is awaited first of all
    that is written, also where nothing is linked. Raises AlreadyExists for what is linked already, to whomever; Unavailable
    while the user is being changed again and again.
    """
    await check_fresh(ctx)
    unused = [uses] if uses is not None else []
    for _ in range(_TRIES):
        _, user = await get_session_and_user(ctx)
        found = await _plan(ctx, user, proof)
        # As whoever locks or removes the user does: two units that wait for each other would both be undone.
        if not await users.hold(ctx.tx, user.id):
            raise SessionEnded
        if unused and not await unused.pop()():
            return _refused(ctx, proof, user, "It was used already.")
        if isinstance(found, Refusal):
            return found
        try:
            await found.write(ctx)
        except ChangedMeanwhile:
            continue
        return await _made(ctx, user.id, proof)
    raise Unavailable("The user is being changed.")


async def _plan(ctx: Context, user: User, proof: Proof) -> Found | Refusal:
    if await users.find_by_name(ctx.tx, [proof.name]) is not None:
        # It says nothing of whose it is.
        raise AlreadyExists("It is linked already.")
    if proof.provider is not None and not proof.provider.speaks_for(user.organization_id, user.authorities):
        return _refused(ctx, proof, user, _NOT_SPOKEN_FOR)
    if proof.document is not None and user.document not in {None, proof.document.value}:
        return _refused(ctx, proof, user, _OTHER_DOCUMENT)
    becomes, names = await with_document(ctx, user, proof)
    return Found(proof=proof, user=becomes, was=user, is_linked=False, names=names)


def _refused(ctx: Context, proof: Proof, user: User, check: str) -> Refusal:
    record(ctx, "proof.linked", user.id, result="REFUSED", type=proof.name.type, provider=proof.provider_id, reason=check)
    return ProofNotAccepted(check)


async def _made(ctx: Context, user_id: str, proof: Proof) -> Identity:
    """Return the name that was just given; another of the user may be shown by the same text."""
    identity_id = (await change_store.list_keys(ctx.tx, user_id))[proof.name.type, proof.name.key]
    return next(one for one in await users.list_identities(ctx.tx, user_id) if one.id == identity_id)
