"""Whose a legacy logon is that was nobody's here so far."""

from collections.abc import Collection

import msgspec
import structlog

from authme.audit import record
from authme.credentials import store as credentials
from authme.factors.model import CONTACTS
from authme.factors.store import list_factors
from authme.kernel.context import Context
from authme.kernel.errors import CredentialLocked, Refusal, StateForbids
from authme.legacy import store as logons
from authme.legacy.directories import Directories
from authme.legacy.model import Entry
from authme.settings import UserSettings
from authme.sign_in.legacy_link import ChangedMeanwhile, Link
from authme.sign_in.legacy_user import Said, new_user, read_entry
from authme.users import store as users
from authme.users.document_store import find_by_document
from authme.users.model import User
from authme.users.names import Name, every_meaning
from authme.users.taken import find_taken

__all__ = ["Link", "plan_link"]

_log = structlog.get_logger(__name__)


async def plan_link(ctx: Context, entry: Entry, *, user: User | None = None, verified: Collection[Name] = ()) -> Link | Refusal:
    """Say who gets the logon of this entry, which is nobody's here so far and was just proved. Writes nothing of it.

    That is the user who has it as a name, if somebody vouched for that or they are known to be its owner; else `user`, else the
    one with the entry's document, if that is known to be theirs; else a user who is to be made. `verified` are contacts that
    were just proved too. A refusal is to be returned:
    CredentialLocked for a user who is locked, StateForbids for a logon that is in somebody else's way, which is logged. Raises
    ChangedMeanwhile for a logon that is somebody's by now.
    """
    said = read_entry(entry)
    held = await logons.find_by_logon(ctx.tx, entry.logon)
    if held is not None and held.status == "PROVISIONED":
        raise ChangedMeanwhile
    if held is not None:
        return _in_the_way(ctx, entry, held.user_id, "it is to be made for another user")
    named = await users.find_by_name(ctx.tx, [said.logon])
    if named is not None and user is not None and named.user.id != user.id:
        return _in_the_way(ctx, entry, named.user.id, "it is another user's name")
    # Anybody could once register with anybody's logon: without this, whoever did so would be given its owner.
    if named is not None and named.user.logon != entry.logon and not await _is_known(ctx, named.user, said, verified):
        return _in_the_way(ctx, entry, named.user.id, "it is the name of a user who is not known to be its owner")
    by_document = await find_by_document(ctx.tx, said.document.value) if said.document is not None else None
    owner = named.user if named is not None else user
    if owner is None and by_document is not None and await _is_known(ctx, by_document, said, verified):
        owner = by_document
    if owner is not None:
        return await _to_user(ctx, entry, said, owner)
    elsewhere = by_document.id if by_document is not None else None
    return await _to_new_user(ctx, entry, said, elsewhere)


async def _is_known(ctx: Context, user: User, said: Said, verified: Collection[Name]) -> bool:
    """Whether the user with the entry's document or logon, who has no other logon, is the person that the entry is about.

    Anybody may register with anybody's document. Without this, whoever did so first would be given the logon's owner.
    """
    if await _has_another(ctx, user, said):
        return False
    if said.document is not None and user.is_known_by(said.document.value):
        return True
    there = {(one.type, one.key) for one in (*said.contacts, *verified)}
    factors = [one for one in await list_factors(ctx.tx, user.id) if one.is_verified and one.contact_type in CONTACTS]
    here = {(one.contact_type, one.key) for one in factors}
    # Where contacts are taken as verified, whoever registers names anybody's.
    shown = there if ctx.part(UserSettings).verify_contact else {(one.type, one.key) for one in verified}
    return not here.isdisjoint(shown)


async def _has_another(ctx: Context, user: User, said: Said) -> bool:
    """Whether the user has another logon, or somebody says so."""
    return user.logon not in {None, said.logon.key} or await logons.find_of_user(ctx.tx, user.id) is not None


async def _to_user(ctx: Context, entry: Entry, said: Said, owner: User) -> Link | Refusal:
    if owner.status == "LOCKED":
        return CredentialLocked()
    if await _has_another(ctx, owner, said):
        return _in_the_way(ctx, entry, owner.id, "its user has another logon")
    if await find_taken(ctx, [said.logon], for_user=owner.id):
        return _in_the_way(ctx, entry, None, "it can be read as another user's name")
    return Link(
        user=msgspec.structs.replace(owner, status="ACTIVE", logon=entry.logon),
        was=owner,
        logon=said.logon,
        directory=_directory_of(ctx, entry),
        is_vouched=owner.logon == entry.logon or (said.document is not None and owner.is_known_by(said.document.value)),
        has_password=owner.status == "ACTIVE" and await credentials.find_hash(ctx.tx, owner.id) is not None,
    )


async def _to_new_user(ctx: Context, entry: Entry, said: Said, elsewhere: str | None) -> Link | Refusal:
    """Give the logon to a user who is to be made, with what of the entry is nobody else's."""
    taken = await find_taken(ctx, said.names)
    free = [name for name in said.names if taken.isdisjoint(one.key for one in every_meaning([name]))]
    if said.logon not in free:
        return _in_the_way(ctx, entry, None, "it can be read as another user's name")
    document = said.document if said.document in free and elsewhere is None else None
    return Link(
        user=new_user(ctx, entry, document.value if document is not None else None),
        was=None,
        logon=said.logon,
        directory=_directory_of(ctx, entry),
        names=tuple(name for name in free if name != said.logon and (name != said.document or document is not None)),
        lacks_document=said.document is not None and document is None,
        elsewhere=elsewhere,
    )


def _directory_of(ctx: Context, entry: Entry) -> str:
    return ctx.part(Directories).rules.name_for(entry.logon) or ""


def _in_the_way(ctx: Context, entry: Entry, user_id: str | None, reason: str) -> StateForbids:
    _log.warning("legacy.not_linked", logon=entry.logon, user=user_id, reason=reason)
    record(ctx, "logon.linked", user_id, result="REFUSED", reason=reason)
    return StateForbids("The logon is another user's name here; an operator has to see to it.")
