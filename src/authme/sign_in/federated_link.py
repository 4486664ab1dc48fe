"""X-link-federated: link an account at an OpenID provider to the user who is logged in."""

from typing import Final

from authme.credentials.attempts import Attempts
from authme.factors.proof import check_fresh
from authme.kernel.context import Context
from authme.kernel.errors import Refusal
from authme.sign_in.federated_shown import FederatedRequest, check_shown
from authme.sign_in.link_proof import link_to_caller
from authme.users.show import IdentityAnswer, identity_answer

_ACTION: Final = "proof.linked"


async def link_federated(ctx: Context, body: FederatedRequest) -> IdentityAnswer | Refusal:
    """Link the account that a code or an ID token proves to the user of the session, who proved themselves a short time ago.

    A `state` is good only if it was asked for with the bearer token of the same session. An application without one compares
    what it keeps in the person's browser itself: whoever is made to bring a stranger's code lets the stranger in.
    """
    # Before a code is spent at the provider for nothing.
    await check_fresh(ctx)
    shown = await check_shown(ctx, body, action=_ACTION)
    if isinstance(shown, Refusal):
        return shown
    linked = await link_to_caller(ctx, shown.proof, uses=lambda: shown.use_up(ctx))
    if isinstance(linked, Refusal):
        ctx.part(Attempts).failed_from(ctx, shown.guess)
        return linked
    return identity_answer(linked)
