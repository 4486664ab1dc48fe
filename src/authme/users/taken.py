"""Which names are taken: the one place that says so, for whoever makes, changes or brings in a user."""

from collections.abc import Sequence
from datetime import timedelta

from authme.crypto.digests import Digester
from authme.kernel.context import Context
from authme.kernel.errors import AlreadyExists
from authme.settings import FactorSettings, UserSettings
from authme.users import reserved_store, store
from authme.users.names import Name, every_meaning

_PURPOSE = "reserved-name"
_MS = 1000


async def check_free(ctx: Context, names: Sequence[Name], *, for_user: str = "") -> None:
    """Raise AlreadyExists if somebody else than `for_user` has one of these names, or it is reserved."""
    if await find_taken(ctx, names, for_user=for_user):
        raise AlreadyExists("The name is taken.")


async def find_taken(ctx: Context, names: Sequence[Name], *, for_user: str = "") -> set[str]:
    """Return the keys, of everything that these names can mean, that are another's or reserved."""
    meant = every_meaning(names)
    taken = await store.find_taken(ctx.tx, meant, but=for_user, since=_since(ctx))
    # In this order: a user who is removed in between is found by one of the two.
    hashes = {_hash(ctx, name.key): name.key for name in meant}
    reserved = await reserved_store.find_reserved(ctx.tx, list(hashes), now=ctx.clock.now_ms())
    return taken | {hashes[one] for one in reserved}


async def is_reserved(ctx: Context, key: str) -> bool:
    """Whether a removed user had the name with this key, and it is kept free for a time."""
    return bool(await reserved_store.find_reserved(ctx.tx, [_hash(ctx, key)], now=ctx.clock.now_ms()))


async def release(ctx: Context, keys: Sequence[str], *, for_user: str = "") -> None:
    """Take these names from whoever had the time to show that they are theirs, and did not. To be called before they are given.

    Without this, whoever registers with a stranger's address would keep its owner out for ever.
    """
    await store.release(ctx.tx, keys, but=for_user, since=_since(ctx))


def _since(ctx: Context) -> int:
    return ctx.clock.now_ms() - ctx.part(FactorSettings).code_seconds * _MS


async def reserve(ctx: Context, keys: Sequence[str]) -> None:
    """Keep the names with these keys taken for as long as the settings say, under any type, without keeping what they are."""
    life = timedelta(days=ctx.part(UserSettings).removed_name_days)
    until = ctx.clock.now_ms() + int(life.total_seconds()) * _MS
    await reserved_store.reserve(ctx.tx, [_hash(ctx, key) for key in keys], until=until)


async def sweep(ctx: Context) -> int:
    """Delete reservations that are over; return how many. Nothing hangs on it: they do not count any more."""
    return await reserved_store.sweep(ctx.tx, now=ctx.clock.now_ms())


def _hash(ctx: Context, key: str) -> str:
    return ctx.part(Digester).digest(_PURPOSE, key).hex()
