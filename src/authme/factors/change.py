"""UI-37 and UI-44: change a factor. UI-38 and UI-45: remove one."""

import msgspec

from authme.audit import record
from authme.challenges import store as challenges
from authme.factors import store
from authme.factors.add import check_mark, check_new
from authme.factors.model import CONTACTS, Factor
from authme.kernel.context import Context
from authme.kernel.database import UniqueViolation
from authme.kernel.errors import AlreadyExists, NotFound, StateForbids
from authme.notify.send import Recipient, recipient_at
from authme.users import store as users
from authme.users.model import User
from authme.users.names import Name
from authme.users.tell import tell


async def get_changeable(ctx: Context, user_id: str, factor_id: str) -> tuple[Factor, list[Factor]]:
    """Take the user's row and return the factor and all others.

    Raises NotFound, and StateForbids for a contact that is also a name: that is changed as a name.
    """
    if not await users.hold(ctx.tx, user_id):
        raise NotFound
    factors = await store.list_factors(ctx.tx, user_id)
    found = next((one for one in factors if one.id == factor_id), None)
    if found is None:
        raise NotFound
    if found.is_credential:
        raise StateForbids("A contact that is also a name of the user cannot be changed here.")
    return found, [one for one in factors if one.id != factor_id]


async def change_factor(
    ctx: Context,
    user: User,
    found: Factor,
    others: list[Factor],
    *,
    contact: Name | None,
    tags: tuple[str, ...],
    name: str | None,
) -> Factor:
    """Change the factor and tell the user, on the old contact too. Another contact is unverified until its code comes back."""
    check_mark(tags, found.contact_type, others)
    becomes = msgspec.structs.replace(found, tags=tags, name=name)
    moved_to = contact if contact is not None and contact.value != found.value else None
    if moved_to is not None:
        check_new(found.contact_type, moved_to.key, others)
        becomes = msgspec.structs.replace(becomes, value=moved_to.value, is_verified=False)
        # Whoever reads the old contact may hold a code that would make the new one theirs.
        await challenges.end_of_factor(ctx.tx, user.id, found.id)
    try:
        await store.change_factor(ctx.tx, becomes, moved_to=moved_to.key if moved_to else None)
    except UniqueViolation as error:
        raise AlreadyExists("The contact is there already.") from error
    record(ctx, "factor.changed", user.id, factor=found.id, contact_type=found.contact_type, moved=moved_to is not None)
    await tell(ctx, user.id, "factor_changed", also=_reached_at(found) if moved_to else None, factor=found.contact_type)
    return becomes


async def remove_factor(ctx: Context, user: User, found: Factor) -> None:
    """Remove the factor and tell the user, on the removed contact too."""
    await challenges.end_of_factor(ctx.tx, user.id, found.id)
    await store.delete_factor(ctx.tx, found)
    record(ctx, "factor.removed", user.id, factor=found.id, contact_type=found.contact_type)
    await tell(ctx, user.id, "factor_removed", also=_reached_at(found), factor=found.contact_type)


def _reached_at(factor: Factor) -> Recipient | None:
    """Return where the factor's owner is reached by it; an address that nobody verified may be a stranger's."""
    if factor.contact_type not in CONTACTS or factor.value is None or not factor.is_verified:
        return None
    return recipient_at(factor.contact_type, factor.value)
