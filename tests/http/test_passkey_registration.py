"""Passkeys: registered, each by its owner, once."""

from typing import Any

import httpx
import pytest

from support.answers import refused
from support.api import Api
from support.authenticator import Authenticator, encode
from support.factors import added, factors_of, registered, sent, twice_proved, validate
from support.given import Given, GivenClient, GivenUser, at_once
from support.two_engines import rows_of


@pytest.fixture
async def client(given: Given) -> GivenClient:
    return await given.client(factor_visibility="UNRESTRICTED")


@pytest.fixture
async def owner(given: Given, client: GivenClient, user: GivenUser) -> Api:
    """Somebody who may add factors."""
    return await twice_proved(given, user, client)


def named(answer: httpx.Response, *, check: str) -> None:
    refused(answer, 401, "207")
    assert check in answer.json()[0]["message"]


async def test_a_browser_is_given_what_it_needs_to_make_one(owner: Api, user: GivenUser):
    first = Authenticator()
    await registered(owner, first)
    begun = await added(owner, "PASSKEY", name="Second")

    options = (await sent(owner, begun["id"]))["publicKey"]

    assert options["rp"] == {"name": "AuthMe", "id": "localhost"}
    assert options["user"]["id"] == encode(user.id.encode())
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["attestation"] == "none"
    assert [one["id"] for one in options["excludeCredentials"]] == [encode(first.credential_id)]
    assert len(options["challenge"]) >= 43


async def test_a_passkey_that_was_begun_goes_with_the_next_one(owner: Api):
    first = await added(owner, "PASSKEY")
    asked = await sent(owner, first["id"])
    second = await added(owner, "PASSKEY")

    assert [one["id"] for one in (await factors_of(owner))[1:]] == [second["id"]]
    refused(await validate(owner, first["id"], asked, attestation=Authenticator().create(asked["publicKey"])), 404, "401")


async def test_a_key_of_somebody_else_is_not_registered(on_both: Given):
    client, authenticator = await on_both.client(), Authenticator()
    await registered(await twice_proved(on_both, await on_both.user(), client), authenticator)
    other = await twice_proved(on_both, await on_both.user(), client)
    begun = await added(other, "PASSKEY")
    asked = await sent(other, begun["id"])

    refused(await validate(other, begun["id"], asked, attestation=authenticator.create(asked["publicKey"])), 409, "403")

    assert (
        await validate(other, begun["id"], asked, attestation=Authenticator().create(asked["publicKey"]))
    ).status_code == 200


async def test_of_two_who_register_one_key_at_once_one_does(on_both: Given):
    client, authenticator = await on_both.client(), Authenticator()
    owners = [await twice_proved(on_both, await on_both.user(), client) for _ in range(2)]
    begun = [await added(owner, "PASSKEY") for owner in owners]
    asked = [await sent(owner, one["id"]) for owner, one in zip(owners, begun, strict=True)]

    answers = await at_once(
        *(
            validate(owner, one["id"], challenge, attestation=authenticator.create(challenge["publicKey"]))
            for owner, one, challenge in zip(owners, begun, asked, strict=True)
        )
    )

    assert sorted(answer.status_code for answer in answers) == [200, 409]
    url = on_both.env["AUTHME_DATABASE_URL"]
    assert len(await rows_of(url, "SELECT id FROM factor WHERE credential_id IS NOT NULL")) == 1


@pytest.mark.parametrize(
    ("changes", "check"),
    [
        ({"challenge": encode(b"c" * 32)}, "challenge"),
        ({"origin": "http://elsewhere.example.com"}, "origin"),
        ({"crossOrigin": True}, "origin"),
        ({"rp_id": "example.com"}, "domain"),
        ({"type": "webauthn.get"}, "malformed"),
    ],
)
async def test_an_attestation_for_something_else_is_refused_by_name(owner: Api, changes: dict[str, Any], check: str):
    begun = await added(owner, "PASSKEY")
    asked = await sent(owner, begun["id"])
    answer = await validate(owner, begun["id"], asked, attestation=Authenticator().create(asked["publicKey"], **changes))

    named(answer, check=check)


async def test_an_attestation_is_good_once_and_in_its_session(given: Given, client: GivenClient, user: GivenUser, owner: Api):
    begun = await added(owner, "PASSKEY")
    asked = await sent(owner, begun["id"])
    attestation = Authenticator().create(asked["publicKey"])
    elsewhere = await twice_proved(given, user, client)

    refused(await validate(elsewhere, begun["id"], asked, attestation=attestation), 400, "502")
    refused(await validate(owner, begun["id"], asked, assertion=attestation), 400, "101")
    assert (await validate(owner, begun["id"], asked, attestation=attestation)).status_code == 200
    refused(await validate(owner, begun["id"], asked, attestation=attestation), 400, "502")
