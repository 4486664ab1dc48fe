"""Whoever manages groups, and what comes of it."""

from typing import Any

from support.api import Api
from support.given import Given, GivenClient, GivenUser, claims

NOBODY = "0" * 24


async def officer(given: Given, *authorities: str, **draft: Any) -> Api:
    """Return a caller with these offices and roles."""
    return await given.person(await given.user(None, *authorities, **draft), await given.client())


async def owner_of(given: Given, business: str, *roles: str, organization_id: str | None = None) -> Api:
    """Return the owner of a business, with these roles."""
    place = {"business_id": business, "organization_id": organization_id, "kind": "BUSINESSUSER"}
    return await officer(given, "BUSINESSOWNER", *roles, **place)


async def roles_of(given: Given, user: GivenUser, client: GivenClient) -> set[str]:
    """Return what is not built in of what the user's next token says."""
    token = await given.user_token(user, client)
    return {one.removeprefix("ROLE_") for one in claims(token)["authorities"]} - BUILT_IN


async def roles_of_service(given: Given, client: GivenClient) -> set[str]:
    """Return the same of a client."""
    token = await given.client_token(client)
    return {one.removeprefix("ROLE_") for one in claims(token)["authorities"]} - BUILT_IN


BUILT_IN = {"CLI-AUTH-IDENTIFIED", "CLI-AUTH-BASIC", "CLI-1STPARTY", "AUTH-IDENTIFIED", "AUTH-BASIC", "USER", "PERSON"}


async def dependency(caller: Api, group: str, on: str) -> int:
    """Let a group depend on another; return the status."""
    return (await caller.post(f"/groups/{group}/dependencies", json={"groupId": on})).status_code
