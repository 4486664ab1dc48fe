"""Whether a logon may be given out."""

from authme.kernel.context import Context
from authme.users import names
from authme.users.taken import find_taken


async def is_taken(ctx: Context, logon: str) -> bool:
    """Whether a logon is somebody's name, under any type, or is kept free."""
    return bool(await find_taken(ctx, [names.logon(logon)]))
