"""Sessions at rest."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, bindparam, func, insert, select, update

from authme.kernel.database import Reader, Row, Statement, Transaction, contained_in
from authme.sessions.model import Session
from authme.sessions.tables import session

_INSERT = Statement(
    insert(session).values(
        {column.name: bindparam(column.name) for column in session.c if column.name not in {"ended_at", "ended_reason"}}
    )
)
_FIND = Statement(select(session).where(session.c.id == bindparam("of_session")))
_is_open = and_(session.c.ended_at.is_(None), session.c.expires_at > bindparam("now"))
_FIND_OPEN = Statement(select(session).where(and_(session.c.id == bindparam("of_session"), _is_open)))
_END = Statement(
    update(session)
    .where(and_(session.c.id == bindparam("of_session"), session.c.ended_at.is_(None)))
    .values(ended_at=bindparam("now"), ended_reason=bindparam("reason"))
)
_END_OF_USER = Statement(
    update(session)
    .where(and_(session.c.user_id == bindparam("of_user"), session.c.ended_at.is_(None), session.c.id != bindparam("but")))
    .values(ended_at=bindparam("now"), ended_reason=bindparam("reason"))
)
_FORGET_DEVICES = Statement(
    update(session)
    .where(and_(session.c.user_id == bindparam("of_user"), session.c.device_id.is_not(None)))
    .values(device_id=None)
)
_END_OF_CLIENT = Statement(
    update(session)
    .where(and_(session.c.client_id == bindparam("of_client"), session.c.ended_at.is_(None)))
    .values(ended_at=bindparam("now"), ended_reason=bindparam("reason"))
)
_END_OWN = Statement(
    update(session)
    .where(and_(session.c.id == bindparam("of_session"), session.c.user_id == bindparam("of_user"), _is_open))
    .values(ended_at=bindparam("now"), ended_reason=bindparam("reason"))
)
_END_ON_DEVICE = Statement(
    update(session)
    .where(
        and_(
            session.c.user_id == bindparam("of_user"),
            session.c.device_id == bindparam("of_device"),
            session.c.ended_at.is_(None),
            session.c.id != bindparam("but"),
        )
    )
    .values(ended_at=bindparam("now"), ended_reason=bindparam("reason"))
)
_PUT_ON_DEVICE = Statement(
    update(session)
    .where(and_(session.c.id == bindparam("of_session"), session.c.device_id.is_(None)))
    .values(device_id=bindparam("becomes")),
    by_key=True,
)
_MOVE = Statement(
    update(session).where(session.c.id == bindparam("of_session")).values(business_id=bindparam("becomes")), by_key=True
)
_CHANGE_PROOFS = Statement(
    update(session)
    .where(
        and_(
            session.c.id == bindparam("of_session"),
            session.c.ended_at.is_(None),
            session.c.amr == bindparam("was_amr"),
            session.c.extra == bindparam("was_extra"),
        )
    )
    .values(
        amr=bindparam("becomes_amr"),
        proofs=bindparam("becomes_proofs"),
        level=bindparam("becomes_level"),
        extra=bindparam("becomes_extra"),
        auth_at=bindparam("proved_at"),
    )
)
_LAST_LOGINS = Statement(
    select(session.c.user_id, func.max(session.c.auth_at).label("auth_at"))
    .where(contained_in(session.c.user_id, "users"))
    .group_by(session.c.user_id)
)
_LAST_LOGIN = Statement(select(func.max(session.c.auth_at)).where(session.c.user_id == bindparam("of_user")))


def session_of(row: Row) -> Session:
    """Return the session of a row that has its columns."""
    amr = tuple(json.loads(row["amr"]))
    return Session(
        id=row["id"],
        user_id=row["user_id"],
        client_id=row["client_id"],
        level=row["level"],
        client_level=row["client_level"],
        amr=amr,
        # A session of a version that did not know kept one time for all.
        proofs=json.loads(row["proofs"]) if row["proofs"] else dict.fromkeys(amr, row["auth_at"]),
        extra=tuple(json.loads(row["extra"])),
        business_id=row["business_id"],
        device_id=row["device_id"],
        auth_at=row["auth_at"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
    )


def _values_of(started: Session) -> dict[str, Any]:
    return {
        "id": started.id,
        "user_id": started.user_id,
        "client_id": started.client_id,
        "level": started.level,
        "client_level": started.client_level,
        "amr": json.dumps(started.amr),
        "proofs": json.dumps(started.proofs),
        "extra": json.dumps(started.extra),
        "business_id": started.business_id,
        "device_id": started.device_id,
        "auth_at": started.auth_at,
        "created_at": started.created_at,
        "expires_at": started.expires_at,
    }


def insert_session(tx: Transaction, started: Session) -> None:
    """Insert the session with the unit of work."""
    tx.defer(_INSERT, **_values_of(started))


async def insert_session_now(tx: Transaction, started: Session) -> None:
    """Insert the session before the unit goes on: what it reads from then on is what is there."""
    await tx.run(_INSERT, **_values_of(started))


async def find(reader: Reader, session_id: str) -> Session | None:
    """Return the session, also an ended one."""
    row = await reader.one(_FIND, of_session=session_id)
    return session_of(row) if row else None


async def find_open(reader: Reader, session_id: str, *, now: int) -> Session | None:
    """Return the session if it has not ended."""
    row = await reader.one(_FIND_OPEN, of_session=session_id, now=now)
    return session_of(row) if row else None


def put_on_device(tx: Transaction, session_id: str, device_id: str) -> None:
    """Note with the unit of work which device the session is on, if none is known."""
    tx.defer(_PUT_ON_DEVICE, of_session=session_id, becomes=device_id)


def move(tx: Transaction, session_id: str, business_id: str | None) -> None:
    """Change the business of the session with the unit of work."""
    tx.defer(_MOVE, of_session=session_id, becomes=business_id)


async def change_proofs(tx: Transaction, *, was: Session, becomes: Session) -> bool:
    """Change what an open session has proved and was granted, if that is still so."""
    changed = await tx.run(
        _CHANGE_PROOFS,
        of_session=was.id,
        was_amr=json.dumps(was.amr),
        was_extra=json.dumps(was.extra),
        becomes_amr=json.dumps(becomes.amr),
        becomes_proofs=json.dumps(becomes.proofs),
        becomes_level=becomes.level,
        becomes_extra=json.dumps(becomes.extra),
        proved_at=becomes.auth_at,
    )
    return changed == 1


async def end(tx: Transaction, session_id: str, *, now: int, reason: str) -> bool:
    """End the session unless it has ended."""
    return await tx.run(_END, of_session=session_id, now=now, reason=reason) == 1


async def end_of_user(tx: Transaction, user_id: str, *, but: str, now: int, reason: str) -> int:
    """End every open session of the user but one (`""` for none); return how many."""
    return await tx.run(_END_OF_USER, of_user=user_id, but=but, now=now, reason=reason)


async def end_own(tx: Transaction, session_id: str, user_id: str, *, now: int, reason: str) -> bool:
    """End the session if it is the user's and open."""
    return await tx.run(_END_OWN, of_session=session_id, of_user=user_id, now=now, reason=reason) == 1


async def end_on_device(tx: Transaction, user_id: str, device_id: str, *, but: str, now: int, reason: str) -> int:
    """End every open session of the user on the device but one (`""` for none); return how many."""
    return await tx.run(_END_ON_DEVICE, of_user=user_id, of_device=device_id, but=but, now=now, reason=reason)


async def forget_devices(tx: Transaction, user_id: str) -> None:
    """Forget on which devices the user's sessions are: what applications call a device is often its owner's name."""
    await tx.run(_FORGET_DEVICES, of_user=user_id)


async def end_of_client(tx: Transaction, client_id: str, *, now: int, reason: str) -> int:
    """End every open session that began at the client; return how many."""
    return await tx.run(_END_OF_CLIENT, of_client=client_id, now=now, reason=reason)


async def find_last_logins(reader: Reader, user_ids: Sequence[str]) -> dict[str, int]:
    """Return when each of these users last proved who they are, as far as sessions are kept."""
    return {row["user_id"]: row["auth_at"] for row in await reader.all(_LAST_LOGINS, users=list(user_ids))}


async def find_last_login(reader: Reader, user_id: str) -> int | None:
    """Return when the user last proved who they are, as far as sessions are kept."""
    row = await reader.one(_LAST_LOGIN, of_user=user_id)
    return row[0] if row else None
