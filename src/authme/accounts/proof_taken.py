"""What ends when a certificate, or an account at an identity provider, is somebody's no more."""

from typing import Final

from authme.challenges import store as challenges
from authme.devices.end import end_all
from authme.kernel.context import Context
from authme.users import change_store
from authme.users.model import Identity
from authme.users.names import NameType
from authme.users.taken import reserve
from authme.users.tell import tell

PROOFS: Final[frozenset[NameType]] = frozenset({"CERTIFICATE", "FEDERATED", "SAML"})
"""Types of names that only a proof gives."""


async def end_proof(ctx: Context, leaving: Identity, *, but: str = "") -> None:
    """End every session but one, and what would begin one, of a user who is held and loses this proof; tell the user.

    To be called before the name is deleted. For a time no login by the proof links it again, to this user or another; people
    still can, in a session that they began otherwise. Without this, whoever stole an account elsewhere would go on in the
    sessions that they began by it, and come back by its next login.
    """
    keys = await change_store.list_keys(ctx.tx, leaving.user_id)
    await reserve(ctx, [key for (_, key), identity_id in keys.items() if identity_id == leaving.id])
    await end_all(ctx, leaving.user_id, reason="proof removed", but=but)
    await challenges.end_all(ctx.tx, leaving.user_id)
    await tell(ctx, leaving.user_id, "account_unlinked", account=leaving.type)
