"""Answers of OCSP responders: what they say, and each way in which one can be wrong."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from support.authority import root
from support.authority_keys import key_of
from support.revocation_server import GOOD, HOUR, REVOKED, UNKNOWN, by_sha1, crl_of, ocsp_of, refusing, responder, spoilt
from support.revocation_world import World

CANNOT = "whether the certificate is revoked cannot be learnt: "
UNRECOGNIZED = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\0")
NOBODY = "the answer is signed by nobody whom the authority lets answer"


@pytest.fixture(autouse=True)
def _answers(world: World) -> None:
    """Certificates of people name a responder and no list."""
    world.authority = replace(world.authority, crl=())
    world.person = world.person_with()


async def test_an_answer_that_it_is_good_is_enough(world: World):
    world.server.put("/ocsp", ocsp_of(world.authority, world.person))

    await world.check()

    assert dict(world.server.asked) == {"/ocsp": 1, "/root.crl": 1}
    content_type, asked = world.server.questions[0]
    question = ocsp.load_der_ocsp_request(asked)
    assert content_type == "application/ocsp-request"
    assert question.serial_number == world.person.serial_number
    assert question.hash_algorithm.name == "sha1"


async def test_an_answer_that_it_is_revoked_is_a_refusal(world: World):
    world.server.put("/ocsp", ocsp_of(world.authority, world.person, REVOKED))

    assert await world.refusal() == "the certificate is revoked"
    assert await world.refusal(world.revocation("soft")) == "the certificate is revoked"
    await world.check(world.revocation("off"))


@pytest.mark.parametrize("ends", [None, -400 * HOUR])
async def test_a_revoked_one_stays_so_in_an_old_answer(world: World, ends: Any):
    world.server.put("/ocsp", ocsp_of(world.authority, world.person, REVOKED, begins=-500 * HOUR, ends=ends))

    assert await world.refusal(world.revocation("soft")) == "the certificate is revoked"


def stranger(world: World) -> Any:
    return root("Issuer", world.clock, key=key_of("RSA-2048", "stranger"))


def of_stranger(world: World) -> bytes:
    return ocsp_of(world.authority, world.person, by=responder(stranger(world)))


def by_responder(world: World, **changes: Any) -> bytes:
    return ocsp_of(world.authority, world.person, by=responder(world.authority, **changes))


def by_a_person(world: World) -> bytes:
    uses = (ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE)
    return by_responder(world, purposes=uses)


def out_of_time(world: World, seconds: int) -> bytes:
    right = responder(world.authority)
    end = right.certificate.not_valid_before_utc + HOUR - timedelta(seconds=seconds)
    return by_responder(world, not_after=end)


WRONG: dict[str, tuple[Callable[[World], bytes], str]] = {
    "a spoilt signature": (
        lambda w: spoilt(ocsp_of(w.authority, w.person)),
        "its signature is not the authority's",
    ),
    "another authority": (lambda w: ocsp_of(stranger(w), w.person, issuer=w.authority.certificate), NOBODY),
    "the root": (lambda w: ocsp_of(w.root, w.person, issuer=w.authority.certificate), NOBODY),
    "another authority's responder": (of_stranger, "its signature is not the authority's"),
    "the root's responder": (lambda w: ocsp_of(w.authority, w.person, by=responder(w.root)), NOBODY),
    "any certificate of the authority": (by_a_person, NOBODY),
    "a responder without a purpose": (lambda w: by_responder(w, purposes=None), NOBODY),
    "a responder whose key is not for signing": (
        lambda w: by_responder(w, uses=("key_encipherment",)),
        "the responder's key is not for signing",
    ),
    "a responder out of time": (lambda w: out_of_time(w, 61), "the responder's certificate is not in time"),
    "a responder with an unknown critical extension": (
        lambda w: by_responder(w, more=((UNRECOGNIZED, True),)),
        "the responder's certificate has a critical extension that is not known",
    ),
    "a responder's spoilt signature": (
        lambda w: spoilt(by_responder(w)),
        "its signature is not the authority's",
    ),
    "about another certificate": (
        lambda w: ocsp_of(w.authority, w.person_with()),
        "the answer is about another certificate",
    ),
    "about another authority's certificate of that number": (
        lambda w: ocsp_of(w.authority, w.person, issuer=w.root.certificate),
        "the answer is about another certificate",
    ),
    "out of date": (
        lambda w: ocsp_of(w.authority, w.person, begins=-2 * HOUR, ends=-timedelta(seconds=61)),
        "the answer is out of date",
    ),
    "without an end and a day old": (
        lambda w: ocsp_of(w.authority, w.person, begins=-timedelta(days=1, seconds=1), ends=None),
        "the answer is out of date",
    ),
    "of the future": (
        lambda w: ocsp_of(w.authority, w.person, begins=timedelta(seconds=61)),
        "the answer begins in the future",
    ),
    "that it is not known": (lambda w: ocsp_of(w.authority, w.person, UNKNOWN), "the responder does not know the certificate"),
    "sha-1": (
        lambda w: by_sha1(ocsp_of(w.authority, w.person)),
        "its signature is by an algorithm that is not accepted",
    ),
    "an unknown critical extension": (
        lambda w: ocsp_of(w.authority, w.person, more=[(UNRECOGNIZED, True)]),
        "the answer has a critical extension that is not known",
    ),
    "try later": (lambda _: refusing(ocsp.OCSPResponseStatus.TRY_LATER), "the responder answers try later"),
    "an internal error": (lambda _: refusing(ocsp.OCSPResponseStatus.INTERNAL_ERROR), "the responder answers internal error"),
    "unauthorized": (lambda _: refusing(ocsp.OCSPResponseStatus.UNAUTHORIZED), "the responder answers unauthorized"),
    "malformed": (lambda _: refusing(ocsp.OCSPResponseStatus.MALFORMED_REQUEST), "the responder answers malformed request"),
    "garbage": (lambda _: b"<html>", "the answer is malformed"),
    "nothing": (lambda _: b"", "the answer is malformed"),
    "a list": (lambda w: crl_of(w.authority), "the answer is malformed"),
    "more behind it": (lambda w: ocsp_of(w.authority, w.person) + b"\0", "the answer is malformed"),
    "too large": (lambda _: bytes((64 << 10) + 1), "the authority's server: the answer is larger than 65536 bytes"),
}


@pytest.mark.parametrize("defect", WRONG)
async def test_an_answer_tells_nothing_that_is(world: World, defect: str):
    make, reason = WRONG[defect]
    world.server.put("/ocsp", make(world))

    assert await world.refusal() == CANNOT + reason
    await world.check(world.revocation("soft"))


RIGHT: dict[str, Callable[[World], bytes]] = {
    "a responder": by_responder,
    "a responder by its name": lambda w: ocsp_of(
        w.authority, w.person, by=responder(w.authority), encoding=ocsp.OCSPResponderEncoding.NAME
    ),
    "the authority by its name": lambda w: ocsp_of(w.authority, w.person, encoding=ocsp.OCSPResponderEncoding.NAME),
    "sha-512": lambda w: ocsp_of(w.authority, w.person, digest=hashes.SHA512()),
    "names by sha-256": lambda w: ocsp_of(w.authority, w.person, names=hashes.SHA256()),
    "an end just over": lambda w: ocsp_of(w.authority, w.person, begins=-2 * HOUR, ends=-timedelta(seconds=59)),
    "a beginning just ahead": lambda w: ocsp_of(w.authority, w.person, begins=timedelta(seconds=59)),
    "no end": lambda w: ocsp_of(w.authority, w.person, ends=None),
    "a responder without lists": lambda w: by_responder(w, more=()),
    "a responder just out of time": lambda w: out_of_time(w, 59),
    "an extension that is not critical": lambda w: ocsp_of(w.authority, w.person, more=[(UNRECOGNIZED, False)]),
}


@pytest.mark.parametrize("kind", RIGHT)
async def test_an_answer_is_believed_with(world: World, kind: str):
    world.server.put("/ocsp", RIGHT[kind](world))

    await world.check()


@pytest.mark.parametrize("status", [302, 400, 404, 500])
async def test_an_answer_with_another_status_tells_nothing(world: World, status: int):
    world.server.put("/ocsp", ocsp_of(world.authority, world.person), status, [("Location", f"{world.server.url}/other")])

    assert await world.refusal() == CANNOT + f"the authority's server answers {status}"


class TestAResponderThatHasToBeLookedUp:
    async def state(self, world: World, *revoked: bool) -> str | None:
        by = responder(world.authority, more=(), crl_urls=(f"{world.server.url}/issuer.crl",))
        world.server.put("/issuer.crl", crl_of(world.authority, *([by.certificate] if any(revoked) else [])))
        world.server.put("/ocsp", ocsp_of(world.authority, world.person, by=by))
        if not any(revoked):
            return await world.check()
        return await world.refusal()

    async def test_it_is_believed_while_no_list_names_it(self, world: World):
        await self.state(world)

        assert world.server.asked["/issuer.crl"] == 1

    async def test_its_answers_tell_nothing_once_it_is_revoked(self, world: World):
        assert await self.state(world, True) == CANNOT + "the responder's own certificate is revoked"


class TestWithAListBesides:
    @pytest.fixture(autouse=True)
    def _lists(self, world: World) -> None:
        world.authority = replace(world.authority, crl=(f"{world.server.url}/issuer.crl",))
        world.person = world.person_with()

    @pytest.mark.parametrize("body", [b"", b"garbage", refusing(ocsp.OCSPResponseStatus.TRY_LATER)])
    async def test_the_list_is_asked_when_the_responder_does_not_know(self, world: World, body: bytes):
        world.server.put("/ocsp", body)
        await world.check()

        world.server.put("/issuer.crl", crl_of(world.authority, world.person))
        assert await world.refusal() == "the certificate is revoked"

    async def test_the_list_is_not_asked_when_the_responder_knows(self, world: World):
        world.server.put("/ocsp", ocsp_of(world.authority, world.person, GOOD))

        await world.check()

        assert world.server.asked["/issuer.crl"] == 0

    async def test_a_responder_that_hangs_leaves_time_for_the_list(self, world: World):
        def hang(_: bytes) -> bytes:
            world.server.hang.wait(30)
            return b""

        world.server.put("/ocsp", hang)

        await world.check(world.revocation(seconds=3))

        assert world.server.asked["/issuer.crl"] == 1
