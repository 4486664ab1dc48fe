"""UI-42 at a real provider: whose account it is, the first time and from then on."""

from typing import Any

import pytest

from authme.providers.model import Claims
from support.api import Api
from support.federated import LINK, LOGIN, bring, log_in, logged_in
from support.given import Given, GivenUser, MakeGiven
from support.openid_peer import CPF, OpenIdPeer

MARIA = "maria@example.com"
ME = "/user-identities/me"
EMAIL = {"trusts_email": True}


async def caller_of(given: Given) -> Api:
    return given.api.as_client((await given.client()).id)


async def user_of(given: Given, **draft: Any) -> GivenUser:
    return await given.user(MARIA, **draft)


async def test_the_first_login_makes_a_user_and_the_second_finds_them(on_both: Given, openid_peer: OpenIdPeer):
    await on_both.oidc_provider(**openid_peer.settings(**EMAIL))
    caller = await caller_of(on_both)

    first = logged_in(await log_in(caller, openid_peer))
    second = logged_in(await log_in(caller, openid_peer))

    assert first["sub"] == second["sub"]
    assert first["sid"] != second["sid"]
    assert (first["amr"], first["acr"]) == (["fed"], "AUTH-BASIC")
    assert {"ROLE_USER", "ROLE_PERSON"} <= set(first["authorities"])


async def test_what_the_provider_says_is_what_is_known_of_them(given: Given, openid_peer: OpenIdPeer):
    claims = Claims(document="cpf", email="email", name="name")
    await given.oidc_provider(**openid_peer.settings(**EMAIL, trusts_document=True, claims=claims))
    answer = await log_in(await caller_of(given), openid_peer)

    person = (await given.api.as_(answer.json()["accessToken"]).get(ME)).json()

    names = {one["type"]: (one["value"], one["verified"]) for one in person["identities"]}
    assert (person["name"], person["status"]) == ("Maria Silva", "ACTIVE")
    assert names["EMAIL"] == (MARIA, True)
    assert names["FEDERATED"] == (f"{openid_peer.issuer} maria", True)
    assert names["CPF"][1] is True


async def test_an_address_that_both_sides_verified_links(on_both: Given, openid_peer: OpenIdPeer):
    user = await user_of(on_both)
    await on_both.oidc_provider(**openid_peer.settings(**EMAIL))

    assert logged_in(await log_in(await caller_of(on_both), openid_peer))["sub"] == user.id

    (row,) = await on_both.trail("proof.linked")
    assert row["user_id"] == user.id
    assert "account_linked" in [one["message"] for one in await on_both.messages(MARIA)]


async def test_an_address_that_is_not_verified_here_does_not(on_both: Given, openid_peer: OpenIdPeer):
    user = await user_of(on_both, contacts_are_verified=False)
    await on_both.oidc_provider(**openid_peer.settings(**EMAIL))

    answer = await log_in(await caller_of(on_both), openid_peer)

    assert answer.status_code == 401 or logged_in(answer)["sub"] != user.id
    assert user.id not in [row["user_id"] for row in await on_both.trail("proof.linked")]


async def test_nor_where_addresses_count_as_verified_that_nobody_verified(
    make_given: MakeGiven, openid_peer: OpenIdPeer, url: str
):
    given = await make_given(url, development="true", verify_contact="false")
    await user_of(given)
    await given.oidc_provider(**openid_peer.settings(**EMAIL))

    answer = await log_in(await caller_of(given), openid_peer)

    assert (answer.status_code, answer.json()[0]["code"]) == (401, "207")


async def test_an_address_that_is_not_verified_there_does_not(on_both: Given, openid_peer: OpenIdPeer):
    user = await on_both.user("joao@example.com")
    await on_both.oidc_provider(**openid_peer.settings(**EMAIL))

    found = logged_in(await log_in(await caller_of(on_both), openid_peer, account="joao"))

    assert found["sub"] != user.id


async def test_an_address_of_a_provider_that_is_not_believed_does_not(on_both: Given, openid_peer: OpenIdPeer):
    user = await user_of(on_both)
    await on_both.oidc_provider(**openid_peer.settings(trusts_email=False))

    found = logged_in(await log_in(await caller_of(on_both), openid_peer))

    assert found["sub"] != user.id


@pytest.mark.parametrize("trusted", [{"trusts_document": True}, {"trusts_document": False}])
async def test_a_document_links_where_it_is_known_to_be_theirs_and_the_provider_is_believed(
    given: Given, openid_peer: OpenIdPeer, trusted: dict[str, bool]
):
    user = await given.user(CPF, document=CPF, is_document_vouched=True)
    claims = Claims(document="cpf")
    await given.oidc_provider(**openid_peer.settings(**trusted, claims=claims))

    answer = await log_in(await caller_of(given), openid_peer)

    assert (logged_in(answer)["sub"] == user.id) is trusted["trusts_document"]


async def test_a_provider_that_makes_nobody_lets_in_whom_it_is_linked_to(given: Given, openid_peer: OpenIdPeer):
    await given.oidc_provider(**openid_peer.settings(**EMAIL, creates_users=False))
    caller = await caller_of(given)
    answer = await log_in(caller, openid_peer)
    assert (answer.status_code, answer.json()[0]["code"]) == (401, "207")

    user = await user_of(given)
    assert logged_in(await log_in(caller, openid_peer))["sub"] == user.id


async def test_it_is_linked_and_unlinked_in_a_session(on_both: Given, openid_peer: OpenIdPeer):
    await on_both.oidc_provider(**openid_peer.settings(first_use="SECOND_PROOF", **EMAIL))
    user, client = await user_of(on_both), await on_both.client()
    caller, session = on_both.api.as_client(client.id), on_both.api.as_(await on_both.mfa_token(user, client))
    refused = await log_in(caller, openid_peer)
    assert "link this one" in refused.json()[0]["message"]

    linked = await session.post(LINK, json=(await bring(session, openid_peer)).body)

    assert linked.status_code == 201, linked.text
    assert (linked.json()["type"], linked.json()["verified"]) == ("FEDERATED", True)
    assert logged_in(await log_in(caller, openid_peer))["sub"] == user.id

    gone = await session.delete(f"{ME}/identities/{linked.json()['identityId']}")
    assert gone.status_code == 204, gone.text
    again = await log_in(caller, openid_peer)
    assert (again.status_code, again.json()[0]["code"]) == (401, "207")


async def test_an_account_of_somebody_is_linked_to_nobody_else(given: Given, openid_peer: OpenIdPeer):
    await given.oidc_provider(**openid_peer.settings())
    client = await given.client()
    logged_in(await log_in(given.api.as_client(client.id), openid_peer))
    session = given.api.as_(await given.mfa_token(await given.user(), client))

    answer = await session.post(LINK, json=(await bring(session, openid_peer)).body)

    assert (answer.status_code, answer.json()[0]["code"]) == (409, "403")


async def test_to_link_one_a_second_factor_is_asked_for(given: Given, openid_peer: OpenIdPeer):
    await given.oidc_provider(**openid_peer.settings())
    session = await given.person(await given.user(), await given.client())
    brought = await bring(session, openid_peer)

    answer = await session.post(LINK, json=brought.body)

    assert (answer.status_code, answer.json()[0]["code"]) == (403, "301")
    # The code is still good.
    assert logged_in(await session.post(LOGIN, json=brought.but(state=None, iss=None)))


async def test_a_second_factor_here_is_still_asked_for(on_both: Given, openid_peer: OpenIdPeer):
    await user_of(on_both)
    await on_both.oidc_provider(**openid_peer.settings(**EMAIL))
    answer = await log_in(await caller_of(on_both), openid_peer)
    assert logged_in(answer)["acr"] == "AUTH-BASIC"
    session = on_both.api.as_(answer.json()["accessToken"])

    asked = await session.post(f"{ME}/leverage-mfa", json={})
    body = {"challengeId": asked.json()["challengeId"], "token": await on_both.code(MARIA)}
    raised = logged_in(await session.post(f"{ME}/fulfill-mfa", json=body))

    assert (raised["acr"], raised["amr"]) == ("AUTH-MFA", ["fed", "otp", "mfa"])


async def test_an_organisations_provider_speaks_for_its_users_alone(on_both: Given, openid_peer: OpenIdPeer):
    ours, theirs = await on_both.organization("Ours"), await on_both.organization("Theirs")
    await on_both.oidc_provider(**openid_peer.settings(organization_id=ours, **EMAIL))
    foreign = await user_of(on_both, organization_id=theirs)
    caller = await caller_of(on_both)

    answer = await log_in(caller, openid_peer)
    made = logged_in(await log_in(caller, openid_peer, account="joao"))

    assert (answer.status_code, answer.json()[0]["code"]) == (401, "207")
    assert made["organization_id"] == ours
    assert made["sub"] != foreign.id


async def test_groups_there_are_groups_here(on_both: Given, openid_peer: OpenIdPeer):
    await on_both.role("clerk")
    group = await on_both.group("clerk")
    claims = Claims(groups="groups", name="name")
    await on_both.oidc_provider(**openid_peer.settings(claims=claims, group_map={"staff": group}))
    caller = await caller_of(on_both)

    assert "ROLE_clerk" in logged_in(await log_in(caller, openid_peer))["authorities"]
    assert "ROLE_clerk" not in logged_in(await log_in(caller, openid_peer, account="joao"))["authorities"]
