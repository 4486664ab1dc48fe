"""Answers of browsers that are malformed in every way: refused, and never a defect."""

import random
from collections.abc import Iterator
from typing import Any

import pytest

from support.answers import refusal
from support.api import Api
from support.authenticator import Authenticator, decode, encode
from support.factors import FACTORS, added, asked_for, fulfil, registered, sent, twice_proved, validate
from support.given import Given, GivenUser, MakeGiven

JUNK: list[Any] = [
    None, True, 0, -1, 1.5, 10**30, "", "A", "AA", "====", "é", "\u202e", "x" * 5000, [], [None], {}, {"x": []}, "null", "eyJ9",
    encode(b"{}"), encode(b"[]"), encode(b"null"), encode(b"\xff" * 37), encode(bytes(37)), encode(b"[" * 5000),
]  # fmt: skip


@pytest.fixture
async def generous(make_given: MakeGiven, tmp_path: Any) -> Given:
    """A server that takes any number of failures."""
    endless = {"name_failures": 1000, "network_failures": 10**9, "client_failures": 10**9}
    return await make_given(f"sqlite:///{tmp_path}/a.db", **endless)


@pytest.fixture
async def owner(generous: Given) -> Api:
    user: GivenUser = await generous.user()
    return await twice_proved(generous, user, await generous.client())


def malformed(good: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Return a good answer spoilt in every way, each with what was spoilt: missing, of every kind, cut, grown, bits turned."""
    chance = random.Random(1)
    for field in good:
        yield field, {name: value for name, value in good.items() if name != field}
        yield from ((field, good | {field: junk}) for junk in JUNK)
    response: dict[str, str] = good["response"]
    for field, value in response.items():
        yield field, good | {"response": {name: other for name, other in response.items() if name != field}}
        raw, spoilt = decode(value), list(JUNK)
        for _ in range(20):
            turned = bytearray(raw)
            turned[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
            spoilt.append(encode(bytes(turned)))
        for end in (1, 5, 32, len(raw) // 2, len(raw) - 1):
            spoilt += [encode(raw[:end]), encode(raw + raw[:end])]
        yield from ((field, good | {"response": response | {field: one}}) for one in spoilt)


def check(answer: Any) -> None:
    assert answer.status_code < 500, answer.text
    assert refusal(answer) in [(401, ["207"]), (400, ["102"]), (400, ["101"]), (400, ["103"])], answer.text
    assert len(answer.json()[0]["message"]) < 200, "what was sent must not come back"


async def test_assertions_that_are_right_but_for_one_thing(owner: Api):
    """Made for the challenge that is answered, so that nothing but what was spoilt can be what is refused."""
    authenticator, accepted = Authenticator(), set()
    await registered(owner, authenticator)
    asked = await asked_for(owner, contactType="PASSKEY")
    number = len(list(malformed(authenticator.get(asked["publicKey"]))))
    assert number > 200

    for n in range(number):
        asked = await asked_for(owner, contactType="PASSKEY")
        what, spoilt = list(malformed(authenticator.get(asked["publicKey"])))[n]
        answer = await fulfil(owner, asked, assertion=spoilt)
        if answer.status_code == 200:
            accepted.add(what)
        else:
            check(answer)

    # What no check is about may be anything.
    assert accepted == {"clientExtensionResults"}


async def test_attestations_that_are_right_but_for_one_thing(owner: Api):
    begun = await added(owner, "PASSKEY")
    asked, accepted = await sent(owner, begun["id"]), set()
    number = len(list(malformed(Authenticator().create(asked["publicKey"]))))
    assert number > 200

    for n in range(number):
        asked = await sent(owner, begun["id"])
        what, spoilt = list(malformed(Authenticator().create(asked["publicKey"])))[n]
        answer = await validate(owner, begun["id"], asked, attestation=spoilt)
        if answer.status_code == 200:
            accepted.add(what)
            assert (await owner.delete(f"{FACTORS}/{begun['id']}")).status_code == 204
            begun = await added(owner, "PASSKEY")
        else:
            check(answer)

    # Nobody vouches for what is attested: another key, model or counter is just that, and so is what no check is about.
    assert accepted == {"clientExtensionResults", "attestationObject", "clientDataJSON"}
