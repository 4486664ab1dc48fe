"""Seal what is not sealed."""

import asyncio
from dataclasses import dataclass

from sqlalchemy import bindparam, select, update

from authme.audit.sealer import FIELDS, GENESIS, NO_HEAD, Head, Header, Sealer, encode
from authme.audit.tables import audit_event, audit_seal
from authme.kernel.context import Context
from authme.kernel.database import Reader, Row, Statement, Transaction, contained_in, insert_or_ignore

BATCH = 1000
_MOST_BATCHES = 10
_MARKED_AT_ONCE = 250
"""On SQLite these statements run on the event loop's thread: between them others get their turn."""

_HEAD = Statement(select(audit_seal.c.number, audit_seal.c.digest).order_by(audit_seal.c.number.desc()).limit(1))
_UNSEALED = Statement(
    select(*(audit_event.c[name] for name in FIELDS))
    .where(audit_event.c.seal.is_(None), audit_event.c.id > bindparam("after"))
    .order_by(audit_event.c.id)
    .limit(bindparam("at_most"))
)
_INSERT = Statement(insert_or_ignore(audit_seal, {column.name: bindparam(column.name) for column in audit_seal.c}))
_MARK = Statement(
    update(audit_event)
    .where(audit_event.c.seal.is_(None), contained_in(audit_event.c.id, "ids"))
    .values(seal=bindparam("number"))
)


class AuditRowsVanished(Exception):
    """A row that was about to be sealed was deleted or sealed meanwhile; nothing was sealed."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A seal and the rows that it is for."""

    header: Header
    digest: bytes
    row_checks: bytes
    ids: list[int]


async def find_head(reader: Reader) -> Head:
    """Return the newest seal; `NO_HEAD` before the first."""
    row = await reader.one(_HEAD)
    if row is None:
        return NO_HEAD
    # SQLite keeps text in a column of bytes, if somebody writes it there: `verify` is to say so, not to fail.
    return Head(row["number"], row["digest"] if isinstance(row["digest"], bytes) else GENESIS)


async def seal(ctx: Context) -> int:
    """Seal the rows that have no seal, in batches; return how many rows.

    One unit of work. Of two workers that seal at once one wins, by the number of the seal; the other seals nothing. Up to
    10,000 rows in one call, more than a server writes in a second; the rest waits for the next.
    """
    # The head is read before the rows: rows that another worker seals in between are then under a number that is taken.
    head = await find_head(ctx.tx)
    batches = await _read_batches(ctx, head)
    for batch in batches:
        if not await _store(ctx.tx, batch):
            return 0
    return sum(batch.header.row_count for batch in batches)


async def _read_batches(ctx: Context, head: Head) -> list[Batch]:
    sealer, now = ctx.part(Sealer), ctx.clock.now_ms()
    batches: list[Batch] = []
    after = 0
    while len(batches) < _MOST_BATCHES:
        rows = await ctx.tx.all(_UNSEALED, after=after, at_most=BATCH)
        if not rows:
            break
        await asyncio.sleep(0)
        batch = _batch(sealer, head, rows, now)
        batches.append(batch)
        head, after = Head(batch.header.number, batch.digest), batch.header.last_id
        if len(rows) < BATCH:
            break
        await asyncio.sleep(0)
    return batches


def _batch(sealer: Sealer, head: Head, rows: list[Row], now: int) -> Batch:
    ids = [row[0] for row in rows]
    encoded = [encode(row) for row in rows]
    header = Header(head.number + 1, ids[0], ids[-1], len(ids), now)
    digest = sealer.digest(head.digest, header, encoded)
    return Batch(header, digest, b"".join(map(sealer.check, encoded)), ids)


async def _store(tx: Transaction, batch: Batch) -> bool:
    header = batch.header
    made = await tx.run(
        _INSERT,
        number=header.number,
        first_id=header.first_id,
        last_id=header.last_id,
        row_count=header.row_count,
        row_checks=batch.row_checks,
        digest=batch.digest,
        sealed_at=header.sealed_at,
    )
    if not made:
        return False
    marked = 0
    for start in range(0, len(batch.ids), _MARKED_AT_ONCE):
        marked += await tx.run(_MARK, ids=batch.ids[start : start + _MARKED_AT_ONCE], number=header.number)
        await asyncio.sleep(0)
    if marked != header.row_count:
        raise AuditRowsVanished(f"seal {header.number}: {header.row_count} rows were read and {marked} are there")
    return True
