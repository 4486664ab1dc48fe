"""What the server says when something that it needs is not there."""

import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from authme.kernel.clock import FakeClock
from authme.keys import Keyring
from support.answers import refused
from support.given import Given, environment
from support.two_engines import PREPARED, plain_sql


@pytest.fixture
async def given(tmp_path: Path, clock: FakeClock) -> AsyncIterator[Given]:
    server = Given(environment(f"sqlite:///{tmp_path}/a.db"), clock)
    await server.open()
    yield server
    await server.close()


async def test_a_database_that_was_dropped_is_an_outage(postgres: str, clock: FakeClock):
    name = f"t{uuid4().hex}"
    await plain_sql(postgres, "CREATE DATABASE", name, "TEMPLATE", PREPARED)
    server = Given(environment(f"{postgres.rpartition('/')[0]}/{name}"), clock)
    await server.open()
    try:
        await plain_sql(postgres, "DROP DATABASE", name, "WITH (FORCE)")

        answer = await server.api.get("/readyz")

        refused(answer, 503, "902")
        assert answer.headers["retry-after"]
    finally:
        await server.close()


async def test_no_signing_key_is_an_outage(given: Given):
    await plain_sql(given.env["AUTHME_DATABASE_URL"], "DELETE FROM signing_key")
    await given.server.parts.get(Keyring).load(given.server.database.reader())

    refused(await given.api.get("/readyz"), 503, "902")


async def test_a_file_that_was_removed_is_an_outage_and_takes_no_more_writes(given: Given, tmp_path: Path):
    client, user = await given.client(), await given.user()
    for name in ("a.db", "a.db-wal", "a.db-shm"):
        (tmp_path / name).unlink()

    refused(await given.api.get("/readyz"), 503, "902")
    refused(await given.api.as_client(client.id).login(user.name, user.password), 503, "902")


async def test_options_are_counted_too(given: Given):
    await given.api.request("OPTIONS", "/healthz")

    assert 'authme_requests_total{operation="options",status="2xx"}' in (await given.api.get("/metrics")).text


def test_what_libraries_log_has_the_same_form():
    program = (
        "from authme.kernel import logs; logs.configure('info', 'json'); import logging; logging.getLogger('x').error('y')"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    line = json.loads(done.stderr)
    assert (line["event"], line["logger"], line["level"]) == ("y", "x", "error")
