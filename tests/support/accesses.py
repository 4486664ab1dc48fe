"""Members of groups, through the API and past it."""

from typing import Any

from support.api import Api
from support.given import Given, GivenUser, claims
from support.two_engines import rows_of

NOBODY = "0" * 24


def users_of(group: str) -> str:
    return f"/user-accesses/{group}/users"


def business_users_of(group: str) -> str:
    return f"/user-accesses/{group}/business-users"


def businesses_of(group: str) -> str:
    return f"/business-accesses/{group}/businesses"


def services_of(group: str) -> str:
    return f"/service-accesses/{group}/service-accounts"


def named(*ids: str, field: str = "userId") -> list[dict[str, str]]:
    """Return a body that names these."""
    return [{field: one} for one in ids]


async def added(caller: Api, path: str, *ids: str, field: str = "userId") -> None:
    answer = await caller.post(path, json=named(*ids, field=field))
    assert (answer.status_code, answer.json()) == (200, {}), answer.text


async def user_ids(caller: Api, path: str) -> list[str]:
    answer = await caller.get(path)
    assert answer.status_code == 200, answer.text
    return [one["userId"] for one in answer.json()["items"]]


async def officer(given: Given, *authorities: str, **draft: Any) -> Api:
    """Return a caller with these offices and roles."""
    return await given.person(await given.user(None, *authorities, **draft), await given.client())


async def roles_of(given: Given, user: GivenUser) -> list[str]:
    """Return what the user's next token says of roles."""
    token = await given.user_token(user, await given.client())
    return [one.removeprefix("ROLE_") for one in claims(token)["authorities"]]


async def memberships(given: Given) -> list[tuple[object, ...]]:
    """Return group, kind and id of every member, past the server."""
    return await rows_of(given.env["AUTHME_DATABASE_URL"], "SELECT group_id, member_type, member_id FROM group_member")
