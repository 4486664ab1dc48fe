"""A new password of a user who is there already."""

from authme.kernel.context import Context
from authme.kernel.errors import PasswordNotAccepted
from authme.legacy import store as logons
from authme.legacy.secret import SecretNotTaken, check_new_secret
from authme.users import store
from authme.users.create import hash_new_password


async def hash_password_of(ctx: Context, user_id: str, password: str) -> str:
    """Return the hash of a new password that the policy accepts, and the directory of the user's logon, if they have one.

    Raises PasswordNotAccepted (501). Once the hash is stored the directory is to be told (`legacy.commands.order_password`).
    """
    if await logons.find_of_user(ctx.tx, user_id) is not None:
        try:
            check_new_secret(password)
        except SecretNotTaken as error:
            raise PasswordNotAccepted(f"The mainframe does not take this password. {error}") from error
    return await hash_new_password(ctx, password, await store.list_identities(ctx.tx, user_id))
