"""The deliveries of one lane, in one worker process."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

import structlog

from authme.crypto.sealing import SealBroken
from authme.kernel.clock import Clock
from authme.kernel.database import Database, DatabaseUnavailable, Row, Transaction
from authme.outbox import store
from authme.outbox.back_off import delay_ms
from authme.outbox.box import Outbox
from authme.outbox.circuit import Circuit
from authme.outbox.handler import Done, Lane, Later, Never, Outcome
from authme.outbox.model import Delivery

_MARGIN: Final = timedelta(seconds=10)
"""For noting the outcome, while the claim still stands."""
_BROKEN_OFF: Final = timedelta(seconds=1)
"""What a handler may exceed its own limit by."""
_NOTE_AGAIN_SECONDS: Final = 1.0
_log = structlog.get_logger(__name__)


class LaneRunner:
    """Claims rows of a lane and delivers them at once, as many at a time as the lane and its circuit let it."""

    def __init__(self, lane: Lane, database: Database, clock: Clock, box: Outbox, tell: Callable[[], None]) -> None:
        self.lane = lane
        self._database = database
        self._clock = clock
        self._box = box
        self._tell = tell
        self._circuit = Circuit()
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._claims: dict[str, str] = {}
        self._order_keys: dict[str, str | None] = {}

    async def begin(self) -> int:
        """Claim what is due and begin to deliver it; return how many rows. Calls `tell` as each is over."""
        loop = asyncio.get_running_loop()
        free = self.lane.at_once - len(self._under_way)
        room = self._circuit.room(loop.time(), free=free, under_way=len(self._under_way))
        if room <= 0:
            return 0
        rows = await store.claim(
            self._database,
            kind=self.lane.kind,
            channel=self.lane.channel,
            at_most=room,
            lease=self.lane.longest + _MARGIN,
            now=self._clock.now_ms(),
            but=self._under_way.keys(),
            but_keys={key for key in self._order_keys.values() if key is not None},
        )
        for row in rows:
            self._claims[row["id"]], self._order_keys[row["id"]] = row["claimed_by"], row["order_key"]
            self._under_way[row["id"]] = loop.create_task(self._do(row))
        return len(rows)

    async def finish(self, *, within: timedelta | None = None) -> None:
        """Return when nothing is under way; what takes longer than `within` is broken off and given back."""
        if self._under_way:
            await asyncio.wait(self._under_way.values(), timeout=within.total_seconds() if within else None)
        tasks, claims = list(self._under_way.values()), dict(self._claims)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
            await self._database.unit(lambda tx: store.give_back(tx, claims))

    async def _do(self, row: Row) -> None:
        try:
            outcome = await self._outcome(row)
            self._note_channel(outcome)
            await self._note(row, outcome)
        except Exception as defect:  # noqa: BLE001  # as below; the row is another's when the claim runs out
            _log.error("outbox.defect", id=row["id"], channel=row["channel"], defect=_place_of(defect))
        finally:
            del self._under_way[row["id"]], self._claims[row["id"]], self._order_keys[row["id"]]
            self._tell()

    async def _outcome(self, row: Row) -> Outcome:
        try:
            payload = self._box.open(row["id"], row["payload"])
        except SealBroken:
            return Never("it cannot be opened with this master key")
        delivery = Delivery(
            id=row["id"],
            kind=row["kind"],
            channel=row["channel"],
            topic=row["topic"],
            payload=payload,
            attempts=row["attempts"],
            created_at=row["created_at"],
        )
        try:
            async with asyncio.timeout((self.lane.longest + _BROKEN_OFF).total_seconds()):
                return await self.lane.handler.deliver(delivery)
        except TimeoutError:
            return Later("it took too long", is_channel_down=True)
        except Exception as defect:  # noqa: BLE001  # the courier outlives whatever it meets
            # Its text may name the recipient, so only its kind and place are told.
            _log.error("outbox.defect", id=row["id"], channel=row["channel"], defect=_place_of(defect))
            return Later(f"unexpected: {type(defect).__name__}")

    def _note_channel(self, outcome: Outcome) -> None:
        now = asyncio.get_running_loop().time()
        if isinstance(outcome, Later) and outcome.is_channel_down:
            if self._circuit.found_down(now):
                _log.warning("channel.down", channel=self.lane.channel, reason=outcome.reason)
        elif self._circuit.found_up():
            _log.warning("channel.up", channel=self.lane.channel)

    async def _note(self, row: Row, outcome: Outcome) -> None:
        """Note the outcome, if need be again and again: a message that was sent and not noted would be sent twice."""
        while True:
            try:
                is_noted = await self._database.unit(lambda tx: self._change(tx, row, outcome))
                break
            except DatabaseUnavailable as fault:
                _log.warning("outbox.unnoted", id=row["id"], channel=row["channel"], reason=str(fault))
                await asyncio.sleep(_NOTE_AGAIN_SECONDS)
        if is_noted:
            _tell_of(row, outcome)

    def _change(self, tx: Transaction, row: Row, outcome: Outcome) -> Awaitable[bool]:
        now, row_id, claim = self._clock.now_ms(), row["id"], row["claimed_by"]
        match outcome:
            case Done():
                return store.note_done(tx, row_id, now=now)
            case Later(reason=reason):
                due_at = now + delay_ms(row["attempts"] + 1)
                return store.note_later(tx, row_id, order_key=row["order_key"], claim=claim, due_at=due_at, fault=reason)
            case Never(reason=reason):
                return store.note_never(tx, row_id, claim=claim, now=now, fault=reason)


def _tell_of(row: Row, outcome: Outcome) -> None:
    noun = row["kind"].lower()
    told = {"id": row["id"], "channel": row["channel"], "attempts": row["attempts"] + 1}
    match outcome:
        case Done():
            _log.info(f"{noun}.sent", **told)
        case Later(reason=reason):
            _log.warning(f"{noun}.deferred", **told, reason=reason)
        case Never(reason=reason):
            _log.warning(f"{noun}.given_up", **told, reason=reason)


def _place_of(defect: BaseException) -> str:
    trace = defect.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else "?"
    return f"{type(defect).__name__} at {where}"
