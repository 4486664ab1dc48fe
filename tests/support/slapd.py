"""A real LDAP server (OpenLDAP's slapd) of the tests' own, behind which stands RACF as `slapd_racf` knows it.

slapd speaks LDAP and TLS, parses names and filters, and knows the schema; what it is asked it passes on over its socket
backend, as z/OS LDAP passes on to RACF.
"""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from authme.kernel.clock import Clock
from authme.legacy.ldap.directory import LdapRacf
from authme.settings.legacy import LdapDirectory
from support.outside import wait_until
from support.postgres import free_port
from support.slapd_authority import Authority
from support.slapd_outside import RacfOutside
from support.slapd_racf import SERVICE, SERVICE_SECRET, SUFFIX, Racf
from support.slapd_socket import Behind

PROGRAM = Path("/usr/sbin/slapd")
MODULES = Path("/usr/lib/ldap")
CORE = Path("/etc/ldap/schema/core.schema")
IS_INSTALLED = PROGRAM.exists() and CORE.exists() and any(MODULES.glob("back_sock*"))
ATTRIBUTES = (
    "racfid profiletype racfAttributes racfDefaultGroup racfOwner racfConnectGroupName racfRevokeDate racfResumeDate"
    " racfProgrammerName racfInstallationData racfPassword racfPassPhrase racfEmail racfMobile racfDocument"
)
_OID = "1.3.6.1.4.1.32473"  # for examples, RFC 5612
_TEXT = "1.3.6.1.4.1.1466.115.121.1.15"


class Slapd:
    """One server, on free ports of the loopback interface. `racf` stays the same whatever happens to the process."""

    def __init__(self, folder: Path, certificate: tuple[Path, Path], authority: Path, *, is_tls_known: bool = True) -> None:
        self.folder = folder
        self.racf = Racf()
        self.authority = authority
        self.port, self.tls_port = free_port(), free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.password_file = folder / "password"
        self.password_file.write_text(SERVICE_SECRET + "\n")
        (folder / "racf.schema").write_text(_schema())
        tls = [f"TLSCertificateFile {certificate[0]}", f"TLSCertificateKeyFile {certificate[1]}"] if is_tls_known else []
        (folder / "slapd.conf").write_text("\n".join([*_configuration(folder), *tls, *_database(folder)]))

    @property
    def is_running(self) -> bool:
        return self._process is not None

    def start(self) -> None:
        """Start it; return when it listens."""
        urls, ports = f"ldap://127.0.0.1:{self.port} ldaps://127.0.0.1:{self.tls_port}", (self.port, self.tls_port)
        with (self.folder / "log").open("ab") as log:
            words = [PROGRAM, "-d", "0", "-f", self.folder / "slapd.conf", "-h", urls]
            self._process = process = subprocess.Popen(words, stdout=log, stderr=log, cwd=self.folder)
        wait_until(lambda: process.poll() is not None or all(map(_listens, ports)), "slapd did not start", every=0.01)
        assert process.poll() is None, (self.folder / "log").read_text()

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def freeze(self) -> None:
        """Let it take connections, as the machine does for it, and never answer."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        # The signal is delivered to each thread on its own.
        wait_until(lambda: _state(self.pid) == "T", "it did not stop")

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def connections(self) -> int:
        """Return how many are open at it, both ways of reaching it taken together."""
        ports = {f"{port:04X}" for port in (self.port, self.tls_port)}
        lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        established = "01"
        return sum(one[1].rpartition(":")[2] in ports and one[3] == established for one in lines)

    def settings(self, **others: Any) -> LdapDirectory:
        """Return the settings by which this server is reached, over `ldaps` if not said otherwise."""
        values = {
            "url": f"ldaps://localhost:{self.tls_port}",
            "suffix": SUFFIX,
            "bind_logon": SERVICE,
            "bind_password_file": self.password_file,
            "ca_file": self.authority,
            "default_group": "USERS",
            "tells_revoked_to_all": False,
            "email_attribute": "racfEmail",
            "mobile_attribute": "racfMobile",
            "document_attribute": "racfDocument",
        }
        return LdapDirectory(**(values | others))

    @property
    def start_tls_url(self) -> str:
        return f"ldap://localhost:{self.port}"

    def _end(self, number: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is not None and process.poll() is None:
            process.send_signal(number)
            os.kill(process.pid, signal.SIGCONT)
            process.wait(10)


@contextlib.contextmanager
def running_slapd(*names: str, days: int = 1, is_trusted: bool = True, is_tls_known: bool = True) -> Iterator[Slapd]:
    """Run a server with a certificate for these names, valid for so many days; it is ended whatever the test does."""
    if not IS_INSTALLED:
        pytest.skip("slapd is not installed")
    # The path of a Unix socket may not be long.
    folder = Path(tempfile.mkdtemp(prefix="authme-slapd-"))
    try:
        authority = Authority(folder)
        trusted = authority if is_trusted else Authority(folder, "stranger")
        certificate = authority.certify(*(names or ("localhost", "127.0.0.1")), days=days)
        server = Slapd(folder, certificate, trusted.file, is_tls_known=is_tls_known)
        with Behind(folder / "socket", server.racf):
            try:
                server.start()
                yield server
            finally:
                server.kill()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.asynccontextmanager
async def open_ldap(slapd: Slapd, *, seconds: float = 5, clock: Clock | None = None, **others: Any) -> AsyncIterator[LdapRacf]:
    """Open the directory that is reached there; close it in the end."""
    directory = LdapRacf(slapd.settings(**others), seconds=seconds, clock=clock)
    try:
        yield directory
    finally:
        # A thread that is stuck is to fail the test, not to hold it up.
        async with asyncio.timeout(20):
            await directory.close()


@pytest.fixture(scope="session")
def shared_slapd() -> Iterator[Slapd]:
    """One server for all tests that do it no harm."""
    with running_slapd() as server:
        yield server


@pytest.fixture
def slapd(shared_slapd: Slapd) -> Slapd:
    """The shared server, with nothing in it but this server's own logon. Nobody stops it: see `own_slapd`."""
    shared_slapd.racf.reset()
    shared_slapd.password_file.write_text(SERVICE_SECRET + "\n")
    return shared_slapd


@pytest.fixture
def own_slapd() -> Iterator[Slapd]:
    """A server that may be stopped, killed and frozen."""
    with running_slapd() as server:
        yield server


@pytest.fixture
async def ldap(slapd: Slapd) -> AsyncIterator[LdapRacf]:
    """The directory that is reached by LDAP at the shared server."""
    async with open_ldap(slapd) as directory:
        yield directory


@pytest.fixture
def outside(slapd: Slapd) -> RacfOutside:
    """The mainframe's side of it."""
    return RacfOutside(slapd.racf)


def _configuration(folder: Path) -> list[str]:
    return [
        f"include {CORE}",
        f"include {folder / 'racf.schema'}",
        f"modulepath {MODULES}",
        "moduleload back_sock",
        f"pidfile {folder / 'pid'}",
        "loglevel none",
        # For whatever is not below the suffix.
        "referral ldap://elsewhere.example.com",
    ]


def _database(folder: Path) -> list[str]:
    return [
        "database sock",
        f'suffix "{SUFFIX}"',
        f"socketpath {folder / 'socket'}",
        "extensions binddn",
        "access to * by * write",
        "",
    ]


def _schema() -> str:
    names = ATTRIBUTES.split()
    attributes = [
        f"attributetype ( {_OID}.1.{number} NAME '{name}' EQUALITY caseIgnoreMatch SYNTAX {_TEXT} )"
        for number, name in enumerate(names, start=1)
    ]
    allowed = " $ ".join(names[1:])
    return "\n".join([*attributes, f"objectclass ( {_OID}.2.1 NAME 'racfUser' STRUCTURAL MUST racfid MAY ( {allowed} ) )", ""])


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
