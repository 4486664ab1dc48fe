"""Who gets a legacy logon together with a contact, and how the contact becomes theirs."""

from dataclasses import dataclass

import msgspec

from authme.accounts.names import insert_names, new_identity
from authme.audit import record
from authme.factors.store import list_factors
from authme.kernel.context import Context
from authme.kernel.errors import AlreadyExists, CredentialLocked, Refusal, StateForbids
from authme.sign_in.associate_logon import Associating
from authme.sign_in.legacy_store import find_known
from authme.sign_in.link_logon import Link, plan_link
from authme.sign_in.logon_reach import find_there
from authme.sign_in.standing import read_standing
from authme.users import change_store, contact_store, names
from authme.users import store as users
from authme.users.contacts import main_contacts
from authme.users.model import User
from authme.users.names import Name
from authme.users.taken import check_free


@dataclass(frozen=True, slots=True)
class Owner:
    """Who gets the logon, or has it."""

    user: User
    contact: Name
    link: Link | None
    """What makes the logon theirs; None if it is already."""
    rests_on_contact: bool
    """Whether the contact is all that says that the logon is theirs."""


async def find_owner(ctx: Context, of: Associating) -> Owner | Refusal:
    """Return who gets the logon: nothing is written before its directory was asked.

    CredentialLocked for a logon that is revoked or gone, or whose user is locked. Raises AlreadyExists for a contact of
    somebody else than who has the logon, Unavailable if the directory does not answer for a logon that is nobody's.
    """
    contact = names.of_type(of.contact_type, of.contact)
    held, by_contact = await find_known(ctx.tx, of.logon), await users.find_by_name(ctx.tx, [contact])
    if held is None:
        return await _new_owner(ctx, of.logon, contact, by_contact.user if by_contact is not None else None)
    standing = await read_standing(ctx, held.link)
    if standing.is_revoked or held.user.status == "LOCKED":
        return CredentialLocked()
    if by_contact is not None and by_contact.user.id != held.user.id:
        raise AlreadyExists("The contact is another user's.")
    return Owner(held.user, contact, None, rests_on_contact=False)


async def _new_owner(ctx: Context, logon: str, contact: Name, by_contact: User | None) -> Owner | Refusal:
    entry = await find_there(ctx, logon)
    if entry is None or entry.is_revoked:
        return CredentialLocked()
    link = await plan_link(ctx, entry, user=by_contact, verified=(contact,))
    if isinstance(link, Refusal):
        return link
    return Owner(link.user, contact, link, rests_on_contact=by_contact is not None and not link.is_vouched)


async def check_may_have(ctx: Context, owner: Owner) -> None:
    """Raise StateForbids for a contact that is new to a user who has other ways to be proved.

    Without this, whoever got hold of a logon's password would add a mailbox of their own, and have both factors.
    """
    factors = [one for one in await list_factors(ctx.tx, owner.user.id) if one.is_verified]
    is_theirs = any((one.contact_type, one.key) == (owner.contact.type, owner.contact.key) for one in factors)
    if factors and not is_theirs:
        raise StateForbids("The user of this logon has other contacts; log in and add this one.")


async def take_contact(ctx: Context, owner: Owner) -> None:
    """Let the contact be a verified name of the user, who is held; raise AlreadyExists where it became another's meanwhile."""
    user_id, contact = owner.user.id, owner.contact
    mine = (await change_store.list_keys(ctx.tx, user_id)).get((contact.type, contact.key))
    if mine is not None:
        if not await contact_store.verify_identity(ctx.tx, user_id, mine):
            raise StateForbids("The user was changed meanwhile.")
        return
    await check_free(ctx, [contact], for_user=user_id)
    is_main = contact.type not in main_contacts(await users.list_identities(ctx.tx, user_id))
    made = await new_identity(ctx, user_id, contact, main=is_main)
    await insert_names(ctx, [(msgspec.structs.replace(made, verified=True), contact)])
    record(ctx, "identity.added", user_id, identity=made.id, type=made.type)
