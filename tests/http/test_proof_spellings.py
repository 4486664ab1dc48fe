"""Addresses that are compared as the same here and are two mailboxes: whoever has the one gets nothing of the other's."""

from collections.abc import Iterator

import pytest

from authme.kernel.clock import FakeClock
from authme.providers.model import Claims
from support.federated import logged_in, show
from support.given import Given, MakeGiven
from support.given_proofs import Proofs, by_account, proofs_at
from support.openid_small import SmallProvider
from support.saml_world import saml_world

ONE, OTHER = "maria@fass.de", "maria@faß.de"
HAS_EMAIL = "An account here has this e-mail address; log in to it another way and link this one."


@pytest.fixture
async def given(make_given: MakeGiven, url: str) -> Given:
    return await make_given(url, verify_contact="true", development="true")


@pytest.fixture
async def proofs(given: Given) -> Proofs:
    return await proofs_at(given)


@pytest.fixture
def provider(clock: FakeClock) -> Iterator[SmallProvider]:
    with SmallProvider(clock) as running:
        yield running


async def test_by_an_openid_provider(given: Given, provider: SmallProvider):
    maria, caller = await given.user(ONE), given.api.as_client((await given.client()).id)
    await given.oidc_provider(**provider.settings(trusts_email=True))

    thief = logged_in(await show(caller, provider.id_token(sub="thief", email=OTHER, email_verified=True)))
    same = logged_in(await show(caller, provider.id_token(sub="maria", email=ONE.upper(), email_verified=True)))

    assert (thief["sub"] != maria.id, same["sub"]) == (True, maria.id)


async def test_by_a_saml_identity_provider(given: Given):
    maria = await given.user(ONE)
    world = await saml_world(given, trusts_email=True, claims=Claims(email="mail"))

    thief = await world.log_in(name_id="thief", attributes=(("mail", (OTHER,)),))
    same = await world.log_in(name_id="maria", attributes=(("mail", (ONE.upper(),)),))

    assert (thief["sub"] != maria.id, same["sub"]) == (True, maria.id)


async def test_whoever_registered_with_the_other_and_showed_it_does_not_get_the_owners_account(proofs: Proofs):
    eve = await proofs.given.user(OTHER)
    provider = await proofs.given.oidc_provider()

    await proofs.refused(by_account(provider, email=ONE), says=HAS_EMAIL)

    assert "FEDERATED" not in await proofs.names_of(eve.id)


async def test_another_alphabet_is_no_other_spelling(proofs: Proofs):
    joao = await proofs.given.user("João@example.com")
    provider = await proofs.given.oidc_provider()

    assert (await proofs.entered(by_account(provider, email="joão@example.com")))["sub"] == joao.id
