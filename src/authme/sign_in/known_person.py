"""Who is known to be the person that somebody else's entry, certificate or account is about: the one rule."""

from collections.abc import Collection

from authme.factors.model import CONTACTS
from authme.factors.store import list_factors
from authme.kernel.context import Context
from authme.settings import UserSettings
from authme.users.model import User
from authme.users.names import Name, email


async def is_known(
    ctx: Context, user: User, *, document: Name | None, contacts: Collection[Name], proved: Collection[Name] = ()
) -> bool:
    """Whether the user is the person of whom others say that this document and these contacts are theirs.

    They are if somebody vouched for the document as the user's, or one of the contacts was shown to be. `proved` are contacts
    that the person proved just now. Anybody may register with anybody's document or address. Without this, whoever did so
    first would be given what the person has elsewhere, and have the person log in to an account that is not theirs.
    """
    if document is not None and user.is_known_by(document.value):
        return True
    there = {(one.type, one.key) for one in (*contacts, *proved)}
    factors = [one for one in await list_factors(ctx.tx, user.id) if one.is_verified and one.contact_type in CONTACTS]
    # A mailbox that was shown to be theirs is no other one that is compared as the same.
    factors = [one for one in factors if one.contact_type != "EMAIL" or email(one.value or "").is_unmistakable]
    here = {(one.contact_type, one.key) for one in factors}
    # Where contacts are taken as verified, whoever registers names anybody's.
    shown = there if ctx.part(UserSettings).verify_contact else {(one.type, one.key) for one in proved}
    return not here.isdisjoint(shown)
