import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from authme.crypto import jose
from authme.kernel import openapi
from authme.kernel.context import ANONYMOUS
from authme.kernel.http.application import Surroundings, build
from authme.keys import Keyring, ensure
from authme.keys.negotiation import is_match, prefers_pem
from authme.keys.rotate import rotate
from authme.keys.routes import ENDPOINTS
from support.api import Api
from support.two_engines import Worker

PEM = "application/x-pem-file"


async def anonymous(*_: object) -> Any:
    return ANONYMOUS


async def everywhere(_: str) -> bool:
    return True


@pytest.fixture
def api(worker: Worker) -> Api:
    surroundings = Surroundings(
        database=worker.database,
        clock=worker.clock,
        parts=worker.parts,
        authenticate=anonymous,
        allowed_origin=everywhere,
        observe=lambda *_: None,
        body_limit=65536,
        bulk_body_limit=65536,
    )
    return Api(build(ENDPOINTS, surroundings))


async def get(api: Api, **headers: str) -> httpx.Response:
    return await api.get("/keys", headers={name.replace("_", "-"): value for name, value in headers.items()})


async def test_the_keys_in_use_next_and_lately_retired_are_published(api: Api, worker: Worker) -> None:
    await worker.run(lambda ctx: ensure(ctx, "RS512"))
    await worker.run(lambda ctx: rotate(ctx, "ES256"))

    answer = await get(api)

    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert "Accept" in answer.headers["vary"]
    keys = answer.json()["keys"]
    assert [key["alg"] for key in keys] == ["ES256"] * 3 + ["RS512"] * 2
    trusted = await worker.parts.get(Keyring).verification_keys(worker.database.reader())
    assert {key["kid"]: key for key in keys} == {kid: public.jwk() for kid, public in trusted.items()}
    for key in keys:
        assert key["use"] == "sig"
        assert not {"d", "p", "q", "dp", "dq", "qi", "k"} & key.keys()
        jose.PublicKey.from_jwk(key)


async def test_pem_is_the_key_that_signs_now(api: Api, worker: Worker) -> None:
    key = await worker.parts.get(Keyring).signing_key(worker.database.reader(), "ES256")

    answer = await get(api, accept=PEM)

    assert answer.headers["content-type"] == PEM
    assert answer.text == key.public.pem()
    load_pem_public_key(answer.content)
    assert answer.headers["etag"] != (await get(api)).headers["etag"]


async def test_who_has_the_keys_already_is_told_so(api: Api, worker: Worker) -> None:
    etag = (await get(api)).headers["etag"]

    for given in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        answer = await get(api, if_none_match=given)
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == etag
        assert answer.headers["cache-control"] == "public, max-age=300"
    assert (await get(api, if_none_match=etag, accept=PEM)).status_code == 200

    await worker.run(rotate)
    answer = await get(api, if_none_match=etag)
    assert answer.status_code == 200
    assert answer.headers["etag"] != etag


async def test_head_is_get_without_the_body(api: Api) -> None:
    answer = await api.request("HEAD", "/keys")

    assert (answer.status_code, answer.headers["etag"]) == (200, (await get(api)).headers["etag"])


async def test_pages_of_allowed_origins_may_read_it_and_caches_keep_them_apart(api: Api) -> None:
    answer = await get(api, origin="https://app.example")

    assert answer.headers["access-control-allow-origin"] == "https://app.example"
    assert "Origin" in answer.headers["vary"]


def test_the_document_declares_what_is_answered() -> None:
    operation = openapi.document(ENDPOINTS, version="1")["paths"]["/security/iam/v1/keys"]["get"]

    assert operation["x-requirement"] == "public"
    assert set(operation["responses"]["200"]["content"]) == {"application/json", PEM}
    assert "304" in operation["responses"]


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", False),
        ("*/*", False),
        ("text/html", False),
        ("application/json", False),
        (PEM, True),
        (PEM.upper(), True),
        (f"{PEM}, */*;q=0.1", True),
        (f"{PEM};q=0.5, application/json", False),
        (f"{PEM}, application/json", True),
        (f"application/json;q=0.2, {PEM};q=0.3", True),
        (f"{PEM};q=0", False),
        (f"{PEM};q=0.000", False),
        (f"{PEM};q=x", False),
        (f"{PEM} ; charset=utf-8 ; q = 1", True),
        (";;,,=,", False),
    ],
)
def test_pem_is_for_who_asks_for_it(accept: str, *, expected: bool) -> None:
    assert prefers_pem(accept) is expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, False),
        ("", False),
        ('"a"', True),
        ('W/"a"', True),
        ('"b", W/"a"', True),
        (" * ", True),
        ('"*"', False),
        ("a", False),
        ('"b,"a""', False),
        ('"ab"', False),
    ],
)
def test_validators_are_compared_weakly(given: str | None, *, expected: bool) -> None:
    assert is_match(given, '"a"') is expected


Start = Callable[..., Awaitable[Worker]]


async def test_every_worker_publishes_the_same(api: Api, start: Start) -> None:
    other = await start()

    jwks, _ = await other.parts.get(Keyring).published(other.database.reader())

    assert jwks.body == (await get(api)).content
    assert json.loads(jwks.body)
