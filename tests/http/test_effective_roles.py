"""UA-07, BA-04, SA-04: which roles somebody holds, and through which groups."""

import pytest
from msgspec import structs

from authme.accesses.paths import MAXIMUM_SHOWN
from authme.groups import member_store
from authme.groups import store as groups
from authme.groups.effective import MAXIMUM_GROUPS
from authme.groups.graph import MAXIMUM_DEPENDENCIES
from authme.kernel.context import Context
from authme.kernel.ids import new_id
from support.accesses import NOBODY, officer
from support.answers import refused
from support.api import Api
from support.given import Given, GivenUser, claims


def of_user(user: GivenUser) -> str:
    return f"/user-accesses/users/{user.id}/roles"


def of_business(business: str) -> str:
    return f"/business-accesses/businesses/{business}/roles"


def of_service(service: str) -> str:
    return f"/service-accesses/service-accounts/{service}/roles"


async def roles(caller: Api, path: str) -> dict[str, list[list[str]]]:
    answer = await caller.get(path)
    assert answer.status_code == 200, answer.text
    found = {one["role"]: one["groups"] for one in answer.json()["items"]}
    assert answer.json() == {"items": [{"role": role, "groups": found[role]} for role in sorted(found)]}
    return found


@pytest.fixture
async def everything(on_both: Given) -> Api:
    return await on_both.person(await on_both.user(None, "IAM_ADMIN_MAINTENANCE"), await on_both.client())


async def test_a_role_comes_through_each_group_that_carries_it_by_the_shortest_path(on_both: Given, everything: Api):
    a, b = await on_both.role("A"), await on_both.role("B")
    last = await on_both.group(a)
    middle = await on_both.group(depends_on=(last,))
    first = await on_both.group(b, depends_on=(middle,))
    short = await on_both.group(a, b, depends_on=(last,))
    maria = await on_both.user()
    await on_both.member(first, "USER", maria.id)
    assert await roles(everything, of_user(maria)) == {"A": [[first, middle, last]], "B": [[first]]}

    await on_both.member(short, "USER", maria.id)

    assert await roles(everything, of_user(maria)) == {"A": [[short], [short, last]], "B": sorted([[first], [short]])}


async def test_a_role_that_is_held_directly_has_no_path(on_both: Given, everything: Api):
    await on_both.role("B")
    maria = await on_both.user(None, "BUSINESSADMIN", "A", "B", business_id=await on_both.business())
    group = await on_both.group("B")
    await on_both.member(group, "USER", maria.id)

    assert await roles(everything, of_user(maria)) == {"A": [], "B": [[group]], "BUSINESSADMIN": []}
    assert await roles(everything, of_user(await on_both.user())) == {}


async def test_roles_of_a_business_come_to_its_users_and_services(on_both: Given, everything: Api):
    await on_both.role("SELLER")
    business, group = await on_both.business(), await on_both.group("SELLER")
    maria, service = await on_both.user(business_id=business), await on_both.service_account(business_id=business)
    other = await on_both.user(business_id=await on_both.business())
    await on_both.member(group, "BUSINESS", business)

    for path in (of_business(business), of_user(maria), of_service(service)):
        assert await roles(everything, path) == {"SELLER": [[group]]}
    assert await roles(everything, of_user(other)) == {}


async def test_a_service_account_has_its_own_groups_too(on_both: Given, everything: Api):
    await on_both.role("READER")
    service, group = await on_both.service_account(), await on_both.group("READER")
    await on_both.member(group, "SERVICE", service)

    assert await roles(everything, of_service(service)) == {"READER": [[group]]}


async def test_a_user_of_the_business_has_the_group_as_one(on_both: Given, everything: Api):
    await on_both.role("SELLER")
    business = await on_both.business()
    group, maria = await on_both.group("SELLER", business_id=business), await on_both.user(business_id=business)
    await on_both.member(group, "BUSINESS_USER", maria.id)

    assert await roles(everything, of_user(maria)) == {"SELLER": [[group]]}


async def test_a_group_that_does_not_reach_the_subject_gives_nothing_and_is_no_way(on_both: Given, everything: Api):
    for name in ("A", "B", "C"):
        await on_both.role(name)
    business, sibling = await on_both.business(), await on_both.business()
    behind = await on_both.group("C")
    of_sibling = await on_both.group("B", business_id=sibling, depends_on=(behind,))
    group = await on_both.group("A", depends_on=(of_sibling,))
    maria, joana = await on_both.user(business_id=business), await on_both.user(business_id=sibling)
    for one in (maria, joana):
        await on_both.member(group, "USER", one.id)
        await on_both.member(of_sibling, "USER", one.id)

    assert await roles(everything, of_user(maria)) == {"A": [[group]]}
    assert await roles(everything, of_user(joana)) == {
        "A": [[group]],
        "B": [[of_sibling]],
        "C": [[of_sibling, behind]],
    }


async def test_what_is_shown_is_what_the_next_token_says(on_both: Given, everything: Api):
    names = [await on_both.role() for _ in range(5)]
    corporate = await on_both.corporate_group()
    business = await on_both.business(corporate_group_id=corporate)
    below = await on_both.group(names[0], corporate_group_id=corporate)
    groups = [
        await on_both.group(names[1], depends_on=(below,)),
        await on_both.group(names[2], business_id=business),
        await on_both.group(names[3], business_id=await on_both.business()),
    ]
    maria = await on_both.user(None, "DIRECT", business_id=business)
    await on_both.member(groups[0], "BUSINESS", business)
    for group in groups[1:]:
        await on_both.member(group, "USER", maria.id)
    said = claims(await on_both.user_token(maria, await on_both.client()))["authorities"]

    shown = await roles(everything, of_user(maria))

    assert shown.keys() == {"DIRECT", *names[:3]}
    assert {f"ROLE_{role}" for role in shown} == {one for one in said if one.removeprefix("ROLE_") in {"DIRECT", *names}}


async def test_whoever_does_not_reach_the_subject_does_not_find_it(on_both: Given):
    here, there = await on_both.organization("Here"), await on_both.organization("There")
    business, sibling = await on_both.business(here), await on_both.business(here)
    user, neighbour = await on_both.user(business_id=business), await on_both.user(business_id=sibling)
    person, stranger = await on_both.user(organization_id=here), await on_both.user(organization_id=there)
    services = [await on_both.service_account(here, business_id=one) for one in (business, sibling, None)]
    subjects = {
        "user": of_user(user),
        "neighbour": of_user(neighbour),
        "person": of_user(person),
        "stranger": of_user(stranger),
        "business": of_business(business),
        "sibling": of_business(sibling),
        "service": of_service(services[0]),
        "sibling's service": of_service(services[1]),
        "organisation's service": of_service(services[2]),
        "stranger's business": of_business(await on_both.business(there)),
        "stranger's service": of_service(await on_both.service_account(there)),
    }
    foreign = {name for name in subjects if "stranger" in name}
    client = await on_both.client()
    reached = {
        await on_both.person(user, client): {"user"},
        await on_both.person(person, client): {"person"},
        await officer(on_both, "BUSINESSOWNER", business_id=business): {"user", "business", "service"},
        await officer(on_both, "BUSINESSADMIN", business_id=sibling): {"neighbour", "sibling", "sibling's service"},
        await officer(on_both, "ADMIN", organization_id=here): subjects.keys() - foreign,
        await officer(on_both, "ADMIN", organization_id=there): foreign,
        await officer(on_both, "ADMIN"): set(),
        await officer(on_both, "IAM_ADMIN_MAINTENANCE"): subjects.keys(),
    }

    for caller, names in reached.items():
        for name, path in subjects.items():
            answer = await caller.get(path)
            if name in names:
                assert answer.status_code == 200, name
            else:
                refused(answer, 404, "401")


async def test_whoever_is_not_there_is_not_found(on_both: Given, everything: Api):
    gone = await on_both.user()
    await everything.delete(f"/user-identities/{gone.id}")

    refused(await everything.get(of_user(gone)), 404, "401")
    for wrong in (NOBODY, "x", gone.id):
        refused(await everything.get(f"/user-accesses/users/{wrong}/roles"), 404, "401")
        refused(await everything.get(of_business(wrong)), 404, "401")
        refused(await everything.get(of_service(wrong)), 404, "401")


async def test_more_groups_than_can_be_shown_are_a_conflict_that_says_so(on_both: Given, everything: Api):
    maria, business, service = await on_both.user(), await on_both.business(), await on_both.service_account()

    async def join_groups(ctx: Context) -> None:
        one = await groups.find_group(ctx.tx, await on_both.group())
        assert one is not None
        for _ in range(MAXIMUM_GROUPS + 1):
            made = structs.replace(one, id=new_id(ctx.clock))
            await groups.insert_group(ctx.tx, made)
            for kind, member in (("USER", maria.id), ("BUSINESS", business), ("SERVICE", service)):
                await member_store.insert_members(ctx.tx, made.id, kind, [member], now=made.created_at)

    await on_both.run(join_groups)

    for path in (of_user(maria), of_business(business), of_service(service)):
        answer = await everything.get(path)
        refused(answer, 409, "404")
        assert "too many" in answer.json()[0]["message"]


async def test_longer_paths_than_can_be_shown_are_a_conflict_that_says_so(given: Given):
    caller = await officer(given, "IAM_ADMIN_MAINTENANCE")
    role, chain, maria, joana = await given.role(), list[str](), await given.user(), await given.user()
    # A chain in which each group carries the role has paths of 1, 2, 3 … groups.
    while len(chain) * (len(chain) + 1) // 2 <= MAXIMUM_SHOWN:
        chain.append(await given.group(role, depends_on=tuple(chain[-1:])))
    await given.member(chain[-2], "USER", maria.id)
    await given.member(chain[-1], "USER", joana.id)

    assert len((await roles(caller, of_user(maria)))[role]) == len(chain) - 1
    refused(await caller.get(of_user(joana)), 409, "404")


async def test_more_dependencies_than_can_be_looked_through_are_a_conflict_that_says_so(given: Given):
    caller = await officer(given, "IAM_ADMIN_MAINTENANCE")
    groups, dependencies, maria = list[str](), 0, await given.user()
    while dependencies <= MAXIMUM_DEPENDENCIES:
        dependencies += len(groups)
        groups.append(await given.group(depends_on=tuple(groups)))
    await given.member(groups[-2], "USER", maria.id)
    assert await roles(caller, of_user(maria)) == {}

    await given.member(groups[-1], "USER", maria.id)

    refused(await caller.get(of_user(maria)), 409, "404")
