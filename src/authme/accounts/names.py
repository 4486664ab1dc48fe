"""Names that a user gets, and the one that has to stay."""

from collections.abc import Iterable, Sequence

from authme.factors import store as factors
from authme.kernel.context import Context
from authme.kernel.database import UniqueViolation
from authme.kernel.errors import AlreadyExists, StateForbids
from authme.kernel.ids import new_id
from authme.notify.send import Recipient, recipient_at
from authme.users import store
from authme.users.contacts import CONTACT_TYPES
from authme.users.model import Identity
from authme.users.names import Name
from authme.users.taken import release


async def new_identity(ctx: Context, user_id: str, name: Name, *, main: bool) -> Identity:
    """Return a new name of the user. A contact is unverified: only its owner can show whose it is.

    An alternative contact of the user becomes the name, verified if it was: left beside it, one mailbox would be two factors.
    """
    is_contact = name.type in CONTACT_TYPES
    return Identity(
        id=new_id(ctx.clock),
        user_id=user_id,
        type=name.type,
        value=name.value,
        verified=not is_contact or await factors.take_contact(ctx.tx, user_id, name.type, name.key),
        main=main,
        created_at=ctx.clock.now_ms(),
    )


async def insert_names(ctx: Context, made: Sequence[tuple[Identity, Name]]) -> None:
    """Insert new names; raise AlreadyExists when somebody was faster to take one."""
    # In one order for everybody, so that two units that want the same names do not wait for each other.
    rows = sorted(((identity, name.key) for identity, name in made), key=lambda row: (row[0].type, row[1]))
    try:
        for identity, key in rows:
            await release(ctx, [key], for_user=identity.user_id)
        await store.insert_identities(ctx.tx, rows)
    except UniqueViolation as error:
        raise AlreadyExists("The name is taken.") from error


def check_another_remains(identities: Iterable[Identity], leaving: Identity) -> None:
    """Raise StateForbids if the user would be left without a name, or without a verified one that they had."""
    rest = [one for one in identities if one.id != leaving.id]
    if not rest or (leaving.verified and not any(one.verified for one in rest)):
        raise StateForbids("The last name of a user cannot go.")


def reached_at(identity: Identity) -> Recipient | None:
    """Return where the user is reached by this name; an address that nobody verified may be a stranger's."""
    if identity.type not in CONTACT_TYPES or not identity.verified:
        return None
    return recipient_at(identity.type, identity.value)
