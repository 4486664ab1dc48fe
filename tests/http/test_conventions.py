"""What holds for every answer (contract section 1)."""

from pathlib import Path

import pytest

from authme.app import endpoints
from authme.clients.remove import remove
from support.answers import refused
from support.given import Given, GivenClient, GivenUser, MakeGiven

LOCK = "/user-identities/lock"


async def test_a_callers_request_id_is_kept_and_another_form_is_replaced(given: Given):
    assert (await given.api.get("/keys", headers={"x-request-id": "order-4711.a_b"})).headers[
        "x-request-id"
    ] == "order-4711.a_b"

    for wrong in ("short", "x" * 65, "with space", "semi;colon", "ümlautümlaut".encode().decode("latin-1"), ""):
        given_back = (await given.api.get("/keys", headers={"x-request-id": wrong.encode("latin-1")})).headers["x-request-id"]
        assert given_back != wrong
        assert len(given_back) >= 8


async def test_the_request_id_is_in_the_audit(given: Given):
    await given.api.post("/client-identities/login", headers={"x-request-id": "order-4711"})

    assert (await given.trail("client.login"))[-1]["request_id"] == "order-4711"


async def test_unknown_paths_and_methods_have_the_error_array(given: Given):
    for path in ("/", "/nothing", "/user-identities/lock/x", "/USER-IDENTITIES/lock", "/keys/", "/..%2f"):
        refused(await given.api.get(path), 404, "402")
    for method, path in (("GET", LOCK), ("PUT", LOCK), ("DELETE", "/keys"), ("PATCH", "/token"), ("BREW", "/keys")):
        answer = await given.api.request(method, path)
        refused(answer, 405, "402")
        if method != "BREW":
            assert "OPTIONS" in answer.headers["allow"]


async def test_bodies_over_the_limit_are_refused_before_anything_else(given: Given):
    for path in (LOCK, "/user-identities/login", "/client-identities/login", "/token"):
        refused(await given.api.post(path, content=b"x" * (64 * 1024 + 1)), 413, "104")
    refused(await given.api.post(LOCK, content=b"{", headers={"content-length": "99999999"}), 413, "104")


async def test_json_is_needed_where_a_body_is(given: Given):
    service = await given.service("account_lock")

    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonx"):
        refused(await service.post(LOCK, content=b"{}", headers={"content-type": kind}), 415, "105")
    refused(await service.post(LOCK, content=b"{}"), 415, "105")
    refused(await service.post(LOCK, content=b"{}", headers={"content-type": "Application/JSON; charset=utf-8"}), 400, "101")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "103"),
        (b"{", "103"),
        (b'{"userId": }', "103"),
        (b"{'userId': 1}", "103"),
        (b'{"userId": NaN}', "103"),
        (b'{"userId": "\xff"}', "103"),
        (b"\xef\xbb\xbf{}", "103"),
        (b'{"userId": "\\ud800"}', "103"),
        (b'{"userId": "\\u0000"}', "103"),
        (b"[" * 30_000, "103"),
        (b'{"a":' * 10_000, "103"),
        (b'{"userId": "%b", "userId": "%b"}' % (b"0" * 24, b"1" * 24), "102"),
        (b"null", "102"),
        (b"7" * 5000, "103"),
    ],
)
async def test_what_is_no_json_object_in_its_one_form(given: Given, body: bytes, code: str):
    service = await given.service("account_lock")

    answer = await service.post(LOCK, content=body, headers={"content-type": "application/json"})

    refused(answer, 400, code)


async def test_options_needs_no_token_and_head_is_get_without_a_body(given: Given, user: GivenUser):
    service = await given.service("identity_read")
    for endpoint in endpoints():
        answer = await given.api.request("OPTIONS", endpoint.path.replace("{", "").replace("}", ""))
        assert answer.status_code == 204
        assert {endpoint.method, "OPTIONS"} <= set(answer.headers["allow"].split(", "))

    shown, head = [await service.request(method, f"/user-identities/{user.id}") for method in ("GET", "HEAD")]
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == shown.headers["content-type"]
    assert (await given.api.request("HEAD", f"/user-identities/{user.id}")).status_code == 401


async def test_what_is_answered_is_not_kept_by_anybody_on_the_way(given: Given, client: GivenClient):
    for answer in (
        await given.api.login_client(client.id, client.secret),
        await given.api.login_client(client.id, "wrong"),
        await given.api.get("/nothing"),
    ):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"


class TestOtherOrigins:
    async def test_origins_of_redirect_uris_and_of_the_list_may_call(self, make_given: MakeGiven, tmp_path: Path):
        given = await make_given(f"sqlite:///{tmp_path}/a.db", cors_origins="https://console.example.com")
        await given.client(redirect_uris=("https://app.example.com/done",))

        for origin in ("https://app.example.com", "https://console.example.com"):
            for answer in (
                await given.api.get("/keys", headers={"origin": origin}),
                await given.api.get("/x", headers={"origin": origin}),
            ):
                assert answer.headers["access-control-allow-origin"] == origin
                assert "Origin" in answer.headers["vary"]
                assert "access-control-allow-credentials" not in answer.headers
        for origin in ("https://evil.example", "https://app.example.com.evil.example", "http://app.example.com", "null"):
            answer = await given.api.get("/keys", headers={"origin": origin})
            assert "access-control-allow-origin" not in answer.headers

    async def test_a_preflight_is_answered_without_a_token(self, given: Given):
        await given.client(redirect_uris=("https://app.example.com/done",))
        headers = {
            "origin": "https://app.example.com",
            "access-control-request-method": "POST",
            "access-control-request-headers": "authorization",
        }

        answer = await given.api.request("OPTIONS", LOCK, headers=headers)

        assert answer.status_code == 204
        assert "POST" in answer.headers["access-control-allow-methods"]
        assert "Authorization" in answer.headers["access-control-allow-headers"]

    async def test_a_removed_clients_origin_is_foreign_again(self, given: Given):
        client = await given.client(redirect_uris=("https://app.example.com/done",))
        headers = {"origin": "https://app.example.com"}
        assert "access-control-allow-origin" in (await given.api.get("/keys", headers=headers)).headers

        await given.run(lambda ctx: remove(ctx, client.id))

        assert "access-control-allow-origin" not in (await given.api.get("/keys", headers=headers)).headers
