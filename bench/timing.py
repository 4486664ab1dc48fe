"""Whether time tells that a name exists: wrong passwords for known and unknown names, in random order."""

import http.client
import random
import statistics
import time
from typing import Any

from logins import API, PASSWORD, prepare
from measure import basic, folder, server, settings, table


def run(*, quick: bool) -> str:
    """Return the table: means, their difference, and how many standard errors it is (Welch's t)."""
    pairs = 60 if quick else 600
    with folder() as here:
        env = settings(f"sqlite:///{here}/authme.db")
        prepared = prepare(env)
        client_id, secret = prepared.rs512
        with server(env, here) as port:
            connection = http.client.HTTPConnection("127.0.0.1", port)
            login = f"{API}/user-identities/login?clientId={client_id}"
            rows = [
                _compared(
                    "UI-05, wrong password",
                    lambda n: ("POST", login, basic(prepared.names[n % len(prepared.names)], "wrong password"), b""),
                    lambda n: ("POST", login, basic(f"x{n % 32}@example.com", "wrong password"), b""),
                    connection,
                    pairs,
                ),
                _compared(
                    "UI-04",
                    lambda n: _identification(client_id, prepared.names[n % len(prepared.names)]),
                    lambda n: _identification(client_id, f"x{n % 32}@example.com"),
                    connection,
                    pairs * 4,
                ),
                _compared(
                    "CI-04, wrong secret",
                    lambda _: ("POST", f"{API}/client-identities/login", basic(client_id, "wrong secret"), b""),
                    lambda n: ("POST", f"{API}/client-identities/login", basic(f"{n % 32:024x}", "wrong secret"), b""),
                    connection,
                    pairs * 4,
                ),
            ]
            connection.close()
    assert secret
    assert PASSWORD
    return table(["operation", "known", "unknown", "difference", "standard errors", "bar"], rows)


def _identification(client_id: str, name: str) -> tuple[str, str, str, bytes]:
    return "POST", f"{API}/user-identities/identification?clientId={client_id}", "", f'{{"username":"{name}"}}'.encode()


def _compared(what: str, known: Any, unknown: Any, connection: http.client.HTTPConnection, pairs: int) -> list[Any]:
    chance = random.Random(1)  # noqa: S311  # the order of requests
    taken: dict[bool, list[float]] = {True: [], False: []}
    for n in range(pairs + 20):
        for is_known in chance.sample([True, False], 2):
            method, path, authorization, body = (known if is_known else unknown)(n)
            headers = {"Authorization": authorization} if authorization else {}
            if body:
                headers["Content-Type"] = "application/json"
            started = time.perf_counter()
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            answer.read()
            if n >= 20:
                taken[is_known].append((time.perf_counter() - started) * 1e6)
    trimmed = {key: sorted(values)[: int(len(values) * 0.95)] for key, values in taken.items()}
    means = {key: statistics.fmean(values) for key, values in trimmed.items()}
    error = sum(statistics.variance(values) / len(values) for values in trimmed.values()) ** 0.5
    difference = means[True] - means[False]
    return [
        f"{what} ({pairs} pairs)",
        f"{means[True]:,.0f} µs",
        f"{means[False]:,.0f} µs",
        f"{difference:+.1f} µs ({difference / means[False]:+.2%})",
        f"{difference / error:+.1f}",
        "within ± 3",
    ]


if __name__ == "__main__":
    import sys

    print(run(quick="--quick" in sys.argv))
