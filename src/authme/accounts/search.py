"""Find users, for administrators."""

from collections.abc import Callable, Mapping
from typing import Any, Literal, get_args

from authme.kernel.context import Context
from authme.kernel.errors import ErrorItem, FieldsRefused, field_malformed, malformed
from authme.kernel.http import Parameter, Request
from authme.kernel.ids import is_id
from authme.kernel.paging import PAGE, PageRequest
from authme.kernel.wire import Answer
from authme.sessions import store as sessions
from authme.users import names, policy, search_store
from authme.users.model import UserStatus
from authme.users.names import Name, NameMalformed, name_key
from authme.users.search_store import Filters
from authme.users.show import UserAnswer, user_answer

QUERY = (
    Parameter("name"),
    Parameter("document"),
    Parameter("contact"),
    Parameter("status", Literal["PENDING", "ACTIVE", "LOCKED"]),
    *PAGE,
)
_LONGEST = 256
_ID = 24
_STATUSES = tuple(status for status in get_args(UserStatus) if status != "REMOVED")


class FoundUsers(Answer, frozen=True):
    """A page of users."""

    items: tuple[UserAnswer, ...]
    next_cursor: str | None


async def search(ctx: Context, request: Request) -> FoundUsers:
    """Find users by how their `name` begins, by `document`, `contact` or `status`, or by several of these; all without.

    ADMIN finds those of its organisation, IAM_ADMIN_MAINTENANCE all; removed users are not found. By name they are sorted by
    name, else by age; users who come while pages are turned shift nobody from one page to another.
    """
    filters = _read(request.query, policy.organization_searched(ctx.caller))
    page = PageRequest.from_query(request.query)
    if page.after and not (is_id(page.after[:_ID]) and (filters.name_key is not None or len(page.after) == _ID)):
        raise malformed("cursor", "the nextCursor of an earlier page of this search is expected")
    found = await search_store.search(ctx.tx, filters, after=page.after, limit=page.limit + 1)
    shown = [one.user for one in found[: page.limit]]
    ids = [user.id for user in shown]
    known_by = await search_store.list_names(ctx.tx, ids)
    seen = await sessions.find_last_logins(ctx.tx, ids)
    return FoundUsers(
        items=tuple(user_answer(user, known_by[user.id], latest_session=seen.get(user.id)) for user in shown),
        next_cursor=page.next_cursor([one.place for one in found]),
    )


def _read(query: Mapping[str, str], organization_id: str | None) -> Filters:
    """Return what is asked for; raise FieldsRefused with every malformed parameter."""
    found: dict[str, Any] = {}
    problems: list[ErrorItem] = []
    for field, read in _READ.items():
        try:
            if field in query:
                found[field] = read(query[field])
        except NameMalformed as error:
            problems.append(field_malformed(field, str(error)))
    if problems:
        raise FieldsRefused(problems)
    return Filters(
        name_key=found.get("name"),
        names=tuple(found[field] for field in ("document", "contact") if field in found),
        status=found.get("status"),
        organization_id=organization_id,
    )


def _name(text: str) -> str:
    if not 1 <= len(text) <= _LONGEST or "\0" in text:
        raise NameMalformed(f"a text of 1 to {_LONGEST} characters is expected")
    return name_key(text)


def _contact(text: str) -> Name:
    try:
        return names.email(text) if "@" in text else names.mobile(text)
    except NameMalformed as error:
        raise NameMalformed("an e-mail address or a mobile number is expected") from error


def _status(text: str) -> str:
    if text not in _STATUSES:
        raise NameMalformed(f"one of {', '.join(_STATUSES)} is expected")
    return text


_READ: dict[str, Callable[[str], Any]] = {"name": _name, "document": names.document, "contact": _contact, "status": _status}
