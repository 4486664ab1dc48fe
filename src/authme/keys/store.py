"""Signing keys at rest."""

from sqlalchemy import and_, bindparam, delete, select, update

from authme.kernel.database import Reader, Statement, Transaction, insert_or_ignore
from authme.keys.model import KeyState, StoredKey
from authme.keys.sealed import NewKey
from authme.keys.tables import signing_key

_COLUMNS = ("kid", "alg", "state", "private_sealed", "created_at", "activated_at", "retired_at", "delete_after")
_GIVEN = ("kid", "alg", "state", "public_jwk", "private_sealed", "created_at", "activated_at")

_LIST = Statement(select(*(signing_key.c[name] for name in _COLUMNS)).order_by(signing_key.c.created_at, signing_key.c.kid))
_STATES = Statement(select(signing_key.c.state).where(signing_key.c.alg == bindparam("of_alg")))
_INSERT = Statement(insert_or_ignore(signing_key, {name: bindparam(name) for name in _GIVEN}))
_RETIRE = Statement(
    update(signing_key)
    .where(and_(signing_key.c.kid == bindparam("of_kid"), signing_key.c.state == "CURRENT"))
    .values(state="RETIRED", retired_at=bindparam("now"), delete_after=bindparam("until"))
)
_ACTIVATE = Statement(
    update(signing_key)
    .where(and_(signing_key.c.kid == bindparam("of_kid"), signing_key.c.state == "NEXT"))
    .values(state="CURRENT", activated_at=bindparam("now"))
)
_DELETE = Statement(
    delete(signing_key).where(
        and_(
            signing_key.c.kid == bindparam("of_kid"),
            signing_key.c.state == "RETIRED",
            signing_key.c.delete_after < bindparam("now"),
        )
    )
)


async def list_stored(reader: Reader) -> list[StoredKey]:
    """Return every key, the oldest first."""
    return [StoredKey(*(row[name] for name in _COLUMNS)) for row in await reader.all(_LIST)]


async def list_states(reader: Reader, alg: str) -> set[KeyState]:
    """Return the states in which there are keys for the algorithm."""
    return {row[0] for row in await reader.all(_STATES, of_alg=alg)}


async def insert_key(tx: Transaction, made: NewKey, state: KeyState, *, now: int) -> bool:
    """Insert a key unless there is one of its algorithm that is CURRENT, or NEXT, already."""
    activated_at = now if state == "CURRENT" else None
    inserted = await tx.run(
        _INSERT,
        kid=made.kid,
        alg=made.alg,
        state=state,
        public_jwk=made.public_jwk,
        private_sealed=made.private_sealed,
        created_at=now,
        activated_at=activated_at,
    )
    return inserted == 1


async def retire(tx: Transaction, kid: str, *, now: int, delete_after: int) -> bool:
    """Make the CURRENT key RETIRED, if it is still CURRENT."""
    return await tx.run(_RETIRE, of_kid=kid, now=now, until=delete_after) == 1


async def activate(tx: Transaction, kid: str, *, now: int) -> bool:
    """Make the NEXT key CURRENT, if it is still NEXT."""
    return await tx.run(_ACTIVATE, of_kid=kid, now=now) == 1


async def delete_retired(tx: Transaction, kid: str, *, now: int) -> bool:
    """Delete the key if it is RETIRED and past its time."""
    return await tx.run(_DELETE, of_kid=kid, now=now) == 1
