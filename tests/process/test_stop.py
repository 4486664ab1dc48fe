"""Stopping: what was begun is finished, what was answered is kept."""

import base64
import contextlib
import http.client
import itertools
import json
import os
import signal
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from support.api import API, basic
from support.given import Given, GivenClient
from support.serving import AUTHME, Serving, serving
from support.two_engines import rows_of

PASSWORD = "correct horse battery"


def send_registration(connection: http.client.HTTPConnection, client: GivenClient, name: str) -> None:
    body = json.dumps({"username": name, "password": PASSWORD})
    path = f"{API}/user-identities?clientId={client.id}"
    connection.request("POST", path, body, {"Content-Type": "application/json"})


def status_of(connection: http.client.HTTPConnection) -> int:
    answer = connection.getresponse()
    answer.read()
    return answer.status


def made(prepare: Any) -> GivenClient:
    async def work(given: Given) -> GivenClient:
        return await given.client()

    client: GivenClient = prepare(work)
    return client


@pytest.mark.parametrize("workers", [1, 2])
def test_sigterm_finishes_the_requests_under_way(env: dict[str, str], prepare: Any, tmp_path: Path, workers: int):
    client = made(prepare)
    # Costly hashes, so that many requests are under way at the moment of the signal.
    slow = env | {"AUTHME_ARGON2_MEMORY_KIB": "32768", "AUTHME_ARGON2_TIME_COST": "3", "AUTHME_VERIFY_CONTACT": "false"}
    with serving(slow, tmp_path, "--workers", str(workers)) as server, contextlib.ExitStack() as open_now:
        connections = [open_now.enter_context(contextlib.closing(server.connection())) for _ in range(12)]
        for n, connection in enumerate(connections):
            send_registration(connection, client, f"person{n}@example.com")
        time.sleep(0.2)
        with ThreadPoolExecutor(12) as pool:
            statuses = pool.map(status_of, connections)
            took = server.stop()

            assert list(statuses) == [201] * 12

    assert server.process.returncode == 0
    assert took < 10


def test_sigterm_is_heard_at_every_moment_of_the_start(env: dict[str, str], prepare: Any, tmp_path: Path):
    made(prepare)
    for moment in range(8):
        log = tmp_path / f"{moment}.log"
        server = Serving(env | {"AUTHME_LOG_LEVEL": "info"}, log, "--workers", "2")
        deadline = time.monotonic() + 20
        while "Spawning worker-2" not in log.read_text():
            assert time.monotonic() < deadline
            time.sleep(0.001)
        time.sleep(moment * 0.015)

        took = server.stop()

        # Who has not heard it is killed after ten seconds. That the log speaks of killing is no sign: it does so now and then
        # of a worker that stopped by itself and is just ending. Each has to say that it stops.
        assert took < 5, log.read_text()
        assert all(f"Stopping worker-{number}" in log.read_text() for number in (1, 2)), log.read_text()


def test_kill_9_under_load_loses_no_answered_request(env: dict[str, str], prepare: Any, tmp_path: Path):
    client, answered = made(prepare), []
    with serving(env, tmp_path, "--workers", "2") as server:

        def keep_registering(who: int) -> None:
            with (
                contextlib.closing(server.connection()) as connection,
                contextlib.suppress(OSError, http.client.HTTPException),
            ):
                for n in itertools.count():
                    name = f"person{who}.{n}@example.com"
                    send_registration(connection, client, name)
                    if status_of(connection) == 201:
                        answered.append(name)

        threads = [threading.Thread(target=keep_registering, args=(who,)) for who in range(8)]
        for thread in threads:
            thread.start()
        time.sleep(1.5)
        server.kill()
        for thread in threads:
            thread.join()

    assert len(answered) > 20
    with serving(env, tmp_path) as again:
        for name in answered[-5:]:
            login = {"params": {"clientId": client.id}, "headers": {"authorization": basic(name, PASSWORD)}}
            assert httpx.post(f"{again.url}{API}/user-identities/login", **login).status_code == 200, name

    async def names_kept(given: Given) -> dict[str, list[Any]]:
        url = given.env["AUTHME_DATABASE_URL"]
        return {
            "names": await rows_of(url, "SELECT value FROM identity"),
            "users": await rows_of(url, "SELECT count(*) FROM user_account"),
            "credentials": await rows_of(url, "SELECT count(*) FROM credential"),
            "audit": await rows_of(url, "SELECT count(*) FROM audit_event WHERE action = 'user.created'"),
        }

    kept = prepare(names_kept)
    assert set(answered) <= {name for (name,) in kept["names"]}
    # Nothing is half there: whoever has a name is a user with a password and a row in the audit.
    assert kept["users"] == kept["credentials"] == kept["audit"] == [(len(kept["names"]),)]
    verified = subprocess.run([AUTHME, "audit", "verify"], env=os.environ | env, capture_output=True, text=True, check=False)
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_a_worker_that_dies_is_replaced(env: dict[str, str], tmp_path: Path):
    with serving(env, tmp_path, "--workers", "2") as server:
        children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text().split()
        assert len(children) == 2
        os.kill(int(children[0]), signal.SIGKILL)
        deadline = time.monotonic() + 10
        healthy = 0
        while healthy < 20:
            assert time.monotonic() < deadline
            try:
                healthy = healthy + 1 if httpx.get(f"{server.url}/readyz", timeout=2).status_code == 200 else 0
            except httpx.TransportError:
                healthy = 0
            time.sleep(0.05)


class TestBadSettings:
    def run(self, tmp_path: Path, **settings: str) -> "subprocess.CompletedProcess[str]":
        env = {name: value for name, value in os.environ.items() if not name.startswith("AUTHME_")} | settings
        return subprocess.run(
            [AUTHME, "serve", "--port", "1"], cwd=tmp_path, env=env, capture_output=True, text=True, check=False, timeout=30
        )

    def test_every_problem_is_named_at_once_and_nothing_is_made(self, tmp_path: Path):
        secret = base64.b64encode(os.urandom(20)).decode()

        ended = self.run(tmp_path, AUTHME_WORKERS="none", AUTHME_MASTER_KEY=secret, AUTHME_ISSUER="ftp://x", AUTHME_WROKERS="2")

        assert ended.returncode == 1
        for name in ("AUTHME_WORKERS", "AUTHME_MASTER_KEY", "AUTHME_ISSUER", "AUTHME_WROKERS"):
            assert name in ended.stderr
        assert secret not in ended.stderr + ended.stdout
        assert "Traceback" not in ended.stderr
        assert list(tmp_path.iterdir()) == []

    def test_a_database_that_does_not_answer_is_said_so(self, tmp_path: Path):
        key = base64.b64encode(os.urandom(32)).decode()

        ended = self.run(tmp_path, AUTHME_DATABASE_URL="postgresql://a@127.0.0.1:1/x", AUTHME_MASTER_KEY=key)

        assert ended.returncode == 1
        assert ended.stderr.startswith("authme: ")
        assert "Traceback" not in ended.stderr
