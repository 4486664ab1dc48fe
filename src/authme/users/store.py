"""Users and identities at rest."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, bindparam, case, delete, func, insert, or_, select, update

from authme.credentials.tables import credential
from authme.kernel.database import Reader, Row, Statement, Transaction, contained_in
from authme.kernel.errors import NotFound
from authme.users.model import Identity, User, UserStatus
from authme.users.names import Name, name_key
from authme.users.tables import identity, user_account

_USER = select(user_account)
_INSERT_USER = Statement(insert(user_account).values({column.name: bindparam(column.name) for column in user_account.c}))
_INSERT_IDENTITY = Statement(insert(identity).values({column.name: bindparam(column.name) for column in identity.c}))
_FIND = Statement(_USER.where(user_account.c.id == bindparam("of_user")))
_IDENTITIES = Statement(
    select(identity)
    .where(identity.c.user_id == bindparam("of_user"))
    .order_by(identity.c.created_at, func.substr(identity.c.id, 19))
)
_BY_NAME = Statement(
    select(
        user_account,
        credential.c.password_hash,
        credential.c.must_change,
        credential.c.changed_at,
        identity.c.type.label("name_type"),
    )
    .select_from(
        identity.join(user_account, user_account.c.id == identity.c.user_id).outerjoin(
            credential, credential.c.user_id == user_account.c.id
        )
    )
    .where(and_(contained_in(identity.c.value_key, "keys"), identity.c.verified == 1, user_account.c.status != "REMOVED"))
)
_BY_ANY_NAME = Statement(
    select(user_account, identity.c.type.label("name_type"))
    .join_from(identity, user_account, user_account.c.id == identity.c.user_id)
    .where(
        and_(
            contained_in(identity.c.value_key, "keys"),
            or_(identity.c.verified == 1, user_account.c.status == "PENDING"),
            user_account.c.status != "REMOVED",
        )
    )
)
_TAKEN = Statement(
    select(identity.c.value_key).where(
        and_(
            contained_in(identity.c.value_key, "keys"),
            identity.c.user_id != bindparam("but"),
            or_(identity.c.verified == 1, identity.c.created_at > bindparam("since")),
        )
    )
)
_RELEASE = Statement(
    delete(identity).where(
        and_(
            contained_in(identity.c.value_key, "keys"),
            identity.c.user_id != bindparam("but"),
            identity.c.verified == 0,
            identity.c.created_at <= bindparam("since"),
        )
    )
)
_CHANGE_STATUS = Statement(
    update(user_account)
    .where(and_(user_account.c.id == bindparam("of_user"), contained_in(user_account.c.status, "was")))
    .values(
        status=bindparam("becomes"),
        updated_at=bindparam("now"),
        locked_at=case((bindparam("becomes_locked") == 1, bindparam("now")), else_=None),
    )
)
_HOLD = Statement(
    update(user_account)
    .where(and_(user_account.c.id == bindparam("of_user"), user_account.c.status != "REMOVED"))
    .values(status=user_account.c.status)
)
# Shared: logins of one user do not wait for each other, but for whoever changes the user or the password, and they for it.
_STILL = Statement(
    select(user_account.c.status, user_account.c.updated_at, credential.c.changed_at)
    .join_from(user_account, credential, credential.c.user_id == user_account.c.id)
    .where(user_account.c.id == bindparam("of_user"))
    .with_for_update(read=True)
)
_HAS_PASSWORD = Statement(
    select(credential.c.user_id)
    .join_from(credential, identity, identity.c.user_id == credential.c.user_id)
    .where(and_(credential.c.user_id == bindparam("of_user"), identity.c.verified == 1))
    .limit(1)
)
_LIST = Statement(_USER.where(user_account.c.id > bindparam("after")).order_by(user_account.c.id).limit(bindparam("at_most")))


@dataclass(frozen=True, slots=True)
class Login:
    """What a login by name needs of a user, read at once."""

    user: User
    password_hash: str | None
    must_change: bool
    password_changed_at: int | None


def user_of(row: Row) -> User:
    """Return the user of a row that has its columns."""
    return User(
        id=row["id"],
        kind=row["kind"],
        status=row["status"],
        name=row["name"],
        document=row["document"],
        business_id=row["business_id"],
        organization_id=row["organization_id"],
        customer_id=row["customer_id"],
        language=row["language"],
        authorities=tuple(json.loads(row["authorities"])),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        last_login_at=row["last_login_at"],
        locked_at=row["locked_at"],
        logon=row["logon"],
        is_document_vouched=bool(row["is_document_vouched"]),
    )


def identity_of(row: Row) -> Identity:
    """Return the name of a row that has its columns."""
    return Identity(
        id=row["id"],
        user_id=row["user_id"],
        type=row["type"],
        value=row["value"],
        verified=bool(row["verified"]),
        main=bool(row["main"]),
        created_at=row["created_at"],
    )


async def find(reader: Reader, user_id: str) -> User | None:
    """Return the user, also a removed one."""
    row = await reader.one(_FIND, of_user=user_id)
    return user_of(row) if row else None


async def get(reader: Reader, user_id: str) -> User:
    """Return the user; raise NotFound if there is none or it was removed."""
    user = await find(reader, user_id)
    if user is None or user.status == "REMOVED":
        raise NotFound
    return user


async def list_identities(reader: Reader, user_id: str) -> list[Identity]:
    """Return all names of the user, the oldest first."""
    return [identity_of(row) for row in await reader.all(_IDENTITIES, of_user=user_id)]


async def find_by_name(reader: Reader, names: Sequence[Name]) -> Login | None:
    """Return whom the likeliest of `names` belongs to, verified names only."""
    if not names:
        return None
    rows = await reader.all(_BY_NAME, keys=[name.key for name in names])
    by_type = {row["name_type"]: row for row in rows}
    for name in names:
        row = by_type.get(name.type)
        if row is not None:
            return Login(user_of(row), row["password_hash"] or None, bool(row["must_change"]), row["changed_at"])
    return None


async def find_by_any_name(reader: Reader, names: Sequence[Name]) -> User | None:
    """Return whom the likeliest of `names` belongs to; of a pending user also names that are not verified yet."""
    if not names:
        return None
    by_type = {row["name_type"]: row for row in await reader.all(_BY_ANY_NAME, keys=[name.key for name in names])}
    found = next((by_type[name.type] for name in names if name.type in by_type), None)
    return user_of(found) if found is not None else None


async def find_taken(reader: Reader, names: Sequence[Name], *, but: str, since: int) -> set[str]:
    """Return the keys of `names` that somebody else than `but` has, under any type: one text must not mean two users.

    One that was not verified counts if it is newer than `since`.
    """
    rows = await reader.all(_TAKEN, keys=[name.key for name in names], but=but, since=since)
    return {row["value_key"] for row in rows}


async def release(tx: Transaction, keys: Sequence[str], *, but: str, since: int) -> None:
    """Take these names from whoever did not verify them since then."""
    await tx.run(_RELEASE, keys=list(keys), but=but, since=since)


async def insert_users(tx: Transaction, users: Sequence[User]) -> None:
    """Insert users; raises UniqueViolation when an id is taken."""
    await tx.run_many(
        _INSERT_USER,
        [
            {
                "id": user.id,
                "kind": user.kind,
                "status": user.status,
                "name": user.name,
                "name_key": None if user.name is None else name_key(user.name),
                "document": user.document,
                "business_id": user.business_id,
                "organization_id": user.organization_id,
                "customer_id": user.customer_id,
                "language": user.language,
                "authorities": json.dumps(user.authorities),
                "created_at": user.created_at,
                "updated_at": user.updated_at,
                "last_login_at": user.last_login_at,
                "locked_at": user.locked_at,
                "logon": user.logon,
                "is_document_vouched": int(user.is_document_vouched),
            }
            for user in users
        ],
    )


async def insert_identities(tx: Transaction, identities: Sequence[tuple[Identity, str]]) -> None:
    """Insert names, each with its key; raises UniqueViolation when one is taken."""
    await tx.run_many(
        _INSERT_IDENTITY,
        [
            {
                "id": given.id,
                "user_id": given.user_id,
                "type": given.type,
                "value": given.value,
                "value_key": key,
                "verified": int(given.verified),
                "main": int(given.main),
                "created_at": given.created_at,
            }
            for given, key in identities
        ],
    )


async def change_status(tx: Transaction, user_id: str, *, was: Sequence[UserStatus], becomes: UserStatus, now: int) -> bool:
    """Change the status if it is one of `was`. Becoming LOCKED sets `locked_at`, anything else clears it."""
    changed = await tx.run(
        _CHANGE_STATUS,
        of_user=user_id,
        was=list(was),
        becomes=becomes,
        becomes_locked=int(becomes == "LOCKED"),
        now=now,
    )
    return changed == 1


async def hold(tx: Transaction, user_id: str) -> bool:
    """Take the user's row until the unit of work is over; False if the user was removed.

    Units that check a rule over several rows of one user take it first, and read after that: they queue behind each other.
    """
    return await tx.run(_HOLD, of_user=user_id) == 1


async def may_still_log_in(tx: Transaction, user: User, *, password_changed_at: int | None) -> bool:
    """Whether nobody changed the user or the password since they were read, nor does until the unit of work is over.

    To be asked after the first write of the unit, so that what is read is what is there.
    """
    row = await tx.one(_STILL, of_user=user.id)
    is_same = row is not None and (row["updated_at"], row["changed_at"]) == (user.updated_at, password_changed_at)
    return is_same and row is not None and row["status"] == user.status


async def has_password(reader: Reader, user_id: str) -> bool:
    """Whether the user has a password and a verified name, so that it was or can become active."""
    return await reader.one(_HAS_PASSWORD, of_user=user_id) is not None


async def list_users(reader: Reader, *, after: str, limit: int) -> list[User]:
    """Return up to `limit` users with an id greater than `after`."""
    return [user_of(row) for row in await reader.all(_LIST, after=after, at_most=limit)]
