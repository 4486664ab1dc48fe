"""UI-29: take what a SAML identity provider says of somebody, and give what logs them in at UI-13."""

from typing import Final

from authme.audit import record
from authme.credentials.attempts import Attempts
from authme.kernel.context import Context
from authme.kernel.errors import Refusal, Unavailable
from authme.sign_in.caller import get_client
from authme.sign_in.find_for_proof import find_for_proof
from authme.sign_in.proved_person import ChangedMeanwhile
from authme.sign_in.saml_checked import METHOD, ResponseRequest, Shown, check_shown, refused
from authme.sign_in.saml_renew import RenewApp, offer
from authme.users.model import User

_ACTION: Final = "user.login"
_TRIES: Final = 3


async def exchange_response(ctx: Context, body: ResponseRequest) -> RenewApp | Refusal:
    """Check a response and return a value that UI-13 takes for tokens: once, within 60 seconds, at this client.

    Whatever check fails is named (code 207). The first time it hangs on the provider's settings whether the person's user is
    found by what the provider says, or made. A response is used up also where nobody is let in: it would let them in once the
    reason is gone. Raises Unavailable while the user is being changed again and again.
    """
    client = await get_client(ctx)
    shown = await check_shown(ctx, body, action=_ACTION)
    if isinstance(shown, Refusal):
        return shown
    user = await _find_and_write(ctx, shown)
    if isinstance(user, Refusal):
        return user
    record(ctx, "user.proved", user.id, user_id=user.id, client_id=client.id, method=METHOD, provider=shown.provider.id)
    return offer(ctx, client, user, shown.provider, email=shown.proof.email)


async def _find_and_write(ctx: Context, shown: Shown) -> User | Refusal:
    is_used = False
    for _ in range(_TRIES):
        found = await find_for_proof(ctx, shown.proof)
        if not is_used and (problem := await shown.use_up(ctx)) is not None:
            return refused(ctx, shown.provider, shown.guess, problem, action=_ACTION)
        is_used = True
        if isinstance(found, Refusal):
            ctx.part(Attempts).failed_from(ctx, shown.guess)
            return found
        try:
            return await found.write(ctx)
        except ChangedMeanwhile:
            # Of two who are first at once one is: the other is then known, too.
            continue
    raise Unavailable("The user is being changed.")
