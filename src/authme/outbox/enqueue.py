"""Write what is to be done beyond this server."""

from typing import Any

from sqlalchemy import bindparam, delete, insert

from authme.kernel.context import Context
from authme.kernel.database import Statement
from authme.kernel.ids import new_id
from authme.outbox.box import Outbox
from authme.outbox.tables import outbox

_GIVEN = ("id", "kind", "channel", "user_id", "payload", "created_at", "order_key", "order_no", "topic")
_INSERT = Statement(
    insert(outbox)
    .values(
        {name: bindparam(name) for name in _GIVEN}
        | {"state": "PENDING", "attempts": 0, "due_at": bindparam("created_at"), "claimed_until": 0}
    )
    .inline()
)
_FORGET = delete(outbox).where(outbox.c.user_id == bindparam("of_user"), outbox.c.state != "SENT")
_FORGET_ALL = Statement(_FORGET)
_FORGET_KIND = Statement(_FORGET.where(outbox.c.kind == bindparam("of_kind")))


def enqueue(
    ctx: Context,
    *,
    kind: str,
    channel: str,
    payload: dict[str, Any],
    user_id: str | None = None,
    order_key: str | None = None,
    order_no: int | None = None,
    topic: str | None = None,
    row_id: str | None = None,
) -> str:
    """Write a row with the unit of work: it is done after the commit, and if the unit is undone it never is.

    Nothing waits for it. `payload` is JSON and is sealed; `user_id` is whom it is for. Rows of one `order_key` are done one
    after the other by `order_no`, which whoever writes them gives out, no two alike and in the order of their commits; `topic`
    says for operators what is to be done. Return the row's id, which is `row_id` where one is given.
    """
    box, row_id = ctx.part(Outbox), row_id or new_id(ctx.clock)
    ctx.tx.defer(
        _INSERT,
        id=row_id,
        kind=kind,
        channel=channel,
        user_id=user_id,
        payload=box.seal(row_id, payload),
        created_at=ctx.clock.now_ms(),
        order_key=order_key,
        order_no=order_no,
        topic=topic,
    )
    ctx.tx.after_commit(box.wake)
    return row_id


async def forget_of_user(ctx: Context, user_id: str, *, kind: str | None = None) -> int:
    """Delete what is to be done for a user or failed, of one kind or all; return how many rows.

    What is being done at this moment may still be. Rows written after it, by the same unit too, are kept: the last message to
    whom an account is taken away from.
    """
    if kind is None:
        return await ctx.tx.run(_FORGET_ALL, of_user=user_id)
    return await ctx.tx.run(_FORGET_KIND, of_user=user_id, of_kind=kind)
