"""The embedded directory: logons in this server's own database, behaving as RACF does."""

import json
from collections.abc import Awaitable, Callable
from typing import Final

from authme.credentials.pool import PasswordPool
from authme.kernel.clock import Clock
from authme.kernel.database import Database, Row, Transaction, UniqueViolation
from authme.legacy import embedded_store as store
from authme.legacy.directory import LogonTaken, LogonUnknown, Refused
from authme.legacy.model import Entry, NewLogon, Verdict
from authme.legacy.secret import SecretNotTaken, check_new_secret, hash_secret
from authme.legacy.standing import is_revoked
from authme.settings import LegacySettings

_DAY_MS: Final = 24 * 3600 * 1000


class EmbeddedDirectory:
    """Keeps logons in a table, each call in a unit of work of its own."""

    def __init__(self, settings: LegacySettings, database: Database, clock: Clock, pool: PasswordPool) -> None:
        self._failures = settings.embedded_failures
        self._days = settings.embedded_password_days
        self._database = database
        self._clock = clock
        self._pool = pool

    async def verify(self, logon: str, secret: str) -> Verdict:
        """Say what a secret is worth, after the same hashing and as many units of work for a logon that is not there.

        The unit of a wrong secret writes its count, that of what is not there nothing. What has no secret is worth nothing and
        is not revoked by guesses, as a protected user of RACF is not.
        """
        row = await store.find(self._database.reader(), logon)
        stored: str | None = row["secret_hash"] if row is not None else None
        is_right = await self._pool.verify(secret, stored)
        if stored is None or not is_right:
            # Also of nothing: that there was nothing to count takes a unit, too.
            counted, now = logon if stored is not None else "", self._clock.now_ms()
            await self._database.unit(lambda tx: store.miss(tx, counted, at_most=self._failures, now=now))
            return "WRONG" if row is not None else "UNKNOWN"
        return await self._verdict_on_right(logon, was=stored)

    async def _verdict_on_right(self, logon: str, *, was: str) -> Verdict:
        # While it was checked somebody may have changed it, and of a hundred guesses at once the others have been counted.
        row, now = await store.find(self._database.reader(), logon), self._clock.now_ms()
        if row is None or row["secret_hash"] != was:
            return "WRONG"
        if _is_revoked(row, now):
            return "REVOKED"
        was_revoked = bool(row["is_revoked"])
        if row["failures"] and not await self._database.unit(lambda tx: store.hit(tx, logon, was=was, was_revoked=was_revoked)):
            return "WRONG"
        return "EXPIRED" if self._is_expired(row, now) else "RIGHT"

    async def find(self, logon: str) -> Entry | None:
        """Return the logon as it stands now."""
        row = await store.find(self._database.reader(), logon)
        return _entry(row, self._clock.now_ms()) if row is not None else None

    async def provision(self, new: NewLogon, *, mark: str) -> None:
        """Make a logon."""
        groups, now = [new.group] if new.group else [], self._clock.now_ms()
        try:
            await self._database.unit(lambda tx: store.insert_logon(tx, new, groups=groups, mark=mark, now=now))
        except UniqueViolation as error:
            raise LogonTaken("There is such a logon.") from error

    async def set_secret(self, logon: str, secret: str, *, mark: str) -> None:
        """Set password or phrase."""
        try:
            check_new_secret(secret)
        except SecretNotTaken as error:
            raise Refused("The directory does not take this as a password.") from error
        becomes, now = await hash_secret(self._pool, secret), self._clock.now_ms()
        await self._change(lambda tx: store.set_secret(tx, logon, becomes, expired=False, mark=mark, now=now))

    async def revoke(self, logon: str) -> None:
        """Revoke a logon."""
        await self._change(lambda tx: store.revoke(tx, logon, now=self._clock.now_ms()))

    async def resume(self, logon: str) -> None:
        """Let a logon in again."""
        await self._change(lambda tx: store.resume(tx, logon, now=self._clock.now_ms()))

    async def check(self) -> list[str]:
        """Nothing stands between this server and its own database."""
        return []

    async def close(self) -> None:
        """Nothing is open."""

    async def _change(self, change: Callable[[Transaction], Awaitable[bool]]) -> None:
        if not await self._database.unit(change):
            raise LogonUnknown("There is no such logon.")

    def _is_expired(self, row: Row, now: int) -> bool:
        changed_at = row["secret_changed_at"] or 0
        return bool(row["is_secret_expired"]) or (self._days > 0 and changed_at + self._days * _DAY_MS <= now)


def _is_revoked(row: Row, now: int) -> bool:
    return is_revoked(flag=bool(row["is_revoked"]), revoke_at=row["revoke_at"], resume_at=row["resume_at"], now=now)


def _entry(row: Row, now: int) -> Entry:
    return Entry(
        logon=row["logon"],
        name=row["name"],
        document=row["document"],
        email=row["email"],
        mobile=row["mobile"],
        default_group=row["default_group"],
        groups=tuple(json.loads(row["groups"])),
        is_revoked=_is_revoked(row, now),
        mark=row["mark"],
    )
