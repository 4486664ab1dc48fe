"""UI-28: log a person in by a digital certificate."""

from authme.clients.model import Client
from authme.credentials.attempts import Attempts
from authme.kernel.context import Context
from authme.kernel.errors import Refusal
from authme.sign_in.caller import get_client
from authme.sign_in.certificate_signed import Shown, SignedRequest, check_signed
from authme.sign_in.enter_by_proof import enter_by_proof
from authme.tokens.model import TokenObject

ACTION = "user.login"


async def login_by_certificate(ctx: Context, body: SignedRequest) -> TokenObject | Refusal:
    """Log in whom the certificate speaks for: its holder, or a company's responsible person, who then acts for the company.

    `signature` is over the bytes of the challenge (UI-27). Whatever check fails is named (code 207). The first time it hangs on
    the server's settings whether the holder's user is found by the document, or made.
    """
    client = await get_client(ctx)
    shown = await check_signed(ctx, body, action=ACTION)
    if isinstance(shown, Refusal):
        return shown
    return await enter_shown(ctx, client, shown)


async def enter_shown(ctx: Context, client: Client, shown: Shown) -> TokenObject | Refusal:
    """Start the session of whom a certificate speaks for; a refusal is to be returned, and counts for the network."""
    entered = await enter_by_proof(ctx, client, shown.proof(ctx), uses=lambda: shown.take(ctx))
    if isinstance(entered, Refusal):
        ctx.part(Attempts).failed_from(ctx, shown.guess)
    return entered
