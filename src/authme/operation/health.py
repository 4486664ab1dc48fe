"""Whether the server runs, and whether it can answer."""

from authme.kernel.context import Context
from authme.kernel.errors import Unavailable
from authme.kernel.wire import Answer
from authme.keys.keyring import Keyring
from authme.operation.parts import Running
from authme.settings import TokenSettings


class Health(Answer, frozen=True):
    """The process answers."""

    status: str


class Readiness(Answer, frozen=True):
    """What the server needs, and whether it is there."""

    status: str
    database: str
    keys: str


async def healthz(_ctx: Context) -> Health:
    """Say that the process answers; asks nothing of anything else."""
    return Health(status="ok")


async def readyz(ctx: Context) -> Readiness:
    """Say that the database answers and a signing key is at hand; 503 otherwise, and while the server stops."""
    running = ctx.part(Running)
    if running.is_stopping:
        raise Unavailable("The server is stopping.")
    await running.database.ping()
    await ctx.part(Keyring).signing_key(ctx.tx, ctx.part(TokenSettings).signing_alg)
    return Readiness(status="ok", database=running.database.dialect, keys="ok")
