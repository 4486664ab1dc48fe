"""X-tls-login: log a person in by the digital certificate of the TLS connection."""

import hashlib

from authme.audit import record
from authme.certificates.certificates import Certificates
from authme.certificates.model import NotAccepted
from authme.credentials.attempts import Attempts
from authme.kernel.context import Context
from authme.kernel.errors import ProofNotAccepted, Refusal
from authme.kernel.http import Request
from authme.kernel.wire import Wire
from authme.sign_in.caller import get_client
from authme.sign_in.certificate_login import ACTION, enter_shown
from authme.sign_in.certificate_signed import METHOD, Shown, refused
from authme.tokens.model import TokenObject

_NONE_CAME = "no certificate came with the connection"


class TlsLoginRequest(Wire, frozen=True):
    """X-tls-login takes nothing. The body is asked for all the same: no other site's page can send one unasked."""


async def login_by_tls(ctx: Context, request: Request, _body: TlsLoginRequest) -> TokenObject | Refusal:
    """Log in whom the certificate of the connection speaks for, as UI-28 does; TLS has checked that the caller has its key.

    The certificate comes from a proxy that is configured, or from this server's own port for certificates.
    """
    client = await get_client(ctx)
    if request.client_certificate is None:
        record(ctx, ACTION, result="REFUSED", method=METHOD, reason=_NONE_CAME)
        return ProofNotAccepted(f"The certificate is not accepted: {_NONE_CAME}.")
    chain = (request.client_certificate,)
    guess = await ctx.part(Attempts).begin(ctx, hashlib.sha256(chain[0]).hexdigest(), client_id=client.id)
    try:
        accepted = await ctx.part(Certificates).check(chain)
    except NotAccepted as error:
        return refused(ctx, chain, guess, str(error), action=ACTION)
    return await enter_shown(ctx, client, Shown(accepted, chain, guess))
