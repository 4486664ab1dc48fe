"""Commands to a directory: written with the unit of work that asks for them, done by the courier in order."""

from typing import Any

from authme.kernel.context import Context
from authme.legacy import store
from authme.legacy.model import Command, LegacyLogon
from authme.outbox.enqueue import enqueue

KIND = "LEGACY"


async def order_password(ctx: Context, user_id: str, password: str, *, changed_at: int) -> None:
    """Have the directory take a password that was set here, if the user has a logon.

    `changed_at` is that of the credential. What the directory would not take is to be refused before (`check_new_secret`).
    """
    if await store.find_of_user(ctx.tx, user_id) is None:
        return
    logon = await store.order_password(ctx.tx, user_id, now=ctx.clock.now_ms())
    if logon is not None:
        order(ctx, logon, "PASSWORD", {"secret": password, "changedAt": changed_at})


async def order_first_password(ctx: Context, user_id: str, password: str, *, changed_at: int) -> None:
    """Have the directory take the password of a user whose logon it made, unless one was ordered meanwhile.

    Of two logins at once one orders it. Arguments are those of `order_password`.
    """
    logon = await store.order_first_password(ctx.tx, user_id, now=ctx.clock.now_ms())
    if logon is not None:
        order(ctx, logon, "PASSWORD", {"secret": password, "changedAt": changed_at})


async def order_revoke(ctx: Context, user_id: str) -> None:
    """Have the user's logon revoked, if they have one."""
    await _order_standing(ctx, user_id, "REVOKE")


async def order_resume(ctx: Context, user_id: str) -> None:
    """Have the user's logon let in again, if they have one."""
    await _order_standing(ctx, user_id, "RESUME")


async def _order_standing(ctx: Context, user_id: str, command: Command) -> None:
    if await store.find_of_user(ctx.tx, user_id) is None:
        return
    logon = await store.order_standing(ctx.tx, user_id, now=ctx.clock.now_ms())
    if logon is not None:
        order(ctx, logon, command, {})


def order(ctx: Context, logon: LegacyLogon, command: Command, values: dict[str, Any], *, request_id: str | None = None) -> str:
    """Write a command with the unit of work; `logon` is as its number was taken. Return the row's id."""
    known = {
        "logonId": logon.id,
        "logon": logon.logon,
        "number": logon.command_no,
        # By these a logon is told from a stranger's of the same name, even when nothing else is known of it here any more.
        "isMade": logon.status == "PROVISIONED",
        "requestId": logon.request_id,
    }
    return enqueue(
        ctx,
        kind=KIND,
        channel=logon.directory,
        user_id=logon.user_id,
        payload=known | values,
        order_key=logon.id,
        order_no=logon.command_no,
        topic=command,
        row_id=request_id,
    )
