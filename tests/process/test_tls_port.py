"""The server's own port for certificates, from outside: a real server, TLS by OpenSSL and curl."""

import asyncio
import base64
import contextlib
import os
import shutil
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from authme.kernel.clock import SystemClock
from support.api import API
from support.authority import Issued, root
from support.authority_keys import key_of
from support.authority_profiles import CPF, Brasil
from support.given import Given, GivenClient, GivenUser, claims, environment
from support.given_certificates import TLS_LOGIN, certificate_settings
from support.postgres import free_port
from support.serving import AUTHME, Serving
from support.tls_port import Answers, Web, connected, request, write_leaf

NONE_CAME = "no certificate came with the connection"


@dataclass
class There:
    """A server whose main port speaks TLS too, its port for certificates, and somebody who has one."""

    serving: Serving
    port: int
    env: dict[str, str]
    web: Web
    brasil: Brasil
    client: GivenClient
    user: GivenUser
    maria: tuple[Path, Path]
    folder: Path

    @property
    def path(self) -> str:
        return f"{API}{TLS_LOGIN}?clientId={self.client.id}"

    def wait(self) -> None:
        give_up_at = time.monotonic() + 30
        while time.monotonic() < give_up_at and self.serving.process.poll() is None:
            with contextlib.suppress(httpx.TransportError):
                found = httpx.get(f"https://127.0.0.1:{self.serving.port}/readyz", verify=self.web.trusting(), timeout=1)
                if found.status_code == 200:
                    return
            time.sleep(0.02)
        raise AssertionError(f"the server did not start: {self.serving.log.read_text()[-2000:]}")

    def ask(self, files: tuple[Path, Path] | None, *headers: str, **changes: Any) -> tuple[int, Any]:
        """Log in by the certificate in these files."""
        with connected(self.port, changes.pop("context", None) or self.web.trusting(files)) as connection:
            connection.sendall(request(changes.get("path", self.path), changes.get("body", b"{}"), *headers))
            return Answers(connection).next()


async def prepared(env: dict[str, str]) -> tuple[GivenClient, GivenUser]:
    given = Given(env, SystemClock())
    await given.open()
    try:
        return await given.client("READ", "WRITE"), await given.user(None, document=CPF, is_document_vouched=True)
    finally:
        await given.close()


@contextlib.contextmanager
def running(folder: Path, *options: str) -> Iterator[There]:
    clock, port = SystemClock(), free_port()
    brasil, web = Brasil.made(clock), Web(folder, clock)
    settings = certificate_settings(brasil, folder, is_whole=True)
    settings |= {"certificate_header": "Client-Cert", "certificate_proxies": "127.0.0.1/32", "certificate_port": port}
    settings |= {"tls_certificate": web.certificate, "tls_key": web.key, "network_failures": 10**6, "name_failures": 1000}
    env = environment(f"sqlite:///{folder}/authme.db", ISSUER="http://127.0.0.1:8080", **settings)
    client, user = asyncio.run(prepared(env))
    serving = Serving(env, folder / "server.log", *options)
    there = There(serving, port, env, web, brasil, client, user, brasil.person().write(folder), folder)
    try:
        there.wait()
        yield there
    finally:
        if serving.process.poll() is None:
            serving.kill()


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[There]:
    with running(tmp_path_factory.mktemp("tls")) as found:
        yield found


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_whose_certificate_it_is_logs_in(there: There, version: ssl.TLSVersion):
    context = there.web.trusting(there.maria)
    context.minimum_version = context.maximum_version = version

    status, found = there.ask(None, context=context)

    assert status == 200, found
    said = claims(found["accessToken"])
    assert (said["sub"], said["acr"], said["amr"]) == (there.user.id, "AUTH-BASIC", ["hwk"])


def test_the_folder_completes_the_chain(there: There):
    assert there.ask(write_leaf(there.brasil.person(), there.folder, "leaf"))[0] == 200


def test_without_a_certificate_nobody_logs_in(there: There):
    status, found = there.ask(None)

    assert (status, found[0]["code"]) == (401, "207")
    assert NONE_CAME in found[0]["message"]


def test_a_header_of_the_callers_own_is_nothing_on_this_port(there: There):
    der = there.brasil.person().chain[0]
    header = f"Client-Cert: :{base64.b64encode(der).decode()}:"

    status, found = there.ask(None, header)

    assert (status, found[0]["code"]) == (401, "207")
    assert NONE_CAME in found[0]["message"]


def test_a_certificate_that_speaks_for_nobody_is_refused_by_name_of_the_check(there: There):
    status, found = there.ask(there.brasil.seal().write(there.folder, "seal"))

    assert (status, found[0]["code"]) == (401, "207")
    assert "seal" in found[0]["message"]


def wrong(there: There, defect: str) -> tuple[Path, Path]:
    now = datetime.now(UTC)
    match defect:
        case "self-signed":
            alone = root("root", there.brasil.clock, key=key_of("RSA-2048", "stranger"))
            return Issued(certificate=alone.certificate, key=alone.key).write(there.folder, "alone")
        case "another authority":
            # Under the very names of ours.
            stranger = root("issuing", there.brasil.clock, key=key_of("RSA-2048", "stranger"))
            return stranger.issue(there.brasil.company_draft()).write(there.folder, "stranger")
        case "expired":
            changes = {"not_before": now - timedelta(days=9), "not_after": now - timedelta(days=1)}
            return there.brasil.person(changes=changes).write(there.folder, "expired")
        case _:
            return there.brasil.person(changes={"not_before": now + timedelta(days=1)}).write(there.folder, "early")


@pytest.mark.parametrize("defect", ["self-signed", "another authority", "expired", "not yet valid"])
def test_one_that_does_not_lead_to_a_root_does_not_get_through_tls(there: There, defect: str):
    with pytest.raises((OSError, EOFError)):
        there.ask(wrong(there, defect))

    assert there.ask(there.maria)[0] == 200


def test_old_tls_is_refused(there: There):
    context = there.web.trusting(there.maria)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        context.minimum_version = ssl.TLSVersion.TLSv1
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1

    with pytest.raises(ssl.SSLError):
        there.ask(None, context=context)


@pytest.mark.parametrize("path", ["/readyz", f"{API}/user-identities/login", f"{API}{TLS_LOGIN}/", "/", "*"])
def test_nothing_else_is_served_on_this_port(there: There, path: str):
    status, found = there.ask(there.maria, path=path)

    assert (status, found[0]["code"]) == (404, "402")


def test_a_body_or_head_that_is_too_large_is_refused(there: There):
    assert there.ask(there.maria, body=b" " * 70_000)[0] == 413
    assert there.ask(there.maria, "X-Long: " + "x" * 50_000)[0] == 431
    assert there.ask(there.maria, body=b"{")[0] == 400


def test_requests_that_come_at_once_are_answered_in_order(there: There):
    with connected(there.port, there.web.trusting(there.maria)) as connection:
        connection.sendall(request(there.path) + request("/other") + request(there.path))
        reader = Answers(connection)

        assert [reader.next()[0] for _ in range(3)] == [200, 404, 200]


def test_garbage_and_whoever_goes_away_cost_nobody_else_anything(there: There):
    for sent in (b"\0" * 500, b"GET / HTTP/1.1\r\n\r\n", os.urandom(2000), b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"):
        with socket.create_connection(("127.0.0.1", there.port), timeout=10) as opened:
            opened.sendall(sent)
    for _ in range(20):
        with connected(there.port, there.web.trusting(there.maria)) as connection:
            connection.sendall(request(there.path)[:50])

    assert there.ask(there.maria)[0] == 200
    assert "Traceback" not in there.serving.log.read_text()


def test_many_at_a_time_log_in(there: There):
    with ThreadPoolExecutor(12) as pool:
        statuses = list(pool.map(lambda _: there.ask(there.maria)[0], range(36)))

    assert statuses == [200] * 36


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl_logs_in(there: There):
    command = [
        "curl",
        "-sS",
        "--max-time",
        "20",
        "--cacert",
        there.web.authority,
        "-H",
        "Content-Type: application/json",
        "-d",
        "{}",
    ]
    url = f"https://127.0.0.1:{there.port}{there.path}"
    shown = subprocess.run(
        [*command, "--cert", there.maria[0], "--key", there.maria[1], url], capture_output=True, text=True, check=True
    )

    assert "accessToken" in shown.stdout
    assert NONE_CAME in subprocess.run([*command, url], capture_output=True, text=True, check=True).stdout


class TestStopping:
    def test_each_worker_serves_it_and_sigterm_closes_what_is_idle(self, tmp_path: Path):
        with running(tmp_path, "--workers", "2") as there:
            children = Path(f"/proc/{there.serving.process.pid}/task/{there.serving.process.pid}/children").read_text().split()
            assert all(f":{there.port:04X} " in Path(f"/proc/{child}/net/tcp").read_text() for child in children)
            with contextlib.ExitStack() as held:
                for _ in range(6):
                    connection = held.enter_context(connected(there.port, there.web.trusting(there.maria)))
                    connection.sendall(request(there.path))
                    assert Answers(connection).next()[0] == 200
                held.enter_context(socket.create_connection(("127.0.0.1", there.port)))

                took = there.serving.stop()

            assert took < 8
            assert there.serving.process.returncode == 0
            log = there.serving.log.read_text()
            assert "Traceback" not in log
            assert "Killing" not in log

    def test_a_worker_that_is_killed_is_replaced(self, tmp_path: Path):
        with running(tmp_path) as there:
            [child] = Path(f"/proc/{there.serving.process.pid}/task/{there.serving.process.pid}/children").read_text().split()
            with connected(there.port, there.web.trusting(there.maria)) as connection:
                os.kill(int(child), signal.SIGKILL)
                with contextlib.suppress(OSError):
                    assert connection.recv(1) == b""
            there.wait()
            deadline = time.monotonic() + 15
            while True:
                try:
                    assert there.ask(there.maria)[0] == 200
                    break
                except OSError:
                    assert time.monotonic() < deadline
                    time.sleep(0.1)


class TestBadSettings:
    @pytest.fixture
    def env(self, tmp_path: Path) -> dict[str, str]:
        clock = SystemClock()
        web, brasil = Web(tmp_path, clock), Brasil.made(clock)
        settings = certificate_settings(brasil, tmp_path, tls_certificate=web.certificate, tls_key=web.key)
        return environment(f"sqlite:///{tmp_path}/authme.db", **settings, certificate_port=free_port())

    def problem(self, env: dict[str, str], tmp_path: Path) -> str:
        given = {name: value for name, value in os.environ.items() if not name.startswith("AUTHME_")} | env
        ended = subprocess.run(
            [AUTHME, "serve", "--port", str(free_port())],
            cwd=tmp_path, env=given, capture_output=True, text=True, check=False, timeout=30,
        )  # fmt: skip
        assert ended.returncode == 1
        assert "Traceback" not in ended.stderr
        return ended.stderr

    def test_a_port_that_somebody_listens_on_stops_the_start(self, env: dict[str, str], tmp_path: Path):
        with socket.create_server(("127.0.0.1", int(env["AUTHME_CERTIFICATE_PORT"]))):
            assert "AUTHME_HOST, AUTHME_CERTIFICATE_PORT: " in self.problem(env, tmp_path)

    def test_so_does_a_key_of_another_certificate(self, env: dict[str, str], tmp_path: Path):
        other = Brasil.made(SystemClock()).person(key="P-256").write(tmp_path, "other")[1]

        assert "AUTHME_TLS_CERTIFICATE, AUTHME_TLS_KEY: " in self.problem(env | {"AUTHME_TLS_KEY": str(other)}, tmp_path)
