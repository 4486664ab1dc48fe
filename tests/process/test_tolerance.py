"""What programs send today, byte by byte, to a real server."""

import asyncio
import base64
import json
import re
import socket
from collections.abc import Iterator

import pytest

from authme.kernel.clock import SystemClock
from support.api import API
from support.given import Given, GivenClient, GivenUser, environment
from support.serving import Serving, serving


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Serving, GivenClient, GivenUser]]:
    folder = tmp_path_factory.mktemp("tolerance")
    env = environment(f"sqlite:///{folder}/authme.db", ISSUER="http://127.0.0.1:8080")

    async def prepared() -> tuple[GivenClient, GivenUser]:
        given = Given(env, SystemClock())
        await given.open()
        try:
            return await given.client(), await given.user(password="pass:word with:colons")
        finally:
            await given.close()

    client, user = asyncio.run(prepared())
    with serving(env, folder) as server:
        yield server, client, user


def exchange(server: Serving, head: str, *bodies: bytes, waits: bool = False) -> tuple[int, bytes]:
    """Send this head and body as they are; return the status and body of the answer. `waits` for `100 Continue` first."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as opened:
        opened.sendall(head.replace("\n", "\r\n").encode() + b"\r\n\r\n")
        received = b""
        if waits:
            while b"\r\n\r\n" not in received:
                received += opened.recv(4096)
            assert received.startswith(b"HTTP/1.1 100")
            received = received.partition(b"\r\n\r\n")[2]
        for body in bodies:
            opened.sendall(body)
        while True:
            begin, found, rest = received.partition(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: (\d+)", begin)
            if found and length and len(rest) >= int(length[1]):
                return int(begin.split()[1]), rest
            more = opened.recv(65536)
            if not more:
                return int(begin.split()[1]), rest
            received += more


def encoded(name: str, secret: str) -> str:
    return base64.b64encode(f"{name}:{secret}".encode()).decode()


CLIENT_LOGINS = {
    "nothing at all": ("", [], False),
    "a length of nothing": ("\nContent-Length: 0", [], False),
    "an object": ("\nContent-Type: application/json\nContent-Length: 2", [b"{}"], False),
    "an array": ("\nContent-Length: 2", [b"[]"], False),
    "an empty chunked body": ("\nTransfer-Encoding: chunked", [b"0\r\n\r\n"], False),
    "an empty chunked body after 100 Continue": ("\nTransfer-Encoding: chunked\nExpect: 100-continue", [b"0\r\n\r\n"], True),
    "a form": ("\nContent-Type: application/x-www-form-urlencoded\nContent-Length: 3", [b"a=b"], False),
    "stray headers and cookies": ("\nCookie: a=b; c; =\nX-Stray: 1\nAccept: */*\nContent-Length: 0", [], False),
    "an offer of h2c": (
        "\nConnection: Upgrade, HTTP2-Settings\nUpgrade: h2c\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\nContent-Length: 2",
        [b"{}"],
        False,
    ),
    "an offer of h2c without a body": (
        "\nConnection: Upgrade, HTTP2-Settings\nUpgrade: h2c\nHTTP2-Settings: AAMAAABk",
        [],
        False,
    ),
}


SINCE_1_1 = {kind for kind, (headers, *_) in CLIENT_LOGINS.items() if "chunked" in headers or "Upgrade" in headers}


@pytest.mark.parametrize(
    ("version", "kind"),
    [("1.1", kind) for kind in CLIENT_LOGINS] + [("1.0", kind) for kind in CLIENT_LOGINS if kind not in SINCE_1_1],
)
def test_a_service_logs_in_with(everything: tuple[Serving, GivenClient, GivenUser], kind: str, version: str):
    server, client, _ = everything
    headers, bodies, waits = CLIENT_LOGINS[kind]
    head = f"POST {API}/client-identities/login?stray=1&clientId=x HTTP/{version}\nHost: any.host.example"

    status, body = exchange(
        server, f"{head}\nAuthorization: bAsIC {encoded(client.id, client.secret)}{headers}", *bodies, waits=waits
    )

    assert status == 200, body
    found = json.loads(body)
    assert found["expiresIn"].isdecimal()
    assert found["scope"] == ["READ", "WRITE"]


@pytest.mark.parametrize("scheme", ["Basic ", "basic ", "BASIC ", ""])
@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"deviceId":"x","unknown":{"a":[1]}}'])
def test_a_person_logs_in(everything: tuple[Serving, GivenClient, GivenUser], scheme: str, body: bytes):
    server, client, user = everything
    head = f"POST {API}/user-identities/login?clientId={client.id} HTTP/1.1\nHost: x\nContent-Length: {len(body)}"
    head += f"\nAuthorization: {scheme}{encoded(user.name, user.password)}"
    if body:
        head += "\nContent-Type: application/json"

    status, answer = exchange(server, head, body)

    assert status == 200, answer
    assert json.loads(answer)["tokenType"] == "Bearer"


def test_failures_are_read_from_the_body_first(everything: tuple[Serving, GivenClient, GivenUser]):
    server, client, _ = everything

    head = f"POST {API}/client-identities/login HTTP/1.1\nHost: x\nContent-Length: 0"
    status, body = exchange(server, f"{head}\nAuthorization: Basic {encoded(client.id, 'wrong')}")

    assert status == 401
    assert json.loads(body)[0]["message"] == "Wrong Client Id or Client Secret."


@pytest.mark.parametrize(
    ("head", "bodies"),
    [
        ("Content-Length: 99999999", [b"{}"]),
        ("Transfer-Encoding: chunked", [b"11000\r\n" + b"x" * 0x11000 + b"\r\n0\r\n\r\n"]),
    ],
)
def test_a_body_over_the_limit_is_refused(everything: tuple[Serving, GivenClient, GivenUser], head: str, bodies: list[bytes]):
    server, *_ = everything

    status, body = exchange(server, f"POST {API}/client-identities/login HTTP/1.1\nHost: x\n{head}", *bodies)

    assert (status, json.loads(body)[0]["code"]) == (413, "104")


@pytest.mark.parametrize(
    "request_line",
    [
        "GET /docs/..%2f..%2fetc%2fpasswd",
        "GET /docs/../../../etc/passwd",
        f"GET {API}/%ff%00/..%2f",
        f"BREW {API}/keys",
        "GET /%",
    ],
)
def test_odd_request_lines_get_the_error_array(everything: tuple[Serving, GivenClient, GivenUser], request_line: str):
    server, *_ = everything

    status, body = exchange(server, f"{request_line} HTTP/1.1\nHost: x")

    assert status in {400, 404, 405}
    if body:
        assert json.loads(body)[0].keys() == {"code", "message"}


def test_one_connection_serves_many_requests(everything: tuple[Serving, GivenClient, GivenUser]):
    server, client, _ = everything
    connection = server.connection()
    for secret, status in ((client.secret, 200), ("wrong", 401)) * 5:
        connection.request(
            "POST", f"{API}/client-identities/login", headers={"Authorization": "Basic " + encoded(client.id, secret)}
        )
        answer = connection.getresponse()
        answer.read()
        assert answer.status == status
    connection.close()
