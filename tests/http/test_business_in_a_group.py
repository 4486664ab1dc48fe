"""A business is in one corporate group at most, and what comes with being in it."""

from support.answers import refused
from support.api import Api
from support.given import Given, at_once
from support.given_access import cnpj

ALL = "/corporate-groups"


async def made(caller: Api, *businesses: str) -> str:
    answer = await caller.post(ALL, json={"name": "Group", "businessIds": businesses})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["corporateGroupId"])


async def in_group(caller: Api, group: str) -> list[str]:
    answer = await caller.get(f"{ALL}/{group}")
    assert answer.status_code == 200, answer.text
    found: list[str] = answer.json()["businessIds"]
    return found


async def group_of(caller: Api, business: str) -> str | None:
    found: str | None = (await caller.get(f"/businesses/{business}")).json()["corporateGroupId"]
    return found


async def test_a_business_of_another_group_is_a_conflict_and_nothing_changes(on_both: Given):
    caller = await on_both.administrator(await on_both.client())
    one, free = await on_both.business(), await on_both.business()
    first, second = await made(caller, one), await made(caller)

    refused(await caller.post(ALL, json={"name": "x", "businessIds": [free, one]}), 409, "404")
    refused(await caller.put(f"{ALL}/{second}", json={"name": "x", "businessIds": [free, one]}), 409, "404")

    assert [await group_of(caller, business) for business in (one, free)] == [first, None]
    assert [one["name"] for one in (await caller.get(ALL)).json()["items"]] == ["Group", "Group"]


async def test_of_groups_that_take_it_at_once_one_gets_it(on_both: Given):
    caller = await on_both.administrator(await on_both.client())
    for _ in range(5):
        businesses = [await on_both.business() for _ in range(3)]
        groups = [await made(caller), await made(caller)]
        wanted = [businesses, businesses[::-1]]

        answers = await at_once(
            *(
                caller.put(f"{ALL}/{group}", json={"name": "x", "businessIds": ids})
                for group, ids in zip(groups, wanted, strict=True)
            ),
            caller.post(ALL, json={"name": "x", "businessIds": businesses}),
        )

        assert sorted(answer.status_code // 100 for answer in answers) == [2, 4, 4]
        assert {answer.status_code for answer in answers} <= {200, 201, 409}
        winner = next(answer.json()["corporateGroupId"] for answer in answers if answer.status_code < 300)
        assert {await group_of(caller, business) for business in businesses} == {winner}


async def test_a_business_goes_from_group_to_group_by_its_own_change(on_both: Given):
    caller = await on_both.administrator(await on_both.client())
    business = await on_both.business()
    first, second = await made(caller, business), await made(caller)
    body = {"document": cnpj(), "name": "Firm"}

    for group, left in ((second, [first]), (None, [first, second]), (first, [second])):
        answer = await caller.put(f"/businesses/{business}", json=body | {"corporateGroupId": group})

        assert answer.json()["corporateGroupId"] == group
        assert [await in_group(caller, one) for one in left] == [[]] * len(left)
    assert await in_group(caller, first) == [business]


async def test_a_new_business_is_in_a_group_at_once(given: Given):
    maintenance = await given.administrator(await given.client())
    group = await made(maintenance)

    body = {"document": cnpj(), "name": "Firm", "corporateGroupId": group}
    business = (await maintenance.post("/businesses", json=body)).json()

    assert await in_group(maintenance, group) == [business["businessId"]]


async def test_nobody_comes_to_a_group_that_is_being_removed(on_both: Given):
    caller = await on_both.administrator(await on_both.client())
    for _ in range(5):
        group, business = await made(caller), await on_both.business()
        body = {"name": "x", "document": cnpj(), "corporateGroupId": group}

        removed, moved, created, put = await at_once(
            caller.delete(f"{ALL}/{group}"),
            caller.put(f"/businesses/{business}", json=body),
            caller.post("/businesses", json=body | {"document": cnpj()}),
            caller.put(f"{ALL}/{group}", json={"name": "x", "businessIds": [business]}),
        )

        assert removed.status_code == 204
        assert moved.status_code in {200, 400}
        assert created.status_code in {201, 400}
        assert put.status_code in {200, 404}
        for one in (await caller.get("/businesses", params={"limit": "200"})).json()["items"]:
            assert one["corporateGroupId"] is None


async def test_roles_come_and_go_with_the_group(on_both: Given):
    client, firm = await on_both.client(), await on_both.business()
    caller, user = await on_both.administrator(client), await on_both.user(business_id=firm)
    corporate, role = await made(caller, firm), await on_both.role("PAYER")
    group = await on_both.group(role, corporate_group_id=corporate)
    await on_both.member(group, "USER", user.id)
    token = await on_both.user_token(user, client)
    without = {"name": "x", "businessIds": []}
    alone = {"document": cnpj(), "name": "x"}
    for leave, come in (
        (
            caller.put(f"{ALL}/{corporate}", json=without),
            caller.put(f"{ALL}/{corporate}", json=without | {"businessIds": [firm]}),
        ),
        (
            caller.put(f"/businesses/{firm}", json=alone),
            caller.put(f"/businesses/{firm}", json=alone | {"corporateGroupId": corporate}),
        ),
    ):
        assert (await on_both.caller(token)).has("PAYER")
        assert (await leave).status_code == 200
        assert not (await on_both.caller(token)).has("PAYER")
        assert (await come).status_code == 200
    assert (await on_both.caller(token)).has("PAYER")
