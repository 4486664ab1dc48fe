"""The password of whoever has none here: that of their logon, which its directory knows."""

from authme.credentials import store as credentials
from authme.kernel.context import Context
from authme.kernel.errors import CredentialLocked, StateForbids
from authme.legacy import store as logons
from authme.legacy.directories import Directories
from authme.legacy.model import LegacyLogon
from authme.legacy.on_its_way import is_standing_on_its_way
from authme.settings import LegacySettings


async def find_logon_to_ask(ctx: Context, user_id: str) -> LegacyLogon | None:
    """Return the logon whose directory says what is the password of a user without one here; None if there is none."""
    logon = await logons.find_of_user(ctx.tx, user_id)
    return logon if logon is not None and logon.status == "PROVISIONED" else None


async def is_right_there(ctx: Context, logon: LegacyLogon, password: str) -> bool:
    """Whether this is the logon's password, one that has expired too. To be asked before the first write.

    Raises StateForbids while a password that was set here is on its way, since the old one is over; CredentialLocked for the
    right password of a logon that is revoked; Unavailable (902) if the directory does not answer.
    """
    if logon.has_password_pending:
        raise StateForbids("The password was changed, and the mainframe does not have it yet.")
    directory = ctx.part(Directories).to_ask(ctx, logon.logon)
    verdict = await directory.verify(logon.logon, password) if directory is not None else "UNKNOWN"
    if verdict == "REVOKED" and not await is_standing_on_its_way(ctx.tx, logon):
        raise CredentialLocked
    return verdict not in {"WRONG", "UNKNOWN"}


async def keep_beside(ctx: Context, logon: LegacyLogon, becomes: str, *, now: int) -> bool:
    """Keep the hash of a new password, if the settings say so; False if a password was set since the directory was asked.

    The user is held. What the directory is to be told is ordered by the caller (`legacy.commands.order_password`).
    """
    current = await logons.find_of_user(ctx.tx, logon.user_id)
    is_same = current is not None and (current.id, current.password_no) == (logon.id, logon.password_no)
    if not is_same or await credentials.find_hash(ctx.tx, logon.user_id) is not None:
        return False
    if ctx.part(LegacySettings).legacy_keeps_passwords:
        recovered_by = await credentials.find_recovered_by(ctx.tx, logon.user_id)
        credentials.put(ctx.tx, logon.user_id, becomes, now, recovered_by=recovered_by)
    return True
