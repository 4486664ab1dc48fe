"""Contacts that become their users' own, at rest."""

from sqlalchemy import and_, bindparam, delete, update

from authme.kernel.database import Statement, Transaction
from authme.users.tables import identity

_VERIFY = Statement(
    update(identity)
    .where(and_(identity.c.id == bindparam("of_identity"), identity.c.user_id == bindparam("of_user")))
    .values(verified=1)
)
_REMOVE_OTHER_MAINS = Statement(
    delete(identity).where(
        and_(
            identity.c.user_id == bindparam("of_user"),
            identity.c.type == bindparam("of_type"),
            identity.c.main == 1,
            identity.c.id != bindparam("but"),
        )
    )
)


async def verify_identity(tx: Transaction, user_id: str, identity_id: str) -> bool:
    """Note that a name is its user's; False if it is gone. Verifying what is verified succeeds."""
    return await tx.run(_VERIFY, of_identity=identity_id, of_user=user_id) == 1


async def remove_other_mains(tx: Transaction, user_id: str, name_type: str, *, but: str) -> int:
    """Remove the main contacts of this type whose place another one took; return how many."""
    return await tx.run(_REMOVE_OTHER_MAINS, of_user=user_id, of_type=name_type, but=but)
