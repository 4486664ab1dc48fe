"""Whatever comes as a certificate or a SAML response is answered in the contract's form.

AUTHME_FUZZ_SECONDS says for how long it is tried.
"""

import base64
import os
import random
import time
from pathlib import Path

import httpx
import pytest

from authme.kernel.clock import FakeClock
from support.answers import refusal
from support.given import MakeGiven
from support.given_certificates import LOGIN, certificate_server, signed
from support.odd_bytes import changed
from support.saml_mutations import change_bytes, change_elements
from support.saml_world import saml_world

# The library warns of serial numbers and the like that it will not read for ever.
pytestmark = pytest.mark.filterwarnings("default")
_SECONDS = float(os.environ.get("AUTHME_FUZZ_SECONDS", "2"))
_ENDLESS = {"network_failures": 10**9, "client_failures": 10**9}


def _check(answer: httpx.Response) -> int:
    """Return 1 for a refusal in the contract's form, 0 for a login: a change may be of nothing."""
    if answer.status_code == 200:
        return 0
    status, codes = refusal(answer)
    assert status in {400, 401}, answer.text
    assert set(codes) <= {"101", "102", "207", "502"}, answer.text
    return 1


async def test_certificates_and_signatures_that_somebody_changed(make_given: MakeGiven, clock: FakeClock, tmp_path: Path):
    server = await certificate_server(make_given, f"sqlite:///{tmp_path}/authme.db", tmp_path, clock, **_ENDLESS)
    people = [server.brasil.person(), server.brasil.person(profile="new"), server.brasil.company(), server.brasil.seal()]
    chance, end = random.Random(), time.monotonic() + _SECONDS
    tried = refused = 0
    asked = await server.asked()
    while time.monotonic() < end:
        body = signed(chance.choice(people), asked)
        chain = [base64.b64decode(one) for one in body["certificates"]]
        for _ in range(chance.choice((0, 1, 1, 1, 2))):
            place = chance.randrange(len(chain))
            chain[place] = changed(chain[place], chance)
        signature = base64.b64decode(body["signature"])
        if chance.random() < 0.2 or len(chain) == 0:
            signature = changed(signature, chance)
        body |= {
            "certificates": [base64.b64encode(one).decode() for one in chain],
            "signature": base64.b64encode(signature).decode(),
        }
        answer = await server.visitor.post(LOGIN, json=body)
        tried, refused = tried + 1, refused + _check(answer)
        # Used up by a login, or out of tries.
        asked = await server.asked()
    assert refused > tried * 0.5


async def test_responses_that_somebody_changed(make_given: MakeGiven, tmp_path: Path):
    world = await saml_world(await make_given(f"sqlite:///{tmp_path}/authme.db", **_ENDLESS))
    begun = await world.begin()
    whole = [base64.b64decode(await world.response(begun, how={"signs": signs})) for signs in (("response",), ("assertion",))]
    chance, end = random.Random(), time.monotonic() + _SECONDS
    tried = refused = 0
    while time.monotonic() < end:
        change = chance.choice((change_bytes, change_elements))
        message = change(chance.choice(whole), chance)
        tried += 1
        refused += _check(await world.exchange(base64.b64encode(message).decode()))
    assert refused > tried * 0.9
