"""Users who are made by a proof, and those who are let in by one: what they are then, and who is kept out."""

import pytest

from authme.kernel.errors import Refusal
from authme.users import names
from support.answers import refused
from support.given import Given, MakeGiven, claims
from support.given_access import cnpj
from support.given_proofs import CPF, EMAIL, OTHER_CPF, Proofs, by_account, by_certificate, proofs_at
from support.legacy_login import log_in
from support.two_engines import plain_sql

USERS, ME = "/user-identities", "/user-identities/me"
MOVE = "UPDATE user_account SET organization_id ="
PASSWORD = "correct horse battery"


@pytest.fixture
async def proofs(given: Given) -> Proofs:
    return await proofs_at(given)


async def test_whoever_is_made_is_a_person_with_all_that_the_proof_says(on_both: Given):
    proofs = await proofs_at(on_both)
    provider = await on_both.oidc_provider()
    proof = by_account(provider, document=CPF, email=EMAIL)

    found = await proofs.entered(proof)

    assert {"ROLE_AUTH-BASIC", "ROLE_PERSON", "ROLE_USER"} <= set(found["authorities"])
    assert "ROLE_AUTH-MFA" not in found["authorities"]
    assert (found["amr"], found["acr"]) == (["fed"], "AUTH-BASIC")
    user = await proofs.user(found["sub"])
    assert (user["kind"], user["status"], user["name"], user["language"]) == ("PERSON", "ACTIVE", "Maria da Silva", "pt")
    assert (user["document"], user["is_document_vouched"]) == (CPF, 1)
    assert await proofs.names_of(found["sub"]) == {"FEDERATED": proof.name.value, "CPF": CPF, "EMAIL": EMAIL}
    (made,) = [one for one in await on_both.trail("user.created") if one["target"] == found["sub"]]
    assert made["user_id"] == found["sub"]
    (login,) = [one for one in await on_both.trail("user.login") if one["target"] == found["sub"]]
    assert (login["result"], login["client_id"]) == ("OK", proofs.client.id)
    # Nobody has to tell them what they did themselves.
    assert await on_both.messages(EMAIL) == []


async def test_the_address_is_their_main_contact_where_codes_and_messages_go(proofs: Proofs):
    tokens = await proofs.tokens(by_account(await proofs.given.oidc_provider(), email=EMAIL))

    person = proofs.given.api.as_(tokens.access_token)
    (factor,) = (await person.get(f"{ME}/authentication-factors")).json()
    assert (factor["contactType"], factor["credential"], factor["default"]) == ("EMAIL", True, True)
    visitor = proofs.given.api.as_client(proofs.client.id)
    assert (await visitor.post(f"{USERS}/retrieve-identity", json={"userName": EMAIL})).status_code == 201
    body = {"username": EMAIL, "token": await proofs.given.code(EMAIL), "password": PASSWORD}
    assert (await visitor.post(f"{USERS}/password", json=body)).status_code == 201
    assert (await visitor.login(EMAIL, PASSWORD)).status_code == 200


async def test_a_proof_that_says_little_makes_somebody_of_whom_little_is_known(proofs: Proofs):
    found = await proofs.entered(by_account(await proofs.given.saml_provider(), person_name=None))

    user = await proofs.user(found["sub"])
    assert (user["name"], user["document"], user["is_document_vouched"]) == (None, None, 0)
    assert set(await proofs.names_of(found["sub"])) == {"FEDERATED"}


async def test_their_tokens_are_renewed_as_others_are(proofs: Proofs):
    tokens = await proofs.tokens(by_certificate())

    visitor = proofs.given.api.as_client(proofs.client.id)
    answer = await visitor.post(f"{USERS}/renew-token", json={"refreshToken": tokens.refresh_token})

    assert answer.status_code == 200, answer.text
    assert claims(answer.json()["accessToken"])["amr"] == ["swk"]


async def test_what_is_good_once_is_used_first_and_also_where_nobody_is_let_in(on_both: Given):
    proofs = await proofs_at(on_both)
    used = 0

    async def use() -> bool:
        nonlocal used
        used += 1
        return used != 2

    await proofs.enter(by_certificate(), uses=use)
    again = await proofs.enter(by_certificate(), uses=use)
    assert isinstance(again, Refusal)
    assert again.code == "207"
    assert await proofs.rows("SELECT count(*) FROM session") == [(1,)]
    kept_out = await proofs.enter(by_certificate(OTHER_CPF, creates_users=False), uses=use)
    assert isinstance(kept_out, Refusal)
    assert used == 3


async def test_whoever_never_showed_who_they_are_loses_the_password_to_whoever_does(on_both: Given):
    """Somebody registers with a victim's document; an administrator, who knows the victim, says that it is the victim's."""
    proofs = await proofs_at(on_both)
    made = await on_both.user(EMAIL, document=CPF, is_document_vouched=True, password=PASSWORD, contacts_are_verified=False)
    assert (await proofs.user(made.id))["status"] == "PENDING"

    assert (await proofs.entered(by_certificate()))["sub"] == made.id

    assert (await proofs.user(made.id))["status"] == "ACTIVE"
    refused(await on_both.api.as_client(proofs.client.id).login(CPF, PASSWORD), 401, "203")
    assert await proofs.rows("SELECT count(*) FROM credential WHERE password_hash <> ''") == [(0,)]


async def test_whoever_has_nothing_but_a_proof_is_let_in_after_a_lock_ends(proofs: Proofs):
    user_id = (await proofs.entered(by_certificate()))["sub"]
    service = await proofs.given.service("account_lock", "account_unlock")

    assert (await service.post(f"{USERS}/lock", json={"userId": user_id})).status_code == 204
    await proofs.refused(by_certificate(), "205")
    assert (await service.post(f"{USERS}/unlock", json={"userId": user_id})).status_code == 204

    assert (await proofs.entered(by_certificate()))["sub"] == user_id
    assert (await proofs.user(user_id))["status"] == "ACTIVE"


async def test_a_locked_user_is_not_linked_and_told_that_they_are_locked(proofs: Proofs):
    user = await proofs.given.user(None, document=CPF, is_document_vouched=True)
    service = await proofs.given.service("account_lock")
    await service.post(f"{USERS}/lock", json={"userId": user.id})

    await proofs.refused(by_certificate(), "205")
    await proofs.refused(by_account(await proofs.given.oidc_provider(), document=CPF), "205")


@pytest.mark.parametrize("is_linked", [False, True])
async def test_whoever_is_revoked_on_the_mainframe_is_not_let_in_by_a_proof(on_both: Given, *, is_linked: bool):
    proofs = await proofs_at(on_both)
    user = await on_both.user(None, document=CPF, is_document_vouched=True)
    await on_both.legacy_logon("MARIA01", "Secret01")
    await on_both.linked(user, "MARIA01")
    if is_linked:
        assert (await proofs.entered(by_certificate()))["logon"] == "MARIA01"
    await on_both.revoke_there("MARIA01")

    await proofs.refused(by_certificate(), "205")

    # What the directory said is remembered for when it does not answer.
    assert await proofs.rows("SELECT is_revoked FROM legacy_logon") == [(1,)]
    await on_both.resume_there("MARIA01")
    assert (await proofs.entered(by_certificate()))["sub"] == user.id
    assert await proofs.rows("SELECT is_revoked FROM legacy_logon") == [(0,)]


async def test_a_providers_users_stand_in_its_organisation_others_in_the_clients(proofs: Proofs):
    given = proofs.given
    here, there = await given.organization(), await given.organization()
    of_one, of_all = await given.oidc_provider(organization_id=here), await given.oidc_provider()
    at_there = await proofs_at(given, organization_id=there)

    for proof, place in ((by_account(of_one), here), (by_account(of_all), there), (by_certificate(), there)):
        found = await at_there.entered(proof)
        assert (await proofs.user(found["sub"]))["organization_id"] == place
        assert found["organization_id"] == place
    assert (await proofs.user((await proofs.entered(by_account(of_all)))["sub"]))["organization_id"] is None


async def test_an_organisations_provider_links_nobody_outside_it(proofs: Proofs):
    given = proofs.given
    here, there = await given.organization(), await given.organization()
    provider = await given.oidc_provider(organization_id=here)
    for cpf, place in ((CPF, there), (OTHER_CPF, None)):
        await given.user(None, document=cpf, is_document_vouched=True, organization_id=place)
        await proofs.refused(by_account(provider, document=cpf), says="has this document")

    inside = await given.user(None, document="39053344705", is_document_vouched=True, organization_id=here)
    assert (await proofs.entered(by_account(provider, document="39053344705")))["sub"] == inside.id


async def test_an_organisations_provider_lets_in_nobody_who_left_it(proofs: Proofs):
    given = proofs.given
    here, there = await given.organization(), await given.organization()
    provider = await given.oidc_provider(organization_id=here)
    proof = by_account(provider)
    user_id = (await proofs.entered(proof))["sub"]

    await plain_sql(given.env["AUTHME_DATABASE_URL"], MOVE, f"'{there}'")
    await proofs.refused(proof, says="does not speak for this user")
    await plain_sql(given.env["AUTHME_DATABASE_URL"], MOVE, f"'{here}'")
    assert (await proofs.entered(proof))["sub"] == user_id


async def test_an_organisations_provider_lets_in_nobody_who_stands_above_all_organisations(proofs: Proofs):
    given = proofs.given
    here = await given.organization()
    provider = await given.oidc_provider(organization_id=here)
    proof = by_account(provider, "root")
    await given.user(None, "IAM_ADMIN_MAINTENANCE", organization_id=here, names=(names.email("root@example.com"), proof.name))

    await proofs.refused(proof, says="does not speak for this user")
    everybodys = by_account(await given.oidc_provider(), name=proof.name)
    assert (await proofs.entered(everybodys))["sub"]


async def test_what_an_organisations_provider_says_of_its_users_proves_them_to_nobody_else(make_given: MakeGiven, url: str):
    """Whoever manages it has it make a user with a victim's document and address, and waits for the victim to log in."""
    given = await make_given(url, verify_contact="true")
    proofs = await proofs_at(given)
    provider = await given.oidc_provider(organization_id=await given.organization())
    trap = (await proofs.entered(by_account(provider, document=CPF, email=EMAIL)))["sub"]
    found = await proofs.user(trap)
    assert (found["document"], found["is_document_vouched"]) == (CPF, 0)
    assert "EMAIL" not in await proofs.names_of(trap)

    await proofs.refused(by_certificate(), says="has this document")
    by_address = await proofs.entered(by_account(await given.oidc_provider(), email=EMAIL))
    assert by_address["sub"] != trap
    await given.legacy_logon("MARIA01", "Secret01", document=CPF, email=EMAIL)
    by_logon = await log_in(given.api.as_client(proofs.client.id), "MARIA01", "Secret01")
    assert claims(by_logon.json()["accessToken"])["sub"] not in {trap, by_address["sub"]}


async def test_what_an_organisations_provider_says_vouches_for_no_document_of_those_it_is_linked_to(proofs: Proofs):
    given = proofs.given
    here = await given.organization()
    provider = await given.oidc_provider(organization_id=here)
    user = await given.user("maria.silva", organization_id=here)

    await proofs.link(await proofs.person(user), by_account(provider, document=CPF))

    assert (await proofs.user(user.id))["document"] is None


async def test_nobody_is_shown_the_document_in_the_name_of_a_certificate(proofs: Proofs):
    tokens = await proofs.tokens(by_certificate())

    answer = await proofs.given.api.as_(tokens.access_token).get(ME)

    assert CPF not in answer.text
    (shown,) = [one["value"] for one in answer.json()["identities"] if one["type"] == "CERTIFICATE"]
    assert shown.startswith("CPF:")


async def test_a_companys_certificate_speaks_for_the_company(on_both: Given):
    proofs, number = await proofs_at(on_both), cnpj()
    organization = await on_both.organization()
    business = await on_both.business(organization, document=number)
    user = await on_both.user(None, document=CPF, is_document_vouched=True, business_id=business)

    found = await proofs.entered(by_certificate(cnpj=number))

    assert (found["sub"], found["business_id"]) == (user.id, business)
    assert "ROLE_BUSINESS" in found["authorities"]
    assert (await on_both.trail("user.login"))[-1]["detail"].count(business) == 1
    # By their own certificate the same person acts for nobody.
    assert "ROLE_BUSINESS" not in (await proofs.entered(by_certificate()))["authorities"]


async def test_a_companys_tokens_stay_the_companys_when_they_are_renewed(proofs: Proofs):
    number = cnpj()
    await proofs.given.business(document=number)
    tokens = await proofs.tokens(by_certificate(cnpj=number))

    visitor = proofs.given.api.as_client(proofs.client.id)
    renewed = (await visitor.post(f"{USERS}/renew-token", json={"refreshToken": tokens.refresh_token})).json()

    assert "ROLE_BUSINESS" in claims(renewed["accessToken"])["authorities"]


async def test_whoever_is_made_by_a_companys_certificate_is_one_of_its_people(on_both: Given):
    proofs, number = await proofs_at(on_both, organization_id=await on_both.organization()), cnpj()
    organization = await on_both.organization()
    business = await on_both.business(organization, document=number)

    found = await proofs.entered(by_certificate(cnpj=number))

    user = await proofs.user(found["sub"])
    assert (user["kind"], user["business_id"], user["organization_id"]) == ("PERSON", business, organization)
    assert user["document"] == CPF


async def test_a_companys_certificate_lets_in_nobody_else_than_its_people(proofs: Proofs):
    given, number, other = proofs.given, cnpj(), cnpj()
    await proofs.refused(by_certificate(cnpj=number), says="No business here")
    await given.business(document=number)
    elsewhere = await given.business(document=other)
    await given.user(None, document=CPF, is_document_vouched=True)
    await given.user(None, document=OTHER_CPF, is_document_vouched=True, business_id=elsewhere)

    for cpf in (CPF, OTHER_CPF):
        await proofs.refused(by_certificate(cpf, cnpj=number), says="does not belong to the business")
