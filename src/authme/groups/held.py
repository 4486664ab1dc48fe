"""The roles that people and services hold through groups, at hand."""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from authme.groups.effective import MAXIMUM_GROUPS, Subject, TooManyGroups, find_roles, find_service
from authme.kernel.cache import EVERYTHING, ChangeAwareCache
from authme.kernel.context import Context
from authme.kernel.database import Database, Reader
from authme.relation import BUILT_IN
from authme.sessions import USER_TOPIC

TOPIC = "role"
"""Announced with the id of a user or service account whose membership changed, or `*` for a change that may concern many."""
MAXIMUM_LENGTH = 6000
"""As many characters the roles of one subject may have: the token with them has to fit into a header everywhere."""
_LIMIT = 50_000
_ANNOUNCED_ONE_BY_ONE = 50
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Held:
    business_id: str | None
    roles: frozenset[str]


class HeldRoles:
    """Roles at hand, at most a second behind a change made on another worker process."""

    def __init__(self, database: Database) -> None:
        self._of_users: ChangeAwareCache[_Held] = ChangeAwareCache(database.changes, TOPIC, limit=_LIMIT)
        # Apart: the id of a user can be chosen, and so be that of a service account.
        self._of_services: ChangeAwareCache[_Held] = ChangeAwareCache(database.changes, TOPIC, limit=_LIMIT)
        database.changes.subscribe(USER_TOPIC, self._of_users.drop)

    async def of_user(self, reader: Reader, user_id: str, business_id: str | None) -> frozenset[str]:
        """Return the roles that come to a user of this business through groups."""
        subject = Subject("USER", user_id, business_id)

        async def load() -> _Held:
            return _Held(business_id, await _find(reader, subject))

        held = await self._of_users.get(user_id, load)
        # The business that is asked for may be newer than what is kept, or older.
        return held.roles if held.business_id == business_id else await _find(reader, subject)

    async def of_service(self, reader: Reader, service_id: str | None) -> frozenset[str]:
        """Return the roles that come to a service account through groups; none for a client without one."""
        if service_id is None:
            return frozenset()

        async def load() -> _Held:
            subject = await find_service(reader, service_id)
            return _Held(subject.business_id, await _find(reader, subject))

        return (await self._of_services.get(service_id, load)).roles


def announce_members(ctx: Context, ids: list[str]) -> None:
    """Tell every process, after the commit, that memberships of these users or service accounts changed."""
    for one in ids if len(ids) <= _ANNOUNCED_ONE_BY_ONE else [EVERYTHING]:
        ctx.tx.announce(TOPIC, one)


def announce_all(ctx: Context) -> None:
    """Tell every process, after the commit, that anybody's roles may have changed."""
    ctx.tx.announce(TOPIC, EVERYTHING)


async def find_roles_in(reader: Reader, user_id: str, business_id: str | None, groups: Sequence[str]) -> frozenset[str]:
    """Return the roles that would come to a user of this business who is in these groups and no others."""
    return await _find(reader, Subject("USER", user_id, business_id), groups)


async def _find(reader: Reader, subject: Subject, groups: Sequence[str] | None = None) -> frozenset[str]:
    try:
        # No role can be registered by such a name; one that somebody wrote into the database is no office for all that.
        found = await find_roles(reader, subject, groups=groups) - BUILT_IN
    except TooManyGroups:
        _log.warning("roles.too_many_groups", subject=subject.id, maximum=MAXIMUM_GROUPS)
    else:
        if sum(map(len, found)) <= MAXIMUM_LENGTH:
            return found
        _log.warning("roles.too_long", subject=subject.id, maximum=MAXIMUM_LENGTH)
    # Fails closed: with some of the roles, which ones would hang on chance.
    return frozenset()
