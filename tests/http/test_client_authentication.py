"""A client proves itself by `X-Api-Key` or HTTP Basic on every operation that takes a client."""

import asyncio
import time
from typing import Any

import httpx
import pytest

from authme.api_keys.remove import remove as remove_key
from authme.app import endpoints, openapi_document
from authme.clients.remove import lock, remove
from authme.kernel.http import Endpoint
from support.answers import refusal, refused, token_object
from support.api import Api, basic
from support.api_keys import KEYS, READ, GivenKey, drawn_key, given_key, with_key
from support.given import Given, GivenClient, GivenUser, MakeGiven, claims
from support.two_engines import plain_sql

GUARDED = [endpoint for endpoint in endpoints() if not endpoint.requirement.is_public]
LOGIN = "/client-identities/login"


@pytest.fixture
async def service(given: Given) -> GivenClient:
    return await given.client(READ)


@pytest.fixture
async def key(given: Given, service: GivenClient) -> GivenKey:
    return await given_key(given, service)


@pytest.fixture
def path(user: GivenUser) -> str:
    return f"/user-identities/{user.id}"


def with_basic(given: Given, name: str, secret: str, **query: str) -> Api:
    return Api(given.application, {"Authorization": basic(name, secret)}, query)


@pytest.mark.parametrize("endpoint", [one for one in GUARDED if not one.takes_basic], ids=lambda endpoint: endpoint.id)
async def test_whatever_a_clients_token_may_its_key_and_its_secret_may(given: Given, endpoint: Endpoint):
    """Also what it may not: one answer to all of them."""
    scopes = {atom.removeprefix("scope:") for one in GUARDED for atom in one.requirement.atoms if atom.startswith("scope:")}
    for first_party in (True, False):
        client = await given.client(*sorted(scopes), first_party=first_party)
        key = await given_key(given, client)
        callers = [
            given.api.as_(await given.client_token(client)),
            with_key(given, key.key),
            with_basic(given, client.id, client.secret),
            with_basic(given, client.id, key.key),
        ]

        answers = [await _ask(caller, endpoint) for caller in callers]

        assert len({str(answer) for answer in answers}) == 1, answers


async def _ask(caller: Api, endpoint: Endpoint) -> tuple[int, list[str]]:
    path = endpoint.path
    for name in endpoint.parameters:
        path = path.replace(f"{{{name}}}", "0" * 24)
    options: dict[str, Any] = {"json": {"nothing": "known"}} if endpoint.body is not None else {}
    answer = await caller.request(endpoint.method, path, **options)
    return refusal(answer) if answer.status_code >= 400 else (answer.status_code, [])


def test_the_document_says_where_a_key_is_taken():
    paths = openapi_document()["paths"].values()
    security = {one["operationId"]: one["security"] for operations in paths for one in operations.values()}
    bearer, basic_, key = ({name: list[str]()} for name in ("bearer", "basic", "apiKey"))

    assert security["UI-13"] == [{}, bearer, basic_, key]
    assert security["UI-17"] == [bearer, basic_, key]
    assert security["UI-05"] == [basic_, basic_ | key]
    assert security["CI-04"] == security["GT-01"] == [basic_, key]
    assert security["AK-01"] == security["UI-15"] == security["X-me"] == [bearer]
    assert security["KE-01"] == security["CI-05"] == []


async def test_a_key_needs_its_scope(given: Given, service: GivenClient, key: GivenKey, user: GivenUser, path: str):
    assert (await with_key(given, key.key).get(path)).status_code == 200
    refused(await with_key(given, key.key).post("/user-identities/lock", json={"userId": user.id}), 403, "301")
    assert [row["client_id"] for row in await given.trail("user.locked")] == []

    locks = await given_key(given, await given.client("account_lock"))
    assert (await with_key(given, locks.key).post("/user-identities/lock", json={"userId": user.id})).status_code == 204
    assert [row["client_id"] for row in await given.trail("user.locked")] != [service.id]


async def test_a_key_holds_the_roles_of_its_clients_service_account_as_they_are_now(on_both: Given):
    service = await on_both.service_account()
    group = await on_both.group(await on_both.role("BILLING"))
    client = await on_both.client(READ, service_account_id=service)
    key = await given_key(on_both, client)

    by_key = {"x-api-key": key.key}
    assert not (await on_both.caller_with(by_key)).has("BILLING")

    await on_both.member(group, "SERVICE", service)

    caller = await on_both.caller_with(by_key)
    assert caller.has("BILLING")
    token = str(token_object(await with_key(on_both, key.key).post(LOGIN))["accessToken"])
    assert caller == await on_both.caller(token)


async def test_before_a_login_a_key_stands_for_the_client_id(
    given: Given, service: GivenClient, key: GivenKey, user: GivenUser
):
    body = {"username": user.name}

    for caller in (
        with_key(given, key.key),
        with_key(given, key.key, clientId=service.id),
        with_basic(given, service.id, service.secret),
        with_basic(given, service.id, key.key, clientId=service.id),
    ):
        answer = await caller.post("/user-identities/identification", json=body)
        assert claims(answer.json()["accessToken"])["client_id"] == service.id


async def test_where_basic_is_the_persons_the_key_is_the_clients(
    given: Given, service: GivenClient, key: GivenKey, user: GivenUser
):
    found = token_object(await with_key(given, key.key).login(user.name, user.password))

    said = claims(str(found["accessToken"]))
    assert (said["client_id"], said["user_id"]) == (service.id, user.id)
    assert "ROLE_CLI-AUTH-BASIC" not in said["authorities"]
    refused(await with_key(given, drawn_key(), clientId=service.id).login(user.name, user.password), 401, "9")
    refused(await given.api.login(service.id, service.secret, params={"clientId": service.id}), 401, "203")
    refused(await given.api.login(service.id, service.secret), 401, "9")


async def test_a_key_of_one_client_and_the_name_of_another_are_nobody(
    given: Given, service: GivenClient, key: GivenKey, path: str, client: GivenClient
):
    for named in (client.id, "", "x"):
        refused(await with_key(given, key.key, clientId=named).get(path), 401, "9")
        refused(await with_basic(given, service.id, key.key, clientId=named).get(path), 401, "9")
        refused(await with_key(given, key.key, clientId=named).post("/user-identities/renew-token", json={}), 401, "9")
    refused(await with_basic(given, client.id, key.key).get(path), 401, "9")


async def test_a_bearer_token_counts_first(given: Given, key: GivenKey, client: GivenClient, path: str):
    theirs = {"Authorization": f"Bearer {await given.client_token(client)}", "X-Api-Key": key.key}
    wrong_key = {"Authorization": f"Bearer {await given.client_token(await given.client(READ))}", "X-Api-Key": drawn_key()}

    refused(await given.api.get(path, headers=theirs), 403, "301")
    assert (await given.api.get(path, headers=wrong_key)).status_code == 200
    for bearer in ("Bearer x", "Bearer  x", "bearer a.b.c", f"Bearer {key.key}"):
        refused(await given.api.get(path, headers={"Authorization": bearer, "X-Api-Key": key.key}), 401, "201")


async def test_the_clients_basic_counts_before_a_key(given: Given, key: GivenKey, client: GivenClient, path: str):
    for header in (basic(client.id, "wrong"), "Basic !!!", "basic " + "A" * 9):
        refused(await given.api.get(path, headers={"Authorization": header, "X-Api-Key": key.key}), 401, "9")
    other = {"Authorization": basic(client.id, client.secret), "X-Api-Key": key.key}
    refused(await given.api.get(path, headers=other), 403, "301")


async def test_every_way_of_not_proving_it_has_one_answer(given: Given, service: GivenClient, key: GivenKey, path: str):
    locked, removed, expired = await given.client(READ), await given.client(READ), await given.client(READ)
    keys = [await given_key(given, one) for one in (locked, removed, expired)]
    await given.run(lambda ctx: lock(ctx, locked.id))
    await given.run(lambda ctx: remove(ctx, removed.id))
    await given.run(lambda ctx: remove_key(ctx, keys[2].id))
    wrong = [
        *(one.key for one in keys), drawn_key(), "", " ", "x", key.key[:-1], key.key + "=", key.key + " x", key.key.lower(),
        key.key.swapcase(), f"{key.key}, {key.key}", f"Bearer {key.key}", f"'{key.key}'", key.id, "A" * 44,
        "A" * 43 + "=", "é" * 43 + "=", "\xff" * 44, "٣" * 43 + "=", key.key.replace("=", "%3D"), "A" * 1_000_000,
        key.key.replace("=", "\x1f"),
    ]  # fmt: skip

    answers = [await given.api.get(path, headers={"X-Api-Key": one.encode()}) for one in wrong]
    answers += [await with_basic(given, service.id, one).get(path) for one in wrong if len(one) < 1000]
    answers.append(await with_key(given, service.secret).get(path))
    answers += [await with_basic(given, one, key.key).get(path) for one in ("", "0" * 24, key.id, locked.id, removed.id)]
    answers += [await with_basic(given, one.id, one.secret).get(path) for one in (locked, removed)]
    twice = [("X-Api-Key", key.key), ("X-Api-Key", key.key)]
    answers.append(await _raw(given, path, twice))

    for answer in answers:
        refused(answer, 401, "9")
        assert "www-authenticate" not in answer.headers
    assert len({answer.text for answer in answers}) == 1


async def _raw(given: Given, path: str, headers: list[tuple[str, str]]) -> httpx.Response:
    transport = httpx.ASGITransport(given.application)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080/security/iam/v1") as http:
        return await http.get(path, headers=headers)


async def test_a_key_is_taken_from_its_header_alone(given: Given, key: GivenKey, path: str):
    for name in ("apiKey", "api_key", "X-Api-Key", "x-api-key", "key"):
        refused(await given.api.get(path, params={name: key.key}), 401, "201")
        refused(await given.api.get(path, headers={"Cookie": f"{name}={key.key}"}), 401, "201")
    for header in ("Api-Key", "X-Api-Token", "Authorization"):
        refused(await given.api.get(path, headers={header: key.key}), 401, "201")
    assert (await given.api.get(path, headers={"x-API-kEY": key.key})).status_code == 200


async def test_without_any_proof_a_bearer_token_is_asked_for(given: Given, path: str):
    answer = await given.api.get(path)

    refused(answer, 401, "201")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_an_expired_key_is_no_key(on_both: Given):
    client, path = await on_both.client(READ), f"/user-identities/{'0' * 24}"
    administrator = await on_both.administrator(await on_both.client())
    body = {"appId": "app", "clientId": client.id, "expiresAt": "2025-11-24T17:00:00Z"}
    key = (await administrator.post(KEYS, json=body)).json()["apiKey"]

    refused(await with_key(on_both, key).get(path), 404, "401")
    on_both.later(seconds=3599)
    refused(await with_key(on_both, key).get(path), 404, "401")
    on_both.later(seconds=1)
    refused(await with_key(on_both, key).get(path), 401, "9")
    refused(await on_both.api.login_client(client.id, key), 401, "9")


async def test_what_other_workers_know_of_keys_is_right_within_a_second(on_both: Given, make_given: MakeGiven):
    other = await make_given(beside=on_both)
    path = f"/user-identities/{'0' * 24}"
    clients = [await on_both.client(READ) for _ in range(3)]
    keys = [await given_key(on_both, client) for client in clients]
    administrator = await on_both.administrator(await on_both.client())
    for key in keys:
        refused(await with_key(other, key.key).get(path), 404, "401")

    await on_both.run(lambda ctx: lock(ctx, clients[0].id))
    await on_both.run(lambda ctx: remove_key(ctx, keys[1].id))
    for _ in range(2):
        body = {"appId": "app", "clientId": clients[2].id, "apiKey": drawn_key()}
        assert (await administrator.put(f"{KEYS}/{keys[2].id}", json=body)).status_code == 200

    started = time.monotonic()
    for key in keys:
        while (answer := await with_key(other, key.key).get(path)).status_code != 401:
            assert time.monotonic() - started < 1, answer.text
            await asyncio.sleep(0.02)
        refused(answer, 401, "9")
    refused(await with_key(other, body["apiKey"]).get(path), 404, "401")


async def test_guesses_do_not_crowd_out_the_keys_in_use(make_given: MakeGiven, tmp_path: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("authme.api_keys.directory._LIMIT", 2)
    given = await make_given(f"sqlite:///{tmp_path}/authme.db")
    key, path = await given_key(given, await given.client(READ)), f"/user-identities/{'0' * 24}"
    refused(await with_key(given, key.key).get(path), 404, "401")
    # Behind the server's back: it is found in memory from here on, or not at all.
    await plain_sql(given.env["AUTHME_DATABASE_URL"], "DELETE FROM api_key")

    for _ in range(5):
        refused(await with_key(given, drawn_key()).get(path), 401, "9")

    refused(await with_key(given, key.key).get(path), 404, "401")
