"""The groups that a provider says somebody is in, as memberships here."""

from collections.abc import Sequence
from dataclasses import dataclass

from authme.audit import record
from authme.groups import member_store
from authme.groups import store as groups
from authme.groups.effective import Subject, find_memberships
from authme.groups.held import announce_members, find_roles_in
from authme.groups.model import Group
from authme.kernel.context import Context
from authme.providers.model import Provider
from authme.sign_in.proof import Proof
from authme.users.model import User


@dataclass(frozen=True, slots=True)
class Memberships:
    """Which groups somebody comes into and leaves by a login, and the roles that they hold after it."""

    provider_id: str
    joins: Sequence[str]
    leaves: Sequence[str]
    roles: frozenset[str]

    async def write(self, ctx: Context, user_id: str) -> None:
        """Let the user, whom nobody else changes now, be in these groups. One that was removed meanwhile is none."""
        now = ctx.clock.now_ms()
        # In one order for everybody: two units that want the same groups do not wait for each other.
        for group_id in sorted({*self.joins, *self.leaves}):
            if not await groups.hold_group(ctx.tx, group_id):
                continue
            if group_id in self.joins:
                await member_store.insert_members(ctx.tx, group_id, "USER", [user_id], now=now)
            else:
                await member_store.delete_member(ctx.tx, group_id, "USER", user_id)
            action = "access.added" if group_id in self.joins else "access.removed"
            record(ctx, action, user_id, user_id=user_id, group=group_id, type="USER", provider=self.provider_id)
        announce_members(ctx, [user_id])


async def plan_memberships(ctx: Context, proof: Proof, user: User) -> Memberships | None:
    """Say which groups the user comes into and leaves by this proof; None where nothing changes.

    Of the groups in the provider's map they are in exactly those that the proof names: what the provider takes away there is
    taken away here. All others are left as they are. Whoever manages a provider gives roles by it: an organisation's gives
    those of its own groups only, whatever its map says by now, and none those of a business or a person.
    """
    provider = proof.provider
    if provider is None or proof.groups is None or not provider.settings.group_map:
        return None
    mapped = set(provider.settings.group_map.values())
    subject = Subject("USER", user.id, user.business_id)
    is_in = await find_memberships(ctx.tx, subject)
    held = {group_id for group_id, member_type in is_in if member_type == "USER"}
    changing = (mapped & held) ^ mapped.intersection(proof.groups)
    if not changing:
        return None
    given = [one.id for one in await groups.find_groups(ctx.tx, sorted(changing)) if _is_given_by(provider, one)]
    joins = [one for one in given if one not in held]
    leaves = [one for one in given if one in held]
    if not joins and not leaves:
        return None
    # What they are in otherwise, as one of a business or with all of it, stays.
    stays = {group_id for group_id, member_type in is_in if member_type != "USER" or group_id not in leaves}
    roles = await find_roles_in(ctx.tx, user.id, user.business_id, sorted(stays.union(joins)))
    return Memberships(provider.id, joins, leaves, roles)


def _is_given_by(provider: Provider, group: Group) -> bool:
    return group.is_open and provider.organization_id in {None, group.organization_id}
