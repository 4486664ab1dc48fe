"""Whatever bytes an authority's server sends: nothing but a refusal comes of it."""

import random
from dataclasses import replace

import pytest

from authme.certificates.crl import read_list
from authme.certificates.ocsp import read_answer
from authme.certificates.revocation_words import NotLearnt
from support.revocation_server import REVOKED, crl_of, ocsp_of, responder
from support.revocation_world import World

ROUNDS = 4000


def spoil(chance: random.Random, der: bytes) -> bytes:
    """Return the bytes with one to four of them changed, put in or left out."""
    spoilt = bytearray(der)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(spoilt)) if chance.random() < 0.5 else chance.randrange(min(len(spoilt), 120))
        match chance.randrange(4):
            case 0:
                spoilt[at] = chance.randrange(256)
            case 1:
                spoilt[at] ^= 1 << chance.randrange(8)
            case 2:
                del spoilt[at : at + chance.randint(1, 8)]
            case _:
                spoilt[at:at] = chance.randbytes(chance.randint(1, 8))
    return bytes(spoilt)


def test_no_spoilt_list_is_more_than_not_learnt(world: World):
    chance, right = (
        random.Random(6),
        crl_of(world.authority, world.person, world.authority.certificate, scope={"only_contains_user_certs": True}),
    )
    for _ in range(ROUNDS):
        der = spoil(chance, right)
        if der == right:
            continue
        with pytest.raises(NotLearnt):
            read_list(der, world.authority.certificate)


@pytest.mark.parametrize("is_delegated", [False, True])
def test_no_spoilt_answer_is_more_than_not_learnt(world: World, *, is_delegated: bool):
    chance, now = random.Random(7), world.clock.now()
    right = ocsp_of(world.authority, world.person, REVOKED, by=responder(world.authority) if is_delegated else None)
    believed = 0
    for _ in range(ROUNDS):
        try:
            answer = read_answer(spoil(chance, right), world.person, world.authority.certificate, now)
        except NotLearnt:
            continue
        # What is not signed (the algorithm's parameters, an unused certificate) may differ, what is said may not.
        believed += 1
        assert replace(answer, responder=None, ends_at=None).is_revoked
    assert believed < ROUNDS / 20


@pytest.mark.parametrize("size", [0, 1, 2, 3, 7, 64, 1000])
def test_no_heap_of_bytes_is_more_than_not_learnt(world: World, size: int):
    chance = random.Random(size)
    for _ in range(200):
        for der in (chance.randbytes(size), b"\x30" + chance.randbytes(size), b"\x30\x84" + chance.randbytes(size)):
            with pytest.raises(NotLearnt):
                read_list(der, world.authority.certificate)
            with pytest.raises(NotLearnt):
                read_answer(der, world.person, world.authority.certificate, world.clock.now())
