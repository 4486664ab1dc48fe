"""Clients at rest."""

import json
from collections.abc import Sequence

from sqlalchemy import and_, bindparam, insert, select, text, update

from authme.clients.model import Client, ClientStatus
from authme.clients.tables import client
from authme.kernel.database import Reader, Row, Statement, Transaction, contained_in
from authme.relation import Reach

_INSERT = Statement(insert(client).values({column.name: bindparam(column.name) for column in client.c}))
_FIND = Statement(select(client).where(client.c.id == bindparam("of_client")))
_CHANGE_STATUS = Statement(
    update(client)
    .where(and_(client.c.id == bindparam("of_client"), contained_in(client.c.status, "was")))
    .values(status=bindparam("becomes"), updated_at=bindparam("now"))
)
_PAGE = (
    select(client)
    .where(and_(client.c.id > bindparam("after"), client.c.status != "REMOVED"))
    .order_by(client.c.id)
    .limit(bindparam("at_most"))
)
_LIST = Statement(_PAGE)
_LIST_AT = {
    "ORGANIZATION": Statement(_PAGE.where(client.c.organization_id == bindparam("place"))),
}
# In the very words of the index: what is bound the planner would not see.
_REDIRECTS = Statement(select(client.c.redirect_uris).where(text("status = 'ACTIVE' AND redirect_uris <> '[]'")))


def client_of(row: Row) -> Client:
    """Return the client of a row that has its columns."""
    return Client(
        id=row["id"],
        app_id=row["app_id"],
        name=row["name"],
        user_id=row["user_id"],
        business_id=row["business_id"],
        service_account_id=row["service_account_id"],
        business_unit_id=row["business_unit_id"],
        organization_id=row["organization_id"],
        logon=row["logon"],
        secret_hash=row["secret_hash"],
        jwks=row["jwks"],
        first_party=bool(row["first_party"]),
        scopes=tuple(json.loads(row["scopes"])),
        grant_types=tuple(json.loads(row["grant_types"])),
        redirect_uris=tuple(json.loads(row["redirect_uris"])),
        alg=row["alg"],
        expires_in_format=row["expires_in_format"],
        token_aliases=bool(row["token_aliases"]),
        factor_visibility=row["factor_visibility"],
        access_token_seconds=row["access_token_seconds"],
        status=row["status"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


async def insert_client(tx: Transaction, given: Client) -> None:
    """Insert the client."""
    await tx.run(
        _INSERT,
        id=given.id,
        app_id=given.app_id,
        name=given.name,
        user_id=given.user_id,
        business_id=given.business_id,
        service_account_id=given.service_account_id,
        business_unit_id=given.business_unit_id,
        organization_id=given.organization_id,
        logon=given.logon,
        secret_hash=given.secret_hash,
        jwks=given.jwks,
        first_party=int(given.first_party),
        scopes=json.dumps(given.scopes),
        grant_types=json.dumps(given.grant_types),
        redirect_uris=json.dumps(given.redirect_uris),
        alg=given.alg,
        expires_in_format=given.expires_in_format,
        token_aliases=int(given.token_aliases),
        factor_visibility=given.factor_visibility,
        access_token_seconds=given.access_token_seconds,
        status=given.status,
        created_at=given.created_at,
        updated_at=given.updated_at,
    )


async def find(reader: Reader, client_id: str) -> Client | None:
    """Return the client, also a locked or removed one."""
    row = await reader.one(_FIND, of_client=client_id)
    return client_of(row) if row else None


async def change_status(
    tx: Transaction, client_id: str, *, was: Sequence[ClientStatus], becomes: ClientStatus, now: int
) -> bool:
    """Change the status if it is one of `was`."""
    return await tx.run(_CHANGE_STATUS, of_client=client_id, was=list(was), becomes=becomes, now=now) == 1


async def list_clients(reader: Reader, *, after: str, limit: int) -> list[Client]:
    """Return up to `limit` clients with an id greater than `after`, removed ones left out."""
    return [client_of(row) for row in await reader.all(_LIST, after=after, at_most=limit)]


async def list_reached(reader: Reader, reach: Reach, *, after: str, limit: int) -> list[Client]:
    """Return up to `limit` clients within the reach, with an id greater than `after`, removed ones left out."""
    if reach.by == "NOWHERE":
        return []
    if reach.by == "EVERYWHERE":
        return await list_clients(reader, after=after, limit=limit)
    rows = await reader.all(_LIST_AT[reach.by], place=reach.id, after=after, at_most=limit)
    return [client_of(row) for row in rows]


async def list_redirect_uris(reader: Reader) -> list[str]:
    """Return every redirect URI of an active client."""
    return [uri for row in await reader.all(_REDIRECTS) for uri in json.loads(row[0])]
