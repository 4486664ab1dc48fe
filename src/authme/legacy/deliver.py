"""Do the commands to a directory."""

from typing import Final

from authme.audit import record
from authme.kernel.context import Context
from authme.kernel.database import DatabaseUnavailable
from authme.legacy import store
from authme.legacy.directory import Directory, LogonUnknown, NotUnderstood, Refused, Unreachable
from authme.legacy.here import Here
from authme.legacy.make import Making
from authme.legacy.model import LegacyLogon
from authme.legacy.ordered import Ordered
from authme.outbox.handler import Done, Later, Never, Outcome
from authme.outbox.model import Delivery

_UNKNOWN: Final = "There is no such logon."


class Commands:
    """Does the commands to one directory, each once, and notes here what came of it before it says that it is done.

    A command may come again: its answer was lost, the process died, or an operator had it tried once more. So it is looked up
    whether it had its effect, and one that a newer one made void is done without doing anything.
    """

    def __init__(self, directory: Directory, here: Here) -> None:
        self._directory = directory
        self._here = here

    async def deliver(self, delivery: Delivery) -> Outcome:
        """Do one command."""
        try:
            return await self._do(delivery.topic, Ordered.of(delivery))
        except Unreachable as fault:
            return Later(str(fault), is_channel_down=True)
        except NotUnderstood as fault:
            return Later(str(fault))
        except Refused as fault:
            return Never(str(fault))
        except DatabaseUnavailable:
            return Later("this server's database does not answer")

    async def close(self) -> None:
        """Nothing: the directories are the server's."""

    async def _do(self, command: str | None, ordered: Ordered) -> Outcome:
        logon = await store.find(self._here.database.reader(), ordered.logon_id)
        match command:
            case "PROVISION":
                return await Making(self._here, self._directory, ordered).make(logon)
            case "PASSWORD":
                return await self._set_password(ordered, logon)
            case "REVOKE":
                return await self._revoke(ordered, logon)
            case "RESUME":
                return await self._resume(ordered, logon)
        return Never("There is no such command.")

    async def _set_password(self, ordered: Ordered, logon: LegacyLogon | None) -> Outcome:
        if logon is None or ordered.number != logon.password_no or ordered.number <= logon.password_done_no:
            return Done()
        if logon.status != "PROVISIONED":
            # Were it there all the same, its mark says whose it is, and a password would leave another.
            return Never("The logon was not made for this user.")
        entry = await self._directory.find(logon.logon)
        if entry is None:
            return Never(_UNKNOWN)
        if entry.mark != ordered.id:
            await self._directory.set_secret(logon.logon, ordered.secret or "", mark=ordered.id)
        await self._here.unit(lambda ctx: _note_password(ctx, logon, ordered))
        return Done()

    async def _revoke(self, ordered: Ordered, logon: LegacyLogon | None) -> Outcome:
        if logon is None:
            return await self._revoke_nobodys(ordered)
        if _has_standing(logon, ordered):
            return Done()
        is_ours = await self._is_ours(logon.logon, is_made=logon.status == "PROVISIONED", request_id=logon.request_id)
        if is_ours:
            await self._revoke_there(logon.logon)
        await self._here.unit(lambda ctx: _note_standing(ctx, logon, ordered, revoked=True, is_done=is_ours))
        return Done()

    async def _revoke_nobodys(self, ordered: Ordered) -> Outcome:
        """Revoke the logon of a user who was removed, unless it is another's by now."""
        if await store.find_by_logon(self._here.database.reader(), ordered.logon) is None and await self._is_ours(
            ordered.logon, is_made=ordered.is_made, request_id=ordered.request_id
        ):
            await self._revoke_there(ordered.logon)
        return Done()

    async def _revoke_there(self, logon: str) -> None:
        try:
            await self._directory.revoke(logon)
        except LogonUnknown:
            # Nobody can come in by it.
            return

    async def _resume(self, ordered: Ordered, logon: LegacyLogon | None) -> Outcome:
        # Of a user who was removed nothing is let in again, whenever an operator has a command tried once more.
        if logon is None or _has_standing(logon, ordered):
            return Done()
        # One that could not be its user's name is to stay revoked: whatever makes it once more resumes it.
        is_made = logon.status == "PROVISIONED"
        if is_made:
            await self._directory.resume(logon.logon)
        await self._here.unit(lambda ctx: _note_standing(ctx, logon, ordered, revoked=False, is_done=is_made))
        return Done()

    async def _is_ours(self, logon: str, *, is_made: bool, request_id: str | None) -> bool:
        """Whether the logon is the user's there: what is not made for them yet may be a stranger's of the same name."""
        if is_made or request_id is None:
            return is_made
        entry = await self._directory.find(logon)
        return entry is not None and entry.mark == request_id


def _has_standing(logon: LegacyLogon, ordered: Ordered) -> bool:
    """Whether this command is done, or a newer one says otherwise."""
    return ordered.number != logon.standing_no or ordered.number <= logon.standing_done_no


async def _note_password(ctx: Context, logon: LegacyLogon, ordered: Ordered) -> None:
    now, synced_at = ctx.clock.now_ms(), ordered.changed_at or 0
    if await store.note_password_done(ctx.tx, logon.id, number=ordered.number, synced_at=synced_at, now=now):
        record(ctx, "logon.password_set", logon.user_id, request=ordered.id)


async def _note_standing(ctx: Context, logon: LegacyLogon, ordered: Ordered, *, revoked: bool, is_done: bool) -> None:
    """Note how the logon stands; `is_done`: whether there was one of the user's to do it to."""
    now = ctx.clock.now_ms()
    if await store.note_standing_done(ctx.tx, logon.id, number=ordered.number, revoked=revoked, now=now) and is_done:
        record(ctx, "logon.revoked" if revoked else "logon.resumed", logon.user_id, request=ordered.id)
