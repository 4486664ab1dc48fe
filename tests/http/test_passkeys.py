"""Passkeys: registered, used, and everything else refused by the name of the check."""

import copy
from typing import Any

import httpx
import pytest

from support.answers import refused, token_object
from support.api import Api
from support.authenticator import Authenticator, encode
from support.factors import FACTORS, LEVERAGE, added, asked_for, factors_of, fulfil, registered, twice_proved
from support.given import Given, GivenClient, GivenUser, at_once, claims


@pytest.fixture
async def client(given: Given) -> GivenClient:
    return await given.client(factor_visibility="UNRESTRICTED")


@pytest.fixture
async def owner(given: Given, client: GivenClient, user: GivenUser) -> Api:
    """Somebody who may add factors."""
    return await twice_proved(given, user, client)


@pytest.fixture
async def passkey(owner: Api) -> Authenticator:
    authenticator = Authenticator()
    await registered(owner, authenticator)
    return authenticator


@pytest.fixture
async def person(given: Given, client: GivenClient, user: GivenUser, passkey: Authenticator) -> Api:
    """The same, in another session, with the password alone."""
    assert passkey
    return await given.person(user, client)


async def used(person: Api, authenticator: Authenticator, **changes: Any) -> httpx.Response:
    asked = await asked_for(person, contactType="PASSKEY")
    return await fulfil(person, asked, assertion=authenticator.get(asked["publicKey"], **changes))


def named(answer: httpx.Response, *, check: str) -> None:
    refused(answer, 401, "207")
    assert check in answer.json()[0]["message"]


async def test_a_passkey_is_registered_and_raises_a_session(on_both: Given):
    client, user = await on_both.client(factor_visibility="UNRESTRICTED"), await on_both.user()
    owner, authenticator = await twice_proved(on_both, user, client), Authenticator()
    id_ = await registered(owner, authenticator, name="Blue key")
    person = await on_both.person(user, client)

    asked = await asked_for(person, contactType="PASSKEY")
    answer = await fulfil(person, asked, assertion=authenticator.get(asked["publicKey"]))

    assert asked.keys() == {"challengeId", "factorId", "expiresAt", "publicKey"}
    assert asked["publicKey"]["userVerification"] == "required"
    assert [one["id"] for one in asked["publicKey"]["allowCredentials"]] == [encode(authenticator.credential_id)]
    said = claims(str(token_object(answer)["accessToken"]))
    assert (said["acr"], said["amr"]) == ("AUTH-MFA", ["pwd", "pop", "mfa"])
    (_, one) = await factors_of(person)
    assert one == {
        "id": id_, "contactType": "PASSKEY", "name": "Blue key", "tags": [], "credential": False, "default": False,
    }  # fmt: skip


async def test_one_person_has_several_and_any_of_them_answers(given: Given, client: GivenClient, user: GivenUser, owner: Api):
    authenticators = {
        await registered(owner, one, name=str(n)): one for n, one in enumerate((Authenticator(), Authenticator()))
    }
    assert [one.get("name") for one in (await factors_of(owner))[1:]] == ["0", "1"]
    first, second = authenticators

    for authenticator in authenticators.values():
        token_object(await used(await given.person(user, client), authenticator))

    person = await given.person(user, client)
    asked = await asked_for(person, factorId=second)
    assert len(asked["publicKey"]["allowCredentials"]) == 1
    wrong = authenticators[first].get(asked["publicKey"])
    named(await fulfil(person, asked, assertion=wrong), check="none of this user's")
    token_object(await fulfil(person, asked, assertion=authenticators[second].get(asked["publicKey"])))


async def test_a_passkey_that_was_begun_raises_nothing(given: Given, client: GivenClient, user: GivenUser, owner: Api):
    begun = await added(owner, "PASSKEY")
    person = await given.person(user, client)

    refused(await person.post(LEVERAGE, json={"contactType": "PASSKEY"}), 400, "107")
    refused(await person.post(LEVERAGE, json={"factorId": begun["id"]}), 400, "107")


async def test_an_assertion_is_good_once(person: Api, passkey: Authenticator):
    asked = await asked_for(person, contactType="PASSKEY")
    assertion = passkey.get(asked["publicKey"])
    token_object(await fulfil(person, asked, assertion=assertion))

    refused(await fulfil(person, asked, assertion=assertion), 400, "502")
    again = await asked_for(person, contactType="PASSKEY")
    named(await fulfil(person, again, assertion=assertion), check="challenge")


async def test_of_ten_that_send_one_assertion_at_once_one_is_raised(on_both: Given):
    client, user = await on_both.client(), await on_both.user()
    authenticator = Authenticator(counts=False)
    await registered(await twice_proved(on_both, user, client), authenticator)
    person = await on_both.person(user, client)
    asked = await asked_for(person, contactType="PASSKEY")
    assertion = authenticator.get(asked["publicKey"])

    answers = await at_once(*(fulfil(person, asked, assertion=assertion) for _ in range(10)))

    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 9


@pytest.mark.parametrize(
    ("changes", "check"),
    [
        ({"challenge": encode(b"c" * 32)}, "challenge"),
        ({"origin": "http://elsewhere.example.com"}, "origin"),
        ({"origin": "https://localhost:8080"}, "origin"),
        ({"crossOrigin": True}, "origin"),
        ({"rp_id": "example.com"}, "domain"),
        ({"type": "webauthn.create"}, "malformed"),
    ],
)
async def test_an_assertion_for_something_else_is_refused_by_name(
    person: Api, passkey: Authenticator, changes: dict[str, Any], check: str
):
    named(await used(person, passkey, **changes), check=check)
    token_object(await used(person, passkey))


async def test_an_assertion_for_another_session_or_user_is_refused(
    given: Given, client: GivenClient, user: GivenUser, person: Api, passkey: Authenticator
):
    stranger_user = await given.user()
    theirs = Authenticator()
    await registered(await twice_proved(given, stranger_user, client), theirs)
    stranger, elsewhere = await given.person(stranger_user, client), await given.person(user, client)
    asked = await asked_for(person, contactType="PASSKEY")
    assertion = passkey.get(asked["publicKey"])

    for other in (stranger, elsewhere):
        refused(await fulfil(other, asked, assertion=assertion), 400, "502")
        challenge = await asked_for(other, contactType="PASSKEY")
        answer = await fulfil(other, challenge, assertion=assertion)
        named(answer, check="none of this user's" if other is stranger else "challenge")
    named(await fulfil(person, asked, assertion=theirs.get(asked["publicKey"])), check="none of this user's")
    token_object(await fulfil(person, asked, assertion=assertion))


async def test_whoever_is_not_verified_is_refused(person: Api, passkey: Authenticator):
    passkey._flags = 1  # noqa: SLF001  # the same key, touched by somebody whom it did not ask who they are

    named(await used(person, passkey), check="not verified")


async def test_whoever_is_not_there_is_refused(person: Api, passkey: Authenticator):
    passkey._flags = 4  # noqa: SLF001  # the same key, used by a program

    named(await used(person, passkey), check="not present")


async def test_a_copy_of_a_key_is_found_out_by_its_counter(
    given: Given, client: GivenClient, user: GivenUser, person: Api, passkey: Authenticator
):
    cloned = copy.copy(passkey)
    token_object(await used(person, passkey))
    token_object(await used(await given.person(user, client), passkey))

    named(await used(await given.person(user, client), cloned), check="counter")


async def test_of_two_that_show_one_counter_at_once_one_is_raised(on_both: Given):
    client, user = await on_both.client(), await on_both.user()
    authenticator = Authenticator()
    await registered(await twice_proved(on_both, user, client), authenticator)
    people = [await on_both.person(user, client) for _ in range(6)]
    asked = [await asked_for(person, contactType="PASSKEY") for person in people]
    assertions = [copy.copy(authenticator).get(one["publicKey"]) for one in asked]

    answers = await at_once(
        *(fulfil(who, one, assertion=given) for who, one, given in zip(people, asked, assertions, strict=True))
    )

    assert [answer.status_code for answer in answers].count(200) == 1
    assert {answer.status_code for answer in answers} <= {200, 400, 401, 429}


async def test_an_authenticator_without_a_counter_is_used_again_and_again(
    given: Given, client: GivenClient, user: GivenUser, owner: Api
):
    authenticator = Authenticator(counts=False)
    await registered(owner, authenticator)

    for _ in range(3):
        token_object(await used(await given.person(user, client), authenticator))


async def test_five_wrong_answers_and_the_challenge_is_over(person: Api, passkey: Authenticator):
    asked = await asked_for(person, contactType="PASSKEY")
    for _ in range(5):
        named(await fulfil(person, asked, assertion=Authenticator().get(asked["publicKey"])), check="none of this user's")

    refused(await fulfil(person, asked, assertion=passkey.get(asked["publicKey"])), 400, "502")


async def test_a_challenge_is_good_for_ten_minutes(given: Given, person: Api, passkey: Authenticator):
    asked = await asked_for(person, contactType="PASSKEY")
    given.later(minutes=10)

    refused(await fulfil(person, asked, assertion=passkey.get(asked["publicKey"])), 400, "502")


async def test_a_passkey_that_was_removed_raises_nothing(given: Given, client: GivenClient, user: GivenUser, owner: Api):
    authenticator = Authenticator()
    id_ = await registered(owner, authenticator)
    person = await given.person(user, client)
    asked = await asked_for(person, contactType="PASSKEY")

    assert (await owner.delete(f"{FACTORS}/{id_}")).status_code == 204

    refused(await fulfil(person, asked, assertion=authenticator.get(asked["publicKey"])), 400, "502")
    refused(await person.post(LEVERAGE, json={"contactType": "PASSKEY"}), 400, "107")


async def test_what_is_no_assertion_names_itself(person: Api):
    asked = await asked_for(person, contactType="PASSKEY")

    refused(await fulfil(person, asked, token="123456"), 400, "101")
    refused(await fulfil(person, asked, attestation={}), 400, "106")
    refused(await fulfil(person, asked, assertion="x"), 400, "102")
