"""A server and what is already there when a test begins."""

import asyncio
import base64
import itertools
import json
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from authme import sessions
from authme.app import Server, endpoints, make_application, make_server, prepare
from authme.authentication.authenticate import Authentication
from authme.authentication.client_proofs import ClientProofs
from authme.authentication.sessions import SessionStates
from authme.clients import store as client_store
from authme.clients.create import ClientDraft
from authme.clients.create import create as create_client
from authme.clients.directory import Clients
from authme.crypto.secrets import new_secret
from authme.groups.held import HeldRoles
from authme.kernel.clock import Clock, FakeClock
from authme.kernel.context import BASIC, CLIENT_IDENTIFIED, MFA, Caller, Context
from authme.kernel.http import Request
from authme.master_key import load_master_key
from authme.outbox.box import Outbox
from authme.settings import load
from authme.sign_in.issue import issue
from authme.tokens.verify import AccessTokens
from authme.users import store as user_store
from authme.users.create import UserDraft
from authme.users.create import create as create_user
from authme.users.names import candidates
from support.api import Api
from support.given_access import GivenAccess
from support.given_legacy import GivenLegacy
from support.given_providers import GivenProviders
from support.two_engines import rows_of

Result = TypeVar("Result")
_numbers = itertools.count()


@dataclass(frozen=True)
class GivenClient:
    """A client and its secret."""

    id: str
    secret: str


@dataclass(frozen=True)
class GivenUser:
    """A user, the name they log in with, and their password."""

    id: str
    name: str
    password: str


def environment(url: str, **settings: object) -> dict[str, str]:
    """Return a server's settings: hashes and keys that cost little, and a master key of this run."""
    chosen = {
        "DATABASE_URL": url,
        "MASTER_KEY": base64.b64encode(os.urandom(32)).decode(),
        "ARGON2_MEMORY_KIB": 8,
        "ARGON2_TIME_COST": 1,
        "SIGNING_ALG": "ES256",
        "VERIFY_CONTACT": "false",
        "LOG_LEVEL": "error",
    }
    return {f"AUTHME_{name.upper()}": str(value) for name, value in (chosen | settings).items()}


class Given(GivenAccess, GivenLegacy, GivenProviders):
    """A server on a database of its own; several of them on one database are its worker processes."""

    def __init__(self, env: dict[str, str], clock: Clock) -> None:
        self.env = env
        self.clock = clock
        self.settings = load(env)
        self.server: Server = make_server(self.settings, load_master_key(self.settings.database), clock=clock)
        self.application: Any = make_application(self.server)
        self.api = Api(self.application)

    async def open(self) -> None:
        await prepare(self.settings)
        await self.server.open()

    async def close(self) -> None:
        await self.server.close()

    async def run(self, use_case: Callable[[Context], Awaitable[Result]]) -> Result:
        return await self.server.run(use_case)

    async def client(self, *scopes: str, **draft: Any) -> GivenClient:
        made, secret = await self.run(
            lambda ctx: create_client(ctx, ClientDraft(**({"app_id": "app", "scopes": scopes} | draft)))
        )
        return GivenClient(made.id, secret)

    async def user(self, name: str | None = None, /, *authorities: str, password: str | None = None, **draft: Any) -> GivenUser:
        name = name or f"person{next(_numbers)}@example.com"
        password = password or new_secret()
        known_by = tuple(one for one in candidates(name) if one.type != "LOGON")[:1]
        wanted = {"names": known_by, "authorities": authorities, "contacts_are_verified": True} | draft
        user, _ = await self.run(lambda ctx: create_user(ctx, UserDraft(**wanted), password))
        return GivenUser(user.id, name, password)

    async def client_token(self, client: GivenClient) -> str:
        answer = await self.api.login_client(client.id, client.secret)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["accessToken"])

    async def tokens(self, user: GivenUser, client: GivenClient) -> dict[str, Any]:
        answer = await self.api.as_client(client.id).login(user.name, user.password)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def user_token(self, user: GivenUser, client: GivenClient) -> str:
        return str((await self.tokens(user, client))["accessToken"])

    async def mfa_token(self, user: GivenUser, client: GivenClient) -> str:
        """Return a token of a session in which two factors were proved."""

        async def start(ctx: Context) -> str:
            found, at = await user_store.find(ctx.tx, user.id), await client_store.find(ctx.tx, client.id)
            assert found is not None
            assert at is not None
            session = sessions.start(
                ctx, user_id=user.id, client_id=client.id, level=MFA, client_level=CLIENT_IDENTIFIED, amr=("pwd", "otp")
            )
            return (await issue(ctx, at, found, session)).access_token

        return await self.run(start)

    async def service(self, *scopes: str) -> Api:
        """Return a caller that speaks for a service with these scopes."""
        return self.api.as_(await self.client_token(await self.client(*scopes)))

    async def person(self, user: GivenUser, client: GivenClient) -> Api:
        """Return a caller that speaks for this user, who logged in with the password."""
        return self.api.as_(await self.user_token(user, client))

    async def administrator(self, client: GivenClient, *, level: str = BASIC, **draft: Any) -> Api:
        """Return a caller that speaks for somebody with both offices."""
        user = await self.user(None, "ADMIN", "IAM_ADMIN_MAINTENANCE", **draft)
        token = await (self.mfa_token if level == MFA else self.user_token)(user, client)
        return self.api.as_(token)

    async def caller(self, token: str) -> Caller:
        """Return whom the server takes the bearer of this token for."""
        return await self.caller_with({"authorization": f"Bearer {token}"})

    async def caller_with(self, headers: dict[str, str]) -> Caller:
        """Return whom the server takes whoever sends these headers for."""
        parts = self.server.parts
        authentication = Authentication(
            self.server.database,
            parts.get(AccessTokens),
            parts.get(Clients),
            parts.get(SessionStates),
            parts.get(HeldRoles),
            parts.get(ClientProofs),
        )
        request = Request("GET", "", headers, {}, b"", None, "")
        return await authentication.authenticate(request, next(one for one in endpoints() if not one.requirement.is_public))

    async def trail(self, action: str | None = None) -> list[dict[str, Any]]:
        """Return the audit's rows, the oldest first."""
        query = "SELECT action, result, client_id, user_id, target, source, request_id, detail FROM audit_event ORDER BY id"
        names = query.removeprefix("SELECT ").partition(" FROM")[0].split(", ")
        found = [dict(zip(names, row, strict=True)) for row in await rows_of(self.env["AUTHME_DATABASE_URL"], query)]
        return [row for row in found if action in {None, row["action"]}]

    async def messages(self, to: str | None = None) -> list[dict[str, Any]]:
        """Return what waits to be sent (to one address), the oldest first: `{to, message, language, values}`."""
        waiting = "SELECT id, created_at, channel, payload FROM outbox WHERE kind <> 'LEGACY' AND payload IS NOT NULL"
        rows = await rows_of(self.env["AUTHME_DATABASE_URL"], waiting)
        # The end of an id counts on, where several were made in one millisecond.
        rows.sort(key=lambda row: (row[1], str(row[0])[-6:]))
        box = self.server.parts.get(Outbox)
        opened = [
            box.open(str(id_), bytes(payload)) | {"channel": channel}  # type: ignore[call-overload]  # bytes of either driver
            for id_, _, channel, payload in rows
        ]
        return [one for one in opened if to in {None, one["to"]} and one["channel"] != "NOBODY"]

    async def code(self, to: str) -> str:
        """Return the newest code that waits to be sent to this address."""
        return str([one for one in await self.messages(to) if one["message"] == "code"][-1]["values"]["code"])

    def later(self, **by: float) -> None:
        assert isinstance(self.clock, FakeClock)
        self.clock.advance(timedelta(**by))


MakeGiven = Callable[..., Awaitable[Given]]


def claims(token: str) -> dict[str, Any]:
    """Return a token's claims, unverified."""
    payload = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return found


async def at_once(*requests: Awaitable[Any]) -> list[Any]:
    """Send these at the same time; return their answers in order."""
    return list(await asyncio.gather(*requests))
