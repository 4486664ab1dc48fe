"""The embedded directory at rest."""

import json
from typing import Any

from sqlalchemy import and_, bindparam, case, insert, literal_column, select, update

from authme.kernel.database import Reader, Row, Statement, Transaction
from authme.legacy.model import NewLogon
from authme.legacy.tables import embedded_logon

_INSERT = Statement(insert(embedded_logon).values({column.name: bindparam(column.name) for column in embedded_logon.c}))
_FIND = Statement(select(embedded_logon).where(embedded_logon.c.logon == bindparam("of_logon")))


def _change(**values: Any) -> Statement:
    changed = values | {"updated_at": bindparam("now")}
    return Statement(update(embedded_logon).where(embedded_logon.c.logon == bindparam("of_logon")).values(changed))


_fails = embedded_logon.c.failures + 1
_MISS = _change(
    failures=_fails, is_revoked=case((_fails >= bindparam("at_most"), literal_column("1")), else_=embedded_logon.c.is_revoked)
)
_HIT = Statement(
    update(embedded_logon)
    .where(and_(embedded_logon.c.logon == bindparam("of_logon"), embedded_logon.c.secret_hash == bindparam("was")))
    .values(failures=0)
)
_SET_SECRET = _change(
    secret_hash=bindparam("becomes"),
    secret_changed_at=bindparam("now"),
    is_secret_expired=bindparam("expired"),
    failures=0,
    mark=bindparam("mark"),
)
_REVOKE = _change(is_revoked=1)
# A day of revocation that has come would hold on; one of resumption is used up.
_RESUME = _change(is_revoked=0, failures=0, revoke_at=None, resume_at=None)


async def insert_logon(tx: Transaction, new: NewLogon, *, group: str | None, mark: str | None, now: int) -> None:
    """Insert a logon without a secret; raises UniqueViolation when there is one of this name."""
    await tx.run(
        _INSERT,
        logon=new.logon,
        name=new.name,
        document=new.document,
        email=new.email,
        mobile=new.mobile,
        default_group=group,
        groups=json.dumps([group] if group else []),
        secret_hash=None,
        secret_changed_at=None,
        is_secret_expired=0,
        failures=0,
        is_revoked=0,
        revoke_at=None,
        resume_at=None,
        mark=mark,
        created_at=now,
        updated_at=now,
    )


async def find(reader: Reader, logon: str) -> Row | None:
    """Return the row of a logon."""
    return await reader.one(_FIND, of_logon=logon)


async def miss(tx: Transaction, logon: str, *, at_most: int, now: int) -> None:
    """Count a wrong secret, and revoke the logon when it is the last one of so many."""
    await tx.run(_MISS, of_logon=logon, at_most=at_most, now=now)


async def hit(tx: Transaction, logon: str, *, was: str) -> bool:
    """Clear the failures, if the secret is still the one that was right."""
    return await tx.run(_HIT, of_logon=logon, was=was) == 1


async def set_secret(tx: Transaction, logon: str, becomes: str, *, expired: bool, mark: str | None, now: int) -> bool:
    """Set the hash of what the directory compares; False if there is no such logon."""
    return await tx.run(_SET_SECRET, of_logon=logon, becomes=becomes, expired=int(expired), mark=mark, now=now) == 1


async def revoke(tx: Transaction, logon: str, *, now: int) -> bool:
    """Revoke a logon; False if there is no such logon."""
    return await tx.run(_REVOKE, of_logon=logon, now=now) == 1


async def resume(tx: Transaction, logon: str, *, now: int) -> bool:
    """Let a logon in again; False if there is no such logon."""
    return await tx.run(_RESUME, of_logon=logon, now=now) == 1
