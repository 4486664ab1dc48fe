"""Wrong input of every kind to every operation: always the error array, never a defect."""

import json
from typing import Any

import msgspec
import pytest

from authme.app import endpoints
from authme.kernel.context import CLIENT_BASIC, MFA
from authme.kernel.http import Endpoint
from support.answers import refusal
from support.api import API, Api, basic
from support.given import Given, MakeGiven

OPERATIONS = [endpoint for endpoint in endpoints() if endpoint.path.startswith(API) and endpoint.id != "X-logout"]
JUNK: list[Any] = [
    None, True, False, 0, -1, 1.5, 1e300, 10**30, "", "x", "\x00", "\ud800", "\u202e", "é" * 300, "x" * 5000, "' OR 1=1 --",
    "../../etc/passwd", "<script>", [], [None], [[]], {}, {"x": {}}, ["x"] * 1000, "0" * 24, "f" * 24, "a@b", "52998224725",
]  # fmt: skip
RAW = [
    b"", b" ", b"null", b"[]", b"{}", b"1", b'"x"', b"{", b"}", b"\xff\xfe", b"\x00", b"[" * 60_000, b'{"a":' * 10_000,
    b'{"a":1,"a":2}', b"\xef\xbb\xbf{}", b'{"a":1e400}', b'{"a":' + b"9" * 5000 + b"}", b'{"a":NaN}', b'{"a":Infinity}',
    b'{"a":"\\ud800"}', b'{"a":"\\u0000"}', b"{}{}", b'{"a":"' + b"x" * 66_000 + b'"}', b"a=b&c=d",
]  # fmt: skip
CONTENT_TYPES = [
    "application/json",
    "application/json; charset=utf-8",
    "text/plain",
    "",
    "\xff",
    "application/x-www-form-urlencoded",
]


@pytest.fixture
async def generous(make_given: MakeGiven, tmp_path: Any) -> Given:
    """A server that takes any number of failures."""
    endless = {
        "name_failures": 1000,
        "code_failures": 1000,
        "codes_sent": 1000,
        "network_failures": 10**9,
        "client_failures": 10**9,
    }
    return await make_given(f"sqlite:///{tmp_path}/a.db", **endless)


@pytest.fixture
async def callers(generous: Given) -> list[Api]:
    client = await generous.client("account_lock", "account_unlock", "identity_read")
    return [
        generous.api.as_client(client.id),
        generous.api.as_(await generous.client_token(client)),
        await generous.administrator(client, level=MFA),
    ]


def check(answer: Any) -> None:
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        refusal(answer)


def path_of(endpoint: Endpoint, value: str = "0" * 24) -> str:
    path = endpoint.path
    for name in endpoint.parameters:
        path = path.replace(f"{{{name}}}", value)
    return path


def element_of(endpoint: Endpoint) -> tuple[Any, bool]:
    """Return the struct that the body is, or is an array of, and which."""
    info: Any = msgspec.inspect.type_info(endpoint.body)
    array = getattr(info, "type", info)
    return (array.item_type.cls, True) if hasattr(array, "item_type") else (endpoint.body, False)


@pytest.mark.parametrize("endpoint", OPERATIONS, ids=lambda endpoint: endpoint.id)
async def test_bodies_of_every_kind(endpoint: Endpoint, callers: list[Api]):
    for caller in callers:
        for body in RAW:
            for kind in CONTENT_TYPES if body in (b"{}", b"") else CONTENT_TYPES[:1]:
                headers = {"content-type": kind.encode("latin-1")}
                check(await caller.request(endpoint.method, path_of(endpoint), content=body, headers=headers))


@pytest.mark.parametrize("endpoint", [one for one in OPERATIONS if one.body is not None], ids=lambda endpoint: endpoint.id)
async def test_each_field_of_every_kind(endpoint: Endpoint, callers: list[Api]):
    # What a person's token never carries only a service may do.
    caller = callers[1] if endpoint.requirement.text == CLIENT_BASIC else callers[-1]
    shape, is_array = element_of(endpoint)
    fields = [field.encode_name for field in msgspec.structs.fields(shape)]
    likely = {"username": "maria.silva", "userId": "0" * 24, "appId": "x", "refreshToken": "x"}
    likely |= {"grantType": "password", "currentPassword": "x", "newPassword": "y" * 9, "password": "correct horse battery"}
    likely |= {"originClientId": "0" * 24, "clientId": "0" * 24}
    likely |= {"rememberMeToken": "x", "deviceId": "x", "targetClientId": "0" * 24, "businessId": "0" * 24}
    likely |= {"userName": "x", "challengeId": "0" * 24, "token": "123456", "contactType": "EMAIL", "email": "a@example.com"}
    likely |= {"authenticationFactors": [{"contactType": "TOTP"}], "assertion": "a.b.c" if endpoint.id == "CI-05" else {}}
    likely |= {"serviceId": "0" * 24, "expiresAt": "2030-01-31T00:00:00Z"}
    likely |= {"apiKey": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}
    likely |= {"document": "11222333000181", "name": "x", "businessIds": [], "office": "USER"}
    likely |= {"orderId": "o", "isExternalOrder": True, "productId": "p", "sku": "s", "billingType": "FREE"}
    likely |= {"opaqueToken": "x", "legalName": "x", "role": "R", "groupId": "0" * 24}
    likely |= {"role": "AUDITOR", "groupId": "0" * 24}
    likely |= {"identities": [{"type": "EMAIL", "value": "a@example.com"}]}
    likely |= {"certificates": ["AAAA"], "signature": "AAAA", "algorithm": "RS256"}
    likely |= {"alias": "bureau", "oidc": {"issuer": "https://a.example.com", "clientId": "x"}}
    likely |= {"kind": "OIDC" if "alias" in fields else "PERSON"}
    likely |= {"samlResponse": "AAAA", "provider": "works", "binding": "POST"}
    likely |= {"nonce": "n", "code": "c", "redirectUri": "https://app.example.com/", "codeVerifier": "v" * 43}
    likely |= {"logon": "MARIA", "group": "WEB", "mobile": "5511912345678", "associationId": "0" * 24, "hash": "x"}
    base = {name: value for name, value in likely.items() if name in fields}
    for field in fields:
        without = {name: value for name, value in base.items() if name != field}
        for body in [without, *(without | {field: junk} for junk in JUNK)]:
            content = json.dumps([body] if is_array else body).encode()
            headers = {"content-type": "application/json"}
            check(await caller.request(endpoint.method, path_of(endpoint), content=content, headers=headers))
    unknown = dict.fromkeys(("x", "é" * 100, "\x07bell", "__class__", ""), 1)
    body = [base | unknown] if is_array else base | unknown
    answer = await caller.request(endpoint.method, path_of(endpoint), json=body)
    check(answer)
    if not endpoint.tolerant:
        assert [item["code"] for item in answer.json()] == ["106"] * len(unknown)
        assert "\x07" not in answer.text


@pytest.mark.parametrize("endpoint", OPERATIONS, ids=lambda endpoint: endpoint.id)
async def test_paths_queries_and_credentials_of_every_kind(endpoint: Endpoint, generous: Given, callers: list[Api]):
    odd = ["", "x", "%00", "%ff", "..%2f..", "0" * 24, "0" * 3000, "%F0%9F%94%91", "'", "null", "-1"]
    for value in odd:
        check(await callers[-1].request(endpoint.method, path_of(endpoint, value)))
        check(await generous.api.request(endpoint.method, path_of(endpoint) + f"?clientId={value}&clientId=2&x[]=1&=&%"))
    headers = [
        "Basic",
        "Basic ",
        "Basic =",
        "Basic " + "A" * 20_000,
        "Bearer " + "A" * 20_000,
        "Bearer a.b.c",
        "Digest x",
        "\xff",
    ]
    headers += [basic("a\0b", "c"), basic("é" * 300, "🔑"), basic("", ""), basic("x" * 5000, "y" * 5000)]
    for header in headers:
        sent = {"authorization": header.encode("latin-1")}
        check(await generous.api.request(endpoint.method, path_of(endpoint), headers=sent))
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND", "NONSENSE"):
        if method != endpoint.method:
            check(await callers[-1].request(method, path_of(endpoint)))
