"""UI-21 and UI-22: lock and unlock a user's credential."""

from authme import sessions
from authme.audit import record
from authme.challenges import store as challenges
from authme.credentials.attempts import Attempts
from authme.devices.end import end_all
from authme.kernel.context import Context
from authme.kernel.errors import NotFound, named_in_body_unknown
from authme.kernel.wire import Id, Wire
from authme.legacy import store as logons
from authme.legacy.commands import order_resume, order_revoke
from authme.users import policy, store
from authme.users.contacts import CONTACT_TYPES
from authme.users.model import Identity, User, UserStatus
from authme.users.names import candidates


class LockRequest(Wire, frozen=True):
    """Whose credential."""

    user_id: Id


async def lock(ctx: Context, body: LockRequest) -> None:
    """Lock a user's credential and end everything that speaks for the user; their logon on the mainframe is revoked.

    Locking what is locked succeeds, so that a caller may retry. An unknown user is 400 code 107: 404 is not among the
    published statuses.
    """
    target = await _get(ctx, body.user_id)
    now = ctx.clock.now_ms()
    if not await store.change_status(ctx.tx, target.id, was=("ACTIVE", "PENDING"), becomes="LOCKED", now=now):
        return
    await end_all(ctx, target.id, reason="locked")
    await challenges.end_all(ctx.tx, target.id)
    await order_revoke(ctx, target.id)
    record(ctx, "user.locked", target.id)


async def unlock(ctx: Context, body: LockRequest) -> None:
    """Unlock a user's credential and clear its failure counters; their logon on the mainframe is let in again.

    Unlocking what is not locked clears the counters and succeeds, and helps whoever is revoked on the mainframe alone. Ended
    sessions stay ended.
    """
    target = await _get(ctx, body.user_id)
    identities = await store.list_identities(ctx.tx, target.id)
    contacts = [one for one in identities if one.type in CONTACT_TYPES]
    # Whoever registered and never showed that the contact is theirs is not let in by a lock that ends.
    is_shown = not contacts or any(one.verified for one in contacts)
    logon = await logons.find_of_user(ctx.tx, target.id)
    # Whose logon was there before us logs in by the password that the directory knows, perhaps by no other.
    has_password = (logon is not None and logon.request_id is None) or await store.has_password(ctx.tx, target.id)
    becomes: UserStatus = "ACTIVE" if is_shown and has_password else "PENDING"
    changed = await store.change_status(ctx.tx, target.id, was=("LOCKED",), becomes=becomes, now=ctx.clock.now_ms())
    forget_failures(ctx, target, identities)
    if logon is not None and (changed or logon.is_revoked):
        await order_resume(ctx, target.id)
    if changed:
        ctx.tx.announce(sessions.USER_TOPIC, target.id)
    record(ctx, "user.unlocked", target.id, was_locked=changed)


def forget_failures(ctx: Context, user: User, identities: list[Identity]) -> None:
    """Clear the failures counted for a user, with the unit of work."""
    # Counted under the likeliest meaning of what was typed, and under the user id for proofs after the login. The logon need
    # not be among the names.
    keys = {candidates(identity.value)[0].key for identity in identities if candidates(identity.value)}
    ctx.part(Attempts).forget(ctx, sorted(keys | {user.id} | ({user.logon} if user.logon is not None else set())))


async def _get(ctx: Context, user_id: str) -> User:
    """Return the user if it is there for the caller and may be managed; permission, existence, relation, in this order."""
    try:
        target = await store.get(ctx.tx, user_id)
        policy.check_may_see(ctx.caller, target)
    except NotFound as error:
        raise named_in_body_unknown("userId", "user") from error
    policy.check_may_manage(ctx.caller, target)
    return target
