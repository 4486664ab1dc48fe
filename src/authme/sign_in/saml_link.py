"""X-link-saml: link an account at a SAML identity provider to the user who is logged in."""

from typing import Final

from authme.credentials.attempts import Attempts
from authme.kernel.context import Context
from authme.kernel.errors import Refusal
from authme.sign_in.link_proof import link_to_caller
from authme.sign_in.saml_checked import ResponseRequest, check_shown, refused
from authme.users.show import IdentityAnswer, identity_answer

_ACTION: Final = "proof.linked"


async def link_saml(ctx: Context, body: ResponseRequest) -> IdentityAnswer | Refusal:
    """Link the account of which a response speaks to the user of the session, who proved themselves a short time ago.

    The response has to answer a request that was asked for with the bearer token of the same session: whoever is made to bring
    a stranger's response would otherwise let the stranger in from then on.
    """
    shown = await check_shown(ctx, body, action=_ACTION)
    if isinstance(shown, Refusal):
        return shown
    if shown.asked is None:
        return refused(ctx, shown.provider, shown.guess, "it answers no request of this session", action=_ACTION)
    linked = await link_to_caller(ctx, shown.proof, uses=lambda: shown.take(ctx))
    if isinstance(linked, Refusal):
        ctx.part(Attempts).failed_from(ctx, shown.guess)
        return linked
    return identity_answer(linked)
