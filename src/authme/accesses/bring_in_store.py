"""Memberships of many groups at once, at rest."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from sqlalchemy import and_, bindparam, select

from authme.groups.member_store import MemberType
from authme.groups.tables import group_member
from authme.kernel.database import Reader, Statement, Transaction, contained_in, insert_or_ignore

_THERE = Statement(
    select(group_member.c.group_id, group_member.c.member_type, group_member.c.member_id).where(
        and_(contained_in(group_member.c.member_id, "members"), contained_in(group_member.c.group_id, "groups"))
    )
)
_INSERT = Statement(insert_or_ignore(group_member, {column.name: bindparam(column.name) for column in group_member.c}))


class Membership(NamedTuple):
    """Somebody in a group."""

    group_id: str
    member_type: MemberType
    member_id: str


async def find_there(reader: Reader, memberships: Collection[Membership]) -> set[Membership]:
    """Return those that are there, and perhaps others of the same groups and members."""
    groups, members = {one.group_id for one in memberships}, {one.member_id for one in memberships}
    rows = await reader.all(_THERE, groups=sorted(groups), members=sorted(members))
    return {Membership(row["group_id"], row["member_type"], row["member_id"]) for row in rows}


async def insert_memberships(tx: Transaction, memberships: Iterable[Membership], *, now: int) -> None:
    """Insert memberships of groups that are held; one that is there already is left as it is."""
    await tx.run_many(_INSERT, [{**one._asdict(), "created_at": now} for one in memberships])
