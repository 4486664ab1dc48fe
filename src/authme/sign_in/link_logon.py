"""Whose a legacy logon is that was nobody's here so far."""

from collections.abc import Collection
from typing import Final

import msgspec
import structlog

from authme.audit import record
from authme.credentials import store as credentials
from authme.kernel.context import Context
from authme.kernel.errors import CredentialLocked, Refusal, StateForbids
from authme.legacy import store as logons
from authme.legacy.directories import Directories
from authme.legacy.model import Entry, LegacyLogon
from authme.legacy.show import state_of
from authme.sign_in.known_person import is_known
from authme.sign_in.legacy_link import Link
from authme.sign_in.legacy_user import Said, new_user, read_entry
from authme.sign_in.proved_person import ChangedMeanwhile
from authme.users import store as users
from authme.users.document_store import find_by_document
from authme.users.model import User
from authme.users.names import Name, every_meaning
from authme.users.taken import find_taken, is_reserved

__all__ = ["Link", "plan_link"]

_log = structlog.get_logger(__name__)
_OF_ANOTHER: Final = "it is another user's name"


async def plan_link(ctx: Context, entry: Entry, *, user: User | None = None, verified: Collection[Name] = ()) -> Link | Refusal:
    """Say who gets the logon of this entry, which is nobody's here so far and was just proved. Writes nothing of it.

    That is the user who has it as a name, if somebody vouched for that or they are known to be its owner; else `user`, else the
    one with the entry's document, if that is known to be theirs; else a user who is to be made. `verified` are contacts that
    were just proved too. The mere name of somebody else keeps nobody out: the logon is then linked without being a name.
    A refusal is to be returned:
    CredentialLocked for a user who is locked, StateForbids for a logon that is in somebody else's way, which is logged. Raises
    ChangedMeanwhile for a logon that is somebody's by now.
    """
    said = read_entry(entry)
    held = await logons.find_by_logon(ctx.tx, entry.logon)
    if held is not None and held.status == "PROVISIONED":
        raise ChangedMeanwhile
    if held is not None and await state_of(ctx.tx, held) != "FAILED":
        return _in_the_way(ctx, entry, held.user_id, "it is to be made for another user")
    named = await _find_named(ctx, said, verified)
    if named is not None and user is not None and named.id != user.id:
        return _in_the_way(ctx, entry, named.id, _OF_ANOTHER)
    by_document = await find_by_document(ctx.tx, said.document.value) if said.document is not None else None
    owner = named if named is not None else user
    if owner is None and by_document is not None and await _is_known(ctx, by_document, said, verified):
        owner = by_document
    if owner is not None:
        return await _to_user(ctx, entry, said, owner, held)
    elsewhere = by_document.id if by_document is not None else None
    return await _to_new_user(ctx, entry, said, elsewhere, held)


async def _find_named(ctx: Context, said: Said, verified: Collection[Name]) -> User | None:
    """Return who has the logon as a name, if it is more than a mere name.

    Anybody could once register with anybody's logon. Without this, whoever did so would be given its owner, or keep them out.
    """
    named = await users.find_by_name(ctx.tx, [said.logon])
    if named is None or (named.user.logon != said.logon.key and not await _is_known(ctx, named.user, said, verified)):
        return None
    return named.user


async def _is_known(ctx: Context, user: User, said: Said, verified: Collection[Name]) -> bool:
    """Whether the user with the entry's document or logon, who has no other logon, is the person that the entry is about."""
    if await _has_another(ctx, user, said):
        return False
    return await is_known(ctx, user, document=said.document, contacts=said.contacts, proved=verified)


async def _has_another(ctx: Context, user: User, said: Said) -> bool:
    """Whether the user has another logon, or somebody says so."""
    had = await logons.find_of_user(ctx.tx, user.id)
    return user.logon not in {None, said.logon.key} or (had is not None and await state_of(ctx.tx, had) != "FAILED")


async def _to_user(ctx: Context, entry: Entry, said: Said, owner: User, failed: LegacyLogon | None) -> Link | Refusal:
    if owner.status == "LOCKED":
        return CredentialLocked()
    if await _has_another(ctx, owner, said):
        return _in_the_way(ctx, entry, owner.id, "its user has another logon")
    if await is_reserved(ctx, said.logon.key):
        return _in_the_way(ctx, entry, None, "its user was removed")
    had = await logons.find_of_user(ctx.tx, owner.id)
    return Link(
        user=msgspec.structs.replace(owner, status="ACTIVE", logon=entry.logon),
        was=owner,
        logon=said.logon,
        directory=_directory_of(ctx, entry),
        is_named=_is_free(entry, await find_taken(ctx, [said.logon], for_user=owner.id)),
        failed=_each(failed, had),
        is_vouched=owner.logon == entry.logon or (said.document is not None and owner.is_known_by(said.document.value)),
        has_password=owner.status == "ACTIVE" and await credentials.find_hash(ctx.tx, owner.id) is not None,
    )


async def _to_new_user(
    ctx: Context, entry: Entry, said: Said, elsewhere: str | None, failed: LegacyLogon | None
) -> Link | Refusal:
    """Give the logon to a user who is to be made, with what of the entry is nobody else's."""
    if await is_reserved(ctx, said.logon.key):
        return _in_the_way(ctx, entry, None, "its user was removed")
    taken = await find_taken(ctx, said.names)
    free = [name for name in said.names if taken.isdisjoint(one.key for one in every_meaning([name]))]
    document = said.document if said.document in free and elsewhere is None else None
    return Link(
        user=new_user(ctx, entry, document.value if document is not None else None),
        was=None,
        logon=said.logon,
        directory=_directory_of(ctx, entry),
        is_named=_is_free(entry, taken.intersection(one.key for one in every_meaning([said.logon]))),
        failed=_each(failed),
        names=tuple(name for name in free if name != said.logon and (name != said.document or document is not None)),
        lacks_document=said.document is not None and document is None,
        elsewhere=elsewhere,
    )


def _is_free(entry: Entry, taken: Collection[str]) -> bool:
    """Whether the logon can be a name of its user: one text must never mean two users."""
    if taken:
        _log.warning("legacy.not_named", logon=entry.logon, reason=_OF_ANOTHER)
    return not taken


def _each(*found: LegacyLogon | None) -> tuple[LegacyLogon, ...]:
    """Return what there is of these, each once."""
    return tuple({one.id: one for one in found if one is not None}.values())


def _directory_of(ctx: Context, entry: Entry) -> str:
    return ctx.part(Directories).rules.name_for(entry.logon) or ""


def _in_the_way(ctx: Context, entry: Entry, user_id: str | None, reason: str) -> StateForbids:
    _log.warning("legacy.not_linked", logon=entry.logon, user=user_id, reason=reason)
    record(ctx, "logon.linked", user_id, result="REFUSED", reason=reason)
    return StateForbids("The logon is another user's name here; an operator has to see to it.")
