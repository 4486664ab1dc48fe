"""UI-17: a user as administrators and services see it."""

import pytest

from support.answers import refused
from support.given import Given, GivenClient, GivenUser


async def test_everything_about_a_user_with_documents_masked(on_both: Given):
    user = await on_both.user("529.982.247-25", name="Maria Silva", document="52998224725")
    await on_both.user_token(user, await on_both.client())
    service = await on_both.service("identity_read", "account_lock")
    on_both.later(seconds=60)
    await service.post("/user-identities/lock", json={"userId": user.id})

    answer = await service.get(f"/user-identities/{user.id}")

    assert answer.status_code == 200
    shown = answer.json()
    (identity,) = shown.pop("identities")
    assert identity["type"] == "CPF"
    assert identity["verified"]
    assert "52998224725" not in answer.text
    assert shown.pop("document") == identity["value"]
    assert shown == {
        "userId": user.id,
        "status": "LOCKED",
        "name": "Maria Silva",
        "businessId": None,
        "roles": ["PERSON", "USER"],
        "lastLoginAt": "2025-11-24T16:00:00Z",
        "lockedAt": "2025-11-24T16:01:00Z",
    }


async def test_who_reaches_whom(given: Given, client: GivenClient):
    mine, theirs = await given.user(organization_id="7" * 24), await given.user(organization_id="8" * 24)
    over_all = await given.administrator(client)
    in_one = await given.person(await given.user(None, "IAM_ADMIN_MAINTENANCE"), client)

    for caller in (over_all, in_one):
        for user in (mine, theirs):
            assert (await caller.get(f"/user-identities/{user.id}")).status_code == 200


async def test_a_person_sees_nobody(given: Given, client: GivenClient, user: GivenUser):
    other = await given.user()
    caller = await given.person(user, client)

    for target in (user.id, other.id, "0" * 24):
        refused(await caller.get(f"/user-identities/{target}"), 403, "301")


@pytest.mark.parametrize("wrong", ["0" * 24, "x", "ME", "f" * 23, "%2e%2e", "0" * 3000])
async def test_whoever_is_not_there_is_not_found(given: Given, wrong: str):
    service = await given.service("identity_read")

    refused(await service.get(f"/user-identities/{wrong}"), 404, "401")
