"""Counting failed proofs, so that guessing gets slow for whoever guesses.

Failures are counted by the name that was tried, by source network and by client. For a name the wait doubles with each
failure after the free ones, up to a cap; for a network or client a number of failures is free in each window. A name is
counted whether or not anyone has it: a limit that only existing names met would tell which exist.

Answers to challenges are counted likewise for each factor of a person, whichever operation is tried, and codes that are sent
for each contact: nobody's mailbox is filled by whoever knows their name.
"""

import asyncio
from dataclasses import dataclass

from sqlalchemy import and_, bindparam, case, delete, or_, select

from authme.credentials.tables import attempt
from authme.crypto.digests import Digester
from authme.kernel.context import Context
from authme.kernel.database import Row, Statement, contained_in, upsert
from authme.kernel.errors import TooManyTries
from authme.kernel.http.source import network_of
from authme.settings import LimitSettings

NAME, NETWORK, CLIENT, USER, FACTOR, SEND = "NAME", "NETWORK", "CLIENT", "USER", "FACTOR", "SEND"
_REMEMBERED_MS = 24 * 3600 * 1000
_SECOND_MS = 1000

_READ = Statement(
    select(attempt.c.kind, attempt.c.failures, attempt.c.first_at, attempt.c.last_at, attempt.c.expires_at).where(
        or_(
            and_(attempt.c.kind == bindparam("name_kind"), attempt.c.key == bindparam("name_key")),
            and_(attempt.c.kind == NETWORK, attempt.c.key == bindparam("network_key")),
            and_(attempt.c.kind == CLIENT, attempt.c.key == bindparam("client_key")),
        )
    )
)
_expired = attempt.c.expires_at <= bindparam("now")
_FAILED = Statement(
    upsert(
        attempt,
        key=[attempt.c.kind, attempt.c.key],
        values={
            "kind": bindparam("kind"),
            "key": bindparam("key"),
            "failures": 1,
            "first_at": bindparam("now"),
            "last_at": bindparam("now"),
            "expires_at": bindparam("expires_at"),
        },
        set_={
            "failures": case((_expired, 1), else_=attempt.c.failures + 1),
            "first_at": case((_expired, bindparam("now")), else_=attempt.c.first_at),
            "last_at": bindparam("now"),
            "expires_at": case(
                (and_(or_(attempt.c.kind == NETWORK, attempt.c.kind == CLIENT), ~_expired), attempt.c.expires_at),
                else_=bindparam("expires_at"),
            ),
        },
    )
)
# Kinds spelled out, and a range instead of a pattern: with anything else an engine reads every counter there is.
_FORGET = Statement(
    delete(attempt).where(
        or_(*(attempt.c.kind == kind for kind in (NAME, USER, FACTOR, SEND))), contained_in(attempt.c.key, "keys")
    )
)
_FORGET_BELOW = Statement(
    delete(attempt).where(
        or_(*(attempt.c.kind == kind for kind in (NAME, FACTOR, SEND))),
        attempt.c.key > bindparam("above"),
        attempt.c.key < bindparam("below"),
    )
)
_SWEEP = Statement(delete(attempt).where(attempt.c.expires_at <= bindparam("now")))


@dataclass(frozen=True, slots=True)
class Guess:
    """What one proof is counted under."""

    kind: str
    key: str
    network: str
    client: str
    has_failures: bool = False


class Attempts:
    """Takes proofs for one name one after the other on this process, and refuses those that come too soon."""

    def __init__(self, settings: LimitSettings, digester: Digester) -> None:
        self._settings = settings
        self._digester = digester
        self._turns: dict[str, tuple[asyncio.Lock, int]] = {}

    def key_of(self, name: str) -> str:
        """Return the key that a name is counted under: a digest, since what is typed as a name may be a password."""
        return self._digester.digest("attempt", name).hex()

    async def begin(self, ctx: Context, name: str, *, client_id: str, kind: str = NAME, of: str = "") -> Guess:
        """Wait for the name's turn and check its limits; raise TooManyTries (429).

        The turn is kept until the unit of work is over, so that parallel guesses see each other's failures. `of` counts one
        thing of the name apart from the others: a factor of a person.
        """
        key, network, client = self.key_of(name), network_of(ctx.origin.source), client_id
        if of:
            key = f"{key}:{of}"
        await self._take_turn(ctx, f"{kind} {key}")
        rows = await ctx.tx.all(_READ, name_kind=kind, name_key=key, network_key=network, client_key=client)
        now = ctx.clock.now_ms()
        wait_ms = max((self._wait_ms(row, now) for row in rows), default=0)
        if wait_ms > 0:
            raise TooManyTries(retry_after=-(-wait_ms // _SECOND_MS))
        return Guess(kind, key, network, client, has_failures=any(row["kind"] == kind for row in rows))

    def succeeded(self, ctx: Context, guess: Guess) -> None:
        """Clear the name's failures with the unit of work; the network's and the client's stay.

        A factor that was answered may be sent codes again, too.
        """
        if guess.has_failures or guess.kind == FACTOR:
            ctx.tx.defer(_FORGET, keys=[guess.key])

    def failed(self, ctx: Context, guess: Guess, *, everywhere: bool = True) -> None:
        """Count a failure with the unit of work, or a code that is sent; without `everywhere` for the name alone.

        A code that is sent is nobody's failure at the client: otherwise whoever asks for codes could close it to everybody.
        """
        self._count(ctx, guess.kind, guess.key, _REMEMBERED_MS)
        if everywhere:
            self.failed_from(ctx, guess)
        if everywhere and guess.kind != SEND:
            self._count(ctx, CLIENT, guess.client, self._settings.client_window_seconds * _SECOND_MS)

    def failed_from(self, ctx: Context, guess: Guess) -> None:
        """Count a failure for the network that it came from alone, with the unit of work."""
        self._count(ctx, NETWORK, guess.network, self._settings.network_window_seconds * _SECOND_MS)

    def _count(self, ctx: Context, kind: str, key: str, life_ms: int) -> None:
        now = ctx.clock.now_ms()
        ctx.tx.defer(_FAILED, kind=kind, key=key, now=now, expires_at=now + life_ms)

    def forget(self, ctx: Context, names: list[str]) -> None:
        """Clear the failures counted for these names, and for anything of theirs (after an unlock)."""
        keys = [self.key_of(name) for name in names]
        ctx.tx.defer(_FORGET, keys=keys)
        for key in keys:
            # A key is hex; what is counted below it follows after a colon, and a g comes after both in every language.
            ctx.tx.defer(_FORGET_BELOW, above=key, below=f"{key}g")

    def _wait_ms(self, row: Row, now: int) -> int:
        if row["expires_at"] <= now:
            return 0
        limits = self._settings
        failures: int = row["failures"]
        if row["kind"] in {NETWORK, CLIENT}:
            free = limits.network_failures if row["kind"] == NETWORK else limits.client_failures
            return int(row["expires_at"]) - now if failures >= free else 0
        free_of = {FACTOR: limits.code_failures, SEND: limits.codes_sent}
        over = failures - free_of.get(row["kind"], limits.name_failures)
        if over < 0:
            return 0
        delay_ms = min(limits.name_delay_max_seconds, 1 << min(over, 30)) * _SECOND_MS
        return int(row["last_at"]) + delay_ms - now

    async def _take_turn(self, ctx: Context, key: str) -> None:
        lock, users = self._turns.get(key, (asyncio.Lock(), 0))
        self._turns[key] = (lock, users + 1)

        def leave(*, held: bool) -> None:
            if held:
                lock.release()
            remaining = self._turns[key][1] - 1
            if remaining:
                self._turns[key] = (lock, remaining)
            else:
                del self._turns[key]

        try:
            await lock.acquire()
        except BaseException:
            leave(held=False)
            raise
        ctx.on_end(lambda: leave(held=True))


async def sweep(ctx: Context) -> int:
    """Delete counters that no longer count; return how many."""
    return await ctx.tx.run(_SWEEP, now=ctx.clock.now_ms())
