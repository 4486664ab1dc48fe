"""Refresh tokens at rest: one row each, known only by keyed hash."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, and_, bindparam, insert, select, update

from authme.crypto.digests import TokenHash
from authme.kernel.database import Reader, Statement, Transaction, insert_or_ignore
from authme.sessions.model import Session
from authme.sessions.store import session_of
from authme.sessions.tables import session
from authme.tokens.tables import refresh_token

_VALUES: dict[str, BindParameter[Any]] = {
    column.name: bindparam(column.name) for column in refresh_token.c if column.name != "used_at"
}
_INSERT = Statement(insert(refresh_token).values(_VALUES))
_INSERT_ONCE = Statement(insert_or_ignore(refresh_token, _VALUES), by_key=True)
_FIND = Statement(
    select(
        *session.c,
        refresh_token.c.client_id.label("token_client_id"),
        refresh_token.c.scopes,
        refresh_token.c.acts_for,
        refresh_token.c.expires_at.label("token_expires_at"),
        refresh_token.c.used_at,
    )
    .join_from(refresh_token, session, session.c.id == refresh_token.c.session_id)
    .where(refresh_token.c.token_hash == bindparam("of_hash"))
)
_USE = Statement(
    update(refresh_token)
    .where(and_(refresh_token.c.token_hash == bindparam("of_hash"), refresh_token.c.used_at.is_(None)))
    .values(used_at=bindparam("now")),
    by_key=True,
)


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A refresh token as stored, with its session. Times are epoch milliseconds."""

    session: Session
    session_has_ended: bool
    client_id: str
    scopes: tuple[str, ...]
    acts_for: str | None
    """The business that its holder acts for."""
    expires_at: int
    used_at: int | None


def put(
    tx: Transaction,
    token_hash: TokenHash,
    *,
    session_id: str,
    client_id: str,
    scopes: tuple[str, ...],
    acts_for: str | None,
    issued_at: int,
    expires_at: int,
    is_successor: bool = False,
) -> None:
    """Insert the token with the unit of work; a successor only if nobody has put it there already."""
    tx.defer(
        _INSERT_ONCE if is_successor else _INSERT,
        token_hash=token_hash,
        session_id=session_id,
        client_id=client_id,
        scopes=json.dumps(scopes),
        acts_for=acts_for,
        issued_at=issued_at,
        expires_at=expires_at,
    )


async def find(reader: Reader, token_hash: TokenHash) -> RefreshToken | None:
    """Return the token, also a used or expired one."""
    row = await reader.one(_FIND, of_hash=token_hash)
    if row is None:
        return None
    return RefreshToken(
        session=session_of(row),
        session_has_ended=row["ended_at"] is not None,
        client_id=row["token_client_id"],
        scopes=tuple(json.loads(row["scopes"])),
        acts_for=row["acts_for"],
        expires_at=row["token_expires_at"],
        used_at=row["used_at"],
    )


def use(tx: Transaction, token_hash: TokenHash, *, now: int) -> None:
    """Mark the token used, with the unit of work; the first of several callers sets the time."""
    tx.defer(_USE, of_hash=token_hash, now=now)
