"""Whom a logon reaches, and by which contact; for a logon that nobody has, what stands for it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from authme.kernel.context import Context
from authme.legacy.directories import Directories
from authme.legacy.logon import read_logon
from authme.legacy.model import Entry, LegacyLogon
from authme.legacy.on_its_way import is_standing_on_its_way
from authme.notify.send import Recipient, recipient_at
from authme.sign_in.decoy import Decoys
from authme.sign_in.even_time import even_time
from authme.sign_in.legacy_store import find_known
from authme.sign_in.reach import logon_key_of
from authme.users import names
from authme.users import store as users
from authme.users.contacts import CONTACT_TYPES, main_contacts
from authme.users.model import Identity, User
from authme.users.names import Name, NameMalformed


@dataclass(frozen=True, slots=True)
class ReachedLogon:
    """Who a logon reaches, and by which contact. For a logon that nobody has, what stands for it."""

    name: str
    subject: str
    """The user's id, or what stands for the logon as long as it is nobody's here."""
    factor_id: str
    counted_as: tuple[str, str]
    """What codes to the contact are counted under: that of a user as at UI-02, that of a directory by its address."""
    shown: tuple[Name, ...] = ()
    """Contacts that are shown, masked, whether a code is sent or not."""
    contact: Name | None = None
    """Where a code goes; None: nowhere, and no code is good."""
    entry: Entry | None = None
    user: User | None = None
    identity: Identity | None = None
    """The contact, where it is the user's."""

    @property
    def recipient(self) -> Recipient | None:
        """Where a code goes; nowhere for a logon that nobody has."""
        return recipient_at(self.contact.type, self.contact.value) if self.contact is not None else None

    def is_known_by(self, document: str) -> bool:
        """Whether this is the document of whose logon it is, as the directory or this server knows it."""
        there = read_or_none(names.document, self.entry.document) if self.entry is not None else None
        known = {there.value if there is not None else None, self.user.document if self.user is not None else None}
        return document in known

    def as_nobody(self, ctx: Context) -> "ReachedLogon":
        """Return what the logon would reach if nobody had it; the contacts are shown as before."""
        subject = ctx.part(Decoys).user_id(self.name)
        factor_id = ctx.part(Decoys).factor_id(self.name, "EMAIL")
        return ReachedLogon(self.name, subject, factor_id, (subject, factor_id), self.shown)


async def reach_logon(ctx: Context, typed: str) -> ReachedLogon:
    """Return whom a typed logon reaches. One that is revoked, or whose user is locked, reaches nobody.

    Its directory is asked first, and for every logon: one that does not answer raises Unavailable for all alike.
    """
    logon, name = read_logon(typed), logon_key_of(typed)
    nobody = ctx.part(Decoys).user_id(name)
    async with even_time():
        entry = await find_there(ctx, logon)
        held = await find_known(ctx.tx, name)
        user = held.user if held is not None else None
        # Asked for all, so that all take the same way.
        identities = await users.list_identities(ctx.tx, user.id if user else nobody)
        is_out = await is_revoked(ctx, entry, held.link if held is not None else None)
    unknown = ReachedLogon(name, "", "", ("", "")).as_nobody(ctx)
    if entry is None:
        invented = ctx.part(Decoys).contacts((), name)
        return replace(unknown, shown=tuple(names.of_type(one, text) for one, text in invented.items()))
    known = replace(unknown, subject=user.id if user else unknown.subject, entry=entry, user=user)
    reached = _by_own_contact(known, identities) or _by_contact_there(ctx, known, entry)
    is_open = not is_out and (user is None or user.status in {"ACTIVE", "PENDING"})
    return reached if is_open and reached.contact is not None else reached.as_nobody(ctx)


async def find_there(ctx: Context, logon: str | None) -> Entry | None:
    """Return a logon, as it was read, as its directory has it now; None for one that no directory has. Raises Unavailable."""
    directory = ctx.part(Directories).to_ask(ctx, logon) if logon is not None else None
    return await directory.find_ours(logon) if directory is not None and logon is not None else None


async def is_revoked(ctx: Context, entry: Entry | None, held: LegacyLogon | None) -> bool:
    """Whether a logon is revoked or gone, unless a command of ours that changes it is on its way."""
    if held is not None and await is_standing_on_its_way(ctx.tx, held):
        return False
    return entry is None or entry.is_revoked


def read_or_none(form: Callable[[str], Name], text: str | None) -> Name | None:
    """Return what a directory has in a field, None if that has not the form it should have."""
    try:
        return form(text) if text is not None else None
    except NameMalformed:
        return None


def _by_own_contact(found: ReachedLogon, identities: Sequence[Identity]) -> ReachedLogon | None:
    """Return how a user is reached as at UI-02: by a verified main contact, None without one."""
    main = main_contacts(identities)
    known = [main[one] for one in CONTACT_TYPES if one in main and main[one].verified]
    if not known:
        return None
    shown = tuple(names.of_type(one.type, one.value) for one in known)
    counted_as = (found.subject, known[0].id)
    return replace(found, factor_id=known[0].id, counted_as=counted_as, shown=shown, contact=shown[0], identity=known[0])


def _by_contact_there(ctx: Context, found: ReachedLogon, entry: Entry) -> ReachedLogon:
    """Return how whoever has the logon is reached by what the directory knows, for which its operator vouches."""
    known = (read_or_none(names.email, entry.email), read_or_none(names.mobile, entry.mobile))
    shown = tuple(one for one in known if one is not None)
    if not shown:
        return found
    factor_id = ctx.part(Decoys).factor_id(found.name, shown[0].type)
    counted_as = (f"{shown[0].type}:{shown[0].key}", "DIRECTORY")
    return replace(found, factor_id=factor_id, counted_as=counted_as, shown=shown, contact=shown[0])
