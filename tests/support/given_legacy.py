"""What a server's legacy directory holds, and what happens to it from outside."""

import socket
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import bindparam, delete, update

from authme.app import Server
from authme.credentials.pool import PasswordPool
from authme.kernel.context import Context
from authme.kernel.database import Database, Statement
from authme.kernel.ids import new_id
from authme.legacy import embedded_store, store
from authme.legacy.directories import Directories
from authme.legacy.directory import Directory
from authme.legacy.embedded_logons import add_embedded_logon, date_embedded_logon, expire_embedded_logon
from authme.legacy.model import Entry, LegacyLogon
from authme.legacy.tables import embedded_logon
from authme.outbox.box import Outbox
from authme.settings.legacy import EMBEDDED
from authme.users import store as users
from authme.users.model import Identity
from authme.users.tables import user_account
from support.two_engines import rows_of

Result = TypeVar("Result")
Run = Callable[[Callable[[Context], Awaitable[Result]]], Awaitable[Result]]
_REMOVE = Statement(delete(embedded_logon).where(embedded_logon.c.logon == bindparam("of_logon")))
_IS_THEIRS = Statement(update(user_account).where(user_account.c.id == bindparam("of_user")).values(logon=bindparam("becomes")))
_COMMANDS = "SELECT id, topic, state, order_no, order_key, channel, fault, payload FROM outbox WHERE kind = 'LEGACY'"
_closed = socket.socket()


class EmbeddedOutside:
    """The console of the embedded directory. Logons are in capitals; days count from their beginning in UTC."""

    def __init__(self, run: Run[Any], database: Database, pool: PasswordPool) -> None:
        self._run = run
        self._database = database
        self._pool = pool

    async def add_logon(self, logon: str, secret: str, **values: Any) -> None:
        await self._run(lambda ctx: add_embedded_logon(ctx, logon, secret, **values))

    async def revoke(self, logon: str) -> None:
        await self._run(lambda ctx: embedded_store.revoke(ctx.tx, logon, now=ctx.clock.now_ms()))

    async def resume(self, logon: str) -> None:
        await self._run(lambda ctx: embedded_store.resume(ctx.tx, logon, now=ctx.clock.now_ms()))

    async def expire(self, logon: str) -> None:
        await self._run(lambda ctx: expire_embedded_logon(ctx, logon))

    async def set_dates(self, logon: str, revoke_on: date | None, resume_on: date | None) -> None:
        await self._run(lambda ctx: date_embedded_logon(ctx, logon, revoke_on=revoke_on, resume_on=resume_on))

    async def remove(self, logon: str) -> None:
        await self._run(lambda ctx: ctx.tx.run(_REMOVE, of_logon=logon))

    async def secret_is(self, logon: str, secret: str) -> bool:
        row = await embedded_store.find(self._database.reader(), logon)
        return row is not None and await self._pool.verify(secret, row["secret_hash"])


class GivenLegacy:
    """Makes and changes logons in the embedded directory, past what this server does with them."""

    env: dict[str, str]
    server: Server

    async def run(self, use_case: Callable[[Context], Awaitable[Result]]) -> Result:
        raise NotImplementedError

    @property
    def _outside(self) -> EmbeddedOutside:
        return EmbeddedOutside(self.run, self.server.database, self.server.parts.get(PasswordPool))

    @property
    def _directory(self) -> Directory:
        return self.server.parts.get(Directories).all[EMBEDDED]

    async def legacy_logon(
        self,
        logon: str,
        secret: str,
        *,
        name: str | None = None,
        document: str | None = None,
        email: str | None = None,
        mobile: str | None = None,
        groups: tuple[str, ...] = (),
    ) -> None:
        """Add a logon that nothing of ours made; the first group is its default. The secret is not expired."""
        await self._outside.add_logon(logon, secret, name=name, document=document, email=email, mobile=mobile, groups=groups)

    async def revoke_there(self, logon: str) -> None:
        await self._outside.revoke(logon)

    async def resume_there(self, logon: str) -> None:
        await self._outside.resume(logon)

    async def expire_there(self, logon: str) -> None:
        await self._outside.expire(logon)

    async def remove_there(self, logon: str) -> None:
        await self._outside.remove(logon)

    async def there(self, logon: str) -> Entry | None:
        """Return the logon as the directory knows it now."""
        return await self._directory.find(logon)

    async def secret_there_is(self, logon: str, secret: str) -> bool:
        """Whether this is the secret that stands there, without counting a failure."""
        return await self._outside.secret_is(logon, secret)

    async def linked(self, user: Any, logon: str) -> LegacyLogon:
        """Let a logon belong to a user, as after their first login by it; it need not be in the directory."""

        async def work(ctx: Context) -> LegacyLogon:
            now = ctx.clock.now_ms()
            made = LegacyLogon(
                id=new_id(ctx.clock),
                logon=logon,
                directory=ctx.part(Directories).rules.name_for(logon) or EMBEDDED,
                user_id=user.id,
                status="PROVISIONED",
                created_at=now,
                updated_at=now,
            )
            await store.insert_logon(ctx.tx, made)
            await users.insert_identities(ctx.tx, [(_name(ctx, user, logon), logon)])
            await ctx.tx.run(_IS_THEIRS, of_user=user.id, becomes=logon)
            return made

        return await self.run(work)

    async def merely_named(self, user: Any, logon: str) -> None:
        """Let a logon be one of a user's names, as that of whoever registered with it before anybody asked whose it is."""

        async def work(ctx: Context) -> None:
            await users.insert_identities(ctx.tx, [(_name(ctx, user, logon), logon)])

        await self.run(work)

    async def commands(self) -> list[dict[str, Any]]:
        """Return the commands to directories, each logon's in their order; `payload` is None once one is done."""
        names = _COMMANDS.removeprefix("SELECT ").partition(" FROM")[0].split(", ")
        found = [dict(zip(names, row, strict=True)) for row in await rows_of(self.env["AUTHME_DATABASE_URL"], _COMMANDS)]
        box = self.server.parts.get(Outbox)
        for row in found:
            sealed: Any = row["payload"]
            row["payload"] = None if sealed is None else box.open(str(row["id"]), bytes(sealed))
        return sorted(found, key=lambda row: (str(row["order_key"]), row["order_no"]))

    async def deliver(self) -> int:
        """Do once what is due to be done beyond this server; return how many rows were tried."""
        return await self.server.courier.deliver_due()


def _name(ctx: Context, user: Any, logon: str) -> Identity:
    now = ctx.clock.now_ms()
    return Identity(id=new_id(ctx.clock), user_id=user.id, type="LOGON", value=logon, verified=True, main=False, created_at=now)


def unreachable_directory(folder: Path) -> dict[str, str]:
    """Return settings of a server whose logons are all those of a directory that takes no connection."""
    if _closed.getsockname()[1] == 0:
        # Bound, so that nobody else listens there, and nobody listens here.
        _closed.bind(("127.0.0.1", 0))
    file, password = folder / "legacy.toml", folder / "bind-password"
    password.write_text("NOBODY\n")
    file.write_text(
        f"""
[directories.racf]
url = "ldap://127.0.0.1:{_closed.getsockname()[1]}"
suffix = "cn=racf,o=example"
bind_logon = "AUTHME"
bind_password_file = "{password}"

[[rules]]
logons = "*"
directory = "racf"

[new_logons]
directory = "racf"
"""
    )
    return {"legacy_file": str(file)}
