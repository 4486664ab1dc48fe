"""Who may be given a key of which client."""

from authme.clients import policy as clients
from authme.clients.model import Client
from authme.groups.given import roles_given_to_service
from authme.kernel.context import Context
from authme.relation import check_may_hand_on


async def check_may_hand_out(ctx: Context, client: Client) -> None:
    """Raise NotOnThisTarget unless the caller may hand on everything that the client may.

    Whoever makes or changes a key knows it, and whoever knows it is the client: without this, an administrator of an
    organisation would get, by a key of its strongest service, what nobody gave them.
    """
    clients.check_may_give(ctx.caller, client.scopes)
    if client.service_account_id is not None:
        check_may_hand_on(ctx.caller, await roles_given_to_service(ctx.tx, client.service_account_id))
