"""Give a user a logon that a directory is to make, and forget the one they have."""

from authme.kernel.context import Context
from authme.kernel.ids import new_id
from authme.legacy import store
from authme.legacy.commands import KIND, order
from authme.legacy.model import LegacyLogon, NewLogon
from authme.outbox.enqueue import forget_of_user


async def give(
    ctx: Context,
    user_id: str,
    new: NewLogon,
    *,
    directory: str,
    business_id: str | None,
    is_chosen: bool,
    former: LegacyLogon | None = None,
) -> LegacyLogon:
    """Note whose the logon is to be, and order it. Raises UniqueViolation when it is somebody's, or the user has one.

    `former` is what the user was to have before, and is forgotten: if it is the same, it may be there already.
    """
    now = ctx.clock.now_ms()
    made = LegacyLogon(
        id=new_id(ctx.clock),
        logon=new.logon,
        directory=directory,
        user_id=user_id,
        status="PENDING",
        request_id=new_id(ctx.clock),
        group=new.group,
        business_id=business_id,
        is_chosen=is_chosen,
        command_no=1,
        created_at=now,
        updated_at=now,
    )
    await store.insert_logon(ctx.tx, made)
    person = {"name": new.name, "document": new.document, "email": new.email, "mobile": new.mobile, "group": new.group}
    is_same = former is not None and (former.logon, former.group) == (made.logon, made.group)
    person["former"] = former.request_id if former is not None and is_same else None
    order(ctx, made, "PROVISION", person, request_id=made.request_id)
    return made


async def forget(ctx: Context, user_id: str) -> bool:
    """Forget whose the user's logon is, with the commands that wait or failed and what is in them; False if they had none.

    Commands ordered by the same unit are kept. The directory's entry stays as it is.
    """
    if not await store.delete_of_user(ctx.tx, user_id):
        return False
    await forget_of_user(ctx, user_id, kind=KIND)
    return True


async def forget_failed(ctx: Context, failed: LegacyLogon) -> None:
    """Forget a logon that could not be made, with its commands, unless it was made after all or forgotten meanwhile."""
    # The commands are the user's only ones: what takes its place waits for this unit of work.
    if await store.delete_unmade(ctx.tx, failed.id):
        await forget_of_user(ctx, failed.user_id, kind=KIND)
