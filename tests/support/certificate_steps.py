"""Steps of a walk by which somebody with a digital certificate gets a token, or raises theirs."""

import base64
import itertools
from pathlib import Path
from typing import Any

from authme.kernel.context import Context
from authme.kernel.ids import new_id
from authme.users import names
from authme.users import store as users
from authme.users.model import Identity
from support.answers import refused
from support.authority import Issued
from support.authority_profiles import A1, A3, Brasil, person
from support.given_certificates import CHALLENGE, LOGIN, PROVE, TLS_LOGIN, certificate_settings, cpf, signed
from support.walk import Walk, level_of, step

HEADER = "Client-Cert"
_cpfs: dict[str, str] = {}
_numbers = itertools.count(700_000_000)


def settings_of_the_walk(brasil: Brasil, folder: Path) -> dict[str, Any]:
    """Return what a server needs for these steps: the authority, and callers of tests as its proxies."""
    passed = {"certificate_header": HEADER, "certificate_proxies": "127.0.0.1/32"}
    return certificate_settings(brasil, folder, **passed)


async def certificate_of(walk: Walk, policy: str = A3) -> Issued:
    """Return a certificate of the person, to whom it is linked."""
    user_id = walk.person.user.id
    if user_id not in _cpfs:
        _cpfs[user_id] = cpf(next(_numbers))
        name = names.certificate(names.cpf(_cpfs[user_id]))

        async def link(ctx: Context) -> None:
            identity = Identity(
                id=new_id(ctx.clock), user_id=user_id, type="CERTIFICATE", value=name.value, verified=True, main=True,
                created_at=ctx.clock.now_ms(),
            )  # fmt: skip
            await users.insert_identities(ctx.tx, [(identity, name.key)])

        await walk.given.run(link)
    # Of the same keys and names as the one that the server believes: authorities keep theirs within a run.
    brasil = Brasil.made(walk.given.clock)
    return brasil.root.issue(person(walk.given.clock, _cpfs[user_id], policy=policy))


async def asked(caller: Any) -> dict[str, Any]:
    answer = await caller.post(CHALLENGE, json={})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


@step("UI-27 and UI-28", "new", "hwk or swk")
async def log_in_by_certificate(walk: Walk) -> None:
    issued = await certificate_of(walk)
    walk.begins(await walk.visitor.post(LOGIN, json=signed(issued, await asked(walk.visitor))), "hwk")


@step("UI-28 (wrong)")
async def log_in_by_certificate_wrongly(walk: Walk) -> None:
    body = signed(await certificate_of(walk), await asked(walk.visitor))
    refused(await walk.visitor.post(LOGIN, json=body | {"signature": "AAAA"}), 401, "207")


@step("X-tls-login", "new", "hwk or swk")
async def log_in_by_the_connection(walk: Walk) -> None:
    issued = await certificate_of(walk, A1)
    passed = f":{base64.b64encode(issued.chain[0]).decode()}:"
    walk.begins(await walk.visitor.post(TLS_LOGIN, headers={HEADER: passed}, json={}), "swk")


@step("X-prove-certificate", "same", "hwk or swk")
async def prove_certificate(walk: Walk) -> None:
    body = signed(await certificate_of(walk), await asked(walk.me))
    answer = await walk.me.post(PROVE, json=body)
    if walk.is_refused(answer):
        return
    if level_of(walk.proved | {"hwk"}) != "AUTH-MFA":
        refused(answer, 409, "404")
        return
    walk.holds(answer)
    walk.proved.add("hwk")
    walk.mailbox_set_the_password = False


@step("X-prove-certificate (wrong)")
async def prove_certificate_wrongly(walk: Walk) -> None:
    body = signed(await certificate_of(walk), await asked(walk.me)) | {"signature": "AAAA"}
    answer = await walk.me.post(PROVE, json=body)
    if not walk.is_refused(answer):
        refused(answer, 401, "207")
