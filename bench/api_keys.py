"""The check of an API key, beside an empty endpoint and the check of a bearer token."""

import asyncio
import contextlib

from authme.kernel.clock import SystemClock
from measure import Load, application, basic, folder, interleaved, request, settings, table
from support.api_keys import given_key
from support.given import Given

CALLERS = 32


def prepare(env: dict[str, str]) -> dict[str, dict[str, str]]:
    """Make a client with a key; return the headers by which it proves itself."""

    async def work() -> dict[str, dict[str, str]]:
        given = Given(env, SystemClock())
        await given.open()
        try:
            client = await given.client("account_lock", alg="ES256")
            key = await given_key(given, client)
            return {
                "X-Api-Key": {"X_Api_Key": key.key},
                "HTTP Basic with the key": {"Authorization": basic(client.id, key.key)},
                "HTTP Basic with the secret": {"Authorization": basic(client.id, client.secret)},
                "bearer token": {"Authorization": f"Bearer {await given.client_token(client)}"},
            }
        finally:
            await given.close()

    return asyncio.run(work())


def run(*, quick: bool) -> str:
    """Return the table."""
    rounds, seconds = (1, 1.0) if quick else (5, 2.0)
    with contextlib.ExitStack() as stack:
        here = stack.enter_context(folder())
        env = settings(f"sqlite:///{here}/authme.db")
        ways = prepare(env)
        empty = stack.enter_context(application("empty", {}, here))
        guarded = stack.enter_context(application("guarded", env, here))
        loads = {"empty": Load(empty, [request("/")] * CALLERS, expect=204)}
        loads |= {name: Load(guarded, [request("/guarded", **headers)] * CALLERS, expect=204) for name, headers in ways.items()}
        found = interleaved({name: (lambda load=load: load.rate(seconds)) for name, load in loads.items()}, rounds)
    rows = [
        [f"client proved by {name}", f"{found[name]:,.0f}/s", f"{found[name] / found['empty']:.0%} of an empty POST", bar]
        for name, bar in zip(ways, ("≥ 50 %", "", "", ""), strict=True)
    ]
    return table(["work", "rate", "ratio", "bar"], rows)


if __name__ == "__main__":
    import sys

    print(run(quick="--quick" in sys.argv))
