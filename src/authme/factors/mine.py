"""UI-35 to UI-38: people manage their own factors."""

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta

from authme.clients.directory import Clients
from authme.devices.end import end_all
from authme.factors import store
from authme.factors.add import add_factors
from authme.factors.change import change_factor, get_changeable, remove_factor
from authme.factors.model import CONTACTS
from authme.factors.proof import check_fresh
from authme.factors.shown import FactorAnswer, default_of, factor_answer, visible
from authme.factors.wire import FactorDraft, FactorGiven, read_factor
from authme.kernel.context import Context
from authme.kernel.errors import ClientCredentialsWrong, malformed
from authme.kernel.http import Parameter, Request
from authme.kernel.wire import Wire
from authme.users import store as users

END_OTHERS = Parameter("endOtherSessions", bool)
_AT = "authenticationFactors"


class AddFactorsRequest(Wire, frozen=True):
    """UI-35 and UI-43."""

    authentication_factors: Annotated[tuple[FactorGiven, ...], Meta(min_length=1, max_length=10, description="1 to 10 factors")]


async def add_mine(ctx: Context, request: Request, body: AddFactorsRequest) -> list[FactorAnswer]:
    """Add factors to the caller: all or none, each unverified until it is answered for.

    Needs the highest level that the caller can reach, proved a short time ago. What an authenticator app reads and recovery
    codes are in this answer only. With `endOtherSessions=true` the caller's other sessions and every remember-me series end.
    """
    await check_fresh(ctx)
    user = await users.get(ctx.tx, ctx.caller.user_id or "")
    drafts = [read_factor(one, f"{_AT}[{at}].") for at, one in enumerate(body.authentication_factors)]
    _check_one_of_a_kind(drafts)
    added = await add_factors(ctx, user, drafts)
    await _end_others(ctx, request)
    return [factor_answer(one.factor, otpauth_uri=one.otpauth_uri, recovery_codes=one.recovery_codes) for one in added]


def _check_one_of_a_kind(drafts: Sequence[FactorDraft]) -> None:
    """Raise FieldsRefused for a second app, passkey or set of codes in one request: it would take the place of the first."""
    seen: set[str] = set()
    for at, draft in enumerate(drafts):
        if draft.contact_type in seen:
            raise malformed(f"{_AT}[{at}].contactType", f"{draft.contact_type} is expected once")
        seen |= {draft.contact_type} - CONTACTS


async def list_mine(ctx: Context) -> list[FactorAnswer]:
    """Return the caller's factors, as far as the calling client sees them; contacts are masked."""
    client = await ctx.part(Clients).find_active(ctx.tx, ctx.caller.client_id or "")
    if client is None:
        raise ClientCredentialsWrong
    factors = await store.list_factors(ctx.tx, ctx.caller.user_id or "")
    default = default_of(factors)
    return [factor_answer(one, is_default=one is default) for one in visible(factors, client.factor_visibility)]


async def replace_mine(ctx: Context, factor_id: str, request: Request, body: FactorGiven) -> FactorAnswer:
    """Replace what the caller's factor says, as a whole. Another contact is unverified until its code comes back.

    Needs the highest level that the caller can reach, proved a short time ago. 409 for a contact that is also a name.
    """
    await check_fresh(ctx)
    draft = read_factor(body)
    user = await users.get(ctx.tx, ctx.caller.user_id or "")
    found, others = await get_changeable(ctx, user.id, factor_id)
    if draft.contact_type != found.contact_type:
        raise malformed("contactType", f"{found.contact_type} is expected")
    becomes = await change_factor(ctx, user, found, others, contact=draft.contact, tags=draft.tags, name=draft.name)
    await _end_others(ctx, request)
    default = default_of([*others, becomes])
    return factor_answer(becomes, is_default=default is becomes)


async def remove_mine(ctx: Context, factor_id: str, request: Request) -> None:
    """Remove the caller's factor. 409 for a contact that is also a name.

    Needs the highest level that the caller can reach, proved a short time ago.
    """
    await check_fresh(ctx)
    user = await users.get(ctx.tx, ctx.caller.user_id or "")
    found, _ = await get_changeable(ctx, user.id, factor_id)
    await remove_factor(ctx, user, found)
    await _end_others(ctx, request)


async def _end_others(ctx: Context, request: Request) -> None:
    given = request.query.get(END_OTHERS.name, "false")
    if given not in {"true", "false"}:
        raise malformed(END_OTHERS.name, "true or false is expected")
    if given == "true":
        # Who was remembered on another device would begin the next session there.
        await end_all(ctx, ctx.caller.user_id or "", reason="factor changed", but=ctx.caller.session_id or "")
