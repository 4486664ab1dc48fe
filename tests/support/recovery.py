"""What somebody does who forgot a password."""

from typing import Any

import httpx

from support.api import Api
from support.given import Given

RETRIEVE = "/user-identities/retrieve-identity"
RESET, CREATE = "/user-identities/reset-password", "/user-identities/password"
NEW = "another good password"


async def retrieve(visitor: Api, name: str, **options: Any) -> httpx.Response:
    """Ask for a code (UI-02)."""
    return await visitor.post(RETRIEVE, json={"userName": name}, **options)


async def reset(visitor: Api, name: str, code: str, password: str = NEW, **more: Any) -> httpx.Response:
    """Set a new password by it (UI-16)."""
    return await visitor.post(RESET, json={"username": name, "token": code, "newPassword": password} | more)


async def create(visitor: Api, name: str, code: str, password: str = NEW) -> httpx.Response:
    """Make the first one by it (UI-14)."""
    return await visitor.post(CREATE, json={"username": name, "token": code, "password": password})


async def code_for(given: Given, visitor: Api, name: str, address: str | None = None) -> str:
    """Ask for a code and read it where it arrives."""
    answer = await retrieve(visitor, name)
    assert answer.status_code == 201, answer.text
    return await given.code(address or name)
