"""Passwords at rest: one hash per user."""

from collections.abc import Sequence

from sqlalchemy import and_, bindparam, delete, select, update

from authme.credentials.tables import credential
from authme.kernel.database import Reader, Statement, Transaction, upsert

_SET = Statement(
    upsert(
        credential,
        key=[credential.c.user_id],
        values={
            "user_id": bindparam("user_id"),
            "password_hash": bindparam("password_hash"),
            "changed_at": bindparam("now"),
            "must_change": bindparam("must_change"),
            "recovered_by": bindparam("recovered_by"),
        },
        set_={
            "password_hash": bindparam("password_hash"),
            "changed_at": bindparam("now"),
            "must_change": bindparam("must_change"),
            "recovered_by": bindparam("recovered_by"),
        },
    )
)
_RECOVERED = Statement(
    upsert(
        credential,
        key=[credential.c.user_id],
        values={
            "user_id": bindparam("user_id"),
            "password_hash": "",
            "changed_at": bindparam("now"),
            "must_change": 0,
            "recovered_by": bindparam("by_factor"),
        },
        set_={"recovered_by": bindparam("by_factor")},
    )
)
_FIND = Statement(select(credential.c.password_hash).where(credential.c.user_id == bindparam("of_user")))
_CHANGE = Statement(
    update(credential)
    .where(and_(credential.c.user_id == bindparam("of_user"), credential.c.password_hash == bindparam("was")))
    .values(password_hash=bindparam("becomes"), changed_at=bindparam("now"), must_change=0)
)
_DELETE = Statement(delete(credential).where(credential.c.user_id == bindparam("of_user")))
_RECOVERED_BY = Statement(select(credential.c.recovered_by).where(credential.c.user_id == bindparam("of_user")))
_PROVED_OTHERWISE = Statement(
    update(credential)
    .where(and_(credential.c.user_id == bindparam("of_user"), credential.c.recovered_by != bindparam("by_factor")))
    .values(recovered_by=None)
)
_REHASH = Statement(
    update(credential)
    .where(and_(credential.c.user_id == bindparam("of_user"), credential.c.password_hash == bindparam("was")))
    .values(password_hash=bindparam("becomes"))
)


async def find_hash(reader: Reader, user_id: str) -> str | None:
    """Return the user's password hash."""
    row = await reader.one(_FIND, of_user=user_id)
    return row["password_hash"] or None if row else None


def put(
    tx: Transaction,
    user_id: str,
    password_hash: str,
    now: int,
    *,
    must_change: bool = False,
    recovered_by: str | None = None,
) -> None:
    """Set the user's password hash with the unit of work, whatever it was.

    `recovered_by` is the contact whose code alone stood for the person: until another factor has proved them, the password
    and that contact are one proof.
    """
    tx.defer(
        _SET,
        user_id=user_id,
        password_hash=password_hash,
        now=now,
        must_change=int(must_change),
        recovered_by=recovered_by,
    )


async def put_many(tx: Transaction, hashes: Sequence[tuple[str, str]], now: int) -> None:
    """Set the password hashes of users, given as user id and hash."""
    rows = [
        {"user_id": user_id, "password_hash": stored, "now": now, "must_change": 0, "recovered_by": None}
        for user_id, stored in hashes
    ]
    await tx.run_many(_SET, rows)


async def change_hash(tx: Transaction, user_id: str, *, was: str, becomes: str, now: int) -> bool:
    """Replace the hash if it is still `was`."""
    return await tx.run(_CHANGE, of_user=user_id, was=was, becomes=becomes, now=now) == 1


def rehash(tx: Transaction, user_id: str, *, was: str, becomes: str) -> None:
    """Store the same password under today's parameters, unless it was changed meanwhile."""
    tx.defer(_REHASH, of_user=user_id, was=was, becomes=becomes)


async def delete_password(tx: Transaction, user_id: str) -> bool:
    """Delete the user's password; False if there was none."""
    return await tx.run(_DELETE, of_user=user_id) == 1


async def find_recovered_by(reader: Reader, user_id: str) -> str | None:
    """Return the contact whose code alone set the password, None if the person was proved otherwise."""
    row = await reader.one(_RECOVERED_BY, of_user=user_id)
    return row["recovered_by"] if row else None


def recovered(tx: Transaction, user_id: str, by_factor: str, now: int) -> None:
    """Note with the unit of work that the code to this contact alone stood for the person, whatever password they have.

    Of a password that is kept elsewhere only this is kept here: a row without a hash is no password.
    """
    tx.defer(_RECOVERED, user_id=user_id, by_factor=by_factor, now=now)


def proved_otherwise(tx: Transaction, user_id: str, factor_id: str) -> None:
    """Note with the unit of work that this factor proved the person, unless it is the contact that set the password."""
    tx.defer(_PROVED_OTHERWISE, of_user=user_id, by_factor=factor_id)
