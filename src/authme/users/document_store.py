"""Whose document is whose, at rest."""

from sqlalchemy import and_, bindparam, or_, select

from authme.kernel.database import Reader, Statement
from authme.users.model import User
from authme.users.store import user_of
from authme.users.tables import identity, user_account

_BY_DOCUMENT = Statement(
    select(user_account)
    .where(and_(user_account.c.document == bindparam("document"), user_account.c.status != "REMOVED"))
    .order_by(user_account.c.is_document_vouched.desc(), user_account.c.id)
    .limit(1)
)
_BY_NAME = Statement(
    select(user_account)
    .join_from(identity, user_account, user_account.c.id == identity.c.user_id)
    .where(
        and_(
            identity.c.value_key == bindparam("document"),
            or_(identity.c.type == "CPF", identity.c.type == "CNPJ"),
            user_account.c.status != "REMOVED",
        )
    )
    .limit(1)
)


async def find_by_document(reader: Reader, document: str) -> User | None:
    """Return the user whose document this bare CPF or CNPJ is, else the one who has it as a name.

    That somebody is found is no proof: anybody may register with any document. It is theirs if `is_known_by(document)`.
    """
    row = await reader.one(_BY_DOCUMENT, document=document) or await reader.one(_BY_NAME, document=document)
    return user_of(row) if row else None
