"""Bring in the members of groups from elsewhere."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated

import msgspec
from msgspec import Meta

from authme.accesses import bring_in_store, candidate_store
from authme.accesses.bring_in_store import Membership
from authme.accesses.policy import may_join
from authme.audit import record_each
from authme.groups.bring_in_store import keep_groups
from authme.groups.held import announce_all
from authme.groups.member_store import MemberType
from authme.groups.model import Group
from authme.groups.store import hold_group
from authme.kernel.context import Context
from authme.kernel.wire import Id, Wire
from authme.organizations import business_store
from authme.relation import Place
from authme.users.bring_in import Outcome, Run

_MOST_OF_A_UNIT = 2000
_Members = Annotated[tuple[Id, ...], Meta(max_length=1000)]


class ImportedMembers(Wire, frozen=True):
    """Members of a group, in a line of an import. The group and its members are there already."""

    group_id: Id
    users: _Members = ()
    business_users: _Members = ()
    businesses: _Members = ()
    services: _Members = ()

    @property
    def memberships(self) -> list[Membership]:
        """Each of them once."""
        return [
            Membership(self.group_id, kind, one) for kind, field in _FIELDS.items() for one in sorted({*getattr(self, field)})
        ]


_FIELDS: dict[MemberType, str] = {
    "USER": "users",
    "BUSINESS_USER": "business_users",
    "BUSINESS": "businesses",
    "SERVICE": "services",
}
_TABLES = {"USER": "user_account", "BUSINESS_USER": "user_account", "BUSINESS": "business", "SERVICE": "service_account"}
_WRONG = {
    "USER": "`members.users`: the group reaches no user",
    "BUSINESS_USER": "`members.businessUsers`: the group's business has no user",
    "BUSINESS": "`members.businesses`: the group reaches no business",
    "SERVICE": "`members.services`: the group reaches no service account",
}


class _Line(Wire, frozen=True):
    members: ImportedMembers


_decode = msgspec.json.Decoder(_Line).decode
Numbered = tuple[int, ImportedMembers]


def read_members(line: str) -> ImportedMembers:
    """Return what a line says of the members of a group; raise ValueError with what is wrong with it."""
    return _decode(line).members


async def bring_in_members(run: Run, drafts: Sequence[Numbered]) -> Outcome:
    """Add members to groups, each line all of its members or none, in units of work of some thousand members.

    Who may become a member is as for UA-02 to SA-02. A line whose members are in the group already is skipped.
    """
    outcome = Outcome()
    for part in _parts(drafts):
        outcome.add(await run(lambda ctx, part=part: _insert_all(ctx, part)))  # type: ignore[misc]  # mypy cannot infer the default's type
    return outcome


def _parts(drafts: Sequence[Numbered]) -> Iterator[list[Numbered]]:
    part: list[Numbered] = []
    size = 0
    for numbered in drafts:
        part.append(numbered)
        size += len(numbered[1].memberships)
        if size >= _MOST_OF_A_UNIT:
            yield part
            part, size = [], 0
    if part:
        yield part


@dataclass(frozen=True, slots=True)
class _Known:
    """What lines name and what is there of it, held until the unit of work is over."""

    groups: dict[str, Group]
    places: dict[tuple[str, str], Place]
    """Where candidates stand, by the table they are of and their id."""
    corporate_groups: dict[str, str | None]
    """In which each business is, of those that candidates belong to."""


async def _insert_all(ctx: Context, drafts: Sequence[Numbered]) -> Outcome:
    outcome, added = Outcome(), list[Membership]()
    known = await _find_known(ctx, [draft for _, draft in drafts])
    there = await bring_in_store.find_there(ctx.tx, [one for _, draft in drafts for one in draft.memberships])
    for number, draft in drafts:
        problem = _problem(ctx, draft, known)
        new = [one for one in draft.memberships if one not in there]
        if problem is not None:
            outcome.problems.append((number, problem))
        elif new:
            outcome.imported += 1
            added += new
            there.update(new)
        else:
            outcome.skipped += 1
    if added:
        await _insert(ctx, added)
    return outcome


async def _insert(ctx: Context, added: Sequence[Membership]) -> None:
    await bring_in_store.insert_memberships(ctx.tx, added, now=ctx.clock.now_ms())
    by_group: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in added:
        by_group[one.group_id, one.member_type].append(one.member_id)
    for (group_id, member_type), members in by_group.items():
        await record_each(ctx, "access.added", members, group=group_id, type=member_type)
    announce_all(ctx)


def _problem(ctx: Context, draft: ImportedMembers, known: _Known) -> str | None:
    group = known.groups.get(draft.group_id)
    if group is None:
        return "`members.groupId`: there is no such group"
    businesses = _businesses_reached(group, known)
    for one in draft.memberships:
        is_person = one.member_type in {"USER", "BUSINESS_USER"}
        place = known.places.get((_TABLES[one.member_type], one.member_id))
        if (
            place is None
            or (one.member_type == "BUSINESS_USER" and group.business_id is None)
            or not may_join(ctx.caller, group, place, businesses=businesses, is_person=is_person)
        ):
            return f"{_WRONG[one.member_type]} {one.member_id}"
    return None


def _businesses_reached(group: Group, known: _Known) -> Collection[str] | None:
    if group.business_id is not None:
        return {group.business_id}
    if group.corporate_group_id is None:
        return None
    return {one for one, corporate_group in known.corporate_groups.items() if corporate_group == group.corporate_group_id}


async def _find_known(ctx: Context, drafts: Sequence[ImportedMembers]) -> _Known:
    ids = sorted({draft.group_id for draft in drafts})
    # The first write of the unit: from here on nobody else changes what is read.
    await hold_group(ctx.tx, ids[0])
    groups = await keep_groups(ctx.tx, ids)
    businesses = await business_store.hold_businesses(ctx.tx, _named(drafts, "BUSINESS"))
    services = await candidate_store.keep_services(ctx.tx, _named(drafts, "SERVICE"))
    users = await candidate_store.keep_users(ctx.tx, sorted({*_named(drafts, "USER"), *_named(drafts, "BUSINESS_USER")}))
    places = {("business", one.id): one.place for one in businesses}
    places |= {("service_account", one.id): one.place for one in services}
    places |= {("user_account", one.id): one.place for one in users}
    of_candidates = {place.business_id for place in places.values() if place.business_id is not None}
    belonging = await business_store.find_businesses(ctx.tx, sorted(of_candidates))
    return _Known(groups, places, {one.id: one.corporate_group_id for one in belonging})


def _named(drafts: Iterable[ImportedMembers], member_type: MemberType) -> list[str]:
    return sorted({one.member_id for draft in drafts for one in draft.memberships if one.member_type == member_type})
