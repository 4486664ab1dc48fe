"""Users by their legacy logons, at rest, and what the first login by one claims."""

from dataclasses import dataclass

from sqlalchemy import and_, bindparam, delete, select

from authme.credentials.tables import credential
from authme.kernel.database import Reader, Statement, Transaction, insert_or_ignore
from authme.legacy.model import LegacyLogon
from authme.legacy.store import logon_of
from authme.legacy.tables import legacy_logon
from authme.users.model import Identity, User
from authme.users.store import Login, user_of
from authme.users.tables import identity, user_account

_LINK = "link_"
_KNOWN = Statement(
    select(
        user_account,
        credential.c.password_hash,
        credential.c.must_change,
        credential.c.changed_at,
        credential.c.recovered_by,
        *(column.label(f"{_LINK}{column.name}") for column in legacy_logon.c),
    )
    .select_from(
        legacy_logon.join(user_account, user_account.c.id == legacy_logon.c.user_id).outerjoin(
            credential, credential.c.user_id == user_account.c.id
        )
    )
    .where(and_(legacy_logon.c.logon == bindparam("of_logon"), legacy_logon.c.status == "PROVISIONED"))
)
# Shared, as for a login by a password that is kept here.
_STILL = Statement(
    select(user_account.c.status, user_account.c.updated_at)
    .where(user_account.c.id == bindparam("of_user"))
    .with_for_update(read=True)
)
_PASSWORD_NO = Statement(select(legacy_logon.c.password_no).where(legacy_logon.c.id == bindparam("of_link")))
_CLAIM = Statement(insert_or_ignore(identity, {column.name: bindparam(column.name) for column in identity.c}))
_WITHDRAW = Statement(delete(user_account).where(user_account.c.id == bindparam("of_user")))


@dataclass(frozen=True, slots=True)
class Known:
    """Whose a logon is, and what a login by it needs of them, read at once."""

    user: User
    link: LegacyLogon
    password_hash: str | None
    must_change: bool
    password_changed_at: int | None
    recovered_by: str | None

    @property
    def has_password(self) -> bool:
        """Whether a password is kept here. What was set by somebody who had still to show who they are is none."""
        return self.password_hash is not None and self.user.status != "PENDING"

    @property
    def is_in_sync(self) -> bool:
        """Whether the password that is kept here is known to be, or to have been, the directory's."""
        return self.has_password and self.link.synced_at == self.password_changed_at

    def as_login(self) -> Login:
        """Return what a login by a password that is kept here needs."""
        return Login(self.user, self.password_hash, self.must_change, self.password_changed_at)


async def find_known(reader: Reader, logon: str) -> Known | None:
    """Return whose logon this is. One that is still to be made, or could not be, is nobody's."""
    row = await reader.one(_KNOWN, of_logon=logon)
    if row is None:
        return None
    link = logon_of({column.name: row[f"{_LINK}{column.name}"] for column in legacy_logon.c})
    return Known(
        user_of(row), link, row["password_hash"] or None, bool(row["must_change"]), row["changed_at"], row["recovered_by"]
    )


async def is_unchanged(tx: Transaction, user: User) -> bool:
    """Whether nobody changed the user since they were read, nor does until the unit of work is over.

    To be asked after the first write of the unit, for whoever has no password here: whoever makes one changes the user.
    """
    row = await tx.one(_STILL, of_user=user.id)
    return row is not None and (row["status"], row["updated_at"]) == (user.status, user.updated_at)


async def is_password_unchanged(tx: Transaction, link: LegacyLogon) -> bool:
    """Whether no password was ordered for the logon since it was read; to be asked when nobody else can order one.

    Of a password that is not kept here this number is all that changes.
    """
    row = await tx.one(_PASSWORD_NO, of_link=link.id)
    return row is not None and row["password_no"] == link.password_no


async def claim_name(tx: Transaction, name: Identity, *, key: str) -> bool:
    """Give a user a name; False if it is somebody's. Waits for whoever is about to take it, and to keep it or not."""
    changed = await tx.run(
        _CLAIM,
        id=name.id,
        user_id=name.user_id,
        type=name.type,
        value=name.value,
        value_key=key,
        verified=int(name.verified),
        main=int(name.main),
        created_at=name.created_at,
    )
    return changed == 1


async def withdraw_user(tx: Transaction, user_id: str) -> None:
    """Undo that this unit of work made a user, who has no names yet."""
    await tx.run(_WITHDRAW, of_user=user_id)
