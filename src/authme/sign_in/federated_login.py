"""UI-42: log a person in by their account at an OpenID provider."""

from authme.credentials.attempts import Attempts
from authme.kernel.context import Context
from authme.kernel.errors import Refusal
from authme.sign_in.caller import get_client
from authme.sign_in.enter_by_proof import enter_by_proof
from authme.sign_in.federated_shown import FederatedRequest, check_shown
from authme.tokens.model import TokenObject


async def login_federated(ctx: Context, body: FederatedRequest) -> TokenObject | Refusal:
    """Log in whom a code or an ID token of a configured OpenID provider proves.

    Whatever check fails is named (code 207); while the provider is not to be reached it is 902. The first time it hangs on the
    provider's settings whether the person's user is found by what the provider vouches for, or made. What was brought is used
    up also where nobody is let in: it would let them in once the reason is gone.
    """
    client = await get_client(ctx)
    shown = await check_shown(ctx, body, action="user.login")
    if isinstance(shown, Refusal):
        return shown
    entered = await enter_by_proof(ctx, client, shown.proof, uses=lambda: shown.use_up(ctx))
    if isinstance(entered, Refusal):
        ctx.part(Attempts).failed_from(ctx, shown.guess)
    return entered
