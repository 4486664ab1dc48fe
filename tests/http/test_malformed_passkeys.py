"""Answers of browsers that are malformed in every way: refused, and never a defect."""

import random
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from support.answers import refusal
from support.api import Api
from support.authenticator import Authenticator, decode, encode
from support.factors import FACTORS, added, asked_for, fulfil, registered, sent, twice_proved, validate
from support.given import Given, GivenUser, MakeGiven

Spoil = Callable[[dict[str, Any]], dict[str, Any]]
JUNK: list[Any] = [
    None, True, 0, -1, 1.5, 10**30, "", "A", "AA", "====", "é", "\u202e", "x" * 5000, [], [None], {}, {"x": []}, "null", "eyJ9",
    encode(b"{}"), encode(b"[]"), encode(b"null"), encode(b"\xff" * 37), encode(bytes(37)), encode(b"[" * 5000),
]  # fmt: skip


@pytest.fixture
async def generous(make_given: MakeGiven, tmp_path: Any) -> Given:
    """A server that takes any number of failures, one each second."""
    endless = {"name_delay_max_seconds": 1, "network_failures": 10**9, "client_failures": 10**9}
    return await make_given(f"sqlite:///{tmp_path}/a.db", **endless)


@pytest.fixture
async def owner(generous: Given) -> Api:
    user: GivenUser = await generous.user()
    return await twice_proved(generous, user, await generous.client())


def ways(good: dict[str, Any]) -> list[tuple[str, Spoil]]:
    """Return every way to spoil such an answer, each with what it spoils."""
    chance, found = random.Random(1), list[tuple[str, Spoil]]()
    for field in good:
        found += [(field, partial(without, field)), *((field, partial(with_value, field, junk)) for junk in JUNK)]
    for field in good["response"]:
        inner = [partial(without, field), *(partial(with_value, field, junk) for junk in JUNK)]
        inner += [partial(turned, field, chance.random(), chance.randrange(8)) for _ in range(20)]
        inner += [partial(cut, field, part) for part in (0.01, 0.1, 0.5, 0.99)]
        inner += [partial(grown, field, number) for number in (1, 32)]
        found += [(field, partial(within_response, one)) for one in inner]
    return found


def without(field: str, good: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in good.items() if name != field}


def with_value(field: str, value: Any, good: dict[str, Any]) -> dict[str, Any]:
    return good | {field: value}


def within_response(spoil: Spoil, good: dict[str, Any]) -> dict[str, Any]:
    return good | {"response": spoil(good["response"])}


def turned(field: str, part: float, bit: int, good: dict[str, Any]) -> dict[str, Any]:
    raw = bytearray(decode(good[field]))
    raw[int(part * len(raw))] ^= 1 << bit
    return good | {field: encode(bytes(raw))}


def cut(field: str, part: float, good: dict[str, Any]) -> dict[str, Any]:
    raw = decode(good[field])
    return good | {field: encode(raw[: int(part * len(raw))])}


def grown(field: str, number: int, good: dict[str, Any]) -> dict[str, Any]:
    raw = decode(good[field])
    return good | {field: encode(raw + raw[:number])}


def check(answer: Any) -> None:
    assert answer.status_code < 500, answer.text
    assert refusal(answer) in [(401, ["207"]), (400, ["102"]), (400, ["101"]), (400, ["103"])], answer.text
    assert len(answer.json()[0]["message"]) < 200, "what was sent must not come back"


async def test_assertions_that_are_right_but_for_one_thing(generous: Given, owner: Api):
    """Made for the challenge that is answered, so that nothing but what was spoilt can be what is refused."""
    authenticator, accepted = Authenticator(), set()
    await registered(owner, authenticator)
    asked = await asked_for(owner, contactType="PASSKEY")
    every = ways(authenticator.get(asked["publicKey"]))
    assert len(every) > 200

    for what, spoil in every:
        generous.later(seconds=1)
        asked = await asked_for(owner, contactType="PASSKEY")
        answer = await fulfil(owner, asked, assertion=spoil(authenticator.get(asked["publicKey"])))
        if answer.status_code == 200:
            accepted.add(what)
        else:
            check(answer)

    # What no check is about may be anything.
    assert accepted == {"clientExtensionResults"}


async def test_attestations_that_are_right_but_for_one_thing(generous: Given, owner: Api):
    begun = await added(owner, "PASSKEY")
    asked, accepted = await sent(owner, begun["id"]), set()
    every = ways(Authenticator().create(asked["publicKey"]))
    assert len(every) > 200

    for what, spoil in every:
        generous.later(seconds=1)
        asked = await sent(owner, begun["id"])
        answer = await validate(owner, begun["id"], asked, attestation=spoil(Authenticator().create(asked["publicKey"])))
        if answer.status_code == 200:
            accepted.add(what)
            assert (await owner.delete(f"{FACTORS}/{begun['id']}")).status_code == 204
            begun = await added(owner, "PASSKEY")
        else:
            check(answer)

    # Nobody vouches for what is attested: another key, model or counter is just that, and so is what no check is about.
    assert accepted == {"clientExtensionResults", "attestationObject", "clientDataJSON"}
