"""Which businesses are in a corporate group."""

from collections.abc import Mapping, Sequence

from authme.groups.given import roles_given_to_business
from authme.groups.held import announce_all
from authme.kernel.context import Context
from authme.kernel.errors import FieldsRefused, StateForbids, malformed, named_in_body_unknown
from authme.organizations import business_store
from authme.organizations.model import Business, CorporateGroup
from authme.relation import check_may_hand_on, reaches

MOST = 1000
"""As many businesses one corporate group takes."""


def check_known(ctx: Context, wanted: Sequence[str], found: Sequence[Business]) -> None:
    """Raise FieldsRefused (107) naming each business that is not there for the caller, by its position in the body."""
    known = {one.id for one in found if reaches(ctx.caller, one.place)}
    unknown = [position for position, one in enumerate(wanted) if one not in known]
    if unknown:
        problems = (named_in_body_unknown(f"businessIds[{position}]", "business") for position in unknown)
        raise FieldsRefused(item for problem in problems for item in problem.items)


async def put(ctx: Context, group: CorporateGroup, wanted: Sequence[str]) -> list[str]:
    """Let these businesses, and no others, be in a corporate group that is held; return their ids, each once.

    A business is in one at most: raises StateForbids for one that is in another, FieldsRefused for one that is not there for
    the caller or is of another organisation. Roles that come through the corporate group change with it within a second.
    """
    had = (await business_store.list_in_corporate_groups(ctx.tx, [group.id]))[group.id]
    held = await business_store.hold_businesses(ctx.tx, sorted({*had, *wanted}))
    chosen = [one for one in held if one.id in set(wanted)]
    check_known(ctx, wanted, chosen)
    if any(one.organization_id != group.organization_id for one in chosen):
        raise malformed("businessIds", "businesses of the corporate group's organisation are expected")
    if any(one.corporate_group_id not in {None, group.id} for one in chosen):
        raise StateForbids("A business is in another corporate group.")
    leaving = [one.id for one in held if one.id not in set(wanted) and one.corporate_group_id == group.id]
    joining = [one.id for one in chosen if one.corporate_group_id is None]
    await _bring(ctx, leaving, to=None)
    before = [await roles_given_to_business(ctx.tx, one) for one in joining]
    await _bring(ctx, joining, to=group.id)
    for one, had_roles in zip(joining, before, strict=True):
        await check_may_bring(ctx, one, had_roles)
    return [one.id for one in chosen]


async def check_may_bring(ctx: Context, business_id: str, had: Mapping[str, str | None]) -> None:
    """Raise NotOnThisTarget if roles that the caller may not hand on came to a business with its corporate group."""
    has = await roles_given_to_business(ctx.tx, business_id)
    check_may_hand_on(ctx.caller, {role: has[role] for role in has.keys() - had.keys()})


async def check_room(ctx: Context, group: CorporateGroup) -> None:
    """Raise StateForbids if a corporate group that is held takes no more businesses."""
    if len((await business_store.list_in_corporate_groups(ctx.tx, [group.id]))[group.id]) >= MOST:
        raise StateForbids(f"A corporate group has {MOST} businesses at most.")


async def _bring(ctx: Context, ids: list[str], *, to: str | None) -> None:
    if ids:
        await business_store.bring(ctx.tx, ids, to=to, now=ctx.clock.now_ms())
        announce_all(ctx)
