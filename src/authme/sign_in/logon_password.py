"""A new password of whoever has a legacy logon: taken by this server and the directory, kept, and ordered there."""

from dataclasses import dataclass

from authme.credentials import store as credentials
from authme.credentials.pool import PasswordPool
from authme.devices.end import end_all
from authme.factors.store import list_factors
from authme.kernel.context import Context
from authme.kernel.errors import PasswordNotAccepted
from authme.legacy.commands import order_password
from authme.settings import LegacySettings
from authme.users import names
from authme.users import store as users
from authme.users.model import User
from authme.users.names import Name
from authme.users.new_password import hash_logon_password
from authme.users.tell import tell


@dataclass(frozen=True, slots=True)
class NewLogonPassword:
    """A password that both take, and its hash if it is to be kept here."""

    password: str
    password_hash: str | None

    def __repr__(self) -> str:
        return "NewLogonPassword(...)"


async def check_logon_password(ctx: Context, user: User, logon: str, password: str) -> NewLogonPassword:
    """Check a new password; raise PasswordNotAccepted (501) if it stays the same, or one of the two does not take it."""
    stored = await credentials.find_hash(ctx.tx, user.id)
    if stored is not None and await ctx.part(PasswordPool).verify(password, stored):
        raise PasswordNotAccepted("The new password is the same as before.")
    identities = await users.list_identities(ctx.tx, user.id)
    password_hash = await hash_logon_password(ctx, password, identities or (names.logon(logon),))
    # A password of their own counts beside the directory's: the old one must not.
    is_kept = stored is not None or ctx.part(LegacySettings).legacy_keeps_passwords
    return NewLogonPassword(password, password_hash if is_kept else None)


async def keep_logon_password(ctx: Context, user: User, new: NewLogonPassword, *, contact: Name, but: str) -> None:
    """Set the password, order it at the directory, end every session but one and all remember-me series, tell the user.

    `contact` is where the code came that stood for the person. The user has the logon, and is held.
    """
    now = ctx.clock.now_ms()
    recovered_by = await recovering_contact(ctx, user.id, contact)
    if new.password_hash is not None:
        credentials.put(ctx.tx, user.id, new.password_hash, now, recovered_by=recovered_by)
    elif recovered_by is not None:
        credentials.recovered(ctx.tx, user.id, recovered_by, now)
    await order_password(ctx, user.id, new.password, changed_at=now)
    await end_all(ctx, user.id, reason="password changed", but=but)
    await tell(ctx, user.id, "password_changed")


async def recovering_contact(ctx: Context, user_id: str, contact: Name) -> str | None:
    """Return the factor that this contact of the user is, if they have another: the password of who has none rests on it."""
    factors = [one for one in await list_factors(ctx.tx, user_id) if one.is_verified]
    found = next((one for one in factors if (one.contact_type, one.key) == (contact.type, contact.key)), None)
    return found.id if found is not None and len(factors) > 1 else None
