"""UA-03, UA-06, BA-03, SA-03: take a member out of a group."""

from authme.accesses.add import announce
from authme.audit import record
from authme.groups import member_store, target
from authme.groups.member_store import MemberType
from authme.kernel.context import Context
from authme.kernel.errors import NotFound


async def remove_user(ctx: Context, group_id: str, user_id: str) -> None:
    """Take a user out of the group, wherever they stand today. As one of the group's business they stay in it (UA-06)."""
    await _remove(ctx, group_id, "USER", user_id)


async def remove_business_user(ctx: Context, group_id: str, user_id: str) -> None:
    """Take a user out of the group who is in it as one of its business, wherever they stand today."""
    await _remove(ctx, group_id, "BUSINESS_USER", user_id)


async def remove_business(ctx: Context, group_id: str, business_id: str) -> None:
    """Take a business out of the group, and so all its users and services who are not in it themselves."""
    await _remove(ctx, group_id, "BUSINESS", business_id)


async def remove_service(ctx: Context, group_id: str, service_id: str) -> None:
    """Take a service account out of the group."""
    await _remove(ctx, group_id, "SERVICE", service_id)


async def _remove(ctx: Context, group_id: str, member_type: MemberType, member_id: str) -> None:
    # The relation to the group is enough: whoever moved away, or stands above the caller, can still be taken out.
    group = await target.get(ctx, group_id)
    if not await member_store.delete_member(ctx.tx, group.id, member_type, member_id):
        raise NotFound
    record(ctx, "access.removed", member_id, group=group.id, type=member_type)
    announce(ctx, member_type, [member_id])
