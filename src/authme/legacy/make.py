"""PROVISION: have a directory make a logon."""

from typing import Final, Literal

from msgspec.structs import replace

from authme.audit import record
from authme.kernel.context import Context
from authme.kernel.database import UniqueViolation
from authme.legacy import store
from authme.legacy.choose import NoLogonLeft, choose
from authme.legacy.directories import Directories
from authme.legacy.directory import Directory, LogonTaken, Refused
from authme.legacy.here import Here
from authme.legacy.model import LegacyLogon, NewLogon
from authme.legacy.ordered import Ordered
from authme.outbox.handler import Done, Later, Never, Outcome

_LOGONS_TRIED: Final = 8

Noted = Literal["MADE", "NAME_TAKEN", "NOBODYS"]


class _Changed(Exception):
    """Whose logon it is changed while the directory was asked."""


class Making:
    """Makes one logon by one command, whose id is the mark by which the directory's entry is told to be this one."""

    def __init__(self, here: Here, directory: Directory, ordered: Ordered) -> None:
        self._here = here
        self._directory = directory
        self._ordered = ordered

    async def make(self, logon: LegacyLogon | None) -> Outcome:
        """Make it, once, and note it. Raises Unreachable."""
        if logon is None:
            return await self._leave(self._ordered.logon)
        if logon.request_id != self._ordered.id or logon.status == "PROVISIONED":
            return Done()
        try:
            made = await self._made(logon)
            if made.is_revoked:
                # Ordered and noted while there was nothing to revoke.
                await self._directory.revoke(made.logon)
            elif made.status == "FAILED" or self._ordered.former is not None:
                # It may have been left revoked.
                await self._directory.resume(made.logon)
            return await self._noted(made)
        except Refused as fault:
            await self._here.unit(lambda ctx: self._note_failed(ctx, logon))
            return Never(str(fault))
        except (_Changed, UniqueViolation):
            return Later("it changed meanwhile")

    async def _made(self, logon: LegacyLogon) -> LegacyLogon:
        """Return the logon as it was made, which is another one where that is somebody else's there."""
        for _ in range(_LOGONS_TRIED):
            if await self._is_there(logon):
                return logon
            if logon.is_chosen:
                raise Refused("The logon is somebody else's there.")
            logon = await self._here.unit(lambda ctx, was=logon: self._take_another(ctx, was))  # type: ignore[misc]  # bound now
        raise Refused("Of the logons that were made up none is free there.")

    async def _is_there(self, logon: LegacyLogon) -> bool:
        """Whether the logon is there by this command: by a try before, whose answer was lost, or by now."""
        entry = await self._directory.find(logon.logon)
        if entry is None:
            try:
                await self._directory.provision(self._new(logon), mark=self._ordered.id)
            except LogonTaken:
                entry = await self._directory.find(logon.logon)
            else:
                return True
        return entry is not None and self._is_mark_ours(entry.mark)

    def _is_mark_ours(self, mark: str | None) -> bool:
        return mark is not None and mark in {self._ordered.id, self._ordered.former}

    def _new(self, logon: LegacyLogon) -> NewLogon:
        given = self._ordered
        return NewLogon(
            logon=logon.logon,
            name=given.name,
            document=given.document,
            email=given.email,
            mobile=given.mobile,
            group=given.group,
        )

    async def _take_another(self, ctx: Context, was: LegacyLogon) -> LegacyLogon:
        if ctx.part(Directories).rules.new_in != was.directory:
            raise Refused("The logon is somebody else's there, and new ones are made in another directory by now.")
        try:
            becomes = await choose(ctx, self._ordered.name, self._here.is_taken)
        except NoLogonLeft as fault:
            raise Refused("There is no logon left that could be made up.") from fault
        if not await store.change_logon(ctx.tx, was.id, was=was.logon, becomes=becomes, now=ctx.clock.now_ms()):
            raise _Changed
        record(ctx, "logon.replaced", was.user_id, request=self._ordered.id)
        return replace(was, logon=becomes)

    async def _noted(self, made: LegacyLogon) -> Outcome:
        noted = await self._here.unit(lambda ctx: self._note(ctx, made))
        if noted == "NAME_TAKEN":
            await self._leave(made.logon)
            await self._here.unit(lambda ctx: self._note_failed(ctx, made))
            return Never("The logon was made there, and is somebody else's name here.")
        return await self._leave(made.logon) if noted == "NOBODYS" else Done()

    async def _leave(self, logon: str) -> Outcome:
        """Let nobody in by a logon whose user was removed while it was made, or whose name it cannot be."""
        entry = await self._directory.find(logon)
        if entry is not None and self._is_mark_ours(entry.mark):
            await self._directory.revoke(logon)
        return Done()

    async def _note(self, ctx: Context, made: LegacyLogon) -> Noted:
        now, current = ctx.clock.now_ms(), await store.find(ctx.tx, made.id)
        if current is None or current.request_id != self._ordered.id:
            return "NOBODYS"
        if current.status == "PROVISIONED":
            return "MADE"
        if not await self._here.on_provisioned(ctx, replace(made, status="PROVISIONED")):
            return "NAME_TAKEN"
        if not await store.note_status(ctx.tx, made.id, request_id=self._ordered.id, becomes="PROVISIONED", now=now):
            raise _Changed
        return "MADE"

    async def _note_failed(self, ctx: Context, logon: LegacyLogon) -> None:
        now = ctx.clock.now_ms()
        if await store.note_status(ctx.tx, logon.id, request_id=self._ordered.id, becomes="FAILED", now=now):
            record(ctx, "logon.ordered", logon.user_id, result="REFUSED", request=self._ordered.id)
