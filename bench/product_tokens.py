"""PA-02, beside an empty endpoint and the kernel around an operation that does nothing."""

import asyncio
import contextlib
import json
from dataclasses import dataclass

from authme.kernel.clock import SystemClock
from measure import Load, application, folder, interleaved, request, server, settings, table
from support.given import Given

CALLERS = 32
PATH = "/security/iam/v1/product-accesses/validate"
ORDER = {"orderId": "order", "isExternalOrder": False, "productId": "product", "sku": "sku", "billingType": "PREPAID"}


@dataclass(frozen=True)
class Prepared:
    """What the requests need."""

    bearer: str
    tokens: list[str]


def prepare(env: dict[str, str]) -> Prepared:
    """Make a service that asks, and the tokens of a buyer."""

    async def work() -> Prepared:
        given = Given(env, SystemClock())
        await given.open()
        try:
            client = await given.client(alg="ES256")
            buyer = await given.person(await given.user(), client)
            answers = [await buyer.post("/product-accesses/authorize", json=ORDER) for _ in range(CALLERS)]
            tokens = [answer.json()["opaqueToken"] for answer in answers]
            return Prepared(f"Bearer {await given.client_token(client)}", tokens)
        finally:
            await given.close()

    return asyncio.run(work())


def asking(bearer: str, token: str) -> bytes:
    """Return the request that asks for a token."""
    return request(PATH, body=json.dumps({"opaqueToken": token}).encode(), Authorization=bearer)


def run(*, quick: bool) -> str:
    """Return the table."""
    rounds, seconds = (1, 1.0) if quick else (5, 2.0)
    with contextlib.ExitStack() as stack:
        here = stack.enter_context(folder())
        env = settings(f"sqlite:///{here}/authme.db")
        prepared = prepare(env)
        empty = stack.enter_context(application("empty", {}, here))
        guarded = stack.enter_context(application("guarded", env, here))
        port = stack.enter_context(server(env, here))
        loads = {
            "empty": Load(empty, [request("/")] * CALLERS, expect=204),
            "kernel": Load(guarded, [request("/open")] * CALLERS, expect=204),
            "active": Load(port, [asking(prepared.bearer, token) for token in prepared.tokens]),
            # Nothing of these is kept: each is looked up in the database.
            "inactive": Load(port, [asking(prepared.bearer, token[::-1]) for token in prepared.tokens]),
        }
        found = interleaved({name: (lambda load=load: load.rate(seconds)) for name, load in loads.items()}, rounds)
    rows = [
        ["PA-02, an active token", "active", "≥ 50 %"],
        ["PA-02, a token of nobody", "inactive", ""],
        ["the kernel alone, public", "kernel", ""],
    ]
    return table(
        ["work", "rate", "ratio", "bar"],
        [
            [work, f"{found[name]:,.0f}/s", f"{found[name] / found['empty']:.0%} of an empty POST", bar]
            for work, name, bar in rows
        ],
    )


if __name__ == "__main__":
    import sys

    print(run(quick="--quick" in sys.argv))
