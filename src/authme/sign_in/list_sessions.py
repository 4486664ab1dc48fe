"""The open sessions of the caller."""

import json
from datetime import datetime

from sqlalchemy import and_, bindparam, func, select

from authme.clients.tables import client
from authme.devices.tables import device
from authme.kernel.context import Context
from authme.kernel.database import Row, Statement
from authme.kernel.http import Request
from authme.kernel.paging import PageRequest
from authme.kernel.times import moment
from authme.kernel.wire import Answer
from authme.sessions.tables import session
from authme.tokens.tables import refresh_token

_BEYOND_EVERY_ID = "g"

_last_used_at = select(func.max(refresh_token.c.issued_at)).where(refresh_token.c.session_id == session.c.id).scalar_subquery()
_LIST = Statement(
    select(
        *session.c,
        client.c.name.label("client_name"),
        device.c.name.label("device_name"),
        _last_used_at.label("last_used_at"),
    )
    .select_from(
        session.outerjoin(client, client.c.id == session.c.client_id).outerjoin(
            device, and_(device.c.user_id == session.c.user_id, device.c.device_id == session.c.device_id)
        )
    )
    .where(
        and_(
            session.c.user_id == bindparam("of_user"),
            session.c.ended_at.is_(None),
            session.c.expires_at > bindparam("now"),
            session.c.id < bindparam("before"),
        )
    )
    .order_by(session.c.id.desc())
    .limit(bindparam("at_most"))
)


class SessionAnswer(Answer, frozen=True):
    """One login of the caller. It was used last when its newest tokens were given out."""

    sid: str
    client_id: str
    client_name: str | None
    level: str
    amr: tuple[str, ...]
    device_id: str | None
    device_name: str | None
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    current: bool


class SessionsPage(Answer, frozen=True):
    """One page of sessions."""

    items: tuple[SessionAnswer, ...]
    next_cursor: str | None


async def list_sessions(ctx: Context, request: Request) -> SessionsPage:
    """Return the caller's open sessions, the newest first; `current` is the one that the bearer token speaks through."""
    page = PageRequest.from_query(request.query)
    rows = await ctx.tx.all(
        _LIST,
        of_user=ctx.caller.user_id,
        now=ctx.clock.now_ms(),
        before=page.after or _BEYOND_EVERY_ID,
        at_most=page.limit + 1,
    )
    return SessionsPage(
        items=tuple(_answer(row, ctx.caller.session_id) for row in rows[: page.limit]),
        next_cursor=page.next_cursor([row["id"] for row in rows]),
    )


def _answer(row: Row, current: str | None) -> SessionAnswer:
    return SessionAnswer(
        sid=row["id"],
        client_id=row["client_id"],
        client_name=row["client_name"],
        level=row["level"],
        amr=tuple(json.loads(row["amr"])),
        device_id=row["device_id"],
        device_name=row["device_name"],
        created_at=moment(row["created_at"]),
        last_used_at=moment(row["last_used_at"] or row["created_at"]),
        expires_at=moment(row["expires_at"]),
        current=row["id"] == current,
    )
