"""Contacts that become their users' own, at rest."""

from sqlalchemy import and_, bindparam, delete, update

from authme.kernel.database import Statement, Transaction
from authme.users.tables import identity

_VERIFY = Statement(
    update(identity)
    .where(and_(identity.c.id == bindparam("of_identity"), identity.c.user_id == bindparam("of_user")))
    .values(verified=1)
)
_REMOVE = Statement(
    delete(identity).where(and_(identity.c.id == bindparam("of_identity"), identity.c.user_id == bindparam("of_user")))
)
_DEMOTE = Statement(
    update(identity)
    .where(
        and_(
            identity.c.user_id == bindparam("of_user"),
            identity.c.type == bindparam("of_type"),
            identity.c.main == 1,
            identity.c.id != bindparam("but"),
        )
    )
    .values(main=0)
)


async def verify_identity(tx: Transaction, user_id: str, identity_id: str) -> bool:
    """Note that a name is its user's; False if it is gone. Verifying what is verified succeeds."""
    return await tx.run(_VERIFY, of_identity=identity_id, of_user=user_id) == 1


async def take_place(tx: Transaction, user_id: str, name_type: str, identity_id: str, *, of_identity: str | None) -> None:
    """Let a contact be the main one of its type, in the place of another, which goes.

    Users of the version before may have several main ones: the others stay, as further names.
    """
    if of_identity is not None:
        await tx.run(_REMOVE, of_identity=of_identity, of_user=user_id)
    await tx.run(_DEMOTE, of_user=user_id, of_type=name_type, but=identity_id)
