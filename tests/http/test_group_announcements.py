"""Whose roles are looked up again when a group changes."""

from authme.groups.held import TOPIC
from authme.kernel.cache import EVERYTHING
from support.given import Given
from support.groups import officer


async def told(given: Given, *members: tuple[str, str], is_depended_on: bool = False) -> set[str]:
    """Give a role to a group with these members; return who is told of."""
    role, group = await given.role(), await given.group()
    for kind, member in members:
        await given.member(group, kind, member)
    if is_depended_on:
        await given.group(depends_on=(group,))
    caller = await officer(given, "IAM_ADMIN_MAINTENANCE")
    found: set[str] = set()
    given.server.database.changes.subscribe(TOPIC, found.add)
    assert (await caller.post(f"/groups/{group}/roles", json={"role": role})).status_code == 201
    return found


async def test_of_a_small_group_its_members(given: Given):
    assert await told(given) == set()
    assert await told(given, ("USER", "a"), ("SERVICE", "b"), ("BUSINESS_USER", "c")) == {"a", "b", "c"}


async def test_of_a_wide_one_everybody(given: Given):
    assert await told(given, ("USER", "a"), ("BUSINESS", "b")) == {EVERYTHING}
    assert await told(given, *(("USER", f"u{number}") for number in range(51))) == {EVERYTHING}
    assert await told(given, is_depended_on=True) == {EVERYTHING}
