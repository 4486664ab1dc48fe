"""Whose logon is whose, at rest. Whatever changes one is a single statement, conditional where it may race."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Update, and_, bindparam, delete, insert, select, update

from authme.kernel.database import Reader, Row, Statement, Transaction, contained_in
from authme.legacy.model import LegacyLogon, LogonStatus
from authme.legacy.tables import legacy_logon

_COLUMN_OF = {"group": "group_name"}
_FLAGS = frozenset({"is_chosen", "is_revoked"})
_ROW = select(legacy_logon)
_INSERT = Statement(insert(legacy_logon).values({column.name: bindparam(column.name) for column in legacy_logon.c}))
_FIND = Statement(_ROW.where(legacy_logon.c.id == bindparam("of_id")))
_BY_LOGON = Statement(_ROW.where(legacy_logon.c.logon == bindparam("of_logon")))
_LIST = Statement(_ROW.where(contained_in(legacy_logon.c.id, "ids")))
_OF_USER = Statement(_ROW.where(legacy_logon.c.user_id == bindparam("of_user")))
_DELETE_OF_USER = Statement(delete(legacy_logon).where(legacy_logon.c.user_id == bindparam("of_user")))
_DELETE_UNMADE = Statement(
    delete(legacy_logon).where(legacy_logon.c.id == bindparam("of_id"), legacy_logon.c.status != "PROVISIONED")
)
_next = legacy_logon.c.command_no + 1


def _order(*numbered: str, only: Sequence[ColumnElement[bool]] = ()) -> Statement:
    """Take the next number for a command, and note it as the newest of its kind."""
    is_meant = and_(legacy_logon.c.user_id == bindparam("of_user"), *only)
    values = {"command_no": _next, "updated_at": bindparam("now")} | dict.fromkeys(numbered, _next)
    return Statement(update(legacy_logon).where(is_meant).values(values).returning(legacy_logon))


_ORDER_PASSWORD = _order("password_no")
_ORDER_FIRST_PASSWORD = _order("password_no", only=[legacy_logon.c.password_no == 0, legacy_logon.c.status == "PROVISIONED"])
_ORDER_STANDING = _order("standing_no")


def _of_row(change: Update) -> Update:
    return change.where(legacy_logon.c.id == bindparam("of_id"))


_STATUS = Statement(
    _of_row(update(legacy_logon))
    .where(legacy_logon.c.request_id == bindparam("of_request"), legacy_logon.c.status != "PROVISIONED")
    .values(status=bindparam("becomes"), updated_at=bindparam("now"))
)
_LOGON = Statement(
    _of_row(update(legacy_logon))
    .where(legacy_logon.c.logon == bindparam("was"), legacy_logon.c.status != "PROVISIONED")
    .values(logon=bindparam("becomes"), updated_at=bindparam("now"))
)
# A number that comes late, after a newer one, changes nothing.
_PASSWORD_DONE = Statement(
    _of_row(update(legacy_logon))
    .where(legacy_logon.c.password_done_no < bindparam("number"))
    .values(password_done_no=bindparam("number"), synced_at=bindparam("synced_at"), updated_at=bindparam("now"))
)
_STANDING_DONE = Statement(
    _of_row(update(legacy_logon))
    .where(legacy_logon.c.standing_done_no < bindparam("number"))
    .values(standing_done_no=bindparam("number"), is_revoked=bindparam("revoked"), updated_at=bindparam("now"))
)
_SEEN = Statement(
    _of_row(update(legacy_logon))
    .where(
        and_(
            # What is not made yet is not there, and nobody revoked it.
            legacy_logon.c.status == "PROVISIONED",
            # Whatever was ordered or done since the directory was asked says it better.
            legacy_logon.c.standing_no == bindparam("asked_at_no"),
            legacy_logon.c.standing_done_no == bindparam("asked_at_done_no"),
            legacy_logon.c.is_revoked != bindparam("revoked"),
        )
    )
    .values(is_revoked=bindparam("revoked"), updated_at=bindparam("now"))
)
_VOUCHED = Statement(_of_row(update(legacy_logon)).values(rests_on=None, updated_at=bindparam("now")))
_SYNCED = Statement(_of_row(update(legacy_logon)).values(synced_at=bindparam("synced_at"), updated_at=bindparam("now")))


def logon_of(row: Row) -> LegacyLogon:
    """Return the logon of a row that has all columns."""
    values = {name: row[_COLUMN_OF.get(name, name)] for name in LegacyLogon.__struct_fields__}
    return LegacyLogon(**values | {name: bool(values[name]) for name in _FLAGS})


async def insert_logon(tx: Transaction, given: LegacyLogon) -> None:
    """Insert a logon; raises UniqueViolation when it is somebody's, or the user has one."""
    values = {_COLUMN_OF.get(name, name): getattr(given, name) for name in LegacyLogon.__struct_fields__}
    await tx.run(_INSERT, **values | {name: int(values[name]) for name in _FLAGS})


async def find(reader: Reader, logon_id: str) -> LegacyLogon | None:
    """Return the row with this id."""
    row = await reader.one(_FIND, of_id=logon_id)
    return logon_of(row) if row else None


async def find_by_logon(reader: Reader, logon: str) -> LegacyLogon | None:
    """Return whose logon this is."""
    row = await reader.one(_BY_LOGON, of_logon=logon)
    return logon_of(row) if row else None


async def find_each(reader: Reader, ids: Collection[str]) -> dict[str, LegacyLogon]:
    """Return the rows with these ids, by id."""
    return {row["id"]: logon_of(row) for row in await reader.all(_LIST, ids=list(ids))}


async def find_of_user(reader: Reader, user_id: str) -> LegacyLogon | None:
    """Return the user's logon."""
    row = await reader.one(_OF_USER, of_user=user_id)
    return logon_of(row) if row else None


async def order_password(tx: Transaction, user_id: str, *, now: int) -> LegacyLogon | None:
    """Take the next number for a new password of the user's logon; None if they have none."""
    row = await tx.returning(_ORDER_PASSWORD, of_user=user_id, now=now)
    return logon_of(row) if row else None


async def order_first_password(tx: Transaction, user_id: str, *, now: int) -> LegacyLogon | None:
    """Take the number for the first password of a logon that is made; None if one was ordered already."""
    row = await tx.returning(_ORDER_FIRST_PASSWORD, of_user=user_id, now=now)
    return logon_of(row) if row else None


async def order_standing(tx: Transaction, user_id: str, *, now: int) -> LegacyLogon | None:
    """Take the next number for revoking or resuming the user's logon; None if they have none."""
    row = await tx.returning(_ORDER_STANDING, of_user=user_id, now=now)
    return logon_of(row) if row else None


async def note_status(tx: Transaction, logon_id: str, *, request_id: str, becomes: LogonStatus, now: int) -> bool:
    """Note what became of the command that makes the logon; False if that is another by now, or it is made already."""
    return await tx.run(_STATUS, of_id=logon_id, of_request=request_id, becomes=becomes, now=now) == 1


async def change_logon(tx: Transaction, logon_id: str, *, was: str, becomes: str, now: int) -> bool:
    """Have another logon made instead; raises UniqueViolation when that is somebody's."""
    return await tx.run(_LOGON, of_id=logon_id, was=was, becomes=becomes, now=now) == 1


async def note_password_done(tx: Transaction, logon_id: str, *, number: int, synced_at: int, now: int) -> bool:
    """Note that the directory has the password of this command, which is that of the credential changed at `synced_at`."""
    return await tx.run(_PASSWORD_DONE, of_id=logon_id, number=number, synced_at=synced_at, now=now) == 1


async def note_standing_done(tx: Transaction, logon_id: str, *, number: int, revoked: bool, now: int) -> bool:
    """Note that the directory revoked or resumed the logon by this command."""
    return await tx.run(_STANDING_DONE, of_id=logon_id, number=number, revoked=int(revoked), now=now) == 1


async def note_seen(tx: Transaction, asked: LegacyLogon, *, revoked: bool, now: int) -> bool:
    """Note what the directory said of a logon, which is given as it was when nothing was on its way and it was asked.

    False if nothing changed, or something was ordered or done meanwhile.
    """
    numbers = {"asked_at_no": asked.standing_no, "asked_at_done_no": asked.standing_done_no}
    return await tx.run(_SEEN, of_id=asked.id, revoked=int(revoked), now=now, **numbers) == 1


async def note_synced(tx: Transaction, logon_id: str, *, synced_at: int, now: int) -> None:
    """Note that the credential changed at this time is the directory's too."""
    await tx.run(_SYNCED, of_id=logon_id, synced_at=synced_at, now=now)


async def note_vouched(tx: Transaction, logon_id: str, *, now: int) -> None:
    """Note that the logon rests on more than a contact: somebody says whose it is."""
    await tx.run(_VOUCHED, of_id=logon_id, now=now)


async def delete_of_user(tx: Transaction, user_id: str) -> bool:
    """Forget that the user has a logon; False if they had none."""
    return await tx.run(_DELETE_OF_USER, of_user=user_id) == 1


async def delete_unmade(tx: Transaction, logon_id: str) -> bool:
    """Forget whose a logon was to be; False if it was made after all, or is forgotten."""
    return await tx.run(_DELETE_UNMADE, of_id=logon_id) == 1
