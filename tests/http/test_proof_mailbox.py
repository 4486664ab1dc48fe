"""A login at an identity provider and a code to the mailbox of that account: one thing, proved twice."""

import pytest

from authme.users import names
from support.answers import refused
from support.factors import LEVERAGE, asked_for, fulfil
from support.given import Given, GivenUser, MakeGiven, claims
from support.given_proofs import EMAIL, Proofs, by_account, by_certificate, proofs_at

MOBILE = "5511987654321"


@pytest.fixture
async def proofs(make_given: MakeGiven, url: str) -> Proofs:
    return await proofs_at(await make_given(url, verify_contact="true"))


async def somebody(given: Given) -> str:
    user = await given.user(EMAIL, names=(names.email(EMAIL), names.mobile(MOBILE)))
    return user.id


async def test_a_code_to_it_is_no_second_factor_where_there_is_another(proofs: Proofs):
    given = proofs.given
    await somebody(given)
    proof = by_account(await given.oidc_provider(), email=EMAIL)
    person = given.api.as_((await proofs.tokens(proof)).access_token)

    refused(await person.post(LEVERAGE, json={"contactType": "EMAIL"}), 409, "404")
    answer = await fulfil(person, await asked_for(person), token=await given.code(MOBILE))

    assert claims(answer.json()["accessToken"])["acr"] == "AUTH-MFA"
    # A session that is known to have proved more still does not take it for another proof.
    raised = given.api.as_(answer.json()["accessToken"])
    factors = (await raised.get("/user-identities/me/authentication-factors")).json()
    mail = next(one["id"] for one in factors if one["contactType"] == "EMAIL")
    refused(await raised.post(f"/user-identities/me/authentication-factors/{mail}/send-token"), 409, "404")


async def test_a_code_to_another_mailbox_is(proofs: Proofs):
    given = proofs.given
    user_id = await somebody(given)
    provider = await given.oidc_provider()
    proof = by_account(provider, email="Maria@Other.example.com")
    token = await given.mfa_token(GivenUser(user_id, EMAIL, ""), proofs.client)
    await proofs.link(token, proof)
    person = given.api.as_((await proofs.tokens(proof)).access_token)

    answer = await fulfil(person, await asked_for(person, contactType="EMAIL"), token=await given.code(EMAIL))

    assert claims(answer.json()["accessToken"])["acr"] == "AUTH-MFA"


async def test_who_has_no_other_proves_with_it(proofs: Proofs):
    """As after a reset: without this, they could never do what needs two factors."""
    given = proofs.given
    person = given.api.as_((await proofs.tokens(by_account(await given.oidc_provider(), email=EMAIL))).access_token)

    answer = await fulfil(person, await asked_for(person), token=await given.code(EMAIL))

    assert claims(answer.json()["accessToken"])["acr"] == "AUTH-MFA"


async def test_a_password_and_a_code_to_it_are_two(proofs: Proofs):
    given = proofs.given
    user = await given.user(EMAIL, names=(names.email(EMAIL), names.mobile(MOBILE)))
    await proofs.tokens(by_account(await given.oidc_provider(), email=EMAIL))
    person = await given.person(user, proofs.client)

    answer = await fulfil(person, await asked_for(person, contactType="EMAIL"), token=await given.code(EMAIL))

    assert claims(answer.json()["accessToken"])["acr"] == "AUTH-MFA"


async def test_a_certificate_and_a_code_are_one_kind(proofs: Proofs):
    given = proofs.given
    await given.user(EMAIL, document="52998224725", is_document_vouched=True)
    person = given.api.as_((await proofs.tokens(by_certificate())).access_token)

    refused(await person.post(LEVERAGE, json={"contactType": "EMAIL"}), 409, "404")


async def test_the_session_keeps_no_address(proofs: Proofs):
    await proofs.tokens(by_account(await proofs.given.oidc_provider(), email=EMAIL))

    ((kept,),) = await proofs.rows("SELECT proofs FROM session")
    assert "mailbox:" in kept
    assert "maria" not in kept
