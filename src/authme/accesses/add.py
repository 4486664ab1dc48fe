"""UA-02, UA-05, BA-02, SA-02: add members to a group."""

from collections.abc import Collection, Iterable, Sequence
from typing import Protocol

from authme.accesses import candidate_store
from authme.accesses.policy import may_join
from authme.accesses.wire import Added, BusinessesGiven, ServicesGiven, UsersGiven
from authme.audit import record_each
from authme.groups import member_store, target
from authme.groups.given import roles_given_by
from authme.groups.held import announce_all, announce_members
from authme.groups.member_store import MemberType
from authme.groups.model import Group
from authme.kernel.context import Context
from authme.kernel.errors import ErrorItem, FieldsRefused, StateForbids, named_in_body_unknown
from authme.organizations import business_store
from authme.relation import Place, check_may_hand_on

_MOST_NAMED = 20


class Candidate(Protocol):
    """Whoever is to become a member."""

    @property
    def id(self) -> str:
        """The user's, business's or service account's id."""
        ...

    @property
    def place(self) -> Place:
        """Where they stand."""
        ...


async def add_users(ctx: Context, group_id: str, body: UsersGiven) -> Added:
    """Add users to the group: all of them, or none. Whoever is in it already stays.

    Into the group of a business come its users only, into one of a corporate group users of its businesses, into others users
    of the organisation. Whoever adds members holds all roles that they get (403), and reaches each of them (400, code 107).
    """
    group = await _hold(ctx, group_id)
    ids = [one.user_id for one in body]
    return await _add(ctx, group, "USER", ids, await candidate_store.keep_users(ctx.tx, ids), field="userId", noun="user")


async def add_business_users(ctx: Context, group_id: str, body: UsersGiven) -> Added:
    """Add users of the group's business to the group, as its users: all of them, or none.

    409 for a group that belongs to no business. As for all members, whoever adds them holds the roles that they get.
    """
    group = await _hold(ctx, group_id)
    if group.business_id is None:
        raise StateForbids("The group belongs to no business.")
    ids = [one.user_id for one in body]
    found = await candidate_store.keep_users(ctx.tx, ids)
    return await _add(ctx, group, "BUSINESS_USER", ids, found, field="userId", noun="user of the group's business")


async def add_businesses(ctx: Context, group_id: str, body: BusinessesGiven) -> Added:
    """Add businesses to the group, and so all users and services of each: all of them, or none.

    Into the group of a business comes that business only, into one of a corporate group its businesses, into others those of
    the organisation.
    """
    group = await _hold(ctx, group_id)
    ids = [one.business_id for one in body]
    found = await business_store.hold_businesses(ctx.tx, ids)
    return await _add(ctx, group, "BUSINESS", ids, found, field="businessId", noun="business")


async def add_services(ctx: Context, group_id: str, body: ServicesGiven) -> Added:
    """Add service accounts to the group: all of them, or none.

    Into the group of a business come its services only, into one of a corporate group services of its businesses, into others
    those of the organisation.
    """
    group = await _hold(ctx, group_id)
    ids = [one.service_id for one in body]
    found = await candidate_store.keep_services(ctx.tx, ids)
    return await _add(ctx, group, "SERVICE", ids, found, field="serviceId", noun="service account")


async def _hold(ctx: Context, group_id: str) -> Group:
    """Return the group, whose roles the caller may hand on."""
    group = await target.hold(ctx, group_id)
    check_may_hand_on(ctx.caller, await roles_given_by(ctx.tx, group.id))
    return group


async def _add(
    ctx: Context,
    group: Group,
    member_type: MemberType,
    ids: Sequence[str],
    found: Sequence[Candidate],
    *,
    field: str,
    noun: str,
) -> Added:
    businesses = await _businesses_reached(ctx, group, found)
    is_person = member_type in {"USER", "BUSINESS_USER"}
    may = {one.id for one in found if may_join(ctx.caller, group, one.place, businesses=businesses, is_person=is_person)}
    _check_all(ids, may, field, noun)
    new = sorted(may - await member_store.find_among(ctx.tx, group.id, member_type, ids))
    if new:
        await member_store.insert_members(ctx.tx, group.id, member_type, new, now=ctx.clock.now_ms())
        await record_each(ctx, "access.added", new, group=group.id, type=member_type)
        announce(ctx, member_type, new)
    return Added()


async def _businesses_reached(ctx: Context, group: Group, found: Iterable[Candidate]) -> Collection[str] | None:
    """Return the only businesses, of those that these belong to, that the group reaches; None if it reaches beyond them."""
    if group.business_id is not None:
        return {group.business_id}
    if group.corporate_group_id is None:
        return None
    of_these = {one.place.business_id for one in found if one.place.business_id is not None}
    businesses = await business_store.find_businesses(ctx.tx, sorted(of_these))
    return {one.id for one in businesses if one.corporate_group_id == group.corporate_group_id}


def _check_all(ids: Sequence[str], may: Collection[str], field: str, noun: str) -> None:
    """Raise FieldsRefused (107) naming those of `ids` who may not become members, as many as are good to read."""
    wrong = [position for position, one in enumerate(ids) if one not in may]
    if wrong:
        items: list[ErrorItem] = []
        for position in wrong[:_MOST_NAMED]:
            items += named_in_body_unknown(f"[{position}].{field}", noun).items
        raise FieldsRefused(items)


def announce(ctx: Context, member_type: MemberType, ids: list[str]) -> None:
    """Tell every process whose roles may have changed; of a business those of all its users."""
    if member_type == "BUSINESS":
        announce_all(ctx)
    else:
        announce_members(ctx, ids)
