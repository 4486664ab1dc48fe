"""A document that a proof vouches for becomes that of the user whose proof it is."""

import msgspec

from authme.kernel.context import Context
from authme.sign_in.proof import Proof
from authme.users import change_store
from authme.users.document_store import find_by_document
from authme.users.model import User
from authme.users.names import Name
from authme.users.taken import find_taken


async def with_document(ctx: Context, user: User, proof: Proof) -> tuple[User, tuple[Name, ...]]:
    """Return the user with the proof's document, vouched for, and the name that comes with it, if it is theirs or can be.

    Whoever has another keeps it; what somebody else has, or had a short time ago, stays with them.
    """
    document = proof.document if proof.holds_everywhere else None
    if document is None or user.document not in {None, document.value} or user.is_known_by(document.value):
        return user, ()
    other = await find_by_document(ctx.tx, document.value)
    if other is not None and other.id != user.id and (user.document is None or other.is_known_by(document.value)):
        return user, ()
    if await find_taken(ctx, [document], for_user=user.id):
        return user, ()
    is_named = (document.type, document.key) in await change_store.list_keys(ctx.tx, user.id)
    vouched = msgspec.structs.replace(user, document=document.value, is_document_vouched=True)
    return vouched, () if is_named else (document,)
