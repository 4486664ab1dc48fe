"""Roles that come through groups: in tokens, and in sessions that are running."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from authme.groups import group_role_store, member_store, role_store, store
from authme.groups.effective import MAXIMUM_GROUPS
from authme.groups.model import Group, Role
from authme.kernel.context import Context
from authme.kernel.ids import new_id
from support.api import Api
from support.given import Given, GivenUser, MakeGiven, claims
from support.groups import roles_of, roles_of_service
from support.two_engines import plain_sql


async def test_the_roles_of_a_group_and_of_all_that_it_depends_on_are_in_the_token(on_both: Given):
    client, user, stranger = await on_both.client(), await on_both.user(), await on_both.user()
    far = await on_both.group(await on_both.role("FAR"))
    middle = await on_both.group(await on_both.role("MIDDLE"), depends_on=(far,))
    near = await on_both.group(await on_both.role("NEAR"), await on_both.role("SECOND"), depends_on=(middle,))
    above = await on_both.group(await on_both.role("ABOVE"), depends_on=(near,))
    await on_both.member(near, "USER", user.id)
    await on_both.member(above, "USER", stranger.id)

    assert await roles_of(on_both, user, client) == {"NEAR", "SECOND", "MIDDLE", "FAR"}
    assert await roles_of(on_both, stranger, client) == {"ABOVE", "NEAR", "SECOND", "MIDDLE", "FAR"}
    assert await roles_of(on_both, await on_both.user(), client) == set()


async def test_roles_of_a_business_and_of_its_corporate_group_come_to_its_users_only(on_both: Given):
    organization = await on_both.organization()
    corporate = await on_both.corporate_group(organization)
    business = await on_both.business(organization, corporate_group_id=corporate)
    sibling = await on_both.business(organization, corporate_group_id=corporate)
    client = await on_both.client()
    users = {
        "of business": await on_both.user(business_id=business),
        "of sibling": await on_both.user(business_id=sibling),
        "of none": await on_both.user(),
    }
    by_kind = {
        "B_USER": await on_both.group(await on_both.role("B_USER"), organization_id=organization, business_id=business),
        "B_BUSINESS": await on_both.group(await on_both.role("B_BUSINESS"), organization_id=organization, business_id=business),
        "C_USER": await on_both.group(await on_both.role("C_USER"), organization_id=organization, corporate_group_id=corporate),
        "O_BUSINESS": await on_both.group(await on_both.role("O_BUSINESS"), organization_id=organization),
    }
    base = await on_both.group(await on_both.role("BASE"), business_id=business)
    # It got wider than its dependency: by hand, since no operation lets it.
    wide = await on_both.group(await on_both.role("WIDE"), depends_on=(base,))
    for user in users.values():
        # Whoever is put into a group that does not reach them gets nothing by it.
        await on_both.member(by_kind["B_USER"], "BUSINESS_USER", user.id)
        await on_both.member(by_kind["C_USER"], "USER", user.id)
        await on_both.member(wide, "USER", user.id)
    await on_both.member(by_kind["B_BUSINESS"], "BUSINESS", business)
    await on_both.member(by_kind["B_BUSINESS"], "BUSINESS", sibling)
    await on_both.member(by_kind["O_BUSINESS"], "BUSINESS", sibling)

    found = {name: await roles_of(on_both, user, client) for name, user in users.items()}

    assert found == {
        "of business": {"B_USER", "B_BUSINESS", "C_USER", "WIDE", "BASE"},
        "of sibling": {"C_USER", "O_BUSINESS", "WIDE"},
        "of none": {"WIDE"},
    }


async def test_whoever_is_only_named_gets_no_roles(on_both: Given):
    client, user = await on_both.client(), await on_both.user()
    await on_both.member(await on_both.group(await on_both.role("AUDITOR")), "USER", user.id)

    named = await on_both.api.as_client(client.id).post("/user-identities/identification", json={"username": user.name})
    token = named.json()["accessToken"]

    assert "AUDITOR" not in str(claims(token)["authorities"])
    assert "AUDITOR" not in (await on_both.caller(token)).atoms
    assert await roles_of(on_both, user, client) == {"AUDITOR"}


async def test_no_role_is_an_office_even_if_somebody_writes_it_into_the_database(on_both: Given):
    client, user = await on_both.client(), await on_both.user()
    group = await on_both.group(await on_both.role("IAM_ADMIN_MAINTENANCE"), await on_both.role("AUDITOR"))
    await on_both.member(group, "USER", user.id)

    assert await roles_of(on_both, user, client) == {"AUDITOR"}


@dataclass
class Held:
    """Somebody who holds AUDITOR by one path, in a session that is running."""

    given: Given
    caller: Api
    user: GivenUser
    token: str
    ids: dict[str, str]

    async def change(self, change: str) -> httpx.Response:
        method, _, path = change.format(**self.ids, user=self.user.id).partition(" ")
        body: dict[str, Any] | None = {"name": "Corporate group", "businessIds": []} if method == "PUT" else None
        return await self.caller.request(method, path, json=body)


@pytest.fixture
async def held(on_both: Given) -> Held:
    organization = await on_both.organization()
    corporate = await on_both.corporate_group(organization)
    business = await on_both.business(organization, corporate_group_id=corporate)
    user = await on_both.user(business_id=business, organization_id=organization)
    caller = await on_both.administrator(await on_both.client())
    await on_both.role("AUDITOR", organization)
    ids = {"corporate": corporate, "business": business, "organization": organization}
    return Held(on_both, caller, user, "", ids)


async def through(held: Held, *, kind: Any = "USER", **place: str | None) -> None:
    """Let AUDITOR come through a group, which depends on the one that carries it; and log in."""
    base = await held.given.group("AUDITOR", organization_id=held.ids["organization"], **place)
    group = await held.given.group(organization_id=held.ids["organization"], depends_on=(base,), **place)
    await held.given.member(group, kind, held.ids["business"] if kind == "BUSINESS" else held.user.id)
    held.ids |= {"base": base, "group": group}
    held.token = await held.given.user_token(held.user, await held.given.client())


LAST_PATHS: dict[str, tuple[str, dict[str, Any]]] = {
    "membership": ("DELETE /user-accesses/{group}/users/{user}", {}),
    "membership of the business": ("DELETE /business-accesses/{group}/businesses/{business}", {"kind": "BUSINESS"}),
    "membership in the business": ("DELETE /user-accesses/{group}/business-users/{user}", {"kind": "BUSINESS_USER"}),
    "role": ("DELETE /groups/{base}/roles/AUDITOR", {}),
    "dependency": ("DELETE /groups/{group}/dependencies/{base}", {}),
    "group": ("DELETE /groups/{group}", {}),
    "business": ("DELETE /businesses/{business}/users/{user}", {"kind": "BUSINESS"}),
    "corporate group": ("PUT /corporate-groups/{corporate}", {"of": "corporate"}),
}


@pytest.mark.parametrize("path", LAST_PATHS)
async def test_a_running_session_loses_a_role_with_its_last_path_on_every_worker(held: Held, make_given: MakeGiven, path: str):
    change, how = LAST_PATHS[path]
    place = {"corporate_group_id": held.ids["corporate"]} if how.get("of") else {}
    if how.get("kind") == "BUSINESS_USER":
        place = {"business_id": held.ids["business"]}
    await through(held, kind=how.get("kind", "USER"), **place)
    beside = await make_given(beside=held.given)
    for worker in (held.given, beside):
        assert "AUDITOR" in (await worker.caller(held.token)).atoms

    answer = await held.change(change)

    assert answer.status_code in {200, 204}, answer.text
    assert "AUDITOR" not in (await held.given.caller(held.token)).atoms
    await within_a_second(lambda: is_without(beside, held.token))
    assert await roles_of(held.given, held.user, await held.given.client()) == set()


async def is_without(worker: Given, token: str) -> bool:
    return "AUDITOR" not in (await worker.caller(token)).atoms


async def within_a_second(is_so: Callable[[], Awaitable[bool]]) -> None:
    started = time.monotonic()
    while not await is_so():
        assert time.monotonic() - started < 1
        await asyncio.sleep(0.02)


async def test_a_role_stays_as_long_as_it_comes_by_another_path(held: Held):
    await through(held)
    await held.given.member(held.ids["base"], "BUSINESS", held.ids["business"])

    assert (await held.change("DELETE /groups/{group}/dependencies/{base}")).status_code == 204
    assert "AUDITOR" in (await held.given.caller(held.token)).atoms
    assert (await held.change("DELETE /groups/{group}")).status_code == 204
    assert "AUDITOR" in (await held.given.caller(held.token)).atoms
    assert (await held.change("DELETE /business-accesses/{base}/businesses/{business}")).status_code == 204
    assert "AUDITOR" not in (await held.given.caller(held.token)).atoms


async def test_a_role_that_a_group_or_one_below_it_is_given_is_in_the_next_token(held: Held):
    await through(held)
    await held.given.role("NEW", held.ids["organization"])
    client = await held.given.client()
    for group in ("group", "base"):
        assert await roles_of(held.given, held.user, client) == {"AUDITOR"}
        answer = await held.caller.post(f"/groups/{held.ids[group]}/roles", json={"role": "NEW"})
        assert answer.status_code == 201
        assert await roles_of(held.given, held.user, client) == {"AUDITOR", "NEW"}
        assert (await held.caller.delete(f"/groups/{held.ids[group]}/roles/NEW")).status_code == 204
    below = await held.given.group("NEW", organization_id=held.ids["organization"])
    assert (await held.caller.post(f"/groups/{held.ids['base']}/dependencies", json={"groupId": below})).status_code == 201
    assert await roles_of(held.given, held.user, client) == {"AUDITOR", "NEW"}


async def test_a_service_has_the_roles_of_its_account_and_loses_them_at_once(on_both: Given, make_given: MakeGiven):
    business = await on_both.business()
    service = await on_both.service_account(business_id=business)
    client = await on_both.client(service_account_id=service)
    base = await on_both.group(await on_both.role("AUDITOR"))
    group = await on_both.group(depends_on=(base,))
    of_business = await on_both.group(await on_both.role("OF_BUSINESS"), business_id=business)
    await on_both.member(group, "SERVICE", service)
    await on_both.member(of_business, "BUSINESS", business)
    token = await on_both.client_token(client)
    beside = await make_given(beside=on_both)
    caller = await on_both.administrator(await on_both.client())

    assert await roles_of_service(on_both, client) == {"AUDITOR", "OF_BUSINESS"}
    assert await roles_of_service(on_both, await on_both.client()) == set()
    for worker in (on_both, beside):
        assert "AUDITOR" in (await worker.caller(token)).atoms
    assert (await caller.delete(f"/groups/{group}/dependencies/{base}")).status_code == 204
    assert "AUDITOR" not in (await on_both.caller(token)).atoms
    await within_a_second(lambda: is_without(beside, token))
    assert await roles_of_service(on_both, client) == {"OF_BUSINESS"}


async def many(given: Given, count: int, *roles: str) -> list[str]:
    """Make many groups at once, each with these roles."""

    async def work(ctx: Context) -> list[str]:
        ids = []
        for _ in range(count):
            values = dict.fromkeys(Group.__struct_fields__) | {"id": new_id(ctx.clock), "name": "x"}
            await store.insert_group(ctx.tx, Group(**values | {"created_at": 0, "updated_at": 0}))
            for role in roles:
                await group_role_store.insert_group_role(ctx.tx, values["id"], role, now=0)
            ids.append(values["id"])
        return ids

    return await given.run(work)


async def join(given: Given, groups: list[str], user: GivenUser) -> None:
    async def work(ctx: Context) -> None:
        for group in groups:
            await member_store.insert_members(ctx.tx, group, "USER", [user.id], now=0)

    await given.run(work)


async def test_whoever_is_in_too_many_groups_gets_no_roles_and_logs_in(on_both: Given):
    client, user, other = await on_both.client(), await on_both.user(), await on_both.user()
    groups = await many(on_both, MAXIMUM_GROUPS + 1, await on_both.role("AUDITOR"))
    await join(on_both, groups, user)
    await join(on_both, groups[:-1], other)

    assert await roles_of(on_both, user, client) == set()
    assert await roles_of(on_both, other, client) == {"AUDITOR"}


async def test_too_many_roles_give_none(on_both: Given):
    client, user = await on_both.client(), await on_both.user()
    roles = [f"R{number}" for number in range(101)]

    async def register(ctx: Context) -> None:
        for role in roles:
            await role_store.insert_role(ctx.tx, Role(name=role, organization_id=None, description=None, created_at=0))

    await on_both.run(register)
    groups = await many(on_both, 100, *roles)
    await join(on_both, groups[1:], user)
    assert await roles_of(on_both, user, client) == set(roles)

    other = await on_both.user()
    await join(on_both, groups, other)
    assert await roles_of(on_both, other, client) == set()


async def test_many_paths_to_the_same_groups_are_walked_once(on_both: Given):
    """Twenty levels of two, each depending on both of the next: a million paths, forty groups."""
    client, user = await on_both.client(), await on_both.user()
    role = await on_both.role("AUDITOR")
    groups = await many(on_both, 40)
    for level in range(0, 38, 2):
        for group in groups[level : level + 2]:
            for on in groups[level + 2 : level + 4]:
                await plain_sql(on_both.env["AUTHME_DATABASE_URL"], "INSERT INTO group_dependency VALUES", (group, on, 0))
    await plain_sql(on_both.env["AUTHME_DATABASE_URL"], "INSERT INTO group_role VALUES", (groups[-1], role, 0))
    await join(on_both, groups[:1], user)

    started = time.monotonic()
    assert await roles_of(on_both, user, client) == {"AUDITOR"}
    assert time.monotonic() - started < 1
