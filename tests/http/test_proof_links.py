"""Certificates and accounts that people link themselves, in a session that they began otherwise."""

from typing import Any

import pytest

from authme.kernel.errors import AlreadyExists, ProofNotAccepted, Refusal, RequirementNotMet
from authme.users import names
from authme.users.model import Identity
from support.given import Given, GivenUser
from support.given_proofs import CPF, EMAIL, OTHER_CPF, Proofs, by_account, by_certificate, proofs_at


@pytest.fixture
async def proofs(on_both: Given) -> Proofs:
    return await proofs_at(on_both)


async def plain(proofs: Proofs, **draft: Any) -> GivenUser:
    """Return somebody who has a password and nothing else to prove."""
    return await proofs.given.user(None, **({"names": (names.username("maria.silva"),)} | draft))


async def token_of(proofs: Proofs, user: GivenUser) -> str:
    visitor = proofs.given.api.as_client(proofs.client.id)
    answer = await visitor.login("maria.silva", user.password)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["accessToken"])


async def refused(proofs: Proofs, token: str, proof: Any, *, says: str) -> None:
    before = await proofs.everybody()
    answer = await proofs.link(token, proof)
    assert isinstance(answer, ProofNotAccepted), repr(answer)
    assert says in answer.items[0].message
    assert await proofs.everybody() == before
    assert (await proofs.given.trail("proof.linked"))[-1]["result"] == "REFUSED"


async def test_what_is_linked_logs_in_from_then_on_and_its_owner_is_told(proofs: Proofs):
    user = await plain(proofs, names=(names.username("maria.silva"), names.email(EMAIL)))
    token = await proofs.given.mfa_token(user, proofs.client)
    proof = by_account(await proofs.given.saml_provider(name="Bureau", creates_users=False))

    made = await proofs.link(token, proof)

    assert isinstance(made, Identity)
    assert (made.user_id, made.type, made.value, made.verified) == (user.id, "FEDERATED", proof.name.value, True)
    assert (await proofs.entered(proof))["sub"] == user.id
    (told,) = [one for one in await proofs.given.messages(EMAIL) if one["message"] == "account_linked"]
    assert told["values"] == {"account": "FEDERATED", "provider": "Bureau"}
    (linked,) = await proofs.given.trail("proof.linked")
    assert (linked["result"], linked["user_id"], linked["target"]) == ("OK", user.id, user.id)


async def test_whoever_can_prove_two_factors_needs_both(proofs: Proofs):
    user = await plain(proofs, names=(names.username("maria.silva"), names.email(EMAIL)))

    with pytest.raises(RequirementNotMet):
        await proofs.link(await token_of(proofs, user), by_certificate())


async def test_the_proof_of_the_session_is_good_for_ten_minutes(proofs: Proofs):
    token = await token_of(proofs, await plain(proofs))
    proofs.given.later(minutes=10, milliseconds=1)

    with pytest.raises(RequirementNotMet):
        await proofs.link(token, by_certificate())


@pytest.mark.parametrize("first_use", ["LINK", "SECOND_PROOF", "REFUSE"])
async def test_people_link_what_no_login_links_for_them(proofs: Proofs, first_use: str):
    user = await plain(proofs, document=CPF)
    provider = await proofs.given.oidc_provider(first_use=first_use)
    proof = by_account(provider, document=CPF)
    await proofs.refused(proof)

    assert isinstance(await proofs.link(await token_of(proofs, user), proof), Identity)

    assert (await proofs.entered(proof))["sub"] == user.id
    assert (await proofs.user(user.id))["is_document_vouched"] == 1


async def test_a_document_becomes_theirs_who_had_none(proofs: Proofs):
    user = await plain(proofs)

    await proofs.link(await token_of(proofs, user), by_certificate())

    found = await proofs.user(user.id)
    assert (found["document"], found["is_document_vouched"]) == (CPF, 1)
    assert (await proofs.names_of(user.id))["CPF"] == CPF


@pytest.mark.parametrize("draft", [{"document": CPF}, {"names": (names.email("jose@example.com"), names.cpf(CPF))}])
async def test_a_document_that_another_has_stays_with_them(proofs: Proofs, draft: dict[str, Any]):
    other = await proofs.given.user(None, **draft)
    before = await proofs.user(other.id)
    user = await plain(proofs)

    await proofs.link(await token_of(proofs, user), by_certificate())

    assert (await proofs.user(user.id))["document"] is None
    assert await proofs.user(other.id) == before
    assert (await proofs.entered(by_certificate()))["sub"] == user.id


async def test_a_document_that_is_known_to_be_anothers_is_not_vouched_for_twice(proofs: Proofs):
    await proofs.given.user(None, document=CPF, is_document_vouched=True)
    user = await plain(proofs, document=CPF)

    await proofs.link(await token_of(proofs, user), by_certificate())

    assert (await proofs.user(user.id))["is_document_vouched"] == 0


async def test_a_document_of_somebody_who_was_removed_is_not_given_again(proofs: Proofs):
    gone = await proofs.given.user(None, names=(names.email("jose@example.com"), names.cpf(CPF)), document=CPF)
    service = await proofs.given.service("identity_remove")
    assert (await service.delete(f"/user-identities/{gone.id}")).status_code == 204
    user = await plain(proofs)

    assert isinstance(await proofs.link(await token_of(proofs, user), by_certificate()), Identity)

    assert (await proofs.user(user.id))["document"] is None


async def test_a_proof_of_somebody_with_another_document_is_not_linked(proofs: Proofs):
    user = await plain(proofs, document=OTHER_CPF)

    await refused(proofs, await token_of(proofs, user), by_certificate(), says="not the document of the user")


@pytest.mark.parametrize("is_own", [True, False])
async def test_what_is_linked_already_is_not_linked_again_and_nobody_learns_whose_it_is(proofs: Proofs, *, is_own: bool):
    user = await plain(proofs)
    proof = by_account(await proofs.given.oidc_provider())
    if is_own:
        await proofs.link(await token_of(proofs, user), proof)
    else:
        await proofs.entered(proof)

    with pytest.raises(AlreadyExists, match=r"^It is linked already\.$"):
        await proofs.link(await token_of(proofs, user), proof)


async def test_the_provider_has_to_speak_for_them(proofs: Proofs):
    given = proofs.given
    here, there = await given.organization(), await given.organization()
    of_there = await given.oidc_provider(organization_id=there)
    user = await plain(proofs, organization_id=here)

    await refused(proofs, await token_of(proofs, user), by_account(of_there), says="does not speak for this user")
    of_here = await given.oidc_provider(organization_id=here)
    assert isinstance(await proofs.link(await token_of(proofs, user), by_account(of_here)), Identity)


async def test_what_is_good_once_is_used_also_where_nothing_is_linked(proofs: Proofs):
    token = await token_of(proofs, await plain(proofs, document=OTHER_CPF))
    used: list[bool] = []

    async def use() -> bool:
        used.append(True)
        return len(used) == 1

    await proofs.link(token, by_certificate(), uses=use)
    again = await proofs.link(token, by_account(await proofs.given.oidc_provider()), uses=use)

    assert isinstance(again, Refusal)
    assert "used already" in again.items[0].message
    assert len(used) == 2
    assert await proofs.rows("SELECT count(*) FROM identity WHERE type = 'FEDERATED'") == [(0,)]


async def test_two_accounts_at_providers_that_call_them_alike_are_both_shown(proofs: Proofs):
    """A SAML account is called as its provider calls it; another provider may call another so."""
    token = await token_of(proofs, await plain(proofs))
    made = []
    for _ in range(2):
        provider = await proofs.given.saml_provider()
        name = names.saml(provider.id, "https://idp.example.com", "maria")
        made.append(await proofs.link(token, by_account(provider, name=name)))

    assert {one.value for one in made if isinstance(one, Identity)} == {"https://idp.example.com maria"}
    assert len({one.id for one in made if isinstance(one, Identity)}) == 2
