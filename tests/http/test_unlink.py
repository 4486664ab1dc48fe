"""X-unlink: what people take off their own accounts, and UI-23 of the same."""

from typing import Any

import pytest

from authme.clients import store as clients
from authme.kernel.context import Context
from authme.sign_in.saml_renew import offer
from authme.users import names
from authme.users import store as users
from support.answers import refused
from support.api import Api
from support.given import Given, GivenUser, at_once
from support.given_proofs import CPF, EMAIL, Proofs, by_account, by_certificate, proofs_at

USERS, ME = "/user-identities", "/user-identities/me"


@pytest.fixture
async def proofs(on_both: Given) -> Proofs:
    return await proofs_at(on_both)


async def plain(proofs: Proofs, **draft: Any) -> GivenUser:
    """Return somebody who logs in with a user name and a password, and has nothing else to prove."""
    user = await proofs.given.user("maria.silva", **draft)
    assert "@" not in user.name
    return user


async def caller(proofs: Proofs, user: GivenUser) -> Api:
    return await proofs.given.person(user, proofs.client)


async def identity_of(person: Api, kind: str) -> str:
    found = (await person.get(ME)).json()["identities"]
    return next(str(one["identityId"]) for one in found if one["type"] == kind)


async def unlink(person: Api, identity_id: str) -> Any:
    return await person.delete(f"{ME}/identities/{identity_id}")


async def test_what_is_unlinked_logs_nobody_in_and_ends_what_it_began(proofs: Proofs):
    user = await plain(proofs, document=CPF, is_document_vouched=True)
    by_it = proofs.given.api.as_((await proofs.tokens(by_certificate())).access_token)
    person = await caller(proofs, user)

    answer = await unlink(person, await identity_of(person, "CERTIFICATE"))

    assert answer.status_code == 204, answer.text
    refused(await by_it.get(ME), 401, "204")
    assert (await person.get(ME)).status_code == 200
    (gone,) = await proofs.given.trail("identity.removed")
    assert (gone["user_id"], gone["target"]) == (user.id, user.id)
    # Neither does it find its user again by the document.
    await proofs.refused(by_certificate(), says="removed from an account")
    proofs.given.later(days=1)
    await proofs.refused(by_certificate(), says="removed from an account")


async def test_a_login_by_it_that_was_proved_and_not_begun_yet_does_not_begin(proofs: Proofs):
    given, provider = proofs.given, await proofs.given.saml_provider()
    user = await plain(proofs)
    proof = by_account(provider)
    await proofs.link(await proofs.person(user), proof)

    async def offered(ctx: Context) -> str:
        client, found = await clients.find(ctx.tx, proofs.client.id), await users.find(ctx.tx, user.id)
        assert client is not None
        assert found is not None
        return offer(ctx, client, found, provider, email=None).renew_app_token

    before, until = await given.run(offered), await given.run(offered)
    visitor, path = given.api.as_client(proofs.client.id), f"{USERS}/renew-token"
    assert (await visitor.post(path, json={"renewAppToken": before})).status_code == 200
    person = await caller(proofs, user)
    await unlink(person, await identity_of(person, "FEDERATED"))

    refused(await visitor.post(path, json={"renewAppToken": until}), 401, "206")


async def test_they_are_told(proofs: Proofs):
    user = await proofs.given.user(EMAIL, document=CPF, is_document_vouched=True)
    await proofs.tokens(by_certificate())
    person = proofs.given.api.as_(await proofs.given.mfa_token(user, proofs.client))

    assert (await unlink(person, await identity_of(person, "CERTIFICATE"))).status_code == 204

    told = (await proofs.given.messages(EMAIL))[-1]
    assert (told["message"], told["values"]) == ("account_unlinked", {"account": "CERTIFICATE"})


async def test_they_can_link_it_again_themselves(proofs: Proofs):
    user = await plain(proofs)
    proof = by_account(await proofs.given.oidc_provider())
    await proofs.link(await proofs.person(user), proof)
    person = await caller(proofs, user)
    await unlink(person, await identity_of(person, "FEDERATED"))
    await proofs.refused(proof)

    await proofs.link(await proofs.person(user), proof)

    assert (await proofs.entered(proof))["sub"] == user.id


@pytest.mark.parametrize("kind", ["EMAIL", "USERNAME", "CPF", "LOGON"])
async def test_names_of_other_types_are_not_taken_off_so(proofs: Proofs, kind: str):
    given = {"EMAIL": names.email(EMAIL), "CPF": names.cpf(CPF), "LOGON": names.logon("MARIA01")}
    user = await proofs.given.user("maria.silva", names=(names.username("maria.silva"), *given.values()))
    person = proofs.given.api.as_(await proofs.given.mfa_token(user, proofs.client))

    refused(await unlink(person, await identity_of(person, kind)), 404, "401")


async def test_nobody_takes_off_what_is_anothers(proofs: Proofs):
    other = proofs.given.api.as_((await proofs.tokens(by_certificate())).access_token)
    person = await caller(proofs, await plain(proofs))

    refused(await unlink(person, await identity_of(other, "CERTIFICATE")), 404, "401")
    refused(await unlink(person, "0" * 24), 404, "401")


async def test_the_only_way_in_stays(proofs: Proofs):
    person = proofs.given.api.as_((await proofs.tokens(by_certificate())).access_token)

    refused(await unlink(person, await identity_of(person, "CERTIFICATE")), 409, "404")

    assert (await proofs.entered(by_certificate()))["sub"]


async def test_one_of_two_proofs_may_go_and_of_two_that_go_at_once_one_stays(proofs: Proofs):
    tokens = await proofs.tokens(by_certificate())
    await proofs.link(tokens.access_token, by_account(await proofs.given.oidc_provider()))
    person = proofs.given.api.as_(tokens.access_token)
    ids = [await identity_of(person, kind) for kind in ("CERTIFICATE", "FEDERATED")]

    answers = await at_once(*(unlink(person, one) for one in ids))

    assert sorted(one.status_code for one in answers) == [204, 409]


async def test_a_logon_of_the_mainframe_is_a_way_in_too(proofs: Proofs):
    tokens = await proofs.tokens(by_certificate())
    person = proofs.given.api.as_(tokens.access_token)
    user_id = (await person.get(ME)).json()["userId"]
    await proofs.given.legacy_logon("MARIA01", "Secret01")
    await proofs.given.linked(GivenUser(user_id, "", ""), "MARIA01")

    assert (await unlink(person, await identity_of(person, "CERTIFICATE"))).status_code == 204


async def test_whoever_can_prove_two_factors_needs_both_and_a_short_time_ago(proofs: Proofs):
    user = await proofs.given.user(EMAIL, document=CPF, is_document_vouched=True)
    await proofs.tokens(by_certificate())
    person = await caller(proofs, user)
    identity_id = await identity_of(person, "CERTIFICATE")

    refused(await unlink(person, identity_id), 403, "301")

    plain_person = await caller(proofs, await plain(proofs))
    proofs.given.later(minutes=10, milliseconds=1)
    refused(await unlink(plain_person, identity_id), 403, "301")


@pytest.mark.parametrize("kind", ["CERTIFICATE", "FEDERATED", "SAML"])
async def test_an_administrator_takes_it_off_too_with_all_that_it_began(proofs: Proofs, kind: str):
    user = await plain(proofs, document=CPF, is_document_vouched=True)
    provider = await proofs.given.saml_provider()
    proof = {
        "CERTIFICATE": by_certificate(),
        "FEDERATED": by_account(provider, document=CPF),
        "SAML": by_account(provider, document=CPF, name=names.saml(provider.id, "https://idp.example.com", "maria")),
    }[kind]
    by_it = proofs.given.api.as_((await proofs.tokens(proof)).access_token)
    person = await caller(proofs, user)
    identity_id = await identity_of(person, kind)

    service = await proofs.given.service("identity_remove")
    assert (await service.delete(f"{USERS}/{user.id}/identities/{identity_id}")).status_code == 204

    refused(await by_it.get(ME), 401, "204")
    refused(await person.get(ME), 401, "204")
    await proofs.refused(proof, says="removed from an account")
