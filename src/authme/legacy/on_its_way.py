"""Whether what was ordered is still to be done."""

from sqlalchemy import bindparam, literal_column, select

from authme.kernel.database import Reader, Statement
from authme.legacy.model import LegacyLogon
from authme.outbox.tables import outbox

# Spelled out, not bound: otherwise no engine could tell that the index of pending rows serves.
_IS_PENDING = Statement(
    select(outbox.c.id).where(
        outbox.c.order_key == bindparam("of_key"),
        outbox.c.order_no == bindparam("number"),
        outbox.c.state == literal_column("'PENDING'"),
    )
)


async def is_standing_on_its_way(reader: Reader, logon: LegacyLogon) -> bool:
    """Whether the directory is still to revoke or resume the logon by a command of ours; costs nothing without one.

    One that failed, was given up or taken back is not done either, and says nothing of how the logon stands. Not to be asked
    within the unit of work that orders it: its command is written at the end.
    """
    if not logon.has_standing_pending:
        return False
    return await reader.one(_IS_PENDING, of_key=logon.id, number=logon.standing_no) is not None
