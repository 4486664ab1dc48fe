"""Nothing is said before TLS runs, with a certificate that is valid and for the host; and `check` says what is wrong."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from authme.legacy.directory import Unreachable
from authme.legacy.ldap.deadline import Deadline, Wire
from authme.legacy.ldap.line import Line
from authme.legacy.ldap.way import Way
from support.slapd import Slapd, open_ldap, running_slapd
from support.slapd_outside import RacfOutside
from support.slapd_racf import SERVICE

WAYS = ["ldaps", "ldap"]


def url(slapd: Slapd, scheme: str, host: str = "localhost") -> str:
    return f"{scheme}://{host}:{slapd.tls_port if scheme == 'ldaps' else slapd.port}"


@pytest.mark.parametrize("scheme", WAYS)
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "LOCALHOST"])
async def test_a_certificate_for_the_host_or_its_address_is_accepted(
    slapd: Slapd, outside: RacfOutside, scheme: str, host: str
):
    await outside.add_logon("MARIA", "SECRET01")

    async with open_ldap(slapd, url=url(slapd, scheme, host)) as ldap:
        assert await ldap.check() == []
        assert await ldap.verify("MARIA", "SECRET01") == "RIGHT"


@pytest.mark.parametrize("scheme", WAYS)
@pytest.mark.parametrize(
    ("names", "wrong", "why"),
    [
        (("elsewhere.example.com", "192.0.2.1"), {}, "mismatch"),
        (("127.0.0.1",), {}, "mismatch"),
        (("localhost",), {"days": -1}, "expired"),
        (("localhost",), {"is_trusted": False}, "unable to get local issuer certificate"),
    ],
    ids=["another name", "only the address", "expired", "unknown authority"],
)
async def test_a_wrong_certificate_ends_it_before_anything_is_said(scheme: str, names: tuple[str, ...], wrong: dict, why: str):
    with running_slapd(*names, **wrong) as slapd:
        async with open_ldap(slapd, url=url(slapd, scheme)) as ldap:
            for question in (ldap.verify("MARIA", "SECRET01"), ldap.find("MARIA"), ldap.revoke("MARIA")):
                with pytest.raises(Unreachable, match="certificate"):
                    await question
            problems = await ldap.check()

    assert len(problems) == 1
    assert "certificate" in problems[0]
    assert why in problems[0]
    assert slapd.racf.binds == []


async def test_a_certificate_for_another_address_is_not_accepted():
    with running_slapd("localhost", "192.0.2.1") as slapd:
        async with open_ldap(slapd, url=url(slapd, "ldaps", "127.0.0.1")) as ldap:
            assert "mismatch" in (await ldap.check())[0]

    assert slapd.racf.binds == []


async def test_without_a_file_the_systems_authorities_count(slapd: Slapd):
    async with open_ldap(slapd, ca_file=None) as ldap:
        assert "unable to get local issuer certificate" in (await ldap.check())[0]


async def test_a_server_that_refuses_start_tls_is_told_nothing():
    with running_slapd(is_tls_known=False) as slapd:
        async with open_ldap(slapd, url=url(slapd, "ldap")) as ldap:
            assert "refuses StartTLS" in (await ldap.check())[0]
            with pytest.raises(Unreachable):
                await ldap.verify("MARIA", "SECRET01")

    assert slapd.racf.binds == []


async def test_a_port_without_tls_is_told_nothing(slapd: Slapd):
    async with open_ldap(slapd, url=f"ldaps://localhost:{slapd.port}", seconds=0.5) as ldap:
        assert "TLS with localhost" in (await ldap.check())[0]

    assert slapd.racf.binds == []


async def test_a_port_where_nobody_listens_is_said(slapd: Slapd):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        async with open_ldap(slapd, url=f"ldaps://localhost:{port}") as ldap:
            assert f"no connection to localhost:{port}: " in (await ldap.check())[0]
            assert "refused" in (await ldap.check())[0]


@pytest.mark.parametrize("host", ["nowhere.invalid", "x" * 64 + ".invalid"])
async def test_a_name_that_is_not_found_is_said(slapd: Slapd, host: str):
    async with open_ldap(slapd, url=f"ldaps://{host}", seconds=20) as ldap:
        assert f"The name {host} is not found" in (await ldap.check())[0]


async def test_a_suffix_that_is_not_there_is_said(slapd: Slapd):
    slapd.racf.answer("SEARCH", 32, "")

    async with open_ldap(slapd) as ldap:
        assert await ldap.check() == ["The directory has nothing of the name cn=racf."]


async def test_a_suffix_that_may_not_be_read_is_said(slapd: Slapd):
    slapd.racf.answer("SEARCH", 50, "")

    async with open_ldap(slapd) as ldap:
        assert await ldap.check() == ["The directory does not show cn=racf: this server's logon may not do this (result 50)."]


async def test_a_password_file_that_is_not_there_is_said(slapd: Slapd, tmp_path: Path):
    (tmp_path / "empty").touch()

    async with open_ldap(slapd, bind_password_file=tmp_path / "missing") as ldap:
        assert "cannot be read" in (await ldap.check())[0]
    async with open_ldap(slapd, bind_password_file=tmp_path / "empty") as ldap:
        assert "is empty" in (await ldap.check())[0]

    assert slapd.racf.binds == []


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("R000100 The password has expired.", "its password has expired"),
        ("R000102 The user ID has been revoked.", "it is revoked"),
        ("R000104 The password is not correct.", "its password is not accepted"),
    ],
)
async def test_why_this_servers_own_logon_is_not_let_in_is_said(slapd: Slapd, code: str, why: str):
    own = slapd.racf.logons[SERVICE]
    own.is_expired, own.is_revoked = code.startswith("R000100"), code.startswith("R000102")
    if code.startswith("R000104"):
        own.password = "ANOTHER1"

    async with open_ldap(slapd) as ldap:
        problems = await ldap.check()

    assert len(problems) == 1
    assert f"{SERVICE} in: {why}" in problems[0]
    assert code[:7] in problems[0]


def test_a_closed_line_is_not_opened_again_without_tls(slapd: Slapd):
    line = Way(slapd.settings(url=url(slapd, "ldap"))).open(Deadline(5))
    line.drop()
    asked_before = list(slapd.racf.binds)

    with pytest.raises(Unreachable):
        line.bind("racfid=MARIA,profiletype=user,cn=racf", "SECRET01")

    assert slapd.racf.binds == asked_before


def test_a_line_is_never_without_tls(slapd: Slapd):
    with socket.create_connection(("127.0.0.1", slapd.port)) as plain, pytest.raises(ValueError, match="secured"):
        Line(None, Wire(plain, Deadline(5)))


@pytest.mark.parametrize("name", ["", "racfid=MARIA,profiletype=user,cn=racf"])
def test_an_anonymous_bind_is_not_made(slapd: Slapd, name: str):
    line = Way(slapd.settings()).open(Deadline(5))

    with pytest.raises(ValueError, match="empty"):
        line.bind(name, "" if name else "SECRET01")

    line.leave()
    assert slapd.racf.binds == []


async def test_what_is_slipped_in_before_tls_is_not_taken_for_an_answer(slapd: Slapd):
    with slipping_in() as (port, heard):
        async with open_ldap(slapd, url=f"ldap://localhost:{port}", seconds=1) as ldap:
            with pytest.raises(Unreachable):
                await ldap.verify("MARIA", "SECRET01")

    assert heard == [b""]


@contextmanager
def slipping_in() -> Iterator[tuple[int, list[bytes]]]:
    """Answer StartTLS, and in the same breath the bind that will come next; tell what was said after that."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            taken, _ = server.accept()
            with taken:
                asked = taken.recv(1000)
                number = int.from_bytes(asked[4 : 4 + asked[3]])
                taken.sendall(_success(number, 0x78) + _success(number + 1, 0x61))
                heard.append(taken.recv(1000))

        thread = Thread(target=serve)
        thread.start()
        yield server.getsockname()[1], heard
        thread.join(10)


def _success(number: int, kind: int) -> bytes:
    """Return a message of LDAP that says that all went well (RFC 4511 section 4.1.9)."""
    message = b"\x02\x04" + number.to_bytes(4) + bytes([kind]) + b"\x07\x0a\x01\x00\x04\x00\x04\x00"
    return b"\x30" + bytes([len(message)]) + message
