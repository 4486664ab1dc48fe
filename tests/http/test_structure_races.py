"""What is removed while something else comes to hang on it, and what keeps it."""

from support.answers import refused
from support.api import Api
from support.given import Given, at_once
from support.two_engines import rows_of

TIMES = 5


async def maintenance(given: Given) -> Api:
    return await given.administrator(await given.client(), level="AUTH-MFA")


async def test_no_application_comes_to_a_unit_that_is_being_removed(on_both: Given):
    caller, here = await maintenance(on_both), await on_both.organization()
    application = await on_both.registered_application(here)
    for _ in range(TIMES):
        unit = await on_both.business_unit(here)
        body = {"name": "x", "organizationId": here, "businessUnitId": unit}

        removed, made, moved = await at_once(
            caller.delete(f"/business-units/{unit}"),
            caller.post("/applications", json=body),
            caller.put(f"/applications/{application}", json={"name": "x", "businessUnitId": unit}),
        )

        came = (made.status_code == 201) + (moved.status_code == 200)
        assert removed.status_code == (409 if came else 204), removed.text
        assert made.status_code in {201, 400}
        assert moved.status_code in {200, 400}
        assert (await caller.get(f"/business-units/{unit}")).status_code == (200 if came else 404)
        assert (await caller.put(f"/applications/{application}", json={"name": "x"})).status_code == 200


async def test_no_service_comes_to_an_application_that_is_being_removed(on_both: Given):
    caller, here = await maintenance(on_both), await on_both.organization()
    service = await on_both.service_account(here)
    for _ in range(TIMES):
        application = await on_both.registered_application(here)
        body = {"name": "x", "organizationId": here, "applicationId": application}

        removed, made, moved = await at_once(
            caller.delete(f"/applications/{application}"),
            caller.post("/services", json=body),
            caller.put(f"/services/{service}", json={"name": "x", "applicationId": application}),
        )

        came = (made.status_code == 201) + (moved.status_code == 200)
        assert removed.status_code == (409 if came else 204), removed.text
        assert made.status_code in {201, 400}
        assert moved.status_code in {200, 400}
        assert (await caller.put(f"/services/{service}", json={"name": "x"})).status_code == 200


async def test_no_service_comes_to_a_business_that_is_being_removed(on_both: Given):
    caller = await maintenance(on_both)
    for _ in range(TIMES):
        business = await on_both.business()

        removed, made = await at_once(
            caller.delete(f"/businesses/{business}"), caller.post("/services", json={"name": "x", "businessId": business})
        )

        assert (removed.status_code, made.status_code) in {(204, 400), (409, 201)}, (removed.text, made.text)


async def test_services_and_clients_that_name_the_same_do_not_wait_for_each_other(on_both: Given):
    """They hold what they name in one order: else the engine would end one of two that wait for each other."""
    caller, here = await maintenance(on_both), await on_both.organization()
    for _ in range(TIMES):
        business, unit = await on_both.business(here), await on_both.business_unit(here)
        application = await on_both.registered_application(here, business_unit_id=unit)
        service = {"name": "x", "organizationId": here, "businessId": business, "applicationId": application}
        client = {"appId": application, "organizationId": here, "businessUnitId": unit, "businessId": business}
        moved = {"name": "x", "businessUnitId": unit}

        answers = await at_once(
            *(caller.post("/services", json=service) for _ in range(3)),
            *(caller.post("/client-identities", json=client) for _ in range(3)),
            *(caller.put(f"/applications/{application}", json=moved) for _ in range(3)),
        )

        assert [answer.status_code for answer in answers] == [201] * 6 + [200] * 3


async def test_a_service_that_is_being_removed_comes_to_no_group_and_no_client(on_both: Given):
    caller, here = await maintenance(on_both), await on_both.organization()
    group = await on_both.group(organization_id=here)
    for _ in range(TIMES):
        service = await on_both.service_account(here)
        client = {"appId": "billing", "organizationId": here, "serviceAccountId": service}

        removed, added, made = await at_once(
            caller.delete(f"/services/{service}"),
            caller.post(f"/service-accesses/{group}/service-accounts", json=[{"serviceId": service}]),
            caller.post("/client-identities", json=client),
        )

        assert (removed.status_code, made.status_code) in {(204, 400), (409, 201)}, (removed.text, made.text)
        assert added.status_code in {200, 400}, added.text
        members = await rows_of(on_both.env["AUTHME_DATABASE_URL"], "SELECT member_id FROM group_member")
        assert (service,) not in members or removed.status_code == 409


async def test_a_removed_clients_keys_keep_no_application(on_both: Given):
    caller, here = await maintenance(on_both), await on_both.organization()
    application = await on_both.registered_application(here)
    client = await on_both.client(organization_id=here, app_id=application)
    key = {"clientId": client.id, "appId": application, "apiKey": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}
    assert (await caller.post("/api-key", json=key)).status_code == 201
    answer = await caller.delete(f"/applications/{application}")
    refused(answer, 409, "404")
    assert "There are clients of" in answer.text

    assert (await caller.delete(f"/client-identities/{client.id}")).status_code == 204

    assert (await caller.delete(f"/applications/{application}")).status_code == 204


async def test_a_service_with_groups_that_stays_stays_in_them(on_both: Given):
    caller, here = await maintenance(on_both), await on_both.organization()
    service, group = await on_both.service_account(here), await on_both.group(organization_id=here)
    await on_both.member(group, "SERVICE", service)
    await on_both.client(organization_id=here, service_account_id=service)

    refused(await caller.delete(f"/services/{service}"), 409, "404")

    assert await rows_of(on_both.env["AUTHME_DATABASE_URL"], "SELECT member_id FROM group_member") == [(service,)]


async def test_a_user_by_the_id_of_a_removed_service_stays_in_its_groups(on_both: Given):
    """The id of a user can be chosen, and so be that of a service account."""
    caller = await maintenance(on_both)
    service, group = await on_both.service_account(), await on_both.group()
    await on_both.member(group, "SERVICE", service)
    user = await on_both.user(user_id=service)
    await on_both.member(group, "USER", user.id)

    assert (await caller.delete(f"/services/{service}")).status_code == 204

    members = await rows_of(on_both.env["AUTHME_DATABASE_URL"], "SELECT member_type, member_id FROM group_member")
    assert members == [("USER", user.id)]
