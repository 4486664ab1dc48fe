"""The embedded directory at rest."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, bindparam, case, insert, literal_column, select, update

from authme.kernel.database import Reader, Row, Statement, Transaction
from authme.legacy.model import NewLogon
from authme.legacy.tables import embedded_logon

_columns = embedded_logon.c
_INSERT = Statement(insert(embedded_logon).values({column.name: bindparam(column.name) for column in _columns}))
_FIND = Statement(select(embedded_logon).where(_columns.logon == bindparam("of_logon")))


def _change(**values: Any) -> Statement:
    changed = values | {"updated_at": bindparam("now")}
    return Statement(update(embedded_logon).where(_columns.logon == bindparam("of_logon")).values(changed))


_fails = _columns.failures + 1
_is_last = _fails >= bindparam("at_most")
# Of a day of resumption that has come nothing is left: else it would undo this revocation too.
_resume_to_come = case((_columns.resume_at > bindparam("now"), _columns.resume_at), else_=None)
_MISS = _change(
    failures=_fails,
    is_revoked=case((_is_last, literal_column("1")), else_=_columns.is_revoked),
    resume_at=case((_is_last, _resume_to_come), else_=_columns.resume_at),
)
_HIT = Statement(
    update(embedded_logon)
    .where(
        and_(
            _columns.logon == bindparam("of_logon"),
            _columns.secret_hash == bindparam("was"),
            _columns.is_revoked == bindparam("was_revoked"),
        )
    )
    .values(failures=0)
)
_SET_SECRET = _change(
    secret_hash=bindparam("becomes"),
    secret_changed_at=bindparam("now"),
    is_secret_expired=bindparam("expired"),
    failures=0,
    mark=bindparam("mark"),
)
_EXPIRE = _change(is_secret_expired=1)
_SET_DAYS = _change(revoke_at=bindparam("revoke_at"), resume_at=bindparam("resume_at"))
_REVOKE = _change(is_revoked=1, resume_at=_resume_to_come)
# A day of revocation that has come would hold on. One that is to come stays, with the day on which it ends.
_revoke_is_to_come = _columns.revoke_at > bindparam("now")
_RESUME = _change(
    is_revoked=0,
    failures=0,
    revoke_at=case((_revoke_is_to_come, _columns.revoke_at), else_=None),
    resume_at=case((_revoke_is_to_come, _columns.resume_at), else_=None),
)


async def insert_logon(tx: Transaction, new: NewLogon, *, groups: Sequence[str], mark: str | None, now: int) -> None:
    """Insert a logon without a secret; raises UniqueViolation when there is one of this name."""
    await tx.run(
        _INSERT,
        logon=new.logon,
        name=new.name,
        document=new.document,
        email=new.email,
        mobile=new.mobile,
        default_group=new.group,
        groups=json.dumps(list(groups)),
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


async def hit(tx: Transaction, logon: str, *, was: str, was_revoked: bool) -> bool:
    """Clear the failures, if the secret is still the one that was right, and nobody revoked the logon meanwhile."""
    return await tx.run(_HIT, of_logon=logon, was=was, was_revoked=int(was_revoked)) == 1


async def set_secret(tx: Transaction, logon: str, becomes: str, *, expired: bool, mark: str | None, now: int) -> bool:
    """Set the hash of the secret; False if there is no such logon."""
    return await tx.run(_SET_SECRET, of_logon=logon, becomes=becomes, expired=int(expired), mark=mark, now=now) == 1


async def expire(tx: Transaction, logon: str, *, now: int) -> bool:
    """Let the secret be one that has to be changed; False if there is no such logon."""
    return await tx.run(_EXPIRE, of_logon=logon, now=now) == 1


async def set_days(tx: Transaction, logon: str, *, revoke_at: int | None, resume_at: int | None, now: int) -> bool:
    """Set the days from which it is revoked and resumed; False if there is no such logon."""
    return await tx.run(_SET_DAYS, of_logon=logon, revoke_at=revoke_at, resume_at=resume_at, now=now) == 1


async def revoke(tx: Transaction, logon: str, *, now: int) -> bool:
    """Revoke a logon; False if there is no such logon."""
    return await tx.run(_REVOKE, of_logon=logon, now=now) == 1


async def resume(tx: Transaction, logon: str, *, now: int) -> bool:
    """Let a logon in again; False if there is no such logon."""
    return await tx.run(_RESUME, of_logon=logon, now=now) == 1
