"""CU-01, CU-02 and the customers that administrators see."""

from typing import Any

import httpx
import pytest

from authme.kernel.context import MFA
from support.answers import refused
from support.api import Api
from support.given import Given, at_once, claims
from support.given_access import cnpj

CPF = "52998224725"


@pytest.fixture
async def administrator(on_both: Given) -> Api:
    return await on_both.administrator(await on_both.client())


async def company(caller: Api, **body: Any) -> httpx.Response:
    return await caller.post("/customers/business", json={"document": cnpj(), "legalName": "Company"} | body)


async def person(caller: Api, user_id: str, **body: Any) -> httpx.Response:
    return await caller.post("/customers/user", json={"userId": user_id, "document": CPF, "name": "Person"} | body)


async def test_a_company_is_a_customer_by_the_next_number(on_both: Given, administrator: Api):
    group = await on_both.corporate_group()
    document = cnpj()
    business = await on_both.business(document=document, corporate_group_id=group)

    first = await company(administrator, document=document, businessId=business, tradeName="Trade")
    second = await company(administrator)

    assert first.status_code == 201, first.text
    found = first.json()
    assert found.pop("createdAt")
    assert found == {
        "customerId": 1,
        "businessId": business,
        "document": document,
        "legalName": "Company",
        "tradeName": "Trade",
        "corporateGroupId": group,
    }
    assert second.json()["customerId"] == 2


async def test_an_alphanumeric_cnpj_with_punctuation_is_kept_bare(administrator: Api):
    answer = await company(administrator, document="12.abc.345/01DE-35")

    assert answer.json()["document"] == "12ABC34501DE35"


@pytest.mark.parametrize("document", ["12ABC34501DE36", "11111111111111", CPF, "x"])
async def test_a_cnpj_with_wrong_check_digits_is_refused(given: Given, document: str):
    administrator = await given.administrator(await given.client())
    refused(await company(administrator, document=document), 400, "102")


async def test_a_person_is_a_customer_and_their_next_token_says_so(on_both: Given, administrator: Api):
    client, user = await on_both.client(), await on_both.user()

    answer = await person(administrator, user.id, document="529.982.247-25")

    assert answer.status_code == 201, answer.text
    assert (answer.json()["customerId"], answer.json()["document"], answer.json()["userId"]) == (1, CPF, user.id)
    assert claims(await on_both.user_token(user, client))["customer_id"] == 1


async def test_whoever_acts_for_a_business_speaks_for_that_customer(on_both: Given, administrator: Api):
    documents = cnpj(), cnpj()
    firm, other = [await on_both.business(document=one) for one in documents]
    number = (await company(administrator, document=documents[0], businessId=firm)).json()["customerId"]
    client, member = await on_both.client(), await on_both.user(business_id=firm)
    assert (await person(administrator, member.id)).status_code == 201
    stranger = await on_both.user(business_id=other)

    said = {}
    for user, business in ((member, firm), (stranger, other)):
        token = await on_both.user_token(user, client)
        acting = await on_both.api.as_(token).post("/user-identities/me/access-token", json={"businessId": business})
        said[user.id] = [claims(one).get("customer_id") for one in (token, acting.json()["accessToken"])]

    assert said == {member.id: [number + 1, number], stranger.id: [None, None]}


async def test_documents_users_and_businesses_are_customers_once(on_both: Given, administrator: Api):
    user, other, document = await on_both.user(), await on_both.user(), cnpj()
    business = await on_both.business(document=document)
    assert (await person(administrator, user.id)).status_code == 201
    assert (await company(administrator, document=document, businessId=business)).status_code == 201

    refused(await person(administrator, other.id), 409, "403")
    refused(await person(administrator, user.id, document="11144477735"), 409, "403")
    refused(await company(administrator, document=document), 409, "403")
    refused(await company(administrator, document=document, businessId=business), 409, "403")
    # What was refused took no number.
    assert (await company(administrator)).json()["customerId"] == 3


async def test_the_document_is_that_of_whom_it_is_of(on_both: Given, administrator: Api):
    user = await on_both.user(document="11144477735")
    business = await on_both.business()

    refused(await person(administrator, user.id), 400, "102")
    refused(await company(administrator, businessId=business), 400, "102")


async def test_the_corporate_group_is_that_of_the_business(on_both: Given, administrator: Api):
    here, document, its_document = await on_both.organization(), cnpj(), cnpj()
    groups = [await on_both.corporate_group(here), await on_both.corporate_group(here), await on_both.corporate_group()]
    business = await on_both.business(here, document=document, corporate_group_id=groups[0])
    free = await on_both.business(here, document=its_document)

    refused(await company(administrator, document=document, businessId=business, corporateGroupId=groups[1]), 409, "404")
    refused(await company(administrator, document=document, businessId=business, corporateGroupId=groups[2]), 400, "102")
    answer = await company(administrator, document=its_document, businessId=free, corporateGroupId=groups[1])
    assert answer.json()["corporateGroupId"] == groups[1]


async def test_nobody_makes_a_customer_of_whoever_stands_above_them(on_both: Given):
    here = await on_both.organization()
    above = await on_both.user(None, "IAM_ADMIN_MAINTENANCE", organization_id=here)
    admin = await on_both.person(await on_both.user(None, "ADMIN", organization_id=here), await on_both.client())
    service = on_both.api.as_(await on_both.client_token(await on_both.client("customer_create", organization_id=here)))

    for caller in (admin, service):
        refused(await person(caller, above.id), 403, "302")


@pytest.mark.parametrize("field", ["userId", "businessId", "corporateGroupId"])
async def test_what_is_named_and_not_there_is_said(on_both: Given, administrator: Api, field: str):
    send = company if field == "corporateGroupId" else person
    body = {field: "0" * 24} if field != "userId" else {}
    user = (await on_both.user()).id if field != "userId" else "0" * 24
    answer = await (company(administrator, **body) if send is company else person(administrator, user, **body))

    refused(answer, 400, "107")


async def test_what_is_of_another_organisation_is_not_there(on_both: Given):
    here, there = await on_both.organization(), await on_both.organization()
    client = await on_both.client()
    admin = await on_both.person(await on_both.user(None, "ADMIN", organization_id=here), client)
    service = await on_both.client("customer_create", organization_id=here)
    user = await on_both.user(organization_id=there)
    business, group = await on_both.business(there), await on_both.corporate_group(there)

    for caller in (admin, on_both.api.as_(await on_both.client_token(service))):
        refused(await person(caller, user.id), 400, "107")
        refused(await company(caller, businessId=business), 400, "107")
        refused(await company(caller, corporateGroupId=group), 400, "107")
    assert (await company(admin)).status_code == 201


async def test_a_service_with_the_scope_makes_customers(on_both: Given):
    service = await on_both.service("customer_create")
    assert (await person(service, (await on_both.user()).id)).status_code == 201
    refused(await person(await on_both.service("READ"), (await on_both.user()).id), 403, "301")


async def test_administrators_find_those_of_their_organisation(on_both: Given, administrator: Api):
    here, there = await on_both.organization(), await on_both.organization()
    client, document = await on_both.client(), cnpj()
    admins = [await on_both.person(await on_both.user(None, "ADMIN", organization_id=one), client) for one in (here, there)]
    ours = [(await company(admins[0])).json()["customerId"] for _ in range(3)]
    theirs = (await company(admins[1], document=document)).json()["customerId"]

    first = (await admins[0].get("/customers", params={"limit": 2})).json()
    rest = (await admins[0].get("/customers", params={"limit": 2, "cursor": first["nextCursor"]})).json()
    assert [one["customerId"] for one in first["items"] + rest["items"]] == ours
    assert rest["nextCursor"] is None
    assert (await admins[0].get("/customers", params={"document": document})).json()["items"] == []
    assert (await admins[1].get("/customers", params={"document": document})).json()["items"][0]["customerId"] == theirs
    assert len((await administrator.get("/customers")).json()["items"]) == 4
    assert (await admins[0].get(f"/customers/{ours[0]}")).json()["kind"] == "BUSINESS"
    for foreign in (theirs, 0, 99, "x", "1" * 30, "-1", "%C2%B9"):
        refused(await admins[0].get(f"/customers/{foreign}"), 404, "401")
    refused(await admins[0].get("/customers", params={"cursor": "eA=="}), 400, "102")
    refused(await admins[0].get("/customers", params={"document": "1"}), 400, "102")


async def test_thirty_two_at_once_get_thirty_two_numbers(administrator: Api):
    answers = await at_once(*(company(administrator) for _ in range(32)))

    assert sorted(answer.json()["customerId"] for answer in answers) == list(range(1, 33))


async def test_of_one_document_at_once_one_wins(on_both: Given, administrator: Api):
    document, user = cnpj(), await on_both.user()

    answers = await at_once(*(company(administrator, document=document) for _ in range(8)))
    persons = await at_once(*(person(administrator, user.id) for _ in range(8)))

    for group in (answers, persons):
        assert sorted(answer.status_code for answer in group) == [201] + [409] * 7
    assert (await company(administrator)).json()["customerId"] == 3


async def test_a_user_who_is_removed_at_the_same_time(on_both: Given, administrator: Api):
    user = await on_both.user()

    made, removed = await at_once(person(administrator, user.id), administrator.delete(f"/user-identities/{user.id}"))

    assert made.status_code in {201, 400}
    assert removed.status_code == 204


async def test_a_business_or_corporate_group_that_is_removed_at_the_same_time(on_both: Given, administrator: Api):
    for _ in range(5):
        document = cnpj()
        business, group = await on_both.business(document=document), await on_both.corporate_group()

        of_business, without_business, of_group, without_group = await at_once(
            company(administrator, document=document, businessId=business),
            administrator.delete(f"/businesses/{business}"),
            company(administrator, corporateGroupId=group),
            administrator.delete(f"/corporate-groups/{group}"),
        )

        for made, removed in ((of_business, without_business), (of_group, without_group)):
            assert (made.status_code, removed.status_code) in {(201, 409), (400, 204)}, (made.text, removed.text)


async def test_nobody_waits_for_each_other_in_a_circle(on_both: Given, administrator: Api):
    twice_proved = await on_both.administrator(await on_both.client(), level=MFA)
    for cpf in ("11144477735", "39053344705", CPF):
        document, groups = cnpj(), [await on_both.corporate_group() for _ in range(2)]
        business = await on_both.business(document=document, corporate_group_id=groups[0])
        user = await on_both.user()

        answers = await at_once(
            company(administrator, document=document, businessId=business),
            administrator.put(f"/corporate-groups/{groups[0]}", json={"name": "x", "businessIds": [business]}),
            administrator.put(f"/corporate-groups/{groups[1]}", json={"name": "x", "businessIds": []}),
            person(administrator, user.id, document=cpf, businessId=business),
            administrator.put(f"/businesses/{business}/users/{user.id}", json={"office": "OWNER"}),
            twice_proved.post("/client-identities", json={"appId": "app", "userId": user.id, "businessId": business}),
        )

        statuses = [answer.status_code for answer in answers]
        assert statuses == [201, 200, 200, 201, 200, 201], [answer.text for answer in answers]


async def test_a_removed_person_is_forgotten_as_a_customer_too(on_both: Given, administrator: Api):
    user, again = await on_both.user(), await on_both.user()
    assert (await person(administrator, user.id)).status_code == 201

    assert (await administrator.delete(f"/user-identities/{user.id}")).status_code == 204

    refused(await administrator.get("/customers/1"), 404, "401")
    assert (await person(administrator, again.id)).json()["customerId"] == 2


async def test_a_removed_customer_leaves_user_document_and_business(on_both: Given, administrator: Api):
    client, user, document = await on_both.client(), await on_both.user(), cnpj()
    group = await on_both.corporate_group()
    business = await on_both.business(document=document, corporate_group_id=group)
    assert (await person(administrator, user.id)).status_code == 201
    assert (await company(administrator, document=document, businessId=business)).status_code == 201
    refused(await administrator.delete(f"/businesses/{business}"), 409, "404")

    for number in (1, 2):
        assert (await administrator.delete(f"/customers/{number}")).status_code == 204
        refused(await administrator.delete(f"/customers/{number}"), 404, "401")

    assert "customer_id" not in claims(await on_both.user_token(user, client))
    assert (await person(administrator, user.id)).json()["customerId"] == 3
    assert (await administrator.delete(f"/businesses/{business}")).status_code == 204
    assert (await administrator.delete(f"/corporate-groups/{group}")).status_code == 204


async def test_a_company_that_is_a_customer_follows_its_business(on_both: Given, administrator: Api):
    document, other, taken = cnpj(), cnpj(), cnpj()
    group = await on_both.corporate_group()
    business = await on_both.business(document=document, corporate_group_id=group)
    assert (await company(administrator, document=document, businessId=business)).json()["corporateGroupId"] == group
    assert (await company(administrator, document=taken)).status_code == 201

    changed = await administrator.put(f"/businesses/{business}", json={"name": "x", "document": other})

    assert changed.status_code == 200, changed.text
    found = (await administrator.get("/customers/1")).json()
    assert (found["document"], found["corporateGroupId"]) == (other, None)
    assert (await administrator.delete(f"/corporate-groups/{group}")).status_code == 204
    refused(await administrator.put(f"/businesses/{business}", json={"name": "x", "document": taken}), 409, "403")
