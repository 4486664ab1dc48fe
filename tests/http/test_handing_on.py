"""Nobody hands on what they do not hold, by whichever way a role comes; and nobody takes it away by a flood."""

from typing import Any

import pytest

from authme.groups.create import MOST_OF_BUSINESS, MOST_OF_PERSON
from authme.groups.held import MAXIMUM_LENGTH
from authme.groups.model import Group
from authme.groups.store import insert_group
from authme.kernel.context import Context
from authme.kernel.ids import new_id
from support.answers import refused
from support.api import Api
from support.given import Given, GivenClient, GivenUser, claims
from support.given_access import cnpj
from support.world import Ids


class Bureau:
    """An organisation with its administrator, and a business that was given a role which the administrator does not hold."""

    async def open(self, given: Given) -> "Bureau":
        self.given = given
        self.client: GivenClient = await given.client("READ", "WRITE", "identity_read")
        self.organization = await given.organization()
        self.admin: Api = await given.person(await given.user(None, "ADMIN", organization_id=self.organization), self.client)
        self.maintenance = await given.person(await given.user(None, "IAM_ADMIN_MAINTENANCE"), self.client)
        self.role = await given.role()
        self.business = await given.business(self.organization)
        self.user: GivenUser = await given.user(organization_id=self.organization)
        group = await given.group(self.role, organization_id=self.organization)
        await given.member(group, "BUSINESS", self.business)
        return self

    async def roles(self, user: GivenUser) -> set[str]:
        said = claims(await self.given.user_token(user, self.client))["authorities"]
        return {one.removeprefix("ROLE_") for one in said}


@pytest.fixture
async def bureau(on_both: Given) -> Bureau:
    return await Bureau().open(on_both)


async def test_whoever_brings_a_user_to_a_business_holds_its_roles(bureau: Bureau):
    path, office = f"/businesses/{bureau.business}/users/{bureau.user.id}", {"office": "USER"}

    refused(await bureau.admin.put(path, json=office), 403, "302")

    assert bureau.role not in await bureau.roles(bureau.user)
    assert (await bureau.maintenance.put(path, json=office)).status_code == 200
    assert bureau.role in await bureau.roles(bureau.user)
    # Who is there already gets nothing by another office.
    assert (await bureau.admin.put(path, json={"office": "OWNER"})).status_code == 200


async def test_whoever_makes_a_user_of_a_business_holds_its_roles(bureau: Bureau):
    body: dict[str, Any] = {"username": "another@example.com", "businessId": bureau.business}

    refused(await bureau.admin.post("/user-identities", json=body), 403, "302")

    assert (await bureau.maintenance.post("/user-identities", json=body)).status_code == 201


async def test_whoever_brings_a_business_to_a_corporate_group_holds_what_comes_by_it(bureau: Bureau):
    given = bureau.given
    corporate = await given.corporate_group(bureau.organization)
    business = await given.business(bureau.organization)
    group = await given.group(bureau.role, organization_id=bureau.organization, corporate_group_id=corporate)
    await given.member(group, "BUSINESS", business)
    body = {"name": "x", "document": cnpj(), "corporateGroupId": corporate}

    refused(await bureau.admin.put(f"/businesses/{business}", json=body), 403, "302")
    named = {"name": "x", "businessIds": [business]}
    refused(await bureau.admin.put(f"/corporate-groups/{corporate}", json=named), 403, "302")

    assert (await bureau.maintenance.put(f"/corporate-groups/{corporate}", json=named)).status_code == 200
    # What the business holds already is no reason.
    assert (await bureau.admin.put(f"/businesses/{business}", json=body)).status_code == 200


async def test_nobody_registers_a_name_that_people_hold_directly(bureau: Bureau):
    await bureau.given.user(None, "AUDITOR_OF_ALL")

    refused(await bureau.admin.post("/roles", json={"name": "AUDITOR_OF_ALL"}), 409, "403")

    assert (await bureau.admin.post("/roles", json={"name": "AUDITOR"})).status_code == 201
    assert (await bureau.maintenance.post("/roles", json={"name": "AUDITOR_OF_ALL"})).status_code == 201


async def test_a_token_narrowed_at_one_client_gets_nothing_back_through_another(bureau: Bureau):
    given, small = bureau.given, await bureau.given.client("READ")
    token = await given.user_token(bureau.user, bureau.client)
    narrowed = await given.api.as_(token).post("/user-identities/me/access-token", json={"scope": ["READ"]})

    there = await given.api.as_(narrowed.json()["accessToken"]).post(
        "/user-identities/me/change-app", params={"targetClientId": small.id}
    )
    back = await given.api.as_(there.json()["accessToken"]).post(
        "/user-identities/me/change-app", params={"targetClientId": bureau.client.id}
    )

    assert back.status_code == 200, back.text
    assert back.json()["scope"] == ["READ"]


async def test_roles_too_long_for_a_token_are_none_and_the_login_goes_on(bureau: Bureau):
    given = bureau.given
    roles = [await given.role(f"R{number:03}_{'x' * 59}") for number in range(MAXIMUM_LENGTH // 64 + 2)]
    group = await given.group(*roles, organization_id=bureau.organization)
    await given.member(group, "USER", bureau.user.id)

    token = await given.user_token(bureau.user, bureau.client)

    assert len(token) < 4000
    assert (await given.api.as_(token).get("/user-identities/me")).status_code == 200
    assert not await bureau.roles(bureau.user) & set(roles)


@pytest.mark.parametrize(("office", "most"), [("BUSINESSADMIN", MOST_OF_BUSINESS), (None, MOST_OF_PERSON)])
async def test_a_business_and_a_person_have_a_bounded_number_of_groups(bureau: Bureau, office: str | None, most: int):
    given = bureau.given
    place: Ids = {}
    if office:
        user = await given.user(
            None, office, kind="BUSINESSUSER", business_id=bureau.business, organization_id=bureau.organization
        )
        place = {"business_id": bureau.business}
    else:
        user = bureau.user
        place = {"owner_id": user.id}

    async def fill(ctx: Context) -> None:
        for _ in range(most):
            values = dict.fromkeys(Group.__struct_fields__) | {"name": "x", "created_at": 1, "updated_at": 1}
            await insert_group(ctx.tx, Group(**values | {"id": new_id(ctx.clock)} | place))

    await given.run(fill)
    caller = await given.person(user, bureau.client)

    refused(await caller.post("/groups", json={"name": "One more"}), 409, "404")

    one = (await caller.get("/groups")).json()["items"][0]["groupId"]
    assert (await caller.delete(f"/groups/{one}")).status_code == 204
    assert (await caller.post("/groups", json={"name": "One more"})).status_code == 201


async def test_a_service_stays_in_its_organisation(on_both: Given):
    here, there = await on_both.organization(), await on_both.organization()
    scopes = ("identity_read", "identity_update", "identity_add", "identity_remove", "account_lock", "factor_manage")
    client = await on_both.client(*scopes, organization_id=here)
    service = on_both.api.as_(await on_both.client_token(client))
    own, foreign = await on_both.user(organization_id=here), await on_both.user(organization_id=there)

    for path in (f"/user-identities/{foreign.id}", f"/user-identities/{foreign.id}/authentication-factors"):
        if path.endswith("factors"):
            body = {"authenticationFactors": [{"contactType": "EMAIL", "email": "another@example.com"}]}
            refused(await service.post(path, json=body), 404, "401")
        else:
            refused(await service.get(path), 404, "401")
            refused(await service.patch(path, json={"name": "x"}), 404, "401")
            refused(await service.delete(path), 404, "401")
    refused(await service.post("/user-identities/lock", json={"userId": foreign.id}), 400, "107")
    assert (await service.get(f"/user-identities/{own.id}")).status_code == 200
    assert (await service.post("/user-identities/lock", json={"userId": own.id})).status_code == 204


async def test_a_third_partys_client_of_no_organisation_validates_no_ones_tokens(bureau: Bureau):
    given = bureau.given
    order = {"orderId": "o", "isExternalOrder": False, "productId": "p", "sku": "s", "billingType": "FREE"}
    buyer = await given.person(bureau.user, bureau.client)
    token = (await buyer.post("/product-accesses/authorize", json=order)).json()["opaqueToken"]
    third = await given.client(first_party=False, grant_types=("client_credentials",))
    answers = [
        await caller.post("/product-accesses/validate", json={"opaqueToken": token})
        for caller in (given.api.as_(await given.client_token(third)), await given.service())
    ]

    assert [answer.json()["active"] for answer in answers] == [False, True]
