"""Write an audit row."""

from collections.abc import Sequence
from typing import Any, Literal

import msgspec
from sqlalchemy import bindparam, insert

from authme.audit.tables import audit_event
from authme.kernel.context import Context
from authme.kernel.database import Statement

Result = Literal["OK", "REFUSED"]

_GIVEN = ("at", "action", "result", "client_id", "user_id", "target", "source", "request_id", "detail")
# inline: nobody asks for the new id, which PostgreSQL would otherwise be made to return.
_INSERT = Statement(insert(audit_event).values({name: bindparam(name) for name in _GIVEN}).inline())
_encode = msgspec.json.Encoder(order="sorted").encode


def record(
    ctx: Context,
    action: str,
    target: str | None = None,
    *,
    result: Result = "OK",
    user_id: str | None = None,
    client_id: str | None = None,
    acts_for: str | None = None,
    **detail: str | int | bool | None,
) -> None:
    """Record what the caller did, with the unit of work: kept if and only if that is committed.

    `user_id` and `client_id` are who acts, `acts_for` for which business; without them it is the caller, and a login names
    whom it just found out. So a refusal that is to be in the record has to be returned, not raised. `detail` never holds a
    secret, and never what a stranger typed: a password typed into the field of the name would stay here for years.
    """
    row = _row(ctx, action, target, detail, result=result, user_id=user_id, client_id=client_id, acts_for=acts_for)
    ctx.tx.defer(_INSERT, **row)


async def record_each(ctx: Context, action: str, targets: Sequence[str], **detail: str | int | bool | None) -> None:
    """Record now that the caller did the same to each of many targets: a row for each, so that each finds its own."""
    await ctx.tx.run_many(_INSERT, [_row(ctx, action, target, detail) for target in targets])


def _row(
    ctx: Context,
    action: str,
    target: str | None,
    detail: dict[str, str | int | bool | None],
    *,
    result: Result = "OK",
    user_id: str | None = None,
    client_id: str | None = None,
    acts_for: str | None = None,
) -> dict[str, Any]:
    caller, origin = ctx.caller, ctx.origin
    if acts_for or caller.acts_for:
        detail["acts_for"] = acts_for or caller.acts_for
    return {
        "at": ctx.clock.now_ms(),
        "action": action,
        "result": result,
        "client_id": client_id or caller.client_id,
        "user_id": user_id or caller.user_id,
        "target": target,
        "source": origin.source,
        "request_id": origin.request_id,
        "detail": _encode(detail).decode() if detail else None,
    }
