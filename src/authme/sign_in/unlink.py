"""X-unlink: take a certificate, or an account at an identity provider, off one's own account."""

from authme.accounts.proof_taken import PROOFS, end_proof
from authme.audit import record
from authme.credentials import store as credentials
from authme.factors.proof import check_fresh
from authme.kernel.context import Context
from authme.kernel.errors import NotFound, SessionEnded, StateForbids
from authme.legacy import store as logons
from authme.users import change_store
from authme.users import store as users
from authme.users.model import Identity


async def unlink(ctx: Context, identity_id: str) -> None:
    """Remove one of the caller's own names that a proof gave, end their other sessions, and tell them.

    They proved themselves a short time ago (RequirementNotMet otherwise). What was removed logs nobody in from then on, and no
    login links it again for a time. Raises NotFound for a name of another type or of somebody else, StateForbids for the last
    thing that they can log in with.
    """
    session, user_id = await check_fresh(ctx), ctx.caller.user_id or ""
    if not await users.hold(ctx.tx, user_id):
        raise SessionEnded
    identities = await users.list_identities(ctx.tx, user_id)
    leaving = next((one for one in identities if one.id == identity_id and one.type in PROOFS), None)
    if leaving is None:
        raise NotFound
    if not await _has_another_way(ctx, user_id, [one for one in identities if one.id != leaving.id]):
        raise StateForbids("It is the only way in which the user can log in.")
    await end_proof(ctx, leaving, but=session.id)
    await change_store.delete_name(ctx.tx, user_id, leaving.id)
    record(ctx, "identity.removed", user_id, identity=leaving.id, type=leaving.type)


async def _has_another_way(ctx: Context, user_id: str, rest: list[Identity]) -> bool:
    """Whether something is left that logs the user in by itself: another proof, a password with a name, or a logon's."""
    if any(one.type in PROOFS for one in rest):
        return True
    if any(one.verified for one in rest) and await credentials.find_hash(ctx.tx, user_id) is not None:
        return True
    logon = await logons.find_of_user(ctx.tx, user_id)
    return logon is not None and logon.status == "PROVISIONED"
