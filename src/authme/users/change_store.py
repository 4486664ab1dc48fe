"""What is known of a user, changed and erased, at rest."""

import json

import msgspec
from sqlalchemy import and_, bindparam, delete, select, update

from authme.kernel.database import Reader, Statement, Transaction, insert_or_ignore
from authme.users.model import Identity, User
from authme.users.names import NameType, name_key
from authme.users.tables import identity, user_account

_CHANGE = Statement(
    update(user_account)
    .where(and_(user_account.c.id == bindparam("of_user"), user_account.c.status != "REMOVED"))
    .values(
        name=bindparam("name"),
        name_key=bindparam("name_key"),
        document=bindparam("document"),
        is_document_vouched=bindparam("is_document_vouched"),
        business_id=bindparam("business_id"),
        organization_id=bindparam("organization_id"),
        kind=bindparam("kind"),
        authorities=bindparam("authorities"),
        updated_at=bindparam("now"),
    )
)
_ERASE = Statement(
    update(user_account)
    .where(and_(user_account.c.id == bindparam("of_user"), user_account.c.status != "REMOVED"))
    .values(
        status="REMOVED",
        name=None,
        name_key=None,
        document=None,
        is_document_vouched=0,
        logon=None,
        business_id=None,
        organization_id=None,
        customer_id=None,
        language=None,
        authorities="[]",
        updated_at=bindparam("now"),
        locked_at=None,
    )
)
_SET_LOGON = Statement(
    update(user_account)
    .where(and_(user_account.c.id == bindparam("of_user"), user_account.c.status != "REMOVED"))
    .values(logon=bindparam("logon"))
)
_KEYS = Statement(
    select(identity.c.id, identity.c.type, identity.c.value_key).where(identity.c.user_id == bindparam("of_user"))
)
_GIVE_NAME = Statement(insert_or_ignore(identity, {column.name: bindparam(column.name) for column in identity.c}))
_DELETE_NAMES = Statement(delete(identity).where(identity.c.user_id == bindparam("of_user")))
_DELETE_NAME = Statement(
    delete(identity).where(and_(identity.c.id == bindparam("of_identity"), identity.c.user_id == bindparam("of_user")))
)
_MAKE_MAIN = Statement(
    update(identity)
    .where(and_(identity.c.id == bindparam("of_identity"), identity.c.user_id == bindparam("of_user")))
    .values(main=1)
)


async def change(tx: Transaction, becomes: User, *, now: int) -> bool:
    """Write name, document and whether it is vouched for, business, organisation, kind and authorities; False if removed.

    The user is held, so that an office that came meanwhile is not lost.
    """
    changed = await tx.run(
        _CHANGE,
        of_user=becomes.id,
        name=becomes.name,
        name_key=None if becomes.name is None else name_key(becomes.name),
        document=becomes.document,
        is_document_vouched=int(becomes.is_document_vouched),
        business_id=becomes.business_id,
        organization_id=becomes.organization_id,
        kind=becomes.kind,
        authorities=json.dumps(becomes.authorities),
        now=now,
    )
    return changed == 1


async def set_logon(tx: Transaction, user_id: str, logon: str | None) -> bool:
    """Write the legacy logon that is the user's by somebody's word or proof, or that none is; False if the user was removed.

    It is no change that a login under way would have to stop for.
    """
    return await tx.run(_SET_LOGON, of_user=user_id, logon=logon) == 1


async def erase(tx: Transaction, user_id: str, *, now: int) -> bool:
    """Leave of the user the id, the kind and when they came and went; False if that was done before.

    The row stays for whatever refers to it.
    """
    return await tx.run(_ERASE, of_user=user_id, now=now) == 1


async def list_keys(reader: Reader, user_id: str) -> dict[tuple[NameType, str], str]:
    """Return type and key of every name of the user, each with the identity's id."""
    return {(row["type"], row["value_key"]): row["id"] for row in await reader.all(_KEYS, of_user=user_id)}


async def give_name(tx: Transaction, given: Identity, key: str) -> bool:
    """Insert a name; False if somebody has it."""
    values = {"verified": int(given.verified), "main": int(given.main), "value_key": key}
    return await tx.run(_GIVE_NAME, **msgspec.structs.asdict(given) | values) == 1


async def delete_names(tx: Transaction, user_id: str) -> int:
    """Delete all names of the user; return how many."""
    return await tx.run(_DELETE_NAMES, of_user=user_id)


async def delete_name(tx: Transaction, user_id: str, identity_id: str) -> bool:
    """Delete one name of the user; False if it was gone."""
    return await tx.run(_DELETE_NAME, of_identity=identity_id, of_user=user_id) == 1


async def make_main(tx: Transaction, user_id: str, identity_id: str) -> bool:
    """Make a name the main one of its type, beside what is main already; False if it is gone."""
    return await tx.run(_MAKE_MAIN, of_identity=identity_id, of_user=user_id) == 1
