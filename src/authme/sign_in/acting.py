"""UI-12: act for a business, or with fewer scopes."""

from typing import Annotated

from msgspec import Meta

from authme.audit import record
from authme.clients.model import Scope
from authme.kernel.context import Context
from authme.kernel.errors import ErrorItem, FieldsRefused, field_malformed, named_in_body_unknown
from authme.kernel.wire import Id, Wire
from authme.sign_in.caller import get_client, get_session_of_newest_token
from authme.sign_in.issue import issue
from authme.tokens.model import TokenObject
from authme.users.model import User

_Scopes = Annotated[tuple[Scope, ...], Meta(max_length=64, description="an array of up to 64 scopes")]


class AccessTokenRequest(Wire, frozen=True):
    """What the new token is to be. What is not said stays as the calling token has it."""

    business_id: Id | None = None
    scope: _Scopes | None = None


async def get_access_token(ctx: Context, body: AccessTokenRequest) -> TokenObject:
    """Return tokens of the same session and client that act for the caller's business, or have fewer scopes.

    Both are in the access token and kept by its renewals; acting ends within a second when the user leaves the business.
    Raises (107) for a business that is not the caller's, whether it exists or not, and (102) for a scope that the calling
    token does not have.
    """
    client = await get_client(ctx)
    session, user = await get_session_of_newest_token(ctx)
    problems = _problems(ctx, user, body)
    if problems:
        raise FieldsRefused(problems)
    acts = body.business_id is not None or ctx.caller.acts_for == user.business_id
    acts_for = user.business_id if acts else None
    scopes = ctx.caller.scopes
    if body.scope is not None:
        scopes = tuple(scope for scope in scopes if scope in body.scope)
    record(ctx, "token.issued", session.id, acts_for=acts_for)
    return await issue(ctx, client, user, session, scopes=scopes, acts_for=acts_for)


def _problems(ctx: Context, user: User, body: AccessTokenRequest) -> list[ErrorItem]:
    found: list[ErrorItem] = []
    if body.business_id is not None and body.business_id != user.business_id:
        found += named_in_body_unknown("businessId", "business").items
    if body.scope is not None and not set(ctx.caller.scopes).issuperset(body.scope):
        found.append(field_malformed("scope", "only scopes of the calling token are expected"))
    return found
