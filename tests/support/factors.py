"""What people do with their factors, through the API."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pyotp

from support.api import Api
from support.authenticator import Authenticator
from support.given import Given, GivenClient, GivenUser

FACTORS = "/user-identities/me/authentication-factors"
LEVERAGE, FULFILL = "/user-identities/me/leverage-mfa", "/user-identities/me/fulfill-mfa"
SMART = "/user-identities/me/grant-auth-smart"


def another(code: str) -> str:
    """Return a code that is not this one."""
    return f"{(int(code) + 1) % 10**6:06d}"


async def factors_of(person: Api) -> list[dict[str, Any]]:
    answer = await person.get(FACTORS)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


async def add(person: Api, *given: dict[str, Any], **query: str) -> httpx.Response:
    return await person.post(FACTORS, json={"authenticationFactors": list(given)}, params=query)


async def added(person: Api, contact_type: str, **fields: Any) -> dict[str, Any]:
    """Add one factor and return what is answered."""
    answer = await add(person, {"contactType": contact_type} | fields)
    assert answer.status_code == 201, answer.text
    (one,) = answer.json()
    assert one["contactType"] == contact_type
    found: dict[str, Any] = one
    return found


async def sent(person: Api, factor_id: str) -> dict[str, Any]:
    """Have a token sent (UI-39) and return the challenge."""
    answer = await person.post(f"{FACTORS}/{factor_id}/send-token")
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def validate(person: Api, factor_id: str, asked: dict[str, Any] | None = None, **answer: Any) -> httpx.Response:
    """Answer it (UI-40)."""
    challenge = {"challengeId": asked["challengeId"]} if asked else {}
    return await person.post(f"{FACTORS}/{factor_id}/validate-token", json=challenge | answer)


async def asked_for(person: Api, **body: Any) -> dict[str, Any]:
    """Ask to be raised (UI-25) and return the challenge."""
    answer = await person.post(LEVERAGE, json=body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def fulfil(person: Api, asked: dict[str, Any], **answer: Any) -> httpx.Response:
    """Answer it (UI-26)."""
    return await person.post(FULFILL, json={"challengeId": asked["challengeId"]} | answer)


async def raised(given: Given, person: Api, address: str) -> Api:
    """Return a caller of the same session, raised by a code to this address."""
    kind = "EMAIL" if "@" in address else "MOBILE"
    answer = await fulfil(person, await asked_for(person, contactType=kind), token=await given.code(address))
    assert answer.status_code == 200, answer.text
    return given.api.as_(answer.json()["accessToken"])


async def twice_proved(given: Given, user: GivenUser, client: GivenClient) -> Api:
    """Return a caller who logged in with the password and raised that session by a code to the name."""
    return await raised(given, await given.person(user, client), user.name)


@dataclass(frozen=True)
class App:
    """An authenticator app on somebody's telephone."""

    id: str
    generator: pyotp.TOTP
    given: Given

    @property
    def code(self) -> str:
        """What it shows now."""
        return self.generator.at(self.given.clock.now())

    def code_at(self, *, steps: int) -> str:
        """What it shows so many steps from now."""
        return self.generator.at(self.given.clock.now() + steps * self.generator.interval)


async def new_app(given: Given, person: Api, **fields: Any) -> App:
    """Add an app, not answered for."""
    one = await added(person, "TOTP", **fields)
    secret = parse_qs(urlsplit(one["otpauthUri"]).query)["secret"][0]
    return App(one["id"], pyotp.TOTP(secret), given)


async def confirmed_app(given: Given, person: Api, **fields: Any) -> App:
    """Add an app, answer for it, and let the step that this used up pass."""
    app = await new_app(given, person, **fields)
    answer = await validate(person, app.id, await sent(person, app.id), token=app.code)
    assert answer.status_code == 200, answer.text
    given.later(seconds=30)
    return app


async def registered(person: Api, authenticator: Authenticator, **fields: Any) -> str:
    """Add a passkey and register it; return its id."""
    one = await added(person, "PASSKEY", **fields)
    asked = await sent(person, one["id"])
    answer = await validate(person, one["id"], asked, attestation=authenticator.create(asked["publicKey"]))
    assert answer.status_code == 200, answer.text
    return str(one["id"])


async def confirmed_contact(given: Given, person: Api, address: str, **fields: Any) -> str:
    """Add an alternative contact and give its code back; return its id."""
    kind = "EMAIL" if "@" in address else "MOBILE"
    one = await added(person, kind, **({kind.lower(): address} | fields))
    answer = await validate(person, one["id"], await sent(person, one["id"]), token=await given.code(address))
    assert answer.status_code == 200, answer.text
    return str(one["id"])
