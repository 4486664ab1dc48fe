"""Factors at rest."""

import json

from sqlalchemy import and_, bindparam, case, delete, exists, func, insert, or_, select, update

from authme.factors.model import Factor
from authme.factors.tables import factor, recovery_code
from authme.kernel.database import Reader, Row, Statement, Transaction
from authme.users import store as users
from authme.users.contacts import main_contacts
from authme.users.model import Identity

_LIST = Statement(select(factor).where(factor.c.user_id == bindparam("of_user")))
_INSERT = Statement(insert(factor).values({column.name: bindparam(column.name) for column in factor.c}))
_CHANGE = Statement(
    update(factor)
    .where(and_(factor.c.id == bindparam("of_factor"), factor.c.user_id == bindparam("of_user")))
    .values(
        value=bindparam("value"),
        value_key=func.coalesce(bindparam("new_key"), factor.c.value_key),
        name=bindparam("name"),
        tags=bindparam("tags"),
        verified_at=case((bindparam("has_moved") == 1, None), else_=factor.c.verified_at),
    )
)
_DELETE_CODES = Statement(delete(recovery_code).where(recovery_code.c.factor_id == bindparam("of_factor")))
_DELETE = Statement(delete(factor).where(and_(factor.c.id == bindparam("of_factor"), factor.c.user_id == bindparam("of_user"))))
_of_user = select(factor.c.id).where(factor.c.user_id == bindparam("of_user"))
_DELETE_CODES_OF_USER = Statement(delete(recovery_code).where(recovery_code.c.factor_id.in_(_of_user)))
_DELETE_OF_USER = Statement(delete(factor).where(factor.c.user_id == bindparam("of_user")))
_TAKE_CONTACT = Statement(
    delete(factor)
    .where(
        and_(
            factor.c.user_id == bindparam("of_user"),
            factor.c.contact_type == bindparam("of_type"),
            factor.c.value_key == bindparam("of_key"),
        )
    )
    .returning(factor.c.verified_at)
)
_VERIFY = Statement(
    update(factor)
    .where(and_(factor.c.id == bindparam("of_factor"), factor.c.verified_at.is_(None)))
    .values(verified_at=bindparam("now"))
)
_REGISTER = Statement(
    update(factor)
    .where(and_(factor.c.id == bindparam("of_factor"), factor.c.verified_at.is_(None)))
    .values(
        verified_at=bindparam("now"),
        value_key=bindparam("value_key"),
        credential_id=bindparam("credential_id"),
        public_key=bindparam("public_key"),
        sign_count=bindparam("sign_count"),
    )
)
_TAKE_STEP = Statement(
    update(factor)
    .where(and_(factor.c.id == bindparam("of_factor"), factor.c.last_step < bindparam("step")))
    .values(last_step=bindparam("step"))
)
_COUNT_SIGNATURE = Statement(
    update(factor)
    .where(
        and_(
            factor.c.id == bindparam("of_factor"),
            or_(factor.c.sign_count < bindparam("count"), and_(factor.c.sign_count == 0, bindparam("count") == 0)),
        )
    )
    .values(sign_count=bindparam("count"))
)
_INSERT_CODE = Statement(insert(recovery_code).values(factor_id=bindparam("factor_id"), code_hash=bindparam("code_hash")))
_TAKE_CODE = Statement(
    update(recovery_code)
    .where(
        and_(
            recovery_code.c.factor_id == bindparam("of_factor"),
            recovery_code.c.code_hash == bindparam("of_hash"),
            recovery_code.c.used_at.is_(None),
        )
    )
    .values(used_at=bindparam("now"))
)
_unused = select(recovery_code.c.factor_id).where(
    and_(recovery_code.c.factor_id == bindparam("of_factor"), recovery_code.c.used_at.is_(None))
)
_DELETE_SPENT_CODES = Statement(
    delete(recovery_code).where(recovery_code.c.factor_id == bindparam("of_factor"), ~exists(_unused))
)
_DELETE_SPENT = Statement(
    delete(factor).where(
        and_(
            factor.c.id == bindparam("of_factor"),
            ~exists(select(recovery_code.c.factor_id).where(recovery_code.c.factor_id == bindparam("of_factor"))),
        )
    )
)
_FIND_CODE = Statement(
    select(recovery_code.c.code_hash).where(
        and_(
            recovery_code.c.factor_id == bindparam("of_factor"),
            recovery_code.c.code_hash == bindparam("of_hash"),
            recovery_code.c.used_at.is_(None),
        )
    )
)


def _factor(row: Row) -> Factor:
    return Factor(
        id=row["id"],
        user_id=row["user_id"],
        contact_type=row["contact_type"],
        value=row["value"],
        name=row["name"],
        tags=tuple(json.loads(row["tags"])),
        is_verified=row["verified_at"] is not None,
        created_at=row["created_at"],
        secret_sealed=row["secret_sealed"],
        last_step=row["last_step"],
        credential_id=row["credential_id"],
        public_key=row["public_key"],
        sign_count=row["sign_count"],
    )


def _contact(identity: Identity, *, is_main: bool) -> Factor:
    return Factor(
        id=identity.id,
        user_id=identity.user_id,
        contact_type="EMAIL" if identity.type == "EMAIL" else "MOBILE",
        value=identity.value,
        is_credential=True,
        is_main=is_main,
        is_to_be_main=identity.main and not is_main,
        is_verified=identity.verified,
        created_at=identity.created_at,
    )


async def list_factors(reader: Reader, user_id: str) -> list[Factor]:
    """Return every factor of the user: main contacts first, then other contacts that are names, then the rest by age."""
    identities = await users.list_identities(reader, user_id)
    main = {identity.id for identity in main_contacts(identities).values()}
    contacts = [
        _contact(identity, is_main=identity.id in main) for identity in identities if identity.type in {"EMAIL", "MOBILE"}
    ]
    contacts.sort(key=lambda one: (not one.is_main, one.contact_type))
    rows = await reader.all(_LIST, of_user=user_id)
    # The end of an id counts on, where several were made in one millisecond.
    rows.sort(key=lambda row: (row["created_at"], row["id"][-6:]))
    return contacts + [_factor(row) for row in rows]


async def insert_factor(tx: Transaction, given: Factor, *, value_key: str, verified_at: int | None) -> None:
    """Insert a factor; raises UniqueViolation when the user has it already."""
    await tx.run(
        _INSERT,
        id=given.id,
        user_id=given.user_id,
        contact_type=given.contact_type,
        value=given.value,
        value_key=value_key,
        name=given.name,
        tags=json.dumps(given.tags),
        secret_sealed=given.secret_sealed,
        last_step=given.last_step,
        credential_id=given.credential_id,
        public_key=given.public_key,
        sign_count=given.sign_count,
        created_at=given.created_at,
        verified_at=verified_at,
    )


async def change_factor(tx: Transaction, given: Factor, *, moved_to: str | None) -> None:
    """Write what may change of a factor. `moved_to` is the key of another contact, which is unverified then.

    Raises UniqueViolation when the user has that contact.
    """
    await tx.run(
        _CHANGE,
        of_factor=given.id,
        of_user=given.user_id,
        value=given.value,
        new_key=moved_to,
        name=given.name,
        tags=json.dumps(given.tags),
        has_moved=int(moved_to is not None),
    )


async def delete_factor(tx: Transaction, given: Factor) -> bool:
    """Delete a factor and its recovery codes; False if it was gone."""
    await tx.run(_DELETE_CODES, of_factor=given.id)
    return await tx.run(_DELETE, of_factor=given.id, of_user=given.user_id) == 1


async def delete_all(tx: Transaction, user_id: str) -> None:
    """Delete every factor of the user, beside their names."""
    await tx.run(_DELETE_CODES_OF_USER, of_user=user_id)
    await tx.run(_DELETE_OF_USER, of_user=user_id)


async def take_contact(tx: Transaction, user_id: str, contact_type: str, key: str) -> bool:
    """Delete the user's alternative contact that becomes a name; True if there was one that is verified."""
    row = await tx.returning(_TAKE_CONTACT, of_user=user_id, of_type=contact_type, of_key=key)
    return row is not None and row["verified_at"] is not None


async def verify_factor(tx: Transaction, factor_id: str, *, now: int) -> bool:
    """Note that the factor is its user's; False if that was known."""
    return await tx.run(_VERIFY, of_factor=factor_id, now=now) == 1


async def register_passkey(
    tx: Transaction, factor_id: str, *, credential_id: bytes, public_key: bytes, sign_count: int, now: int
) -> bool:
    """Keep the key of a new passkey; raises UniqueViolation when anybody has it already."""
    registered = await tx.run(
        _REGISTER,
        of_factor=factor_id,
        value_key=credential_id.hex(),
        credential_id=credential_id,
        public_key=public_key,
        sign_count=sign_count,
        now=now,
    )
    return registered == 1


async def take_step(tx: Transaction, factor_id: str, step: int) -> bool:
    """Use up a time step of an authenticator app, and all before it; False if one as new was used."""
    return await tx.run(_TAKE_STEP, of_factor=factor_id, step=step) == 1


async def count_signature(tx: Transaction, factor_id: str, sign_count: int) -> bool:
    """Keep a passkey's counter; False if one as high was seen. Authenticators without a counter always say 0."""
    return await tx.run(_COUNT_SIGNATURE, of_factor=factor_id, count=sign_count) == 1


async def insert_codes(tx: Transaction, factor_id: str, hashes: list[bytes]) -> None:
    """Insert recovery codes."""
    await tx.run_many(_INSERT_CODE, [{"factor_id": factor_id, "code_hash": one} for one in hashes])


async def has_code(reader: Reader, factor_id: str, code_hash: bytes) -> bool:
    """Whether this is a recovery code that was not used."""
    return await reader.one(_FIND_CODE, of_factor=factor_id, of_hash=code_hash) is not None


async def take_code(tx: Transaction, factor_id: str, code_hash: bytes, *, now: int) -> bool:
    """Use a recovery code up; False if it is none, or was used. With the last one the factor goes.

    Without this, whoever has nothing else would have a second factor that nobody can prove, and could never add another.
    """
    if await tx.run(_TAKE_CODE, of_factor=factor_id, of_hash=code_hash, now=now) == 0:
        return False
    if await tx.run(_DELETE_SPENT_CODES, of_factor=factor_id):
        await tx.run(_DELETE_SPENT, of_factor=factor_id)
    return True
