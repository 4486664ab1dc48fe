"""Telling every process whose roles may have changed."""

from sqlalchemy import bindparam, select

from authme.groups import dependency_store
from authme.groups.held import announce_all, announce_members
from authme.groups.tables import group_member
from authme.kernel.context import Context
from authme.kernel.database import Statement

_MOST = 50
_MEMBERS = Statement(
    select(group_member.c.member_type, group_member.c.member_id)
    .where(group_member.c.group_id == bindparam("of_group"))
    .limit(bindparam("at_most"))
)


async def announce_group(ctx: Context, group_id: str) -> None:
    """Tell every process, after the commit, that what a group gives its members changes. The group is held.

    If its members are few, and no other group depends on it, only they are told of: else each group that somebody makes would
    have the roles of everybody looked up again.
    """
    members = await ctx.tx.all(_MEMBERS, of_group=group_id, at_most=_MOST + 1)
    is_wide = len(members) > _MOST or any(member["member_type"] == "BUSINESS" for member in members)
    if is_wide or await dependency_store.is_depended_on(ctx.tx, group_id):
        announce_all(ctx)
    else:
        announce_members(ctx, [member["member_id"] for member in members])
