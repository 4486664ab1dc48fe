"""Make the first administrator."""

from authme.kernel.context import Context
from authme.kernel.errors import StateForbids
from authme.relation import ADMIN, MAINTENANCE
from authme.users import authority_store
from authme.users.create import UserDraft, create
from authme.users.model import User
from authme.users.names import Name


async def make_first_administrator(ctx: Context, name: Name, password: str) -> User:
    """Make a user with both offices; raise StateForbids when somebody has one already."""
    if await authority_store.count_administrators(ctx.tx):
        raise StateForbids("There is an administrator already.")
    draft = UserDraft(names=(name,), authorities=(ADMIN, MAINTENANCE), contacts_are_verified=True)
    user, _ = await create(ctx, draft, password)
    return user
