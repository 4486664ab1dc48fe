"""GT-01: one operation for every grant."""

from typing import Annotated

from msgspec import Meta

from authme import sessions
from authme.authentication.client_proofs import API_KEY_HEADER, ClientProof
from authme.clients.model import Client, GrantType
from authme.kernel.context import CLIENT_BASIC, Context
from authme.kernel.errors import (
    CredentialsWrong,
    FieldsRefused,
    Forbidden,
    Refusal,
    TokenNotValid,
    field_missing,
)
from authme.kernel.http import BasicCredentials, Request
from authme.kernel.wire import Password, Text, Token, Wire
from authme.sign_in import client_login, client_tokens
from authme.sign_in.password import login_at
from authme.sign_in.renew import renew_at
from authme.tokens import refresh
from authme.tokens.model import TokenObject

_Uri = Annotated[str, Meta(max_length=2048, description="a URI")]


class TokenRequest(Wire, frozen=True):
    """A grant (RFC 6749), in JSON."""

    grant_type: GrantType
    client_id: Text | None = None
    client_secret: Password | None = None
    username: Text | None = None
    password: Password | None = None
    refresh_token: Token | None = None
    code: Token | None = None
    redirect_uri: _Uri | None = None
    code_verifier: Token | None = None


async def generate_token(ctx: Context, request: Request, body: TokenRequest) -> TokenObject | Refusal:
    """Authenticate the client, by HTTP Basic, in the body or by `X-Api-Key`, and take its grant.

    A refresh token comes with every grant. An authorization code that this server has not issued is not valid.
    """
    given = request.basic() or _in_body(request, body)
    proof = await client_login.prove(ctx, request, given, key_of=body.client_id)
    if isinstance(proof, Refusal):
        return proof
    client = proof.client
    # What anybody may make never sees a person's password, whatever was granted to it once.
    is_barred = body.grant_type == "password" and not client.first_party
    if is_barred or body.grant_type not in client.grant_types:
        raise Forbidden(f"The grant {body.grant_type} is not one of this client's.")
    match body.grant_type:
        case "client_credentials":
            return await _client_credentials(ctx, proof)
        case "password":
            return await _password(ctx, client, body)
        case "refresh_token":
            if body.refresh_token is None:
                raise FieldsRefused([field_missing("refreshToken")])
            return await renew_at(ctx, client, body.refresh_token, client_is_proved=True)
        case "authorization_code":
            if body.code is None:
                raise FieldsRefused([field_missing("code")])
            raise TokenNotValid("The authorization code is not valid.")


def _in_body(request: Request, body: TokenRequest) -> BasicCredentials | None:
    """Return the credentials in the body; none where it only names the client and an `X-Api-Key` proves it."""
    if body.client_id is None or (body.client_secret is None and API_KEY_HEADER in request.headers):
        return None
    return BasicCredentials(body.client_id, body.client_secret or "")


async def _client_credentials(ctx: Context, proof: ClientProof) -> TokenObject:
    client = proof.client
    session = sessions.start(
        ctx, user_id=None, client_id=client.id, level=None, client_level=CLIENT_BASIC, amr=(f"client_{proof.method}",)
    )
    token = refresh.issue(ctx, session, client.id, client.scopes)
    return await client_tokens.issue(ctx, client, method=proof.method, refresh_token=token)


async def _password(ctx: Context, client: Client, body: TokenRequest) -> TokenObject | Refusal:
    if body.username is None or body.password is None:
        raise FieldsRefused(
            [field_missing(name) for name, value in (("username", body.username), ("password", body.password)) if value is None]
        )
    if "\0" in body.password:
        raise CredentialsWrong
    return await login_at(ctx, client, BasicCredentials(body.username, body.password))
