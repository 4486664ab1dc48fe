"""UI-11 and `renew-app-token`: tokens of the same session for another application."""

from authme.audit import record
from authme.clients.directory import Clients
from authme.clients.model import Client
from authme.kernel.context import Context
from authme.kernel.errors import NotOnThisTarget, missing, named_in_body_unknown
from authme.kernel.http import Request
from authme.kernel.wire import Id, Text, Wire
from authme.sessions import Session
from authme.sign_in.caller import get_client, get_session_of_newest_token
from authme.sign_in.issue import issue
from authme.tokens.model import TokenObject

TARGET = "targetClientId"


class ChangeAppRequest(Wire, frozen=True):
    """What may come with a change of the application. All of it is optional."""

    device_id: Text | None = None
    ip: Text | None = None


class RenewAppTokenRequest(Wire, frozen=True):
    """From which client's session, and for which client."""

    origin_client_id: Id
    client_id: Id


async def change_app(ctx: Context, request: Request, _body: ChangeAppRequest) -> TokenObject:
    """Return tokens of the caller's session for the first-party client that `targetClientId` names in the query.

    Session and level are the same, the scopes are that client's, and they act for no business. Raises (107) for an unknown
    target.
    """
    target_id = request.query.get(TARGET)
    if not target_id:
        raise missing(TARGET)
    return await _move(ctx, await get_target(ctx, target_id, field=TARGET))


async def renew_app_token(ctx: Context, body: RenewAppTokenRequest) -> TokenObject:
    """Return tokens of the caller's session for another first-party client, as UI-11 does.

    Raises NotOnThisTarget when the session does not speak through `originClientId`, and (107) for an unknown target.
    """
    if body.origin_client_id != ctx.caller.client_id:
        raise NotOnThisTarget("originClientId must be the client that the bearer token was issued to.")
    return await _move(ctx, await get_target(ctx, body.client_id, field="clientId"))


async def get_target(ctx: Context, client_id: str, *, field: str) -> Client:
    """Return the first-party client that a session may move to; raise FieldsRefused (107) for any other."""
    found = await ctx.part(Clients).find_active(ctx.tx, client_id)
    if found is None or not found.first_party:
        raise named_in_body_unknown(field, "client")
    return found


def scopes_at(ctx: Context, session: Session, origin: Client, target: Client) -> tuple[str, ...]:
    """Return the scopes that the caller's session has at a client.

    Those of the target where the session moves on from the client that it began at, with all scopes of that client. From
    another client it has no others than the calling token: without this, a token that was given fewer scopes (UI-12) would
    get them back by passing through a client that has few.
    """
    is_whole = session.client_id == origin.id and set(origin.scopes) <= set(ctx.caller.scopes)
    if is_whole and target.id != origin.id:
        return target.scopes
    return tuple(scope for scope in target.scopes if scope in ctx.caller.scopes)


async def _move(ctx: Context, target: Client) -> TokenObject:
    session, user = await get_session_of_newest_token(ctx)
    record(ctx, "session.moved", session.id, to_client=target.id)
    return await issue(ctx, target, user, session, scopes=scopes_at(ctx, session, await get_client(ctx), target))
