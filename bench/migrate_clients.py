"""CI-03: the migration of 10,000 clients in one call, over HTTP."""

import asyncio
import http.client
import itertools
import json
import time
from pathlib import Path

import msgspec

from authme.clients import store
from authme.kernel.clock import SystemClock
from authme.kernel.context import Context
from authme.kernel.ids import new_id
from measure import folder, interleaved, postgres, server, settings, table
from support.given import Given

CLIENTS = 10_000
PATH = "/security/iam/v1/client-identities/organizational-structure"


def prepare(env: dict[str, str]) -> tuple[str, list[bytes]]:
    """Make clients and an administrator; return a bearer token, and bodies that move all clients to one unit or the other."""

    async def work() -> tuple[str, list[bytes]]:
        given = Given(env, SystemClock())
        await given.open()
        try:
            client = await given.client()
            user = await given.user(None, "ADMIN", "IAM_ADMIN_MAINTENANCE")
            token = await given.mfa_token(user, client)
            ids = await given.run(lambda ctx: _copies(ctx, client.id))
            organization = await given.organization()
            units = [await given.business_unit(organization) for _ in range(2)]
            bodies = [
                [{"clientId": one, "businessUnitId": unit, "organizationId": organization} for one in ids] for unit in units
            ]
            return token, [json.dumps(body).encode() for body in bodies]
        finally:
            await given.close()

    return asyncio.run(work())


async def _copies(ctx: Context, client_id: str) -> list[str]:
    client = await store.find(ctx.tx, client_id)
    assert client is not None
    ids = [new_id(ctx.clock) for _ in range(CLIENTS)]
    for one in ids:
        await store.insert_client(ctx.tx, msgspec.structs.replace(client, id=one))
    return ids


def seconds(port: int, token: str, body: bytes) -> float:
    """Return how long the call takes, from the first byte of the request to the last of the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    begun = time.perf_counter()
    connection.request("PATCH", PATH, body, headers)
    answer = json.loads(connection.getresponse().read())
    taken = time.perf_counter() - begun
    connection.close()
    if answer != {"migrated": CLIENTS, "failed": []}:
        raise RuntimeError(str(answer)[:2000])
    return taken


def measured(database_url: str, here: Path, *, rounds: int) -> dict[str, float]:
    """Return the seconds of a call that moves all clients, and of one that finds all of them moved."""
    env = settings(database_url)
    token, bodies = prepare(env)
    with server(env, here) as port:
        turns = itertools.cycle(bodies)
        current = [b""]

        def move() -> float:
            current[0] = next(turns)
            return seconds(port, token, current[0])

        return interleaved({"moved": move, "repeated": lambda: seconds(port, token, current[0])}, rounds)


def run(*, quick: bool) -> str:
    """Return the table."""
    rounds = 1 if quick else 5
    with folder() as here, postgres() as url:
        found = {
            "SQLite": measured(f"sqlite:///{here}/authme.db", here, rounds=rounds),
            "PostgreSQL": measured(url, here, rounds=rounds),
        }
    bars = {"SQLite": "< 5 s", "PostgreSQL": ""}
    rows = [
        [f"{CLIENTS:,} clients {what}, {engine}", f"{one[what]:.2f} s", bars[engine]]
        for engine, one in found.items()
        for what in one
    ]
    return table(["work", "time", "bar"], rows)


if __name__ == "__main__":
    import sys

    print(run(quick="--quick" in sys.argv))
