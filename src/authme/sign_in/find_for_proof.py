"""Whom a certificate or an account at an identity provider lets in."""

from typing import Final

import msgspec

from authme.kernel.context import Context
from authme.kernel.errors import CredentialLocked, Refusal
from authme.kernel.ids import new_id
from authme.organizations.business_store import find_by_document as find_business_by_document
from authme.organizations.model import Business
from authme.sign_in.proof import Proof
from authme.sign_in.proof_document import with_document
from authme.sign_in.proof_found import Found
from authme.sign_in.proof_groups import plan_memberships
from authme.sign_in.proof_owner import find_owner
from authme.sign_in.proof_refusal import not_accepted, refused
from authme.sign_in.standing import Standing, find_link, read_standing
from authme.users import store as users
from authme.users.model import User
from authme.users.names import every_meaning
from authme.users.taken import find_taken

__all__ = ["Found", "find_for_proof"]

_NOT_SPOKEN_FOR: Final = "The identity provider does not speak for this user."
_NO_NEW: Final = "Nobody here is known by it, and it makes no new accounts."
_NO_BUSINESS: Final = "No business here has the CNPJ of the certificate."
_OTHER_BUSINESS: Final = "The user does not belong to the business with the CNPJ of the certificate."


async def find_for_proof(ctx: Context, proof: Proof) -> Found | Refusal:
    """Say whom a proof lets in, and write nothing of it: whose it is already, whom it is linked to now, or who is made.

    A refusal is to be returned, so that it is recorded: CredentialLocked for whoever is locked or revoked on the mainframe,
    ProofNotAccepted for everybody else who is not let in. Where the mainframe is asked, that is before the first write.
    """
    business = None
    if proof.business_document is not None:
        business = await find_business_by_document(ctx.tx, proof.business_document.value)
        if business is None:
            return not_accepted(ctx, proof, None, _NO_BUSINESS)
    known = await users.find_by_name(ctx.tx, [proof.name])
    owner = known.user if known is not None else await find_owner(ctx, proof)
    if isinstance(owner, Refusal):
        return owner
    if owner is None:
        return await _to_be_made(ctx, proof, business)
    return await _let_in(ctx, proof, owner, business, is_linked=known is not None)


async def _let_in(ctx: Context, proof: Proof, user: User, business: Business | None, *, is_linked: bool) -> Found | Refusal:
    if proof.provider is not None and not proof.provider.speaks_for(user.organization_id, user.authorities):
        return not_accepted(ctx, proof, user, _NOT_SPOKEN_FOR)
    if user.status == "LOCKED":
        return refused(ctx, proof, CredentialLocked(), user, "locked")
    standing = await _read_standing(ctx, user)
    if standing is not None and standing.is_revoked:
        await standing.note(ctx)
        return refused(ctx, proof, CredentialLocked(), user, "revoked")
    if business is not None and user.business_id != business.id:
        return not_accepted(ctx, proof, user, _OTHER_BUSINESS)
    active = msgspec.structs.replace(user, status="ACTIVE")
    becomes, names = (active, ()) if is_linked else await with_document(ctx, active, proof)
    return Found(
        proof=proof,
        user=becomes,
        was=user,
        is_linked=is_linked,
        rests_on_its_word=not is_linked,
        names=names,
        acts_for=business.id if business is not None else None,
        standing=standing,
        memberships=await plan_memberships(ctx, proof, becomes),
    )


async def _read_standing(ctx: Context, user: User) -> Standing | None:
    """Return how the user's logon stands; what is remembered where something was written already, as in a second try."""
    link = await find_link(ctx, user)
    if link is None:
        return None
    return Standing(link, link.is_revoked) if ctx.tx.writing else await read_standing(ctx, link)


async def _to_be_made(ctx: Context, proof: Proof, business: Business | None) -> Found | Refusal:
    """Return a user who is to be made, with what of the proof is nobody else's."""
    if not proof.creates_users:
        return not_accepted(ctx, proof, None, _NO_NEW)
    said = tuple(name for name in (proof.document, proof.email) if name is not None)
    taken = await find_taken(ctx, said)
    free = tuple(name for name in said if taken.isdisjoint(one.key for one in every_meaning([name])))
    document = proof.document.value if proof.document is not None and proof.document in free else None
    user = _new_user(ctx, proof, business, document)
    return Found(
        proof=proof,
        user=user,
        was=None,
        is_linked=False,
        names=free,
        acts_for=business.id if business is not None else None,
        memberships=await plan_memberships(ctx, proof, user),
    )


def _new_user(ctx: Context, proof: Proof, business: Business | None, document: str | None) -> User:
    """Return the user in the organisation of their business, else of the provider, else of the calling client."""
    now = ctx.clock.now_ms()
    provider_place = proof.provider.organization_id if proof.provider is not None else None
    return User(
        id=new_id(ctx.clock),
        kind="PERSON",
        status="ACTIVE",
        name=proof.person_name or None,
        document=document,
        business_id=business.id if business is not None else None,
        organization_id=(business and business.organization_id) or provider_place or ctx.caller.organization_id,
        customer_id=None,
        language=ctx.origin.language,
        authorities=(),
        created_at=now,
        updated_at=now,
        last_login_at=None,
        locked_at=None,
        is_document_vouched=document is not None and proof.holds_everywhere,
    )
