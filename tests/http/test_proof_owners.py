"""Whose account a certificate, or an account at an identity provider, is the first time: nobody gets what is another's."""

from typing import Any

import pytest

from authme.providers.model import Provider
from authme.users import names
from support.given import Given, GivenUser, MakeGiven
from support.given_proofs import CPF, EMAIL, OTHER_CPF, Proofs, by_account, by_certificate, proofs_at

HAS_DOCUMENT = "An account here has this document; log in to it another way and link this one."
HAS_EMAIL = "An account here has this e-mail address; log in to it another way and link this one."
DRAFTS: list[dict[str, Any]] = [{"document": CPF}, {"names": (names.email("eve@example.com"), names.cpf(CPF))}]


@pytest.fixture
async def verifying(make_given: MakeGiven, url: str) -> Proofs:
    """A server on which an address is verified by its owner alone."""
    return await proofs_at(await make_given(url, verify_contact="true"))


@pytest.fixture
async def proofs(given: Given) -> Proofs:
    return await proofs_at(given)


async def known(proofs: Proofs, *authorities: str, **draft: Any) -> GivenUser:
    return await proofs.given.user(None, *authorities, document=CPF, is_document_vouched=True, **draft)


async def test_the_document_that_is_known_to_be_theirs_links_and_tells_them(verifying: Proofs):
    user = await known(verifying)
    provider = await verifying.given.oidc_provider(name="Bureau")
    proof = by_account(provider, document=CPF)

    assert (await verifying.entered(proof))["sub"] == user.id

    assert (await verifying.names_of(user.id))["FEDERATED"] == proof.name.value
    (told,) = await verifying.given.messages(user.name)
    assert (told["message"], told["values"]) == ("account_linked", {"account": "FEDERATED", "provider": "Bureau"})
    (linked,) = await verifying.given.trail("proof.linked")
    assert (linked["target"], linked["user_id"]) == (user.id, user.id)
    # The next time it is theirs, and nothing happens but a login.
    assert (await verifying.entered(proof))["sub"] == user.id
    assert len(await verifying.given.messages(user.name)) == 1
    assert len(await verifying.given.trail("proof.linked")) == 1


@pytest.mark.parametrize("draft", DRAFTS, ids=["as the document", "as a name"])
async def test_whoever_registered_with_a_victims_document_gains_nothing_and_the_victim_lands_nowhere(
    proofs: Proofs, draft: dict[str, Any]
):
    eve = await proofs.given.user(None, **draft)
    provider = await proofs.given.oidc_provider()

    await proofs.refused(by_certificate(), says=HAS_DOCUMENT)
    await proofs.refused(by_account(provider, document=CPF, email=EMAIL), says=HAS_DOCUMENT)

    assert (await proofs.user(eve.id))["is_document_vouched"] == 0
    assert "CERTIFICATE" not in await proofs.names_of(eve.id)


async def test_an_address_that_both_sides_verified_links(verifying: Proofs):
    user = await verifying.given.user(EMAIL)
    provider = await verifying.given.oidc_provider()

    # Compared as addresses are, not as they are typed.
    assert (await verifying.entered(by_account(provider, email="Maria@Example.com")))["sub"] == user.id
    assert (await verifying.names_of(user.id))["EMAIL"] == EMAIL


async def test_with_the_address_comes_the_document(verifying: Proofs):
    user = await verifying.given.user(EMAIL)
    provider = await verifying.given.oidc_provider()

    await verifying.entered(by_account(provider, email=EMAIL, document=CPF))

    found = await verifying.user(user.id)
    assert (found["document"], found["is_document_vouched"]) == (CPF, 1)
    assert (await verifying.names_of(user.id))["CPF"] == CPF
    # From then on the certificate of the same person is theirs too.
    assert (await verifying.entered(by_certificate()))["sub"] == user.id


async def test_an_address_that_was_verified_shows_whose_the_registered_document_is(verifying: Proofs):
    user = await verifying.given.user(EMAIL, document=CPF)
    provider = await verifying.given.oidc_provider()

    assert (await verifying.entered(by_account(provider, email=EMAIL, document=CPF)))["sub"] == user.id
    assert (await verifying.user(user.id))["is_document_vouched"] == 1


async def test_an_address_that_nobody_verified_shows_nothing_of_whoever_registered_with_all_of_a_victim(verifying: Proofs):
    body = {"username": EMAIL, "document": CPF, "password": "correct horse battery"}
    visitor = verifying.given.api.as_client(verifying.client.id)
    assert (await visitor.post("/user-identities", json=body)).status_code == 201
    provider = await verifying.given.oidc_provider()

    await verifying.refused(by_account(provider, email=EMAIL, document=CPF), says=HAS_DOCUMENT)


async def test_where_addresses_are_taken_as_verified_one_links_nobody(proofs: Proofs):
    eve = await proofs.given.user(EMAIL)

    await proofs.refused(by_account(await proofs.given.oidc_provider(), email=EMAIL), says=HAS_EMAIL)

    assert "FEDERATED" not in await proofs.names_of(eve.id)


async def test_an_address_that_somebody_registered_with_and_did_not_verify_stays_out_of_the_way(verifying: Proofs):
    body = {"username": EMAIL, "password": "correct horse battery"}
    registered = (await verifying.given.api.as_client(verifying.client.id).post("/user-identities", json=body)).json()
    provider = await verifying.given.oidc_provider()

    found = await verifying.entered(by_account(provider, email=EMAIL))

    assert found["sub"] != registered["userId"]
    assert (await verifying.user(registered["userId"]))["status"] == "PENDING"
    visitor = verifying.given.api.as_client(verifying.client.id)
    assert (await visitor.login(EMAIL, "correct horse battery")).status_code == 401


async def test_an_address_that_nobody_verified_in_time_is_given_to_whoever_proves_it(verifying: Proofs):
    body = {"username": EMAIL, "password": "correct horse battery"}
    await verifying.given.api.as_client(verifying.client.id).post("/user-identities", json=body)
    verifying.given.later(hours=1)

    found = await verifying.entered(by_account(await verifying.given.oidc_provider(), email=EMAIL))

    assert (await verifying.names_of(found["sub"]))["EMAIL"] == EMAIL


@pytest.mark.parametrize("vouched", [True, False])
async def test_a_reader_of_the_mail_with_another_document_is_somebody_else(verifying: Proofs, *, vouched: bool):
    await verifying.given.user(EMAIL, document=OTHER_CPF, is_document_vouched=vouched)

    await verifying.refused(by_account(await verifying.given.oidc_provider(), email=EMAIL, document=CPF), says=HAS_EMAIL)


async def test_a_reader_of_the_mail_without_a_document_gets_none_that_another_account_has(verifying: Proofs):
    await verifying.given.user(EMAIL)
    await verifying.given.user(None, document=CPF)

    await verifying.refused(by_account(await verifying.given.oidc_provider(), email=EMAIL, document=CPF), says=HAS_DOCUMENT)


async def test_the_document_goes_before_the_address(verifying: Proofs):
    user = await known(verifying)
    other = await verifying.given.user(EMAIL)

    found = await verifying.entered(by_account(await verifying.given.oidc_provider(), email=EMAIL, document=CPF))

    assert found["sub"] == user.id
    assert (await verifying.names_of(other.id))["EMAIL"] == EMAIL


@pytest.mark.parametrize("office", ["ADMIN", "IAM_ADMIN_MAINTENANCE"])
async def test_no_provider_links_an_administrator_and_a_certificate_may(verifying: Proofs, office: str):
    user = await known(verifying, office, names=(names.email(EMAIL),))
    provider = await verifying.given.oidc_provider()

    await verifying.refused(by_account(provider, document=CPF), says=HAS_DOCUMENT)
    await verifying.refused(by_account(provider, email=EMAIL), says=HAS_EMAIL)

    assert (await verifying.entered(by_certificate()))["sub"] == user.id


async def test_a_provider_that_asks_for_a_second_proof_links_nobody_and_makes_who_is_new(verifying: Proofs):
    await known(verifying, names=(names.email(EMAIL),))
    provider = await verifying.given.oidc_provider(first_use="SECOND_PROOF")

    await verifying.refused(by_account(provider, document=CPF), says=HAS_DOCUMENT)
    await verifying.refused(by_account(provider, email=EMAIL), says=HAS_EMAIL)

    assert (await verifying.entered(by_account(provider, document=OTHER_CPF)))["sub"]


async def test_a_provider_that_refuses_lets_in_whom_it_is_linked_to_alone(verifying: Proofs):
    user = await known(verifying)
    linking = await verifying.given.oidc_provider()
    await verifying.entered(by_account(linking, "maria", document=CPF))
    refusing = {"first_use": "REFUSE"}

    assert (await verifying.entered(by_account(linking, "maria", **refusing)))["sub"] == user.id
    await verifying.refused(by_account(linking, "jose", document=CPF, **refusing), says="not linked")
    await verifying.refused(by_account(linking, "eve", **refusing), says="not linked")


async def test_a_provider_that_makes_nobody_still_links(verifying: Proofs):
    user = await known(verifying)
    provider = await verifying.given.oidc_provider(creates_users=False)

    assert (await verifying.entered(by_account(provider, document=CPF)))["sub"] == user.id
    await verifying.refused(by_account(provider, document=OTHER_CPF), says="makes no new accounts")


async def test_accounts_of_two_providers_are_two_accounts(proofs: Proofs):
    providers: list[Provider] = [await proofs.given.oidc_provider() for _ in range(2)]

    found = {(await proofs.entered(by_account(one, "1")))["sub"] for one in providers}

    assert len(found) == 2


async def test_the_names_of_somebody_who_was_removed_are_not_given_again_nor_is_the_proof(proofs: Proofs):
    provider = await proofs.given.oidc_provider()
    gone = by_account(provider, document=CPF, email=EMAIL)
    user_id = (await proofs.entered(gone))["sub"]
    service = await proofs.given.service("identity_remove")
    assert (await service.delete(f"/user-identities/{user_id}")).status_code == 204

    await proofs.refused(gone, says="removed")
    found = await proofs.entered(by_account(provider, document=CPF, email=EMAIL))
    assert found["sub"] != user_id
    assert set(await proofs.names_of(found["sub"])) == {"FEDERATED"}
    assert (await proofs.user(found["sub"]))["document"] is None
