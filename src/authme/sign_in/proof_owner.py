"""Who gets a proof that was nobody's here so far."""

from typing import Final

from authme.kernel.context import Context
from authme.kernel.errors import Refusal
from authme.relation import ADMINISTRATIVE
from authme.sign_in.known_person import is_known
from authme.sign_in.proof import Proof
from authme.sign_in.proof_refusal import not_accepted
from authme.users import store as users
from authme.users.document_store import find_by_document
from authme.users.model import User
from authme.users.taken import is_reserved

_HAS: Final = "An account here has this {}; log in to it another way and link this one."
_NOT_LINKED: Final = "It is not linked to an account here; log in another way and link it."
_TAKEN_AWAY: Final = "It was removed from an account here; log in another way and link it."


async def find_owner(ctx: Context, proof: Proof) -> User | Refusal | None:
    """Return who gets the proof: whoever is known to be the person it is about; None if nobody here seems to be.

    Whoever only seems to be has to show it, in a session that they began otherwise. Without this, whoever registers with
    somebody's document or address before them would have them log in to an account of which the other has the password; and
    a provider that is lied to would give away an administrator's account.
    """
    if proof.first_use == "REFUSE":
        return not_accepted(ctx, proof, None, _NOT_LINKED)
    # Without this, whoever unlinked an account elsewhere that was stolen would have it back by its thief's next login.
    if await is_reserved(ctx, proof.name.key):
        return not_accepted(ctx, proof, None, _TAKEN_AWAY)
    by_document = await find_by_document(ctx.tx, proof.document.value) if proof.document is not None else None
    with_email = await users.find_by_name(ctx.tx, [proof.email]) if proof.email is not None else None
    by_email = with_email.user if with_email is not None else None
    for user in (by_document, by_email):
        if user is None or not _may_get(proof, user, by_document):
            continue
        if await is_known(ctx, user, document=proof.document, contacts=proof.contacts):
            return user
    if by_document is not None:
        return not_accepted(ctx, proof, by_document, _HAS.format("document"))
    return not_accepted(ctx, proof, by_email, _HAS.format("e-mail address")) if by_email is not None else None


def _may_get(proof: Proof, user: User, by_document: User | None) -> bool:
    provider = proof.provider
    is_for_them = provider is None or (
        provider.speaks_for(user.organization_id, user.authorities) and ADMINISTRATIVE.isdisjoint(user.authorities)
    )
    # Whoever has another document, or none while somebody else has this one, is somebody else, whoever reads their mail.
    is_somebody_else = proof.document is not None and (
        user.document not in {None, proof.document.value}
        or (user.document is None and by_document is not None and by_document.id != user.id)
    )
    return proof.first_use == "LINK" and is_for_them and not is_somebody_else
