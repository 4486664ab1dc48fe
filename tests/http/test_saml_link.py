"""X-link-saml: link an account at a SAML identity provider in a session."""

import pytest

from support.answers import refusal, refused, token_object
from support.api import Api
from support.given import Given, GivenUser, claims
from support.saml_world import LINK, SamlWorld, refused_for, saml_world

OVER = "it answers no request of this application that is open"


@pytest.fixture
async def world(given: Given) -> SamlWorld:
    return await saml_world(given)


async def link(world: SamlWorld, person: Api) -> str:
    begun = await world.begin(person)
    answer = await person.post(LINK, json={"samlResponse": await world.response(begun), "relayState": begun["relayState"]})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["identityId"])


async def person_of(world: SamlWorld, user: GivenUser) -> Api:
    return world.given.api.as_(await world.given.mfa_token(user, world.client))


async def test_what_is_linked_in_a_session_logs_in_from_then_on(on_both: Given):
    world, maria = await saml_world(on_both, first_use="REFUSE"), await on_both.user()
    refused(await world.exchange(await world.response()), 401, "207")

    identity_id = await link(world, await person_of(world, maria))

    assert (await world.log_in())["sub"] == maria.id
    shown = (await (await person_of(world, maria)).get("/user-identities/me")).json()
    (linked,) = [one for one in shown["identities"] if one["type"] == "SAML"]
    assert (linked["identityId"], linked["verified"]) == (identity_id, True)
    assert [row["result"] for row in await on_both.trail("proof.linked")] == ["OK"]


async def test_only_a_request_of_the_same_session_is_answered(given: Given, world: SamlWorld):
    maria = await given.user()
    person, elsewhere = await person_of(world, maria), await person_of(world, maria)
    stranger = await person_of(world, await given.user())

    for caller in (world.visitor, elsewhere, stranger):
        response = await world.response(await world.begin(caller))
        refused_for(await person.post(LINK, json={"samlResponse": response}), OVER)

    assert (await given.trail("proof.linked"))[-1]["result"] == "REFUSED"
    await link(world, person)


async def test_a_request_of_a_session_logs_nobody_in(given: Given, world: SamlWorld):
    person = await person_of(world, await given.user())

    await world.refused(await world.response(await world.begin(person)), OVER)


async def test_an_unsolicited_response_is_never_linked(given: Given):
    world = await saml_world(given, allows_unsolicited=True)
    person = await person_of(world, await given.user())

    answer = await person.post(LINK, json={"samlResponse": world.unsolicited()})

    refused_for(answer, "it answers no request of this session")


async def test_what_is_linked_already_is_not_linked_again(given: Given, world: SamlWorld):
    maria, joana = await given.user(), await given.user()
    await link(world, await person_of(world, maria))

    for user in (maria, joana):
        person = await person_of(world, user)
        response = await world.response(await world.begin(person))
        refused(await person.post(LINK, json={"samlResponse": response}), 409, "403")


async def test_a_response_is_linked_once(given: Given, world: SamlWorld):
    person = await person_of(world, await given.user())
    response = await world.response(await world.begin(person))
    assert (await person.post(LINK, json={"samlResponse": response})).status_code == 201

    refused_for(await person.post(LINK, json={"samlResponse": response}), OVER)


async def test_somebody_has_to_have_proved_themselves_a_short_time_ago(given: Given, world: SamlWorld):
    person = await person_of(world, await given.user())
    given.later(minutes=30)
    response = await world.response(await world.begin(person))

    assert refusal(await person.post(LINK, json={"samlResponse": response})) == (403, ["301"])


async def test_an_organisations_provider_is_linked_to_none_but_its_own(given: Given):
    world = await saml_world(given, organization_id=await given.organization())
    person = await person_of(world, await given.user())
    response = await world.response(await world.begin(person))

    refused_for(await person.post(LINK, json={"samlResponse": response}), "does not speak for this user")


async def test_a_session_by_saml_links_another_account(given: Given, world: SamlWorld):
    other = await saml_world(given)
    found = token_object(await world.enter(await world.exchange(await world.response())))
    person = given.api.as_(str(found["accessToken"]))
    begun = await other.begin(person)

    answer = await person.post(LINK, json={"samlResponse": await other.response(begun)})

    assert answer.status_code == 201, answer.text
    assert (await other.log_in())["sub"] == claims(str(found["accessToken"]))["sub"]
