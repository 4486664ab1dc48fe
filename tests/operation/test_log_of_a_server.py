import json
import os
import subprocess
import sys
import time
from pathlib import Path

import httpx

from support.given import environment
from support.postgres import free_port

AUTHME = Path(sys.executable).with_name("authme")


def answer_of(url: str, server: "subprocess.Popen[bytes]") -> httpx.Response:
    """Ask until the server answers."""
    give_up_at = time.monotonic() + 30
    while time.monotonic() < give_up_at and server.poll() is None:
        try:
            return httpx.get(url, headers={"x-request-id": "asked-by-a-test"}, timeout=2)
        except httpx.TransportError:
            time.sleep(0.02)
    raise AssertionError("the server did not start")


def test_all_that_a_server_writes_to_standard_error_is_json_lines_without_its_master_key(tmp_path: Path):
    port, log = free_port(), tmp_path / "log"
    env = environment(f"sqlite:///{tmp_path}/authme.db", log_level="debug", port=port)
    command = [AUTHME, "serve"]
    with (
        log.open("wb") as opened,
        subprocess.Popen(command, env=os.environ | env, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=opened) as server,
    ):
        try:
            answer = answer_of(f"http://127.0.0.1:{port}/readyz", server)
        finally:
            server.terminate()

    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert answer.status_code == 200
    assert [(line["operation"], line["request_id"]) for line in lines if line["event"] == "request"] == [
        ("X-readyz", "asked-by-a-test")
    ]
    assert env["AUTHME_MASTER_KEY"] not in log.read_text()
