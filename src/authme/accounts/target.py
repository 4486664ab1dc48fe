"""The user that an operation is about."""

from authme.kernel.context import Context
from authme.kernel.errors import NotFound
from authme.users import policy, store
from authme.users.model import User


async def hold_managed(ctx: Context, user_id: str) -> User:
    """Return the user, whom nobody else changes until the unit of work is over.

    Raises NotFound for whoever is not there for the caller, NotOnThisTarget for whoever the caller may not manage.
    """
    await _get_managed(ctx, user_id)
    if not await store.hold(ctx.tx, user_id):
        raise NotFound
    # Read again: while this unit waited for its turn another may have given the user an office.
    return await _get_managed(ctx, user_id)


async def _get_managed(ctx: Context, user_id: str) -> User:
    target = await store.get(ctx.tx, user_id)
    policy.check_may_see(ctx.caller, target)
    policy.check_may_manage(ctx.caller, target)
    return target
