"""A person who is remembered on a device."""

from typing import Any

from support.answers import token_object
from support.api import Api, basic
from support.given import Given, GivenClient, GivenUser
from support.two_engines import rows_of

LOGIN, AGAIN = "/user-identities/login", "/user-identities/remember-me"
ASSOCIATE = "/user-identities/me/associate-user-device"


async def login(caller: Api, user: GivenUser, **body: Any) -> dict[str, Any]:
    """Log in with the password and ask to be remembered on the device `phone`."""
    sent = {"deviceId": "phone", "rememberMe": True} | body
    answer = await caller.post(LOGIN, headers={"Authorization": basic(user.name, user.password)}, json=sent)
    found: dict[str, Any] = token_object(answer)
    return found


async def again(caller: Api, token: str, device: str = "phone") -> Any:
    return await caller.post(AGAIN, json={"rememberMeToken": token, "deviceId": device})


async def associate(given: Given, user: GivenUser, client: GivenClient, device: str = "phone") -> None:
    person = given.api.as_(await given.mfa_token(user, client))
    assert (await person.post(ASSOCIATE, json={"deviceId": device})).status_code == 201


async def series(given: Given) -> list[tuple[Any, ...]]:
    return await rows_of(given.env["AUTHME_DATABASE_URL"], "SELECT user_id, client_id, device_id FROM remember_me")
