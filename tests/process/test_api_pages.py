"""The API pages in a browser that reaches this server and nothing else."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from authme.app import endpoints
from support.given import environment
from support.serving import serving

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
def test_every_operation_is_shown_and_nothing_is_fetched_from_elsewhere(tmp_path: Path):
    env = environment(f"sqlite:///{tmp_path}/authme.db", ISSUER="http://127.0.0.1:8080", LOG_LEVEL="info")
    with serving(env, tmp_path) as server:
        shown = subprocess.run(
            [
                CHROMIUM or "",
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                f"--user-data-dir={tmp_path / 'browser'}",
                # Whatever is not on this machine does not exist for the browser.
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
                "--virtual-time-budget=20000",
                "--dump-dom",
                f"{server.url}/docs",
            ],
            capture_output=True,
            text=True,
            check=True,
            timeout=90,
        ).stdout
        log = server.log.read_text()

    paths = {path.replace("\u200b", "") for path in re.findall(r'data-path="([^"]+)"', shown)}
    assert {endpoint.path for endpoint in endpoints()} <= paths
    assert set(re.findall(r'(?:src|href)="(https?://[^"]+)"', shown)) <= {f"{server.url}/openapi.json"}
    assert '"operation":"X-openapi"' in log
