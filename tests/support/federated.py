"""Logging in by an account at an OpenID provider (UI-42, X-begin-federated)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from support.answers import refusal, token_object
from support.api import Api
from support.given import claims
from support.openid_peer import CALLBACK, OpenIdPeer
from support.openid_small import NONCE

LOGIN = "/user-identities/login-federated"
BEGIN = f"{LOGIN}/authorization-request"
LINK = "/user-identities/me/federated-accounts"
Later = Callable[[float], None]
"""Moves the time on by so many seconds."""


@dataclass(frozen=True)
class Brought:
    """What an application brings of a person who came back from a provider."""

    body: dict[str, str]

    def but(self, **changed: str | None) -> dict[str, str]:
        """Return it otherwise: with other fields, or without those that are None."""
        return {name: value for name, value in (self.body | changed).items() if value is not None}


async def begin(caller: Api, alias: str, **more: Any) -> dict[str, str]:
    """Ask for an authorization request."""
    answer = await caller.post(BEGIN, json={"provider": alias, "redirectUri": CALLBACK, **more})
    assert answer.status_code == 201, answer.text
    found: dict[str, str] = answer.json()
    return found


async def bring(caller: Api, peer: OpenIdPeer, alias: str = "peer-basic", account: str = "maria") -> Brought:
    """Have somebody log in at the peer for this caller; return what comes back."""
    begun = await begin(caller, alias)
    back = peer.log_in(begun["authorizationUrl"], account)
    assert back["state"] == begun["state"]
    body = {
        "provider": alias,
        "code": back["code"],
        "state": back["state"],
        "iss": back["iss"],
        "redirectUri": CALLBACK,
        "codeVerifier": begun["codeVerifier"],
        "nonce": begun["nonce"],
    }
    return Brought(body)


async def log_in(caller: Api, peer: OpenIdPeer, alias: str = "peer-basic", account: str = "maria") -> httpx.Response:
    """Log in by an account at the peer."""
    return await caller.post(LOGIN, json=(await bring(caller, peer, alias, account)).body)


def logged_in(answer: httpx.Response) -> dict[str, Any]:
    """Return the claims of a login that succeeded."""
    return claims(str(token_object(answer)["accessToken"]))


async def show(caller: Api, id_token: str, **more: Any) -> httpx.Response:
    """Log in by an ID token of the small provider."""
    return await caller.post(LOGIN, json={"provider": "small", "idToken": id_token, "nonce": NONCE, **more})


def said(answer: httpx.Response) -> str:
    """Return the check that a refusal names."""
    assert refusal(answer) == (401, ["207"]), answer.text
    message = str(answer.json()[0]["message"])
    return message.removeprefix("The account is not accepted: ").removeprefix("the ID token: ").removesuffix(".")
