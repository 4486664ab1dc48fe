"""Whom a typed name reaches, and by which contact; for a name that nobody has, what stands for it."""

from dataclasses import dataclass, replace

from authme.kernel.context import Context
from authme.legacy.logon import read_logon
from authme.notify.send import Recipient, recipient_at
from authme.sign_in.decoy import Decoys
from authme.sign_in.even_time import even_time
from authme.users import names
from authme.users import store as users
from authme.users.contacts import first_contact
from authme.users.model import Identity, User


@dataclass(frozen=True, slots=True)
class Reached:
    """Who a name reaches, and by which contact. For a name that nobody has, what stands for it."""

    name: str
    subject: str
    factor_id: str
    user: User | None = None
    contact: Identity | None = None

    @property
    def recipient(self) -> Recipient | None:
        """Where a code goes; nowhere for a name that nobody has."""
        if self.contact is None:
            return None
        return recipient_at(self.contact.type, self.contact.value)

    def as_nobody(self, ctx: Context) -> "Reached":
        """Return what the name would reach if nobody had it."""
        decoys = ctx.part(Decoys)
        subject, factor_id = decoys.user_id(self.name), decoys.factor_id(self.name, "EMAIL")
        return replace(self, subject=subject, factor_id=factor_id, user=None, contact=None)


def key_of(typed: str) -> str:
    """Return the key of what a typed name most likely means; whoever has it or not, it is counted under this."""
    meant = names.candidates(typed)
    return meant[0].key if meant else typed


def logon_key_of(typed: str) -> str:
    """Return the logon that was typed, else the key of what it means: all that is done for either is done under this."""
    return read_logon(typed) or key_of(typed)


async def reach(ctx: Context, typed: str) -> Reached:
    """Return whom a typed name reaches. Somebody who is locked or has no contact that is theirs is nobody here."""
    decoys, name = ctx.part(Decoys), key_of(typed)
    async with even_time():
        user = await users.find_by_any_name(ctx.tx, names.candidates(typed))
        # Asked for both, so that both take the same way.
        identities = await users.list_identities(ctx.tx, user.id if user else decoys.user_id(name))
    contact = _contact(user, identities) if user is not None else None
    if user is None or contact is None:
        return Reached(name, "", "").as_nobody(ctx)
    return Reached(name, user.id, contact.id, user, contact)


def _contact(user: User, identities: list[Identity]) -> Identity | None:
    """Return the contact that a code goes to.

    It is a verified one: a new address that was not confirmed yet stands in nobody's way. Of whoever has to make a password
    first it is the one that the first code went to.
    """
    if user.status not in {"ACTIVE", "PENDING"}:
        return None
    return first_contact(identities, verified=user.status == "ACTIVE")
