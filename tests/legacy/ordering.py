"""Commands as use cases order them."""

from typing import Any

from authme.kernel.context import Context
from authme.legacy import store
from authme.legacy.commands import order_password, order_resume, order_revoke
from authme.legacy.give import forget, give
from authme.legacy.model import LegacyLogon, LogonStatus, NewLogon
from authme.legacy.show import state_of
from authme.outbox.again import retry
from support.given import Given, GivenUser


async def ordered(
    given: Given, user: GivenUser, logon: str, *, is_chosen: bool = False, directory: str = "embedded", name: str = "Maria"
) -> LegacyLogon:
    """Have a logon made for a user."""
    new = NewLogon(logon=logon, name=name, document=None, email=user.name, mobile=None, group="USERS")
    return await given.run(lambda ctx: give(ctx, user.id, new, directory=directory, business_id=None, is_chosen=is_chosen))


async def password_ordered(given: Given, user: GivenUser, secret: str, *, changed_at: int = 1) -> None:
    await given.run(lambda ctx: order_password(ctx, user.id, secret, changed_at=changed_at))


async def revoke_ordered(given: Given, user: GivenUser) -> None:
    await given.run(lambda ctx: order_revoke(ctx, user.id))


async def resume_ordered(given: Given, user: GivenUser) -> None:
    await given.run(lambda ctx: order_resume(ctx, user.id))


async def revoke_and_forget(ctx: Context, user: GivenUser) -> None:
    """Do to the user's logon what the removal of the user does."""
    await order_revoke(ctx, user.id)
    await forget(ctx, user.id)


async def logon_of(given: Given, user: GivenUser) -> LegacyLogon:
    """Return the user's logon as it is known here."""
    found = await store.find_of_user(given.server.database.reader(), user.id)
    assert found is not None
    return found


async def status_of(given: Given, user: GivenUser) -> LogonStatus:
    return await state_of(given.server.database.reader(), await logon_of(given, user))


async def states(given: Given) -> list[tuple[Any, Any]]:
    """Return each command and its state."""
    return [(one["topic"], one["state"]) for one in await given.commands()]


async def retried(given: Given, topic: str) -> None:
    """Have the failed command of this name tried again."""
    [row_id] = [one["id"] for one in await given.commands() if (one["topic"], one["state"]) == (topic, "FAILED")]

    async def work(ctx: Context) -> None:
        await retry(ctx, "LEGACY", row_id)

    await given.run(work)
