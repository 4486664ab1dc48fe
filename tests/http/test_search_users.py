"""Administrators find users."""

from typing import Any

import pytest

from authme.users.names import cpf, email, mobile, username
from support.answers import refused
from support.api import Api
from support.given import Given, GivenClient, GivenUser

USERS = "/user-identities"
HERE, ELSEWHERE = "7" * 24, "8" * 24


@pytest.fixture
async def administrator(given: Given, client: GivenClient) -> Api:
    return await given.administrator(client)


async def search(caller: Api, **query: str | int) -> dict[str, Any]:
    answer = await caller.get(USERS, params={name: str(value) for name, value in query.items()})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    assert found.keys() == {"items", "nextCursor"}
    return found


async def found(caller: Api, **query: str | int) -> list[str]:
    """Return the ids of a page."""
    return [one["userId"] for one in (await search(caller, **query))["items"]]


async def pages(caller: Api, **query: str | int) -> list[str]:
    """Return the ids of all pages, each asked for after the one before."""
    ids, cursor = [], {}
    while True:
        page = await search(caller, **query, **cursor)
        ids += [one["userId"] for one in page["items"]]
        if page["nextCursor"] is None:
            return ids
        assert len(page["items"]) == query["limit"]
        cursor = {"cursor": page["nextCursor"]}


async def test_a_user_is_shown_as_when_asked_for_alone(on_both: Given):
    client = await on_both.client()
    administrator, service = await on_both.administrator(client), await on_both.service("identity_read")
    maria = await on_both.user("52998224725", name="Maria Silva", document="52998224725")
    await on_both.user_token(maria, client)
    on_both.later(seconds=60)

    (shown,) = (await search(administrator, name="maria"))["items"]

    assert shown == (await service.get(f"{USERS}/{maria.id}")).json()
    assert shown["lastLoginAt"] == "2025-11-24T16:00:00Z"


async def test_by_how_the_name_begins(on_both: Given):
    administrator = await on_both.administrator(await on_both.client())
    named = {
        name: (await on_both.user(name=name)).id for name in ("Maria Silva", "mária", "MARIANA", "Ana Maria", "Ma", "Änne", "Ⅷ")
    }
    cases = {
        "maria": ("Maria Silva", "MARIANA"),
        "MARIA ": ("Maria Silva",),
        "ma": ("Ma", "Maria Silva", "MARIANA"),
        "MÁR": ("mária",),
        "a\u0308": ("Änne",),
        "viii": ("Ⅷ",),
        "silva": (),
        "x": (),
    }

    for begin, names in cases.items():
        assert await found(administrator, name=begin) == [named[name] for name in names], begin


async def test_signs_that_mean_something_in_sql_are_plain_characters(on_both: Given):
    administrator = await on_both.administrator(await on_both.client())
    named = {
        name: (await on_both.user(name=name)).id for name in ("100% Maria", "100 Maria", "a_b", "axb", "a\\b", "[a]", "a*")
    }

    for begin, name in (("100%", "100% Maria"), ("a_", "a_b"), ("a\\", "a\\b"), ("[a", "[a]"), ("a*", "a*")):
        assert await found(administrator, name=begin) == [named[name]], begin
    for begin in ("%", "_", "'", '"', "' OR 1=1 --"):
        assert await found(administrator, name=begin) == [], begin


async def test_by_document_contact_and_status(on_both: Given):
    administrator = await on_both.administrator(await on_both.client())
    names = (username("maria.silva"), email("maria@example.com"), mobile("5511912345678"), cpf("52998224725"))
    maria = (await on_both.user("maria.silva", names=names, document="52998224725")).id
    joana, pending = await on_both.user(), await on_both.user(contacts_are_verified=False)
    await (await on_both.service("account_lock")).post(f"{USERS}/lock", json={"userId": joana.id})

    for query in (
        {"document": "52998224725"},
        {"document": "529.982.247-25"},
        {"contact": "MARIA@Example.com"},
        {"contact": " maria@example.com "},
        {"contact": "11 91234-5678"},
        {"contact": "+5511912345678"},
        {"contact": "maria@example.com", "document": "52998224725", "status": "ACTIVE"},
    ):
        assert await found(administrator, **query) == [maria], query
    for query in (
        {"document": "12ABC34501DE35"},
        {"contact": "mari@example.com"},
        {"contact": "maria@example.com", "status": "LOCKED"},
        {"contact": "maria@example.com", "document": "12ABC34501DE35"},
        {"contact": "maria@example.com", "name": "maria"},
    ):
        assert await found(administrator, **query) == [], query
    assert await found(administrator, status="LOCKED") == [joana.id]
    assert await found(administrator, status="PENDING") == [pending.id]
    assert maria in await found(administrator, status="ACTIVE")


async def test_a_document_that_is_only_a_name_finds_its_user(given: Given, administrator: Api):
    user = await given.user("529.982.247-25")

    assert await found(administrator, document="52998224725") == [user.id]


async def test_a_contact_that_is_not_verified_finds_its_user(given: Given, administrator: Api):
    user = await given.user("maria@example.com", contacts_are_verified=False)

    assert await found(administrator, contact="maria@example.com") == [user.id]


async def test_several_filters_at_once(on_both: Given):
    administrator = await on_both.administrator(await on_both.client())
    here, there = await on_both.user(name="Maria A"), await on_both.user(name="Maria B")
    await (await on_both.service("account_lock")).post(f"{USERS}/lock", json={"userId": there.id})

    assert await found(administrator, name="maria", status="ACTIVE") == [here.id]
    assert await found(administrator, name="maria", status="LOCKED") == [there.id]
    assert await found(administrator, name="maria", status="LOCKED", contact=there.name) == [there.id]
    assert await found(administrator, name="maria", status="PENDING") == []


async def test_an_administrator_of_an_organisation_finds_its_users_only(on_both: Given):
    client = await on_both.client()
    me = await on_both.user(None, "ADMIN", organization_id=HERE, name="Admin")
    caller = await on_both.person(me, client)
    mine = await on_both.user("maria@example.com", name="Maria", organization_id=HERE)
    theirs = await on_both.user("joana@example.com", name="Maria too", organization_id=ELSEWHERE)
    nobodys = await on_both.user(name="Maria of nowhere")

    assert set(await found(caller)) == {me.id, mine.id}
    assert await found(caller, name="maria") == [mine.id]
    assert set(await found(caller, status="ACTIVE")) == {me.id, mine.id}
    assert await found(caller, name="maria", status="ACTIVE") == [mine.id]
    assert await found(caller, contact="maria@example.com") == [mine.id]
    assert await found(caller, contact="joana@example.com") == []
    everywhere = await found(await on_both.administrator(client), name="maria")
    assert everywhere == [mine.id, nobodys.id, theirs.id]


async def test_an_administrator_of_no_organisation_finds_nobody(given: Given, client: GivenClient, user: GivenUser):
    caller = await given.person(await given.user(None, "ADMIN"), client)

    assert await search(caller) == {"items": [], "nextCursor": None}
    assert await found(caller, contact=user.name) == []


async def test_removed_users_are_not_found(on_both: Given):
    client, user = await on_both.client(), await on_both.user("maria@example.com", name="Maria")
    administrator = await on_both.administrator(client)
    await administrator.delete(f"{USERS}/{user.id}")

    assert user.id not in await found(administrator)
    assert await found(administrator, name="maria") == []
    assert await found(administrator, contact="maria@example.com") == []


@pytest.mark.parametrize("query", [{}, {"name": "maria"}, {"status": "ACTIVE"}])
async def test_turning_pages_shows_everybody_once(on_both: Given, query: dict[str, str]):
    administrator = await on_both.administrator(await on_both.client(), name="Maria")
    for number in range(9):
        await on_both.user(name=f"Maria {number % 3}")
    everybody = await found(administrator, **query)

    assert len(everybody) == 10
    for limit in (1, 3, 9, 10, 200):
        assert await pages(administrator, **query, limit=limit) == everybody, limit


@pytest.mark.parametrize("query", [{}, {"name": "maria"}])
async def test_whoever_comes_or_goes_meanwhile_shifts_nobody(on_both: Given, query: dict[str, str]):
    administrator = await on_both.administrator(await on_both.client(), name="Maria 5")
    service = await on_both.service("identity_remove")
    for number in (1, 2, 3, 4):
        await on_both.user(name=f"Maria {number}")
    everybody = await found(administrator, **query)
    first = await search(administrator, **query, limit=2)

    on_both.later(seconds=1)
    for name in ("Maria 0", "Maria 1a", "Maria 9"):
        await on_both.user(name=name)
    if first["items"][1]["name"] != "Maria 5":
        await service.delete(f"{USERS}/{first['items'][1]['userId']}")
    second = await search(administrator, **query, limit=3, cursor=first["nextCursor"])

    assert [one["userId"] for one in (*first["items"], *second["items"])] == everybody


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ({"name": ""}, ["name"]),
        ({"name": "x" * 257}, ["name"]),
        ({"name": "a\0"}, ["name"]),
        ({"document": "52998224724"}, ["document"]),
        ({"document": ""}, ["document"]),
        ({"contact": "nobody"}, ["contact"]),
        ({"contact": "a@b"}, ["contact"]),
        ({"status": "REMOVED"}, ["status"]),
        ({"status": "active"}, ["status"]),
        ({"limit": "0"}, ["limit"]),
        ({"limit": "201"}, ["limit"]),
        ({"limit": "ten"}, ["limit"]),
        ({"cursor": "?"}, ["cursor"]),
        ({"cursor": "eA=="}, ["cursor"]),
        ({"name": "", "document": "x", "contact": "x", "status": "x"}, ["name", "document", "contact", "status"]),
    ],
)
async def test_each_wrong_parameter_is_named(administrator: Api, query: dict[str, str], fields: list[str]):
    answer = await administrator.get(USERS, params=query)

    refused(answer, 400, *["102"] * len(fields))
    assert [item["message"].split("`")[1] for item in answer.json()] == fields


async def test_a_cursor_is_good_for_its_own_search_alone(given: Given, administrator: Api):
    for number in range(3):
        await given.user(name=f"Maria {number}")
    by_name = (await search(administrator, name="maria", limit=1))["nextCursor"]

    refused(await administrator.get(USERS, params={"cursor": by_name}), 400, "102")
    assert await found(administrator, name="zoe", cursor=by_name) == []


async def test_a_parameter_that_is_not_known_is_ignored(administrator: Api):
    assert await search(administrator, nothing="known") == await search(administrator)
