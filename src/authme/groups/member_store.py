"""Who is in which group, at rest."""

from collections.abc import Sequence
from typing import Literal

from sqlalchemy import and_, bindparam, delete, select

from authme.groups.tables import access_group, group_member
from authme.kernel.database import Reader, Statement, Transaction, contained_in, insert_or_ignore

MemberType = Literal["USER", "BUSINESS_USER", "BUSINESS", "SERVICE"]

_IN_GROUP = and_(group_member.c.group_id == bindparam("of_group"), group_member.c.member_type == bindparam("of_type"))
_AMONG = Statement(select(group_member.c.member_id).where(and_(_IN_GROUP, contained_in(group_member.c.member_id, "members"))))
_INSERT = Statement(insert_or_ignore(group_member, {column.name: bindparam(column.name) for column in group_member.c}))
_DELETE = Statement(delete(group_member).where(and_(_IN_GROUP, group_member.c.member_id == bindparam("of_member"))))
_DELETE_EVERYWHERE = Statement(
    delete(group_member).where(
        and_(group_member.c.member_id == bindparam("of_member"), contained_in(group_member.c.member_type, "types"))
    )
)

_DELETE_OF_BUSINESS = Statement(
    delete(group_member).where(
        and_(
            group_member.c.member_id == bindparam("of_member"),
            contained_in(group_member.c.member_type, "types"),
            group_member.c.group_id.in_(select(access_group.c.id).where(access_group.c.business_id == bindparam("business"))),
        )
    )
)


async def find_among(reader: Reader, group_id: str, member_type: MemberType, ids: Sequence[str]) -> set[str]:
    """Return which of these are members of the group."""
    rows = await reader.all(_AMONG, of_group=group_id, of_type=member_type, members=list(ids))
    return {row["member_id"] for row in rows}


async def insert_members(tx: Transaction, group_id: str, member_type: MemberType, ids: Sequence[str], *, now: int) -> None:
    """Insert members; one that is there already is left as it is."""
    await tx.run_many(
        _INSERT,
        [{"group_id": group_id, "member_type": member_type, "member_id": one, "created_at": now} for one in ids],
    )


async def delete_member(tx: Transaction, group_id: str, member_type: MemberType, member_id: str) -> bool:
    """Delete a member; False if it is none."""
    return await tx.run(_DELETE, of_group=group_id, of_type=member_type, of_member=member_id) == 1


async def delete_of_business(tx: Transaction, user_id: str, business_id: str) -> None:
    """Take a user out of all groups of a business."""
    await tx.run(_DELETE_OF_BUSINESS, of_member=user_id, types=["USER", "BUSINESS_USER"], business=business_id)


async def delete_everywhere(tx: Transaction, member_id: str, *types: MemberType) -> int:
    """Take a member out of all groups in which it is as one of `types`; return out of how many.

    The type has to be said: somebody may have chosen the id of a business for a user.
    """
    return await tx.run(_DELETE_EVERYWHERE, of_member=member_id, types=list(types))
