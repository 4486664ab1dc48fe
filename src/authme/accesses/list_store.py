"""The members of a group, with what is known of them, a page at a time."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Table, and_, bindparam, select

from authme.groups.member_store import MemberType
from authme.groups.tables import group_member
from authme.kernel.database import Reader, Row, Statement
from authme.kernel.paging import PageRequest
from authme.organizations.model import Business, ServiceAccount
from authme.organizations.store import business_of, service_account_of
from authme.organizations.tables import business, service_account
from authme.users.model import User
from authme.users.store import user_of
from authme.users.tables import user_account

Known = TypeVar("Known", User, Business, ServiceAccount)


def _members(known: Table) -> Statement:
    # A member of whom nothing is known any more is one all the same, and can be taken out.
    return Statement(
        select(group_member.c.member_id, known)
        .join_from(group_member, known, known.c.id == group_member.c.member_id, isouter=True)
        .where(
            and_(
                group_member.c.group_id == bindparam("of_group"),
                group_member.c.member_type == bindparam("of_type"),
                group_member.c.member_id > bindparam("after"),
            )
        )
        .order_by(group_member.c.member_id)
        .limit(bindparam("at_most"))
    )


_USERS, _BUSINESSES, _SERVICES = _members(user_account), _members(business), _members(service_account)


async def list_users(
    reader: Reader, group_id: str, member_type: MemberType, page: PageRequest
) -> list[tuple[str, User | None]]:
    """Return the users of a page and one more, in the order of their ids."""
    return await _list(reader, _USERS, user_of, group_id, member_type, page)


async def list_businesses(reader: Reader, group_id: str, page: PageRequest) -> list[tuple[str, Business | None]]:
    """Return the businesses of a page and one more, in the order of their ids."""
    return await _list(reader, _BUSINESSES, business_of, group_id, "BUSINESS", page)


async def list_services(reader: Reader, group_id: str, page: PageRequest) -> list[tuple[str, ServiceAccount | None]]:
    """Return the service accounts of a page and one more, in the order of their ids."""
    return await _list(reader, _SERVICES, service_account_of, group_id, "SERVICE", page)


async def _list(
    reader: Reader,
    statement: Statement,
    known_of: Callable[[Row], Known],
    group_id: str,
    member_type: MemberType,
    page: PageRequest,
) -> list[tuple[str, Known | None]]:
    rows = await reader.all(statement, of_group=group_id, of_type=member_type, after=page.after, at_most=page.limit + 1)
    return [(row["member_id"], None if row["id"] is None else known_of(row)) for row in rows]
