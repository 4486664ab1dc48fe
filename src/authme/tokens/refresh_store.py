"""Refresh tokens at rest: one row each, known only by keyed hash."""

import json
from dataclasses import dataclass

from sqlalchemy import and_, bindparam, insert, select, update

from authme.crypto.digests import TokenHash
from authme.kernel.database import Reader, Statement, Transaction
from authme.sessions.tables import session
from authme.tokens.tables import refresh_token

_INSERT = Statement(
    insert(refresh_token).values(
        {column.name: bindparam(column.name) for column in refresh_token.c if column.name != "used_at"}
    )
)
_FIND = Statement(
    select(refresh_token, session.c.ended_at, session.c.expires_at.label("session_expires_at"))
    .join_from(refresh_token, session, session.c.id == refresh_token.c.session_id)
    .where(refresh_token.c.token_hash == bindparam("of_hash"))
)
_USE = Statement(
    update(refresh_token)
    .where(and_(refresh_token.c.token_hash == bindparam("of_hash"), refresh_token.c.used_at.is_(None)))
    .values(used_at=bindparam("now"))
)


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A refresh token as stored, with the state of its session. Times are epoch milliseconds."""

    session_id: str
    client_id: str
    scopes: tuple[str, ...]
    expires_at: int
    used_at: int | None
    session_ended: bool
    session_expires_at: int


def put(
    tx: Transaction,
    token_hash: TokenHash,
    *,
    session_id: str,
    client_id: str,
    scopes: tuple[str, ...],
    issued_at: int,
    expires_at: int,
) -> None:
    """Insert the token with the unit of work."""
    tx.defer(
        _INSERT,
        token_hash=token_hash,
        session_id=session_id,
        client_id=client_id,
        scopes=json.dumps(scopes),
        issued_at=issued_at,
        expires_at=expires_at,
    )


async def find(reader: Reader, token_hash: TokenHash) -> RefreshToken | None:
    """Return the token, also a used or expired one."""
    row = await reader.one(_FIND, of_hash=token_hash)
    if row is None:
        return None
    return RefreshToken(
        session_id=row["session_id"],
        client_id=row["client_id"],
        scopes=tuple(json.loads(row["scopes"])),
        expires_at=row["expires_at"],
        used_at=row["used_at"],
        session_ended=row["ended_at"] is not None,
        session_expires_at=row["session_expires_at"],
    )


async def use(tx: Transaction, token_hash: TokenHash, *, now: int) -> bool:
    """Mark the token used if it is not; exactly one of several callers gets True."""
    return await tx.run(_USE, of_hash=token_hash, now=now) == 1
