"""Finding users by what is known of them, a page at a time, among any number of them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from sqlalchemy import and_, bindparam, func, select, tuple_

from authme.kernel.database import Reader, Row, Statement, contained_in
from authme.users.model import Identity, User, UserStatus
from authme.users.names import Name
from authme.users.store import identity_of, user_of
from authme.users.tables import identity, user_account

_ID = 24
_BEHIND = "\U0010ffff"
"""The last character there is, and no letter: what begins with a text sorts before that text with this behind it."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What the users found have in common: everything that is given. Removed users are never found."""

    name_key: str | None = None
    """How the key of what they are called begins."""
    names: tuple[Name, ...] = ()
    """Names that they have, verified or not."""
    status: UserStatus | None = None
    organization_id: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A user, and its place among all that fit: the next page begins behind the last one's.

    The place is the id, and behind it the key of the name when users are searched by name, since they are sorted by that.
    """

    user: User
    place: str


def _statement(*, name: bool, status: bool, organization: bool) -> Statement:
    """Return the search by these filters, by a stretch of one index that is read in its order.

    The stretch has no equality in it, on purpose: after one, a database may well read all users by age, and filter them, in the
    belief that whoever is sought is spread evenly among them.
    """
    stretch: list[tuple[Any, str, str]] = []
    if organization:
        stretch.append((user_account.c.organization_id, "organization", "organization"))
    if name:
        stretch.append((user_account.c.name_key, "begin", "end"))
    elif status:
        stretch.append((user_account.c.status, "status", "status"))
    columns = [*(column for column, _, _ in stretch), user_account.c.id]
    low = tuple_(*(bindparam(begin) for _, begin, _ in stretch), bindparam("after"))
    found = select(user_account).where(tuple_(*columns) > low)
    if stretch:
        found = found.where(tuple_(*columns[:-1]) <= tuple_(*(bindparam(end) for _, _, end in stretch)))
    if organization:
        found = found.where(user_account.c.organization_id.is_not(None))  # as its indexes say
    if name or not status:
        found = found.where(user_account.c.status != "REMOVED")
    if name and status:
        # Not what rows are found by: nearly all users have the same.
        found = found.where(func.coalesce(user_account.c.status, "") == bindparam("status"))
    return Statement(found.order_by(*columns).limit(bindparam("at_most")))


# One statement for each set of filters: each has its own index.
_SEARCH = {
    (by_name, by_status, in_one): _statement(name=by_name, status=by_status, organization=in_one)
    for by_name, by_status, in_one in product((False, True), repeat=3)
}
# Type and key are unique: this is one user or none.
_NAMED = Statement(
    select(user_account)
    .join_from(identity, user_account, user_account.c.id == identity.c.user_id)
    .where(and_(identity.c.type == bindparam("type"), identity.c.value_key == bindparam("key")))
)
_NAMES = Statement(select(identity).where(contained_in(identity.c.user_id, "users")).order_by(identity.c.id))


async def search(reader: Reader, filters: Filters, *, after: str, limit: int) -> list[Found]:
    """Return up to `limit` users behind the place `after`, "" for the first ones."""
    if filters.names:
        return await _search_named(reader, filters, after)
    given = {"status": filters.status, "organization": filters.organization_id}
    parameters = {name: value for name, value in given.items() if value is not None} | {"after": after[:_ID]}
    if filters.name_key is not None:
        begin, behind = max((filters.name_key, ""), (after[_ID:], after[:_ID]))
        parameters |= {"begin": begin, "after": behind, "end": filters.name_key + _BEHIND}
    statement = _SEARCH[filters.name_key is not None, "status" in parameters, "organization" in parameters]
    return [_found(row, filters) for row in await reader.all(statement, at_most=limit, **parameters)]


async def list_names(reader: Reader, user_ids: Sequence[str]) -> dict[str, list[Identity]]:
    """Return all names of each of these users, the oldest first."""
    found: dict[str, list[Identity]] = defaultdict(list)
    for row in await reader.all(_NAMES, users=list(user_ids)):
        found[row["user_id"]].append(identity_of(row))
    return found


async def _search_named(reader: Reader, filters: Filters, after: str) -> list[Found]:
    rows = [await reader.one(_NAMED, type=name.type, key=name.key) for name in filters.names]
    first = rows[0]
    if first is None or any(row is None or row["id"] != first["id"] for row in rows) or not _fits(first, filters):
        return []
    found = _found(first, filters)
    return [] if after else [found]


def _fits(row: Row, filters: Filters) -> bool:
    return (
        row["status"] != "REMOVED"
        and filters.status in {None, row["status"]}
        and filters.organization_id in {None, row["organization_id"]}
        and (row["name_key"] or "").startswith(filters.name_key or "")
    )


def _found(row: Row, filters: Filters) -> Found:
    return Found(user_of(row), row["id"] if filters.name_key is None else row["id"] + (row["name_key"] or ""))
