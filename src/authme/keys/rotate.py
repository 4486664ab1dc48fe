"""Rotate the signing keys, by command and by the clock."""

from datetime import timedelta

from authme.audit import record
from authme.crypto.jose import Algorithm
from authme.kernel.context import Context
from authme.kernel.errors import StateForbids
from authme.keys import store
from authme.keys.keyring import Keyring
from authme.keys.model import LEEWAY, TOPIC, KeyState, StoredKey
from authme.keys.sealed import NewKey
from authme.settings import TokenSettings

ByState = dict[KeyState, StoredKey]
_PAIR: frozenset[KeyState] = frozenset({"CURRENT", "NEXT"})


async def rotate(ctx: Context, alg: Algorithm | None = None) -> list[str]:
    """Let the NEXT key sign, for one algorithm or for all; return the ids of the keys that sign now.

    The key that signed so far verifies until its last token is dead. The new NEXT is published from now on. Who keeps the
    published keys for five minutes, as the answer allows, may not know a key that is made CURRENT sooner than that after it was
    made: two rotations by command in a row are for emergencies. Raises StateForbids when another rotation came first.
    """
    by_alg = _by_alg(await store.list_stored(ctx.tx))
    chosen = [alg] if alg else list(by_alg)
    for name in chosen:
        if not by_alg.get(name, {}).keys() >= _PAIR:
            raise StateForbids(f"There are no keys for {name}.")
    # All are made before the first write: from there on every other writer waits.
    made = {name: await ctx.part(Keyring).make_key(name) for name in chosen}
    for name in chosen:
        if not await _rotate(ctx, by_alg[name], made[name]):
            raise StateForbids(f"The keys for {name} were rotated meanwhile.")
    return [by_alg[name]["NEXT"].kid for name in chosen]


async def maintain(ctx: Context) -> None:
    """Rotate the keys whose time has come, and delete those whose last token is dead. For a job, safe to repeat.

    A key's time has come when it has signed for the days that the settings say and its successor was published for the
    hours that they say.
    """
    settings, now = ctx.part(TokenSettings), ctx.clock.now_ms()
    stored = await store.list_stored(ctx.tx)
    signs_until = now - _ms(timedelta(days=settings.key_rotation_days))
    published_by = now - _ms(timedelta(hours=settings.key_publish_ahead_hours))
    by_alg = _by_alg(stored)
    due = [
        alg
        for alg, keys in by_alg.items()
        if keys.keys() >= _PAIR
        and (keys["CURRENT"].activated_at or 0) <= signs_until
        and keys["NEXT"].created_at <= published_by
    ]
    made = {alg: await ctx.part(Keyring).make_key(alg) for alg in due}
    for alg in due:
        # One that is lost to another worker process is done.
        await _rotate(ctx, by_alg[alg], made[alg])
    for alg in by_alg.keys() - due:
        await ctx.part(Keyring).make_missing(ctx, alg)
    for key in stored:
        if key.delete_after is not None and key.delete_after < now and await store.delete_retired(ctx.tx, key.kid, now=now):
            record(ctx, "key.deleted", key.kid, alg=key.alg)
            ctx.tx.announce(TOPIC, key.alg)


async def _rotate(ctx: Context, keys: ByState, made: NewKey) -> bool:
    now = ctx.clock.now_ms()
    longest = timedelta(seconds=ctx.part(TokenSettings).access_token_seconds)
    retired, activated = keys["CURRENT"], keys["NEXT"]
    if not await store.retire(ctx.tx, retired.kid, now=now, delete_after=now + _ms(longest + LEEWAY)):
        return False
    # Whoever retires the key is the only one to go on, so that these cannot fail without somebody having changed the table.
    if not (await store.activate(ctx.tx, activated.kid, now=now) and await store.insert_key(ctx.tx, made, "NEXT", now=now)):
        raise StateForbids(f"The keys for {made.alg} were changed meanwhile.")
    record(ctx, "key.rotated", activated.kid, alg=made.alg, retired=retired.kid, next=made.kid)
    ctx.tx.announce(TOPIC, made.alg)
    return True


def _by_alg(stored: list[StoredKey]) -> dict[Algorithm, ByState]:
    found: dict[Algorithm, ByState] = {}
    for key in stored:
        found.setdefault(key.alg, {})[key.state] = key
    return found


def _ms(span: timedelta) -> int:
    return int(span.total_seconds() * 1000)
