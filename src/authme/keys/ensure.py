"""Have keys for an algorithm that comes into use."""

from authme.crypto.jose import Algorithm
from authme.kernel.context import Context
from authme.keys.keyring import Keyring


async def ensure(ctx: Context, alg: Algorithm) -> None:
    """Make the algorithm's CURRENT and NEXT key unless they are there.

    To be called before the first write of the unit of work: making an RSA key takes a moment.
    """
    keyring = ctx.part(Keyring)
    if not keyring.can_sign(alg):
        await keyring.make_missing(ctx, alg)
