"""Make the keys of an algorithm that has none."""

from authme.audit import record
from authme.crypto.jose import Algorithm
from authme.crypto.sealing import MasterKey
from authme.kernel.context import Context
from authme.keys import store
from authme.keys.model import TOPIC, KeyState
from authme.keys.sealed import make_key

_NEEDED: tuple[KeyState, ...] = ("CURRENT", "NEXT")


async def make_missing(ctx: Context, master_key: MasterKey, alg: Algorithm) -> bool:
    """Make the algorithm's CURRENT and NEXT key where there is none; return whether it made one.

    Of two workers that do so at once one wins, and the other's keys are thrown away. To be called before the first write of
    the unit of work: it takes a moment.
    """
    there = await store.list_states(ctx.tx, alg)
    made = [(state, await make_key(master_key, alg)) for state in _NEEDED if state not in there]
    inserted = False
    for state, key in made:
        if await store.insert_key(ctx.tx, key, state, now=ctx.clock.now_ms()):
            record(ctx, "key.made", key.kid, alg=alg, state=state)
            inserted = True
    if inserted:
        ctx.tx.announce(TOPIC, alg)
    return inserted
