"""Whether the session behind a token still stands, and what its user holds today."""

import json

from sqlalchemy import bindparam, select

from authme.kernel.cache import EVERYTHING, ChangeAwareCache
from authme.kernel.clock import Clock
from authme.kernel.database import Database, Reader, Row, Statement
from authme.sessions import SESSION_TOPIC, USER_TOPIC, SessionState
from authme.sessions.tables import session
from authme.users.tables import user_account

_LIMIT = 50_000
_READ = Statement(
    select(
        session.c.user_id,
        session.c.ended_at,
        session.c.expires_at,
        user_account.c.status,
        user_account.c.kind,
        user_account.c.authorities,
        user_account.c.organization_id,
        user_account.c.business_id,
    )
    .join_from(session, user_account, user_account.c.id == session.c.user_id, isouter=True)
    .where(session.c.id == bindparam("of_session"))
)
_GONE = SessionState(is_open=False, user_id=None, expires_at=0, user_atoms=frozenset(), organization_id=None, business_id=None)


class SessionStates:
    """Session states at hand, at most a second behind a change made on another worker process."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._clock = clock
        self._states: ChangeAwareCache[SessionState] = ChangeAwareCache(database.changes, SESSION_TOPIC, limit=_LIMIT)
        database.changes.subscribe(USER_TOPIC, self._user_changed)

    async def find_open(self, reader: Reader, session_id: str) -> SessionState | None:
        """Return the state of the session if it is open and its user may act."""
        state = await self._states.get(session_id, lambda: _read(reader, session_id))
        return state if state.is_open and state.expires_at > self._clock.now_ms() else None

    def _user_changed(self, user_id: str) -> None:
        self._states.drop_where(lambda state: user_id in {state.user_id, EVERYTHING})


async def _read(reader: Reader, session_id: str) -> SessionState:
    row = await reader.one(_READ, of_session=session_id)
    return _GONE if row is None else _state(row)


def _state(row: Row) -> SessionState:
    has_user = row["user_id"] is not None
    return SessionState(
        is_open=row["ended_at"] is None and (not has_user or row["status"] == "ACTIVE"),
        user_id=row["user_id"],
        expires_at=row["expires_at"],
        user_atoms=frozenset({"USER", row["kind"], *json.loads(row["authorities"])}) if has_user else frozenset(),
        organization_id=row["organization_id"],
        business_id=row["business_id"],
    )
