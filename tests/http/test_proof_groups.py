"""Groups that an identity provider says somebody is in: theirs here from that very login on, and no others."""

from typing import Any

import pytest

from authme.groups.store import delete_group
from authme.providers.model import Provider
from authme.sign_in.proof import Proof
from support.given import Given, MakeGiven
from support.given_proofs import CPF, Proofs, by_account, proofs_at


@pytest.fixture
async def proofs(on_both: Given) -> Proofs:
    return await proofs_at(on_both)


async def mapped(proofs: Proofs, *groups: str, **values: Any) -> Provider:
    """Return a provider whose groups are called as ours."""
    return await proofs.given.oidc_provider(group_map={one: one for one in groups}, **values)


def in_groups(provider: Provider, *groups: str, subject: str = "maria", **values: Any) -> Proof:
    return by_account(provider, subject, groups=groups, **values)


async def roles(proofs: Proofs, proof: Proof) -> set[str]:
    """Log in and return the roles in the tokens; those of another login, and of a renewal, are the same."""
    tokens = await proofs.tokens(proof)
    visitor = proofs.given.api.as_client(proofs.client.id)
    renewed = await visitor.post("/user-identities/renew-token", json={"refreshToken": tokens.refresh_token})
    now, then = (proofs.given.caller(one) for one in (tokens.access_token, renewed.json()["accessToken"]))
    found, again = (await now).atoms, (await then).atoms
    assert found == again
    return {one for one in found if one.startswith("R_")}


async def members(proofs: Proofs) -> set[tuple[str, str]]:
    return {(row[0], row[1]) for row in await proofs.rows("SELECT group_id, member_type FROM group_member")}


async def test_they_take_effect_in_the_tokens_of_the_very_login(proofs: Proofs):
    given = proofs.given
    below = await given.group(await given.role("R_BELOW"))
    one = await given.group(await given.role("R_ONE"), depends_on=(below,))
    two = await given.group(await given.role("R_TWO"))
    provider = await mapped(proofs, one, two)

    assert await roles(proofs, in_groups(provider, one)) == {"R_ONE", "R_BELOW"}
    assert await roles(proofs, in_groups(provider, one, two)) == {"R_ONE", "R_BELOW", "R_TWO"}
    assert await roles(proofs, in_groups(provider, two)) == {"R_TWO"}
    assert await roles(proofs, in_groups(provider)) == set()
    assert await members(proofs) == set()
    added, removed = [await given.trail(f"access.{what}") for what in ("added", "removed")]
    assert (len(added), len(removed)) == (2, 2)
    assert {row["user_id"] for row in added} == {row["target"] for row in added}


async def test_what_is_not_in_the_map_stays_as_it_is(proofs: Proofs):
    given = proofs.given
    own, theirs = await given.group(await given.role("R_OWN")), await given.group(await given.role("R_THEIRS"))
    business = await given.business()
    of_business = await given.group(await given.role("R_BUSINESS"), business_id=business)
    provider = await mapped(proofs, theirs)
    user = await given.user(None, document=CPF, is_document_vouched=True, business_id=business)
    await given.member(own, "USER", user.id)
    await given.member(of_business, "BUSINESS", business)

    assert await roles(proofs, in_groups(provider, theirs, document=CPF)) == {"R_OWN", "R_BUSINESS", "R_THEIRS"}
    assert await roles(proofs, in_groups(provider, document=CPF)) == {"R_OWN", "R_BUSINESS"}
    assert await members(proofs) == {(own, "USER"), (of_business, "BUSINESS")}


async def test_a_group_that_somebody_was_put_in_otherwise_goes_where_the_provider_does_not_name_it(proofs: Proofs):
    given = proofs.given
    group = await given.group(await given.role("R_ONE"))
    provider = await mapped(proofs, group)
    user = await given.user(None, document=CPF, is_document_vouched=True)
    await given.member(group, "USER", user.id)

    assert await roles(proofs, in_groups(provider, document=CPF)) == set()


async def test_a_provider_that_says_nothing_of_groups_changes_none(proofs: Proofs):
    given = proofs.given
    group = await given.group(await given.role("R_ONE"))
    provider = await mapped(proofs, group)
    await roles(proofs, in_groups(provider, group))

    assert await roles(proofs, by_account(provider, "maria")) == {"R_ONE"}


async def test_what_the_map_does_not_name_is_given_to_nobody(proofs: Proofs):
    given = proofs.given
    one, other = await given.group(await given.role("R_ONE")), await given.group(await given.role("R_OTHER"))
    provider = await mapped(proofs, one)

    assert await roles(proofs, in_groups(provider, one, other, "0" * 24)) == {"R_ONE"}


async def test_a_group_that_was_removed_is_ignored(proofs: Proofs):
    given = proofs.given
    one, gone = await given.group(await given.role("R_ONE")), await given.group(await given.role("R_GONE"))
    provider = await mapped(proofs, one, gone)
    await given.run(lambda ctx: delete_group(ctx.tx, gone))

    assert await roles(proofs, in_groups(provider, one, gone)) == {"R_ONE"}


async def test_an_organisations_provider_gives_groups_of_its_organisation_alone(proofs: Proofs):
    given = proofs.given
    here, there = await given.organization(), await given.organization()
    business = await given.business(here)
    places: list[dict[str, Any]] = [
        {"organization_id": there},
        {},
        {"organization_id": here, "business_id": business},
        {"organization_id": here, "corporate_group_id": await given.corporate_group(here)},
        {"organization_id": here, "owner_id": "0" * 24},
    ]
    inside = await given.group(await given.role("R_IN"), organization_id=here)
    outside = [await given.group(await given.role(f"R_OUT{number}"), **place) for number, place in enumerate(places)]
    provider = await mapped(proofs, inside, *outside, organization_id=here)

    assert await roles(proofs, in_groups(provider, inside, *outside)) == {"R_IN"}
    assert await members(proofs) == {(inside, "USER")}


async def test_a_provider_of_everybody_gives_groups_of_every_organisation(proofs: Proofs):
    given = proofs.given
    groups = [await given.group(await given.role(f"R_{n}"), organization_id=await given.organization()) for n in range(2)]
    provider = await mapped(proofs, *groups)

    assert await roles(proofs, in_groups(provider, *groups)) == {"R_0", "R_1"}


async def test_nobody_who_is_kept_out_comes_into_a_group(proofs: Proofs):
    given = proofs.given
    group = await given.group(await given.role("R_ONE"))
    provider = await mapped(proofs, group)
    await given.user(None, document=CPF)

    await proofs.refused(in_groups(provider, group, document=CPF))

    assert await members(proofs) == set()


async def test_another_worker_knows_of_it_at_once(make_given: MakeGiven, url: str):
    given = await make_given(url)
    other = await make_given(beside=given)
    proofs = await proofs_at(given)
    group = await given.group(await given.role("R_ONE"))
    provider = await mapped(proofs, group)
    tokens = await proofs.tokens(in_groups(provider, group))
    assert "R_ONE" in (await other.caller(tokens.access_token)).atoms

    await proofs.tokens(in_groups(provider))

    # The token that was given before holds what its user holds now.
    assert "R_ONE" not in (await given.caller(tokens.access_token)).atoms
