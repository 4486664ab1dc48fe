"""The composition root: the only module that knows every feature."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any, TypeVar

import msgspec

from authme import __version__
from authme.accesses import routes as access_routes
from authme.accounts import routes as account_routes
from authme.accounts.logon_given import on_provisioned
from authme.accounts.logon_taken import is_taken
from authme.api_keys import routes as api_key_routes
from authme.api_keys.directory import ApiKeys
from authme.api_keys.uses import KeyUses, write_uses
from authme.audit import Sealer
from authme.audit.seal import seal
from authme.authentication.authenticate import Authentication
from authme.authentication.client_proofs import ClientProofs
from authme.authentication.sessions import SessionStates
from authme.authentication.sweep import sweep as sweep_sessions
from authme.certificates.certificates import Certificates
from authme.challenges.sweep import sweep as sweep_challenges
from authme.clients import routes as client_routes
from authme.clients.directory import Clients
from authme.credentials import attempts
from authme.credentials.attempts import Attempts
from authme.credentials.pool import PasswordPool
from authme.crypto.digests import Digester
from authme.crypto.sealing import MasterKey
from authme.customers import routes as customer_routes
from authme.development import routes as development_routes
from authme.devices import routes as device_routes
from authme.devices.sweep import sweep as sweep_devices
from authme.factors import routes as factor_routes
from authme.federation.openid_providers import OpenIdProviders
from authme.groups import routes as group_routes
from authme.groups.held import HeldRoles
from authme.kernel import logs, metrics, openapi
from authme.kernel.clock import Clock, SystemClock
from authme.kernel.context import OPERATOR, Context, Parts
from authme.kernel.database import Database, Transaction, connect
from authme.kernel.errors import Refusal
from authme.kernel.fetch import Fetcher
from authme.kernel.http import Endpoint
from authme.kernel.http.application import Surroundings, build
from authme.kernel.http.client_certificate import CertificateSource
from authme.kernel.jobs import Job, Jobs
from authme.keys import Keyring, maintain
from authme.keys import routes as key_routes
from authme.legacy.commands import KIND as COMMAND
from authme.legacy.directories import Directories
from authme.legacy.here import Here
from authme.legacy.lanes import lanes as command_lanes
from authme.legacy.ways import open_directories
from authme.master_key import load_master_key
from authme.notify.send import KIND as MESSAGE
from authme.notify.ways import lanes as message_lanes
from authme.operation import routes as operation_routes
from authme.operation.parts import Running
from authme.outbox.box import Outbox
from authme.outbox.courier import Courier
from authme.outbox.sweep import Patience
from authme.outbox.sweep import sweep as sweep_outbox
from authme.products import routes as product_routes
from authme.products.accesses import ProductAccesses
from authme.products.sweep import sweep as sweep_product_accesses
from authme.settings import Settings, SettingsInvalid
from authme.sign_in import certificate_routes, federated_routes, legacy_routes, proof_routes, saml_routes, session_routes
from authme.sign_in import routes as sign_in_routes
from authme.sign_in.decoy import Decoys
from authme.structure import business_routes, corporate_group_routes, provider_routes
from authme.structure import routes as structure_routes
from authme.tokens import used
from authme.tokens.verify import AccessTokens
from authme.users import routes as user_routes
from authme.users import taken
from authme.users.name_keys import give_keys

Result = TypeVar("Result")
_SECOND = timedelta(seconds=1)
_MINUTE = timedelta(minutes=1)


def endpoints(*, development: bool = False) -> list[Endpoint]:
    """Return the whole HTTP surface: nothing answers that is not in this table. A server in development has more pages."""
    return [
        *user_routes.ENDPOINTS,
        *sign_in_routes.ENDPOINTS,
        *session_routes.ENDPOINTS,
        *legacy_routes.ENDPOINTS,
        *certificate_routes.ENDPOINTS,
        *federated_routes.ENDPOINTS,
        *saml_routes.ENDPOINTS,
        *proof_routes.ENDPOINTS,
        *device_routes.ENDPOINTS,
        *factor_routes.ENDPOINTS,
        *account_routes.ENDPOINTS,
        *access_routes.ENDPOINTS,
        *group_routes.ENDPOINTS,
        *client_routes.ENDPOINTS,
        *api_key_routes.ENDPOINTS,
        *structure_routes.ENDPOINTS,
        *business_routes.ENDPOINTS,
        *corporate_group_routes.ENDPOINTS,
        *provider_routes.ENDPOINTS,
        *product_routes.ENDPOINTS,
        *customer_routes.ENDPOINTS,
        *key_routes.ENDPOINTS,
        *operation_routes.ENDPOINTS,
        *(development_routes.ENDPOINTS if development else ()),
    ]


def openapi_document(server_url: str | None = None) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of every operation."""
    return openapi.document(endpoints(), version=__version__, server_url=server_url)


@cache
def _openapi_json() -> bytes:
    return msgspec.json.encode(openapi_document())


@dataclass(slots=True)
class Server:
    """One worker process's objects, not yet opened. `process_startup` and `process_shutdown` follow the ASGI lifespan."""

    settings: Settings
    database: Database
    clock: Clock
    parts: Parts
    jobs: Jobs
    courier: Courier

    async def open(self) -> None:
        """Open the database and have the signing keys at hand."""
        await self.database.open()
        try:
            await self.parts.get(Keyring).open(self.database, self.clock)
        except BaseException:
            await self.database.close()
            raise

    async def close(self) -> None:
        """Close what `open` opened."""
        await self.parts.get(Directories).close()
        self.parts.get(PasswordPool).close()
        await self.database.close()

    async def process_startup(self, _scope: Any, _event: Any) -> None:
        """Open, and begin the recurring work and the deliveries."""
        await self.open()
        self.jobs.start()
        self.courier.start()

    async def process_shutdown(self, _scope: Any, _event: Any) -> None:
        """Stop the recurring work and the deliveries, and close; requests in flight are over by then."""
        self.parts.get(Running).is_stopping = True
        await asyncio.gather(self.jobs.stop(), self.courier.stop())
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


def make_server(settings: Settings, master_key: MasterKey, *, clock: Clock | None = None) -> Server:
    """Return the objects of one worker process, wired and not yet opened."""
    clock = clock or SystemClock()
    database = connect(settings.database.database_url, pool_size=settings.database.database_pool_size)
    digester = Digester(master_key.derive("digests"))
    keyring = Keyring(master_key, settings.tokens.signing_alg)
    box = Outbox(master_key)
    clients = Clients(database, extra_origins=settings.server.cors_origins)
    api_keys, key_uses = ApiKeys(database, digester, clock), KeyUses(clock)
    pool = PasswordPool(settings.passwords)
    directories = open_directories(settings.legacy, database, clock, pool)
    fetcher = _fetcher(settings)
    parts = Parts(
        settings.tokens,
        settings.passwords,
        settings.limits,
        settings.users,
        settings.factors,
        settings.messages,
        settings.legacy,
        settings.certificates,
        settings.federation,
        master_key,
        box,
        Patience({MESSAGE: settings.messages.message_days, COMMAND: settings.legacy.legacy_command_days}),
        digester,
        keyring,
        Sealer(master_key),
        Decoys(digester),
        Attempts(settings.limits, digester),
        pool,
        directories,
        fetcher,
        Certificates(settings.certificates, fetcher, clock),
        OpenIdProviders(fetcher, clock),
        AccessTokens(keyring, settings.tokens, clock),
        clients,
        key_uses,
        ClientProofs(clients, api_keys, key_uses, digester),
        SessionStates(database, clock),
        HeldRoles(database),
        ProductAccesses(database, digester, clients, clock),
        Running(database, _openapi_json),
    )
    here = Here(database, clock, parts, on_provisioned, is_taken)
    lanes = [*message_lanes(settings, database, clock), *command_lanes(directories, here)]
    courier = Courier(database, clock, box, lanes)
    return Server(settings, database, clock, parts, Jobs(database, clock, parts, _jobs()), courier)


def _fetcher(settings: Settings) -> Fetcher:
    federation = settings.federation
    return Fetcher(
        seconds=federation.fetch_seconds, ca_file=federation.fetch_ca_file, allows_loopback=settings.server.development
    )


def _jobs() -> list[Job]:
    return [
        Job("seal the audit", _SECOND, seal),
        Job("maintain the keys", _MINUTE, maintain),
        Job("give names their keys", _SECOND, give_keys),
        Job("sweep sessions", _MINUTE, sweep_sessions),
        Job("sweep failure counters", _MINUTE, attempts.sweep),
        Job("sweep assertions", _MINUTE, used.sweep),
        Job("sweep challenges", 5 * _SECOND, sweep_challenges),
        Job("sweep the outbox", _MINUTE, sweep_outbox),
        Job("sweep remembered devices", _MINUTE, sweep_devices),
        Job("sweep product accesses", _MINUTE, sweep_product_accesses),
        Job("sweep reserved names", _MINUTE, taken.sweep),
        Job("write when API keys were used", _SECOND, write_uses, on_each_process=True),
    ]


def make_application(server: Server, *, lifecycle: Any = None) -> Any:
    """Return the ASGI application of this server; it opens and closes the server, or `lifecycle`, with its lifespan."""
    parts, settings, certificates = server.parts, server.settings.server, server.settings.certificates
    authentication = Authentication(
        server.database,
        parts.get(AccessTokens),
        parts.get(Clients),
        parts.get(SessionStates),
        parts.get(HeldRoles),
        parts.get(ClientProofs),
    )
    table = endpoints(development=settings.development)
    surroundings = Surroundings(
        database=server.database,
        clock=server.clock,
        parts=parts,
        authenticate=authentication.authenticate,
        allowed_origin=parts.get(Clients).is_allowed_origin,
        observe=metrics.Observer((endpoint.id for endpoint in table), logs.AccessLog(server.settings.logs.log_level)).observe,
        body_limit=settings.body_limit,
        bulk_body_limit=settings.bulk_body_limit,
        trusted_proxies=settings.trusted_proxies,
        certificate_source=CertificateSource.of(certificates.certificate_header, certificates.certificate_proxies),
    )
    return build(table, surroundings, lifecycle=lifecycle or server)


async def prepare(settings: Settings) -> None:
    """Have a database that this version can work with.

    A SQLite file is migrated here; a PostgreSQL database only by `authme migrate`, since others may be using it. Raises
    SettingsInvalid, SchemaTooNew, DatabaseUnavailable.
    """
    # Worker processes never migrate, and the migration library would be a tenth of their memory.
    from authme.kernel.database.migrations import SchemaState, migrate, state  # noqa: PLC0415

    url = settings.database.database_url
    if url.startswith("sqlite:"):
        await migrate(url)
        return
    found = await state(url)
    if found in {SchemaState.NONE, SchemaState.BEHIND, SchemaState.TOO_NEW}:
        raise SettingsInvalid([f"The database's schema is {found.value}; run `authme migrate` of the newest version first."])


@asynccontextmanager
async def office(settings: Settings) -> AsyncIterator[Server]:
    """Open a server for the commands of an operator: no HTTP, no recurring work."""
    await prepare(settings)
    server = make_server(settings, load_master_key(settings.database))
    await server.open()
    try:
        yield server
    finally:
        await server.close()
