"""The caller's own user."""

from support.answers import refused
from support.given import Given


async def test_people_see_themselves_as_administrators_see_them(on_both: Given):
    client, user = await on_both.client(), await on_both.user("529.982.247-25", name="Maria Silva", document="52998224725")
    person = await on_both.person(user, client)

    answer = await person.get("/user-identities/me")

    assert answer.status_code == 200
    assert answer.json()["userId"] == user.id
    assert "52998224725" not in answer.text
    assert answer.json() == (await (await on_both.service("identity_read")).get(f"/user-identities/{user.id}")).json()


async def test_nobody_but_a_person_who_logged_in_has_a_user(given: Given):
    client, user = await given.client(), await given.user()
    third = await given.client(first_party=False)
    named = await given.api.as_client(client.id).post("/user-identities/identification", json={"username": user.name})

    refused(await given.api.get("/user-identities/me"), 401, "201")
    refused(await given.api.as_client(client.id).get("/user-identities/me"), 401, "201")
    refused(await (await given.service("identity_read")).get("/user-identities/me"), 403, "301")
    refused(await given.api.as_(named.json()["accessToken"]).get("/user-identities/me"), 403, "301")
    refused(await given.api.as_(await given.mfa_token(user, third)).get("/user-identities/me"), 403, "301")
