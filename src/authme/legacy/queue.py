"""Commands to directories, for an operator: what there is, and what is taken back."""

from collections.abc import AsyncIterator

import msgspec

from authme.kernel.context import Context
from authme.kernel.database import Reader
from authme.legacy import store
from authme.legacy.commands import KIND
from authme.outbox.again import cancel
from authme.outbox.list import find_entry, list_entries
from authme.outbox.model import Entry, State

_PAGE = 500


class Queued(msgspec.Struct, frozen=True):
    """A command, and the logon that it is for; None when that is nobody's here any more."""

    entry: Entry
    logon: str | None


async def list_commands(reader: Reader, *, state: State | None = None) -> AsyncIterator[Queued]:
    """Yield the commands, the oldest first; never what is in them."""
    page: list[Entry] = []
    async for entry in list_entries(reader, KIND, state=state):
        page.append(entry)
        if len(page) == _PAGE:
            for queued in await _with_logons(reader, page):
                yield queued
            page = []
    for queued in await _with_logons(reader, page):
        yield queued


async def cancel_command(ctx: Context, row_id: str) -> None:
    """Take back a command that waits or failed; without the one that makes it there will be no logon. Raises StateForbids."""
    await cancel(ctx, KIND, row_id)
    entry = await find_entry(ctx.tx, row_id)
    if entry is not None and entry.order_key is not None:
        await store.note_status(ctx.tx, entry.order_key, request_id=row_id, becomes="FAILED", now=ctx.clock.now_ms())


async def _with_logons(reader: Reader, page: list[Entry]) -> list[Queued]:
    logons = await store.find_each(reader, {entry.order_key for entry in page if entry.order_key is not None})
    return [Queued(entry, logons[key].logon if (key := entry.order_key) in logons else None) for entry in page]
