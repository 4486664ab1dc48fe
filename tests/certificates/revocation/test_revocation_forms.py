"""Whatever bytes an authority's server sends: nothing but a refusal comes of it."""

import random
import time
from dataclasses import replace

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from authme.certificates.crl import read_list
from authme.certificates.crl_entries import Serials, read_entries
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


@pytest.mark.parametrize("where", ["issuer", "extension"])
def test_a_list_with_much_beside_its_entries_is_not_read(world: World, where: str):
    # Nobody has checked its signature yet: thirty MiB of names took a minute and held the event loop for seconds.
    many = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a")] * 8000)
    more = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.55555.1"), bytes(70_000))
    changes = {"issuer": many} if where == "issuer" else {"more": ((more, False),)}

    with pytest.raises(NotLearnt, match="it has not the form of a list"):
        read_list(crl_of(world.authority, world.person, **changes), world.authority.certificate)


def test_a_list_that_goes_on_without_coming_to_its_time_is_not_read(world: World):
    der = b"\x30\x84\x02\x00\x00\x06\x30\x84\x02\x00\x00\x00" + b"\x05\x00" * 2**24
    began = time.process_time()

    with pytest.raises(NotLearnt, match="it has not the form of a list"):
        read_list(der, world.authority.certificate)

    # To go through all of it took ten seconds.
    assert time.process_time() - began < 2


def test_numbers_that_end_alike_are_kept_apart():
    # Sorting all of them in one step would hold the event loop.
    serials = Serials(number.to_bytes(8) + b"\x07" for number in range(2**56, 2**56 + 10_000))

    assert max(part.count for part in serials._parts) < 200  # noqa: SLF001  # what is kept in which part is seen nowhere else
    assert (2**56 + 9999) << 8 | 7 in serials
    assert (2**56 + 9999) << 8 | 8 not in serials


@pytest.mark.parametrize("size", [1, 64])
def test_an_entry_with_a_number_is_read(size: int):
    assert len(read_entries(memoryview(entry_of(size)))) == 1


@pytest.mark.parametrize("size", [0, 65, 120])
def test_an_entry_without_a_number_or_with_a_very_long_one_is_not(size: int):
    # Every number of a part takes as much as its longest one.
    with pytest.raises(NotLearnt):
        read_entries(memoryview(entry_of(size)))


def entry_of(size: int) -> bytes:
    number, time = bytes((0x02, size)) + b"\x01" * size, b"\x17\x0d250101000000Z"
    content = number + time
    return (b"\x30" if len(content) < 0x80 else b"\x30\x81") + bytes((len(content),)) + content
