"""The composition root: the only module that knows every feature."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import msgspec

from authme import __version__
from authme.audit import Sealer
from authme.audit.seal import seal
from authme.authentication.authenticate import Authentication
from authme.authentication.sessions import SessionStates
from authme.clients import login as client_login
from authme.clients import routes as client_routes
from authme.clients.directory import Clients
from authme.credentials import attempts
from authme.credentials.attempts import Attempts
from authme.credentials.pool import PasswordPool
from authme.crypto.digests import Digester
from authme.crypto.sealing import MasterKey
from authme.kernel import logs, metrics, openapi
from authme.kernel.clock import Clock, SystemClock
from authme.kernel.context import OPERATOR, Context, Parts
from authme.kernel.database import Database, Transaction, connect
from authme.kernel.errors import Refusal
from authme.kernel.http import Endpoint
from authme.kernel.http.application import Surroundings, build
from authme.kernel.jobs import Job, Jobs
from authme.keys import routes as key_routes
from authme.keys.keyring import Keyring
from authme.keys.rotate import maintain
from authme.operation import routes as operation_routes
from authme.operation.parts import Running
from authme.sessions.sweep import sweep as sweep_sessions
from authme.settings import Settings, load_master_key
from authme.sign_in import routes as sign_in_routes
from authme.sign_in.decoy import Decoys
from authme.tokens.verify import AccessTokens
from authme.users import routes as user_routes

Result = TypeVar("Result")
_SECOND = timedelta(seconds=1)
_MINUTE = timedelta(minutes=1)


def endpoints() -> list[Endpoint]:
    """Return the whole HTTP surface: nothing answers that is not in this table."""
    return [
        *user_routes.ENDPOINTS,
        *sign_in_routes.ENDPOINTS,
        *client_routes.ENDPOINTS,
        *key_routes.ENDPOINTS,
        *operation_routes.ENDPOINTS,
    ]


def openapi_document(server_url: str | None = None) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of every operation."""
    return openapi.document(endpoints(), version=__version__, server_url=server_url)


@dataclass(slots=True)
class Server:
    """One worker process's objects, not yet opened. `process_startup` and `process_shutdown` follow the ASGI lifespan."""

    settings: Settings
    database: Database
    clock: Clock
    parts: Parts
    jobs: Jobs

    async def open(self) -> None:
        """Open the database and have the signing keys at hand."""
        await self.database.open()
        await self.parts.get(Keyring).open(self.database, self.clock)

    async def close(self) -> None:
        """Close what `open` opened."""
        self.parts.get(PasswordPool).close()
        await self.database.close()

    async def process_startup(self, _scope: Any, _event: Any) -> None:
        """Open, and begin the recurring work."""
        await self.open()
        self.jobs.start()

    async def process_shutdown(self, _scope: Any, _event: Any) -> None:
        """Stop the recurring work and close; requests in flight are over by then."""
        self.parts.get(Running).is_stopping = True
        await self.jobs.stop()
        await self.close()

    async def run(self, use_case: Callable[[Context], Awaitable[Result | Refusal]]) -> Result:
        """Run a use case as the operator in one unit of work; raise the refusal if it returns one."""

        async def work(tx: Transaction) -> Result | Refusal:
            ctx = Context(tx, OPERATOR, self.clock, self.parts)
            try:
                return await use_case(ctx)
            finally:
                ctx.close()

        outcome = await self.database.unit(work)
        if isinstance(outcome, Refusal):
            raise outcome
        return outcome
