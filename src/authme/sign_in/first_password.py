"""The first password of a logon that was made for somebody: so far nobody knows one there."""

from dataclasses import dataclass

from authme.kernel.context import Context
from authme.legacy.commands import order_first_password
from authme.legacy.model import LegacyLogon
from authme.legacy.secret import SecretNotTaken, check_new_secret


@dataclass(frozen=True, slots=True)
class FirstPassword:
    """A right password of this server that the directory of the user's logon is to get."""

    user_id: str
    password: str
    changed_at: int

    async def order(self, ctx: Context) -> None:
        """Order it with the unit of work, unless another one was ordered meanwhile."""
        await order_first_password(ctx, self.user_id, self.password, changed_at=self.changed_at)

    def __repr__(self) -> str:
        return "FirstPassword(...)"


def first_password_of(link: LegacyLogon | None, password: str, changed_at: int | None) -> FirstPassword | None:
    """Return what the directory is to get of the password that its user just gave, None if it has one or would not take it.

    Of a logon that was there before us the directory knows a password, which is not replaced by a login.
    """
    if link is None or not link.lacks_password or changed_at is None:
        return None
    try:
        check_new_secret(password)
    except SecretNotTaken:
        return None
    return FirstPassword(link.user_id, password, changed_at)
