"""CI-04: log a client in by its secret or one of its API keys."""

from authme.audit import record
from authme.authentication.client_proofs import API_KEY_HEADER, ClientProof, ClientProofs
from authme.kernel.context import Context
from authme.kernel.errors import ClientCredentialsWrong, Refusal
from authme.kernel.http import BasicCredentials, Request
from authme.kernel.ids import is_id
from authme.sign_in.client_tokens import issue
from authme.tokens.model import TokenObject


async def login(ctx: Context, request: Request) -> TokenObject | Refusal:
    """Log a client in by HTTP Basic with its id and its secret or an API key, or by `X-Api-Key`. The body is not read.

    One answer to an unknown id, a wrong secret or key and a locked client, and no `WWW-Authenticate`.
    """
    proof = await prove(ctx, request, request.basic())
    return proof if isinstance(proof, Refusal) else await issue(ctx, proof.client, method=proof.method)


async def prove(
    ctx: Context, request: Request, given: BasicCredentials | None, *, key_of: str | None = None
) -> ClientProof | Refusal:
    """Return the client that these credentials prove, or without them the request's `X-Api-Key`, which may have to be `key_of`.

    The refusal is to be returned, so that it is recorded.
    """
    proofs = ctx.part(ClientProofs)
    if given is not None:
        proof = await proofs.by_basic(ctx.tx, given)
    else:
        proof = await proofs.by_key(ctx.tx, request.headers.get(API_KEY_HEADER, ""), of_client=key_of)
    return proof or refused(ctx, given.name if given else key_of or "")


def refused(ctx: Context, name: str) -> ClientCredentialsWrong:
    """Record and return the refusal of whoever gave this name."""
    # Only something of the form of an id is worth keeping: what else was typed may be a secret.
    record(ctx, "client.login", name if is_id(name) else None, result="REFUSED")
    return ClientCredentialsWrong()
