"""Find what was done to the record."""

from dataclasses import dataclass, field
from hmac import HMAC, compare_digest

from sqlalchemy import and_, bindparam, select

from authme.audit.seal import find_head
from authme.audit.sealer import CHECK_BYTES, FIELDS, GENESIS, NO_HEAD, Head, Header, Sealer, encode
from authme.audit.tables import audit_event, audit_seal
from authme.kernel.database import Database, Reader, Row, Statement

_ROWS = Statement(select(*(audit_event.c[name] for name in FIELDS), audit_event.c.seal).order_by(audit_event.c.id))
_HEADER = ("number", "first_id", "last_id", "row_count", "sealed_at")
_SEALS = Statement(
    select(*(audit_seal.c[name] for name in (*_HEADER, "digest")))
    .where(audit_seal.c.number.between(bindparam("first"), bindparam("last")))
    .order_by(audit_seal.c.number)
    .limit(bindparam("at_most"))
)
_CHECKS = Statement(select(audit_seal.c.row_checks).where(audit_seal.c.number == bindparam("of_seal")))
_ROWS_UNDER = Statement(
    select(*(audit_event.c[name] for name in FIELDS))
    .where(and_(audit_event.c.id.between(bindparam("first"), bindparam("last")), audit_event.c.seal == bindparam("of_seal")))
    .order_by(audit_event.c.id)
)
_SEAL = len(FIELDS)
_SEALS_AT_ONCE = 1000
_MOST_NAMED = 100


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong under one seal. `rows` are the ids that can be named, at most 100."""

    seal: int
    problem: str
    rows: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Verification:
    """What the record looks like."""

    seals: int
    sealed_rows: int
    unsealed_rows: int
    """Rows of the last moment, which nothing protects yet."""
    head: Head
    faults: tuple[Fault, ...]
    """By the number of the seal, at most 100: the first one is where to begin to look."""

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


async def verify(database: Database, sealer: Sealer, *, expected: Head | None = None) -> Verification:
    """Read the whole record and compare it with its seals.

    Found are rows that were edited, added or removed under a seal, and seals that were edited, removed or put in another order.
    Not found from inside: changes to the unsealed rows, and the removal of the newest seals together with their rows. Against
    that serves `expected`, a head that was noted earlier elsewhere. May run beside a server that writes and seals.
    """
    reader = database.reader()
    # What is sealed after this is left to the next run: the rows are read as they stand at one moment after it.
    scan = _Scan(reader, sealer, await find_head(reader))
    async for rows in database.stream(_ROWS):
        await scan.take(rows)
    await scan.finish(await find_head(reader))
    if expected is not None:
        await _compare_head(reader, scan, expected)
    faults = sorted(scan.faults, key=lambda fault: fault.seal)[:_MOST_NAMED]
    return Verification(scan.seals, scan.sealed_rows, scan.unsealed_rows, scan.head, tuple(faults))


async def _compare_head(reader: Reader, scan: "_Scan", expected: Head) -> None:
    if expected.number == NO_HEAD.number:
        return
    row = await reader.one(_SEALS, first=expected.number, last=expected.number, at_most=1)
    if row is None:
        scan.faults.append(Fault(expected.number, "the seal that was noted as the head is gone"))
    elif not compare_digest(row["digest"], expected.digest):
        scan.faults.append(Fault(expected.number, "the seal is another one than was noted as the head"))


@dataclass(slots=True)
class _Open:
    """A seal of which more rows may come."""

    header: Header
    stored: bytes
    digest: HMAC | None
    """None without the seal before it: then nothing can be said of this one."""
    rows: int = 0


@dataclass(slots=True)
class _Scan:
    """Goes through the rows by id and through the seals by number at once, so that memory does not grow with the record."""

    reader: Reader
    sealer: Sealer
    head: Head
    faults: list[Fault] = field(default_factory=list)
    seals: int = 0
    sealed_rows: int = 0
    unsealed_rows: int = 0
    _open: dict[int, _Open] = field(default_factory=dict)
    _strangers: dict[int, list[int]] = field(default_factory=dict)
    """Ids of rows under a seal that is not theirs, by its number."""
    _broken: list[Header] = field(default_factory=list)
    _last: Head = NO_HEAD
    """The seal that was read last."""

    async def take(self, rows: list[Row]) -> None:
        """Take the next rows."""
        for row in rows:
            number = row[_SEAL]
            if number is None:
                self.unsealed_rows += 1
                continue
            if not isinstance(number, int):  # SQLite takes text in a column of numbers
                number = NO_HEAD.number
            while self._last.number < number <= self.head.number:
                await self._read_seals()
            self._take_sealed(number, row)
        self._close(rows[-1][0])

    async def finish(self, head: Head) -> None:
        """Take the seals that have no rows at all, and look into the broken ones. `head` is the newest seal of now."""
        while self._last.number < self.head.number:
            await self._read_seals()
        self._close(None)
        for number, ids in self._strangers.items():
            # Between the head of before and that of now are the rows that were sealed while we read.
            if not self.head.number < number <= head.number:
                self.faults.append(Fault(number, "rows carry this seal and do not belong to it", tuple(ids)))
        for header in self._broken[:_MOST_NAMED]:
            self.faults.append(await _explain(self.reader, self.sealer, header))

    def _take_sealed(self, number: int, row: Row) -> None:
        seal = self._open.get(number)
        if seal is None or not seal.header.first_id <= row[0] <= seal.header.last_id:
            ids = self._strangers.setdefault(number, [])
            if len(ids) < _MOST_NAMED:
                ids.append(row[0])
            return
        self.sealed_rows += 1
        seal.rows += 1
        if seal.digest is not None:
            seal.digest.update(encode(row))

    async def _read_seals(self) -> None:
        """Read the next seals up to the head of when the scan began."""
        span = {"first": self._last.number + 1, "last": self.head.number}
        found = await self.reader.all(_SEALS, at_most=_SEALS_AT_ONCE, **span)
        for row in found:
            header = Header(*(row[name] for name in _HEADER))
            self._read_seal(header, row["digest"], is_whole=_is_whole(header, row["digest"]))
        if not found:
            # The newest was removed while we read.
            self.faults.append(Fault(self._last.number + 1, f"the seals up to {self.head.number} are missing"))
            self._last = self.head

    def _read_seal(self, header: Header, stored: bytes, *, is_whole: bool) -> None:
        self.seals += 1
        first, before = self._last.number + 1, self._last.digest
        self._last = Head(header.number, stored)
        if header.number != first:
            gap = f"seal {first} is" if header.number == first + 1 else f"seals {first} to {header.number - 1} are"
            self.faults.append(Fault(first, f"{gap} missing, so that seal {header.number} cannot be checked"))
        if not is_whole:
            self.faults.append(Fault(header.number, "the seal is not of a form that the server writes"))
            self._last = Head(header.number, GENESIS)
            return
        digest = self.sealer.begin(before, header) if header.number == first else None
        self._open[header.number] = _Open(header, stored, digest)

    def _close(self, passed: int | None) -> None:
        """Compare the seals whose last row is passed; all of them at the end."""
        over = [seal for seal in self._open.values() if passed is None or seal.header.last_id <= passed]
        for seal in over:
            del self._open[seal.header.number]
            if seal.digest is None:
                continue
            if seal.rows != seal.header.row_count or not compare_digest(seal.digest.digest(), seal.stored):
                self._broken.append(seal.header)


def _is_whole(header: Header, digest: object) -> bool:
    """Whether every value is of its type: SQLite takes text in a column of numbers, and numbers in one of bytes."""
    numbers = (header.first_id, header.last_id, header.row_count, header.sealed_at)
    return isinstance(digest, bytes) and all(isinstance(number, int) for number in numbers)


async def _explain(reader: Reader, sealer: Sealer, header: Header) -> Fault:
    """Say which rows are behind a broken seal, by the checks that stand beside it."""
    row = await reader.one(_CHECKS, of_seal=header.number)
    checks: bytes = row["row_checks"] if row else b""
    expected = {checks[start : start + CHECK_BYTES] for start in range(0, len(checks), CHECK_BYTES)}
    rows = await reader.all(_ROWS_UNDER, first=header.first_id, last=header.last_id, of_seal=header.number)
    strange = [row[0] for row in rows if sealer.check(encode(row)) not in expected]
    missing = max(0, header.row_count - (len(rows) - len(strange)))
    named = tuple(strange[:_MOST_NAMED])
    span = f"rows {header.first_id} to {header.last_id}"
    if not strange and not missing:
        return Fault(header.number, f"this seal or the one before it was changed; its {span} look right")
    found = {"edited": min(len(strange), missing), "added": len(strange) - missing, "removed": missing - len(strange)}
    said = ", ".join(f"{count} {what}" for what, count in found.items() if count > 0)
    return Fault(header.number, f"of its {span}: {said}", named)
