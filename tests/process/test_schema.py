"""Requests generated from the server's own OpenAPI document, and answers checked against it."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
import schemathesis

from authme.app import openapi_document
from authme.kernel.clock import SystemClock
from support.given import Given, environment
from support.serving import Serving, serving

# What the logout ends is the session that the other operations are called with.
schema = schemathesis.openapi.from_dict(openapi_document()).exclude(operation_id="X-logout")
CHECKS = [
    schemathesis.checks.not_a_server_error,
    schemathesis.checks.status_code_conformance,
    schemathesis.checks.content_type_conformance,
    schemathesis.checks.response_schema_conformance,
]


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Serving, str]]:
    folder = tmp_path_factory.mktemp("schema")
    endless = {
        "NAME_FAILURES": 1000,
        "CODES_SENT": 1000,
        "NETWORK_FAILURES": 10**9,
        "CLIENT_FAILURES": 10**9,
        "ISSUER": "http://127.0.0.1:8080",
    }
    env = environment(f"sqlite:///{folder}/authme.db", **endless)

    async def prepared() -> str:
        given = Given(env, SystemClock())
        await given.open()
        try:
            user = await given.user(None, "ADMIN", "IAM_ADMIN_MAINTENANCE")
            return await given.mfa_token(user, await given.client())
        finally:
            await given.close()

    token = asyncio.run(prepared())
    with serving(env, folder) as server:
        yield server, token


@schema.parametrize()
@hypothesis.settings(
    max_examples=25,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[*hypothesis.HealthCheck],
)
def test_the_server_keeps_to_its_document(case: schemathesis.Case, ready: tuple[Serving, str]):
    server, token = ready

    case.call_and_validate(base_url=server.url, headers={"Authorization": f"Bearer {token}"}, checks=CHECKS)


def test_the_folder_of_the_log_has_no_defect(ready: tuple[Serving, str]):
    server, _ = ready

    assert '"event":"unexpected"' not in Path(server.log).read_text()
