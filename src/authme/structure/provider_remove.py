"""Remove an identity provider."""

from authme.kernel.context import Context
from authme.structure.provider_target import IDENTITY_PROVIDER


async def remove(ctx: Context, identity_provider_id: str) -> None:
    """Remove an identity provider, with its secret: nobody logs in by it any more.

    What it proved of people stays theirs, so that nobody else is ever taken for them: who has no other name and no password
    logs in no more until an administrator helps them.
    """
    await IDENTITY_PROVIDER.remove(ctx, identity_provider_id)
