"""Messages that stayed on this machine, at rest."""

import msgspec
from sqlalchemy import bindparam, delete, select

from authme.kernel.database import Reader, Row, Statement, Transaction, insert_or_ignore
from authme.notify.tables import local_message

KEPT = 500
_INSERT = Statement(insert_or_ignore(local_message, {column.name: bindparam(column.name) for column in local_message.c}))
_newest_first = (local_message.c.created_at.desc(), local_message.c.id.desc())
_newest = select(local_message.c.id).order_by(*_newest_first).limit(KEPT)
_KEEP_NEWEST = Statement(delete(local_message).where(local_message.c.id.not_in(_newest)))
_LIST = Statement(select(local_message).order_by(*_newest_first).limit(KEPT))


class LocalMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message that would have been sent; a short one has no subject and no HTML. Times are epoch milliseconds."""

    id: str
    channel: str
    address: str
    subject: str
    text: str
    html: str
    created_at: int


async def keep_local_message(tx: Transaction, message: LocalMessage) -> None:
    """Keep a message, once, and only the newest ones beside it."""
    await tx.run(_INSERT, **msgspec.structs.asdict(message))
    await tx.run(_KEEP_NEWEST)


async def list_local_messages(reader: Reader) -> list[LocalMessage]:
    """Return the messages that are kept, the newest first."""
    return [_message(row) for row in await reader.all(_LIST)]


def _message(row: Row) -> LocalMessage:
    return LocalMessage(**{name: row[name] for name in LocalMessage.__struct_fields__})
