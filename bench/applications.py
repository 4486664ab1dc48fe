"""Applications to compare with, on the same HTTP server: `python bench/applications.py NAME PORT`."""

import os
import sys
from typing import Any

import falcon.asgi
from granian import Granian
from granian.constants import Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels

from authme import app as composition
from authme.authentication.authenticate import Authentication
from authme.authentication.client_proofs import ClientProofs
from authme.authentication.sessions import SessionStates
from authme.clients.directory import Clients
from authme.groups.effective import Subject, find_roles
from authme.groups.held import HeldRoles
from authme.kernel import logs, metrics
from authme.kernel.context import Context
from authme.kernel.http import Endpoint
from authme.kernel.http.application import Surroundings, build
from authme.kernel.requirement import Requirement
from authme.kernel.wire import Id, Wire
from authme.master_key import load_master_key
from authme.settings import load
from authme.tokens.verify import AccessTokens


class Empty:
    """A POST that reads its body and answers nothing."""

    async def on_post(self, req: Any, resp: Any) -> None:
        """Answer 204."""
        await req.stream.read()
        resp.status = falcon.HTTP_204

    async def on_get(self, _req: Any, resp: Any) -> None:
        """Answer 204."""
        resp.status = falcon.HTTP_204


def empty() -> Any:
    application: Any = falcon.asgi.App()
    application.add_route("/", Empty())
    return application


class Opened:
    """A server's lifespan without its recurring work: the server beside it does that."""

    def __init__(self, server: composition.Server) -> None:
        self._server = server

    async def process_startup(self, _scope: Any, _event: Any) -> None:
        """Open."""
        await self._server.open()

    async def process_shutdown(self, _scope: Any, _event: Any) -> None:
        """Close."""
        await self._server.close()


async def nothing(_ctx: Any) -> None:
    """Answer nothing."""


def guarded() -> Any:
    """The kernel, with the authentication and the requirement of UI-21, around an operation that does nothing."""
    text = next(endpoint.requirement.text for endpoint in composition.endpoints() if endpoint.id == "UI-21")
    rows = [
        Endpoint("B-0", "POST", "/open", Requirement.parse("public"), nothing, "", (), status=204),
        Endpoint("B-1", "POST", "/guarded", Requirement.parse(text), nothing, "", (), status=204),
    ]
    return kernel_around(rows)


class Whose(Wire, frozen=True):
    """Whose roles."""

    user_id: Id
    business_id: Id | None = None


async def held(ctx: Context, body: Whose) -> None:
    """Look somebody's roles up as a login does."""
    await ctx.part(HeldRoles).of_user(ctx.tx, body.user_id, body.business_id)


async def looked_up(ctx: Context, body: Whose) -> None:
    """Look somebody's roles up past the cache."""
    await find_roles(ctx.tx, Subject("USER", body.user_id, body.business_id))


def roles() -> Any:
    """The kernel around look-ups of roles."""
    public = Requirement.parse("public")
    rows = [
        Endpoint("B-0", "POST", "/nothing", public, nothing, "", (), status=204),
        Endpoint("B-1", "POST", "/held", public, held, "", (), body=Whose, status=204),
        Endpoint("B-2", "POST", "/looked-up", public, looked_up, "", (), body=Whose, status=204),
    ]
    return kernel_around(rows)


def kernel_around(rows: list[Endpoint]) -> Any:
    """Return an application of these operations on a server's database."""
    settings = load(os.environ)
    logs.configure(settings.logs.log_level, settings.logs.log_format)
    server = composition.make_server(settings, load_master_key(settings.database))
    parts = server.parts
    authentication = Authentication(
        server.database,
        parts.get(AccessTokens),
        parts.get(Clients),
        parts.get(SessionStates),
        parts.get(HeldRoles),
        parts.get(ClientProofs),
    )
    surroundings = Surroundings(
        database=server.database,
        clock=server.clock,
        parts=parts,
        authenticate=authentication.authenticate,
        allowed_origin=parts.get(Clients).is_allowed_origin,
        observe=metrics.Observer((row.id for row in rows), logs.AccessLog(settings.logs.log_level)).observe,
        body_limit=settings.server.body_limit,
        bulk_body_limit=settings.server.bulk_body_limit,
    )
    return build(rows, surroundings, lifecycle=Opened(server))


def main(name: str, port: str) -> None:
    Granian(
        f"applications:{name}",
        factory=True,
        interface=Interfaces.ASGI,
        address="127.0.0.1",
        port=int(port),
        loop=Loops.uvloop,
        websockets=False,
        backlog=2048,
        http1_settings=HTTP1Settings(header_read_timeout=10_000),
        log_level=LogLevels.warning,
    ).serve()


if __name__ == "__main__":
    main(*sys.argv[1:])
