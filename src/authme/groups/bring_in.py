"""Bring in groups from elsewhere, with their roles and what they depend on."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from authme.audit import record_each
from authme.groups import bring_in_store, dependency_store, graph, role_store
from authme.groups.bounds import MAXIMUM_DEPTH
from authme.groups.bring_in_lines import ImportedGroup
from authme.groups.bring_in_store import Whole
from authme.groups.depend import check_reaches_as_far
from authme.groups.effective import MAXIMUM_GROUPS, TooManyGroups
from authme.groups.model import Group
from authme.kernel.context import Context
from authme.kernel.database import Reader, Transaction
from authme.kernel.errors import StateForbids
from authme.organizations import business_store
from authme.organizations import store as organizations
from authme.relation import Place
from authme.users import store as users
from authme.users.bring_in import Outcome, Run

_TOO_MANY = f"`group.dependsOn`: a group depends on {MAXIMUM_GROUPS} groups at most, with itself"
_PlaceKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Named:
    """What drafts name and what is there of it, held until the unit of work is over."""

    groups: dict[str, Group]
    roles: dict[str, str | None]
    """The organisation that each is registered in."""
    places: dict[_PlaceKey, Place]
    """By the field that names it and its id."""
    depends_on: dict[str, Sequence[str]] = field(default_factory=dict)
    """Of groups that were looked up or made."""


async def bring_in_groups(run: Run, drafts: Sequence[tuple[int, ImportedGroup]]) -> Outcome:
    """Make groups, each with its line number, in one unit of work. A group that is there already is skipped, and not changed.

    A group depends only on groups that are there or were made before it, so that no cycle can come of it.
    """
    return await run(lambda ctx: _insert_all(ctx, drafts))


async def _insert_all(ctx: Context, drafts: Sequence[tuple[int, ImportedGroup]]) -> Outcome:
    outcome, made = Outcome(), list[Whole]()
    # Of two imports of the same, the second sees what the first made.
    await dependency_store.hold_graph(ctx.tx)
    named = await _find_named(ctx, [draft for _, draft in drafts])
    for number, draft in drafts:
        if draft.group_id in named.groups:
            outcome.skipped += 1
            continue
        try:
            whole = await _check(ctx, draft, named)
        except ValueError as error:
            outcome.problems.append((number, str(error)))
        else:
            named.groups[whole.group.id] = whole.group
            named.depends_on[whole.group.id] = whole.depends_on
            made.append(whole)
    await bring_in_store.insert_whole(ctx.tx, made)
    await record_each(ctx, "group.created", [one.group.id for one in made])
    outcome.imported = len(made)
    return outcome


async def _check(ctx: Context, draft: ImportedGroup, named: _Named) -> Whole:
    """Return the group to be made; raise ValueError with what is wrong with the draft."""
    group = _group(draft, _place(draft, named), ctx.clock.now_ms())
    roles, depends_on = sorted({*draft.roles}), sorted({*draft.depends_on})
    for role in roles:
        if role not in named.roles or named.roles[role] not in {None, group.organization_id}:
            raise ValueError(f"`group.roles`: the role {role} is not registered")
    for one in depends_on:
        if one not in named.groups:
            raise ValueError(f"`group.dependsOn`: there is no group {one}")
        try:
            await check_reaches_as_far(ctx, group, named.groups[one])
        except StateForbids as error:
            raise ValueError(f"`group.dependsOn`: {error}") from error
    await _check_bounds(ctx.tx, group.id, depends_on, named.depends_on)
    return Whole(group, roles, depends_on)


def _group(draft: ImportedGroup, place: Place, now: int) -> Group:
    return Group(
        id=draft.group_id,
        organization_id=place.organization_id,
        business_id=draft.business_id,
        corporate_group_id=draft.corporate_group_id,
        owner_id=draft.owner_id,
        name=draft.name,
        description=draft.description,
        created_at=now,
        updated_at=now,
    )


async def _check_bounds(reader: Reader, group_id: str, on: Sequence[str], known: dict[str, Sequence[str]]) -> None:
    """Raise ValueError if a new group that depends on these would reach too many groups, or too deep.

    `known` is what groups depend on as far as it was looked up, or made, before; it becomes more.
    """
    unknown = [one for one in on if one not in known]
    try:
        if unknown:
            below = await graph.find_below(reader, unknown)
            found = await graph.find_dependencies(reader, below)
            known.update({one: found.get(one, ()) for one in below})
        reached = _below(on, known)
    except TooManyGroups as error:
        raise ValueError(_TOO_MANY) from error
    extent = graph.extents({**{one: known[one] for one in reached}, group_id: on})[group_id]
    if extent.depth > MAXIMUM_DEPTH:
        raise ValueError(f"`group.dependsOn`: at most {MAXIMUM_DEPTH} groups depend on each other one after the other")


def _below(first: Sequence[str], known: Mapping[str, Sequence[str]]) -> set[str]:
    """Return these groups and all that they depend on; raise TooManyGroups if a group that depends on these has too many."""
    found, waiting = set(first), list(first)
    while waiting:
        new = set(known[waiting.pop()]) - found
        found |= new
        waiting += new
        if len(found) >= MAXIMUM_GROUPS:
            raise TooManyGroups
    return found


def _place(draft: ImportedGroup, named: _Named) -> Place:
    """Return where the group is to stand; its organisation is that of whom it belongs to."""
    for name, id_ in _belongs_to(draft):
        place = named.places.get((name, id_))
        if place is None:
            raise ValueError(f"`group.{name}`: there is none with this id")
        if draft.organization_id not in {None, place.organization_id}:
            raise ValueError(f"`group.organizationId`: `{name}` stands elsewhere")
        return place
    return Place()


def _belongs_to(draft: ImportedGroup) -> Iterable[_PlaceKey]:
    """Yield the narrowest place first."""
    for name, id_ in (
        ("businessId", draft.business_id),
        ("corporateGroupId", draft.corporate_group_id),
        ("ownerId", draft.owner_id),
        ("organizationId", draft.organization_id),
    ):
        if id_ is not None:
            yield name, id_


async def _find_named(ctx: Context, drafts: Sequence[ImportedGroup]) -> _Named:
    groups = {draft.group_id for draft in drafts}.union(*(draft.depends_on for draft in drafts))
    kept = await bring_in_store.keep_groups(ctx.tx, sorted(groups))
    roles: dict[str, str | None] = {}
    for name in sorted({role for draft in drafts for role in draft.roles}):
        role = await role_store.keep_role(ctx.tx, name)
        if role is not None:
            roles[name] = role.organization_id
    places: dict[_PlaceKey, Place] = {}
    named = {key for draft in drafts for key in _belongs_to(draft)}
    for name, id_ in sorted(named, key=lambda key: (_ORDER.index(key[0]), key[1])):
        place = await _HOLDS[name](ctx.tx, id_)
        if place is not None:
            places[name, id_] = place
    return _Named(kept, roles, places)


async def _hold_business(tx: Transaction, id_: str) -> Place | None:
    found = await business_store.hold_businesses(tx, [id_])
    return found[0].place if found else None


async def _hold_corporate_group(tx: Transaction, id_: str) -> Place | None:
    if not await organizations.hold_corporate_group(tx, id_):
        return None
    found = await organizations.find_corporate_group(tx, id_)
    return found.place if found else None


async def _hold_owner(tx: Transaction, id_: str) -> Place | None:
    if not await users.hold(tx, id_):
        return None
    found = await users.find(tx, id_)
    return found.place if found else None


async def _hold_organization(tx: Transaction, id_: str) -> Place | None:
    return Place(organization_id=id_) if await organizations.hold_organization(tx, id_) else None


# In the order in which everybody holds them.
_HOLDS: dict[str, Callable[[Transaction, str], Awaitable[Place | None]]] = {
    "organizationId": _hold_organization,
    "corporateGroupId": _hold_corporate_group,
    "ownerId": _hold_owner,
    "businessId": _hold_business,
}
_ORDER = tuple(_HOLDS)
