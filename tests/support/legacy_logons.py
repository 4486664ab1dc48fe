"""What somebody does with a logon of the mainframe before they have logged in."""

from typing import Any

import httpx

from support.api import Api, basic
from support.given import Given, GivenClient, GivenUser

RETRIEVE_LOGON, RESET_LOGON = "/user-identities/retrieve-legacy-identity", "/user-identities/reset-legacy-password"
_ASSOCIATION = "/user-identities/legacy-logon"
BY_EMAIL, BY_MOBILE = f"{_ASSOCIATION}/associate-by-email", f"{_ASSOCIATION}/associate-by-mobile"
COMPLETE = f"{_ASSOCIATION}/complete-association"
LEGACY_LOGIN = "/user-identities/login-legacy"
LOGON, SECRET, NEW_SECRET = "MARIA01", "OLDPASS1", "a phrase of the mainframe"
ADDRESS, MOBILE = "maria@example.com", "5511912345678"


async def retrieve_logon(visitor: Api, logon: str = LOGON, **more: Any) -> httpx.Response:
    """Ask for a code to the logon's contact (UI-33)."""
    return await visitor.post(RETRIEVE_LOGON, json={"logon": logon} | more)


async def reset_logon(visitor: Api, code: str, bound_to: str, password: str = NEW_SECRET, **more: Any) -> httpx.Response:
    """Set a new password by it (UI-34)."""
    body = {"logon": LOGON, "token": code, "newPassword": password, "hash": bound_to}
    return await visitor.post(RESET_LOGON, json=body | more)


async def asked_for_logon(given: Given, visitor: Api, logon: str = LOGON, to: str = ADDRESS) -> tuple[str, str]:
    """Ask for a code, and return it as it arrives, with the hash."""
    answer = await retrieve_logon(visitor, logon)
    assert answer.status_code == 201, answer.text
    return await given.code(to), answer.json()["hash"]


async def associate(
    visitor: Api, email: str | None = ADDRESS, mobile: Any = None, *, logon: str = LOGON, secret: str = SECRET
) -> httpx.Response:
    """Ask for a code to a contact of one's own (UI-30, or UI-31 where a mobile number is given)."""
    headers = {"Authorization": basic(logon, secret)}
    if mobile is not None:
        return await visitor.post(BY_MOBILE, json={"mobile": mobile}, headers=headers)
    return await visitor.post(BY_EMAIL, json={"email": email}, headers=headers)


async def complete(visitor: Api, begun: httpx.Response, code: str, **more: Any) -> httpx.Response:
    """Give the code back (UI-32)."""
    assert begun.status_code == 201, begun.text
    return await visitor.post(COMPLETE, json={"associationId": begun.json()["associationId"], "token": code} | more)


async def associated(given: Given, visitor: Api, email: str = ADDRESS, **more: Any) -> httpx.Response:
    """Do both."""
    begun = await associate(visitor, email)
    return await complete(visitor, begun, await given.code(email), **more)


async def log_in_there(visitor: Api, secret: str = SECRET, logon: str = LOGON) -> httpx.Response:
    """Log in with the logon and its password (UI-06)."""
    return await visitor.post(LEGACY_LOGIN, headers={"Authorization": basic(logon, secret)})


async def given_linked(given: Given, **there: Any) -> GivenUser:
    """Return a user who has the logon, whose contact the directory does not know."""
    await given.legacy_logon(LOGON, SECRET, **there)
    user = await given.user(ADDRESS)
    await given.linked(user, LOGON)
    return user


async def given_unreachable(given: Given, client: GivenClient) -> dict[str, str]:
    """Return logons by which no code may reach anybody, by why."""
    for number, email in enumerate(["revoked@example.com", None, "locked@example.com", None], start=1):
        await given.legacy_logon(f"OTHER{number}", SECRET, email=email)
    await given.revoke_there("OTHER1")
    locked, removed_there = await given.user(), await given.user()
    await given.linked(locked, "OTHER3")
    await given.linked(removed_there, "GONE")
    await (await given.administrator(client)).post("/user-identities/lock", json={"userId": locked.id})
    return {"revoked": "OTHER1", "without contact": "OTHER2", "locked": "OTHER3", "bare": "OTHER4", "gone": "GONE"}


async def names_of(given: Given, token: object) -> dict[str, str]:
    """Return the verified names of whom a token speaks for."""
    answer = await given.api.as_(str(token)).get("/user-identities/me")
    assert answer.status_code == 200, answer.text
    return {one["value"]: one["type"] for one in answer.json()["identities"] if one["verified"]}
