"""UI-23: remove one of a user's names."""

import msgspec

from authme.accounts.names import check_another_remains, reached_at
from authme.accounts.proof_taken import PROOFS, end_proof
from authme.accounts.target import hold_managed
from authme.audit import record
from authme.challenges import store as challenges
from authme.kernel.context import Context
from authme.kernel.errors import NotFound, StateForbids
from authme.legacy import store as logons
from authme.legacy.give import forget
from authme.users import change_store, store
from authme.users.contacts import CONTACT_TYPES
from authme.users.model import Identity, User
from authme.users.tell import tell


async def remove_name(ctx: Context, user_id: str, identity_id: str) -> None:
    """Remove a name, which is free at once, and tell the user where it reached them.

    If it was the main one of its type, another takes its place. A CPF or CNPJ is no document of the user any more either; a
    logon of the mainframe is nobody's here after that, and commands to it that wait are dropped. With a certificate or an
    account at an identity provider go all sessions. Raises StateForbids for the last name, for the last verified one, and for
    a logon of a locked user, who would come in by it as somebody else.
    """
    target = await hold_managed(ctx, user_id)
    identities = await store.list_identities(ctx.tx, target.id)
    leaving = next((one for one in identities if one.id == identity_id), None)
    if leaving is None:
        raise NotFound
    if leaving.type == "LOGON" and target.status == "LOCKED":
        raise StateForbids("The user is locked; unlock the user first.")
    check_another_remains(identities, leaving)
    if leaving.type in PROOFS:
        await end_proof(ctx, leaving)
    if leaving.type in CONTACT_TYPES:
        await _tell(ctx, leaving)
        # Whoever reads a mailbox that was taken away may hold a code that was sent there a minute ago.
        await challenges.end_all(ctx.tx, target.id)
    await change_store.delete_name(ctx.tx, target.id, leaving.id)
    await _put_in_its_place(ctx, leaving, [one for one in identities if one.type == leaving.type and one.id != leaving.id])
    await _forget_document(ctx, target, leaving)
    await _unlink(ctx, target, leaving)
    record(ctx, "identity.removed", target.id, identity=leaving.id, type=leaving.type)


async def _tell(ctx: Context, leaving: Identity) -> None:
    if leaving.verified:
        await tell(ctx, leaving.user_id, "factor_removed", also=reached_at(leaving), factor=leaving.type)


async def _put_in_its_place(ctx: Context, leaving: Identity, rest: list[Identity]) -> None:
    """Make the oldest verified name of the type the main one, or without one the oldest, unless there is one already."""
    if not leaving.main or any(one.main and one.verified for one in rest):
        return
    verified = [one for one in rest if one.verified]
    heirs = verified or ([] if any(one.main for one in rest) else rest)
    if heirs:
        await change_store.make_main(ctx.tx, leaving.user_id, heirs[0].id)


async def _forget_document(ctx: Context, target: User, leaving: Identity) -> None:
    if leaving.type in {"CPF", "CNPJ"} and leaving.value == target.document:
        becomes = msgspec.structs.replace(target, document=None, is_document_vouched=False)
        await change_store.change(ctx.tx, becomes, now=ctx.clock.now_ms())


async def _unlink(ctx: Context, target: User, leaving: Identity) -> None:
    if leaving.type != "LOGON":
        return
    if leaving.value == target.logon:
        await change_store.set_logon(ctx.tx, target.id, None)
    logon = await logons.find_of_user(ctx.tx, target.id)
    if logon is not None and logon.logon == leaving.value:
        await forget(ctx, target.id)
        record(ctx, "logon.unlinked", target.id)
