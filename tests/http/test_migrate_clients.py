"""CI-03: move clients to other business units and organisations, many at once."""

import json
from typing import Any

import msgspec
import pytest

from authme.clients import store
from authme.clients.model import Client
from authme.kernel.context import MFA, Context
from authme.kernel.ids import new_id
from authme.organizations import store as organizations
from support.answers import refused
from support.api import Api
from support.given import Given, GivenClient, at_once, claims
from support.two_engines import rows_of

MIGRATION = "/client-identities/organizational-structure"
NOBODY = "0" * 24


@pytest.fixture
async def maintenance(given: Given, client: GivenClient) -> Api:
    return await given.administrator(client, level=MFA)


async def administrator_of(given: Given, organization: str) -> Api:
    user = await given.user(None, "ADMIN", organization_id=organization)
    return given.api.as_(await given.mfa_token(user, await given.client("READ")))


async def migrate(caller: Api, *items: Any) -> dict[str, Any]:
    answer = await caller.patch(MIGRATION, json=list(items))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    assert found.keys() == {"migrated", "failed"}
    return found


async def failure(caller: Api, item: dict[str, Any]) -> tuple[Any, str]:
    """Return the client and the code of an item that must fail."""
    found = await migrate(caller, item)
    assert found["migrated"] == 0
    (failed,) = found["failed"]
    assert failed.keys() == {"clientId", "code", "message"}
    return failed["clientId"], failed["code"]


async def spot(given: Given, client_id: str) -> tuple[str | None, str | None]:
    """Return the organisation and the unit in which a client stands."""
    found = await given.run(lambda ctx: store.find(ctx.tx, client_id))
    assert found is not None
    return found.organization_id, found.business_unit_id


async def test_clients_go_to_the_unit_and_its_organisation(on_both: Given):
    maintenance = await on_both.administrator(await on_both.client(), level=MFA)
    here, there = await on_both.organization(), await on_both.organization()
    unit = await on_both.business_unit(there)
    clients = [await on_both.client(organization_id=here) for _ in range(3)]
    before = await on_both.client_token(clients[0])
    first, second, third = (one.id for one in clients)

    found = await migrate(
        maintenance,
        {"clientId": first, "businessUnitId": unit},
        {"clientId": second, "organizationId": there},
        {"clientId": third, "organizationId": there, "businessUnitId": unit},
    )

    assert found == {"migrated": 3, "failed": []}
    assert [await spot(on_both, one) for one in (first, second, third)] == [(there, unit), (there, None), (there, unit)]
    # Tokens in use stay good; the next one says the new place.
    assert claims(before)["organization_id"] == here
    after = claims(await on_both.client_token(clients[0]))
    assert (after["organization_id"], after["business_unit_id"]) == (there, unit)
    trail = await on_both.trail("client.moved")
    assert {row["target"] for row in trail} == {first, second, third}
    assert json.loads(trail[0]["detail"]).keys() == {"organization", "business_unit"}
    assert all(row["user_id"] for row in trail)


async def test_doing_it_again_is_harmless_and_leaves_no_second_trace(given: Given, maintenance: Api):
    client = await given.client()
    item = {"clientId": client.id, "businessUnitId": await given.business_unit(await given.organization())}

    assert [await migrate(maintenance, item, item) for _ in range(2)] == [{"migrated": 2, "failed": []}] * 2

    assert len(await given.trail("client.moved")) == 1


async def test_a_unit_is_kept_within_its_organisation_and_taken_away_outside(given: Given, maintenance: Api):
    here, there = await given.organization(), await given.organization()
    unit = await given.business_unit(here)
    client = await given.client(organization_id=here, business_unit_id=unit)

    await migrate(maintenance, {"clientId": client.id, "organizationId": here})
    assert await spot(given, client.id) == (here, unit)

    await migrate(maintenance, {"clientId": client.id, "organizationId": there})
    assert await spot(given, client.id) == (there, None)


async def test_a_client_that_is_named_twice_goes_where_the_last_item_says(given: Given, maintenance: Api):
    here, there = await given.organization(), await given.organization()
    unit = await given.business_unit(here)
    client = await given.client()

    found = await migrate(
        maintenance,
        {"clientId": client.id, "organizationId": there},
        {"clientId": client.id, "businessUnitId": unit},
        {"clientId": client.id, "organizationId": here},
        {"clientId": client.id, "organizationId": NOBODY},
    )

    assert (found["migrated"], [one["code"] for one in found["failed"]]) == (3, ["107"])
    assert await spot(given, client.id) == (here, unit)


async def test_each_item_stands_for_itself(on_both: Given):
    maintenance = await on_both.administrator(await on_both.client(), level=MFA)
    organization = await on_both.organization()
    unit, foreign_unit = await on_both.business_unit(organization), await on_both.business_unit(await on_both.organization())
    good, other, removed = [(await on_both.client()).id for _ in range(3)]
    assert (await maintenance.delete(f"/client-identities/{removed}")).status_code == 204
    items: list[tuple[dict[str, Any], str | None]] = [
        ({"clientId": good, "businessUnitId": unit}, None),
        ({"clientId": NOBODY, "businessUnitId": unit}, "401"),
        ({"clientId": removed, "businessUnitId": unit}, "401"),
        ({"clientId": other, "businessUnitId": NOBODY}, "107"),
        ({"clientId": other, "organizationId": NOBODY}, "107"),
        ({"clientId": other, "organizationId": organization, "businessUnitId": foreign_unit}, "102"),
        ({"clientId": other, "organizationId": unit}, "107"),
        ({"clientId": "x", "businessUnitId": unit}, "102"),
        ({"clientId": other.upper(), "businessUnitId": unit}, "102"),
        ({"clientId": 7, "businessUnitId": unit}, "102"),
        ({"clientId": [good], "businessUnitId": unit}, "102"),
        ({"businessUnitId": unit}, "101"),
        ({"clientId": None, "businessUnitId": unit}, "101"),
        ({"clientId": other, "businessUnitId": {"id": unit}}, "102"),
        ({"clientId": other, "organizationId": "x" * 24}, "102"),
        ({"clientId": other, "organizationId": ""}, "102"),
        ({"clientId": other}, "101"),
        ({"clientId": other, "businessUnitId": None, "organizationId": None}, "101"),
    ]

    found = await migrate(maintenance, *(item for item, _ in items))

    assert found["migrated"] == 1
    assert [one["code"] for one in found["failed"]] == [code for _, code in items if code]
    named = [item.get("clientId") for item, code in items if code]
    assert [one["clientId"] for one in found["failed"]] == [one if isinstance(one, str) else None for one in named]
    assert await spot(on_both, good) == (organization, unit)
    assert await spot(on_both, other) == (None, None)
    assert len(await on_both.trail("client.moved")) == 1


async def test_an_administrator_moves_within_its_organisation_only(on_both: Given):
    here, there = await on_both.organization(), await on_both.organization()
    unit, foreign_unit = await on_both.business_unit(here), await on_both.business_unit(there)
    mine, theirs = await on_both.client(organization_id=here), await on_both.client(organization_id=there)
    of_none = await on_both.client()
    administrator = await administrator_of(on_both, here)

    assert await failure(administrator, {"clientId": theirs.id, "businessUnitId": unit}) == (theirs.id, "401")
    assert await failure(administrator, {"clientId": of_none.id, "businessUnitId": unit}) == (of_none.id, "401")
    assert await failure(administrator, {"clientId": mine.id, "businessUnitId": foreign_unit}) == (mine.id, "107")
    assert await failure(administrator, {"clientId": mine.id, "organizationId": there}) == (mine.id, "107")
    both = {"clientId": mine.id, "organizationId": here, "businessUnitId": foreign_unit}
    assert await failure(administrator, both) == (mine.id, "107")
    assert await migrate(administrator, {"clientId": mine.id, "businessUnitId": unit}) == {"migrated": 1, "failed": []}
    assert [await spot(on_both, one.id) for one in (mine, theirs, of_none)] == [(here, unit), (there, None), (None, None)]


async def test_a_foreign_client_or_unit_fails_as_one_that_does_not_exist(given: Given):
    here, there = await given.organization(), await given.organization()
    administrator, unit = await administrator_of(given, here), await given.business_unit(here)
    mine, theirs = await given.client(organization_id=here), await given.client(organization_id=there)
    foreign_unit = await given.business_unit(there)

    found = await migrate(
        administrator,
        {"clientId": theirs.id, "businessUnitId": unit},
        {"clientId": NOBODY, "businessUnitId": unit},
        {"clientId": mine.id, "businessUnitId": foreign_unit},
        {"clientId": mine.id, "businessUnitId": NOBODY},
        {"clientId": mine.id, "organizationId": there},
        {"clientId": mine.id, "organizationId": NOBODY},
    )

    told = [(one["code"], one["message"]) for one in found["failed"]]
    assert told[0::2] == told[1::2]


async def test_an_administrator_of_no_organisation_moves_nothing(given: Given, client: GivenClient):
    user = await given.user(None, "ADMIN")
    caller = given.api.as_(await given.mfa_token(user, client))
    unit = await given.business_unit(await given.organization())

    assert await failure(caller, {"clientId": client.id, "businessUnitId": unit}) == (client.id, "401")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"clientId": NOBODY}, "102"),
        ([["clientId"]], "102"),
        ([None], "102"),
        ([{"clientId": NOBODY, "organizationId": NOBODY}] * 10_001, "102"),
        ([{"clientId": NOBODY, "organizationId": NOBODY, "appId": "x"}], "106"),
    ],
)
async def test_a_body_of_another_shape_is_refused_as_a_whole(maintenance: Api, body: Any, code: str):
    refused(await maintenance.patch(MIGRATION, json=body), 400, code)


async def test_of_a_wrong_shape_nothing_is_done(given: Given, maintenance: Api, client: GivenClient):
    good = {"clientId": client.id, "organizationId": await given.organization()}

    refused(await maintenance.patch(MIGRATION, json=[good, good | {"note": "x"}]), 400, "106")

    assert await spot(given, client.id) == (None, None)


async def test_no_items_are_no_migrations(maintenance: Api):
    assert await migrate(maintenance) == {"migrated": 0, "failed": []}


async def test_one_factor_is_not_enough(given: Given, client: GivenClient):
    refused(await (await given.administrator(client)).patch(MIGRATION, json=[]), 403, "301")


async def test_ten_thousand_clients_in_one_call(on_both: Given):
    client = await on_both.client()
    maintenance = await on_both.administrator(client, level=MFA)
    organization = await on_both.organization()
    units = [await on_both.business_unit(organization) for _ in range(3)]
    found = await on_both.run(lambda ctx: store.find(ctx.tx, client.id))
    assert found is not None
    ids = await on_both.run(lambda ctx: copies(ctx, found, 10_000))
    items = [
        {"clientId": one, "businessUnitId": units[number % 3], "organizationId": organization} for number, one in enumerate(ids)
    ]

    # As people write it, for other people to read.
    content = json.dumps(items, indent=4).encode()
    answer = await maintenance.patch(MIGRATION, content=content, headers={"content-type": "application/json"})

    assert answer.json() == {"migrated": 10_000, "failed": []}
    query = "SELECT business_unit_id, count(*) FROM client WHERE organization_id IS NOT NULL GROUP BY business_unit_id"
    assert dict(await rows_of(on_both.env["AUTHME_DATABASE_URL"], query)) == {units[0]: 3334, units[1]: 3333, units[2]: 3333}
    assert len(await on_both.trail("client.moved")) == 10_000
    again = await maintenance.patch(MIGRATION, json=items)
    assert again.json() == {"migrated": 10_000, "failed": []}
    assert len(await on_both.trail("client.moved")) == 10_000


async def copies(ctx: Context, client: Client, number: int) -> list[str]:
    """Make so many clients like this one."""
    ids = [new_id(ctx.clock) for _ in range(number)]
    for one in ids:
        await store.insert_client(ctx.tx, msgspec.structs.replace(client, id=one))
    return ids


async def test_a_client_that_is_removed_at_the_same_time_stays_removed(on_both: Given):
    maintenance = await on_both.administrator(await on_both.client(), level=MFA)
    unit = await on_both.business_unit(await on_both.organization())

    for _ in range(10):
        clients = [await on_both.client() for _ in range(3)]
        items = [{"clientId": one.id, "businessUnitId": unit} for one in clients]
        migrated, removed = await at_once(
            maintenance.patch(MIGRATION, json=items), maintenance.delete(f"/client-identities/{clients[1].id}")
        )
        assert removed.status_code == 204
        assert migrated.status_code == 200
        assert migrated.json()["migrated"] in {2, 3}
        refused(await on_both.api.login_client(clients[1].id, clients[1].secret), 401, "9")
        assert await failure(maintenance, items[1]) == (clients[1].id, "401")


async def test_migrations_at_the_same_time_leave_each_client_where_one_of_them_says(on_both: Given):
    maintenance = await on_both.administrator(await on_both.client(), level=MFA)
    organization = await on_both.organization()
    units = [await on_both.business_unit(organization) for _ in range(4)]
    clients = [(await on_both.client()).id for _ in range(20)]
    orders = [clients, clients[::-1], clients[10:] + clients[:10], clients]

    answers = await at_once(
        *(
            maintenance.patch(MIGRATION, json=[{"clientId": one, "businessUnitId": unit} for one in order])
            for unit, order in zip(units, orders, strict=True)
        )
    )

    for answer in answers:
        assert answer.status_code == 200, answer.text
        assert {one["code"] for one in answer.json()["failed"]} <= {"404"}
    assert sum(answer.json()["migrated"] for answer in answers) >= len(clients)
    for one in clients:
        assert (await spot(on_both, one))[1] in units


async def test_a_unit_that_is_removed_at_the_same_time_gets_nobody(on_both: Given):
    maintenance = await on_both.administrator(await on_both.client(), level=MFA)
    organization = await on_both.organization()

    for _ in range(5):
        unit, client = await on_both.business_unit(organization), await on_both.client()
        item = {"clientId": client.id, "businessUnitId": unit}

        async def remove(ctx: Context, unit: str = unit) -> bool:
            return await organizations.delete_business_unit(ctx.tx, unit)

        migrated, _ = await at_once(maintenance.patch(MIGRATION, json=[item]), on_both.run(remove))
        assert [one["code"] for one in migrated.json()["failed"]] in ([], ["107"])
        assert await failure(maintenance, item) == (client.id, "107")
