"""A new password of a user who is there already."""

from collections.abc import Sequence

from authme.credentials.pool import PasswordPool
from authme.kernel.context import Context
from authme.kernel.errors import PasswordNotAccepted
from authme.legacy import store as logons
from authme.legacy.secret import SecretNotTaken, check_new_secret, hash_secret
from authme.users import store
from authme.users.create import check_new_password, hash_new_password
from authme.users.model import Identity
from authme.users.names import Name


async def hash_password_of(ctx: Context, user_id: str, password: str) -> str:
    """Return the hash of a new password that the policy accepts, and the directory of the user's logon, if they have one.

    Raises PasswordNotAccepted (501). Once the hash is stored the directory is to be told (`legacy.commands.order_password`).
    """
    identities = await store.list_identities(ctx.tx, user_id)
    if await logons.find_of_user(ctx.tx, user_id) is not None:
        return await hash_logon_password(ctx, password, identities)
    return await hash_new_password(ctx, password, identities)


async def hash_logon_password(ctx: Context, password: str, names: Sequence[Name | Identity]) -> str:
    """Return the hash of a new password that the policy and the directory of a logon accept, raise PasswordNotAccepted (501).

    It is compared as the directory compares it: in other letters it would come back as one that was changed there.
    """
    try:
        check_new_secret(password)
    except SecretNotTaken as error:
        raise PasswordNotAccepted(f"The mainframe does not take this password. {error}") from error
    check_new_password(ctx, password, names)
    return await hash_secret(ctx.part(PasswordPool), password)
