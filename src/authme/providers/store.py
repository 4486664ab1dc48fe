"""Identity providers at rest."""

from typing import Any

import msgspec
from sqlalchemy import Text, bindparam, delete, func, insert, select, update

from authme.crypto.sealing import MasterKey
from authme.kernel.database import Reader, Row, Statement, Transaction
from authme.providers.model import OidcSettings, Provider, SamlSettings
from authme.providers.tables import identity_provider
from authme.relation import Reach

_COLUMNS = [column for column in identity_provider.c if column.name != "secret"]
_CHANGED = ("alias", "name", "is_enabled", "first_use", "creates_users", "settings", "updated_at")
_of_one = identity_provider.c.id == bindparam("sought")
_INSERT = Statement(insert(identity_provider).values({column.name: bindparam(column.name) for column in identity_provider.c}))
_FIND = Statement(select(*_COLUMNS).where(_of_one))
_BY_ALIAS = Statement(select(*_COLUMNS).where(identity_provider.c.alias == bindparam("alias")))
_SECRET = Statement(select(identity_provider.c.secret).where(_of_one, identity_provider.c.updated_at == bindparam("as_of")))
_HOLD = Statement(update(identity_provider).where(_of_one).values(updated_at=identity_provider.c.updated_at))
_CHANGE = Statement(update(identity_provider).where(_of_one).values({name: bindparam(f"to_{name}") for name in _CHANGED}))
_SET_SECRET = Statement(update(identity_provider).where(_of_one).values(secret=bindparam("becomes")))
_DELETE = Statement(delete(identity_provider).where(_of_one))
_page = (
    select(*_COLUMNS)
    .where(identity_provider.c.id > bindparam("after"))
    .order_by(identity_provider.c.id)
    .limit(bindparam("at_most"))
)
# Settings are written in the order of their fields: the tag, then the entity id.
_begins_so = func.substr(identity_provider.c.settings, 1, func.length(bindparam("beginning", type_=Text))) == bindparam(
    "beginning", type_=Text
)
_BY_ENTITY_ID = Statement(
    select(*_COLUMNS)
    .where(identity_provider.c.kind == "SAML", identity_provider.c.is_enabled == 1, _begins_so)
    .order_by(identity_provider.c.id)
    .limit(2)
)
_EVERYWHERE = Statement(_page)
_IN_ORGANIZATION = Statement(_page.where(identity_provider.c.organization_id == bindparam("reached")))


def provider_of(row: Row) -> Provider:
    """Return the provider of a row."""
    return Provider(
        id=row["id"],
        organization_id=row["organization_id"],
        kind=row["kind"],
        alias=row["alias"],
        name=row["name"],
        is_enabled=bool(row["is_enabled"]),
        first_use=row["first_use"],
        creates_users=bool(row["creates_users"]),
        settings=msgspec.json.decode(row["settings"], type=OidcSettings | SamlSettings),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


def _values(provider: Provider) -> dict[str, Any]:
    return {
        **{name: getattr(provider, name) for name in provider.__struct_fields__},
        "is_enabled": int(provider.is_enabled),
        "creates_users": int(provider.creates_users),
        "settings": msgspec.json.encode(provider.settings).decode(),
    }


def _context(provider_id: str) -> bytes:
    return f"identity_provider.secret:{provider_id}".encode()


def _sealed(master_key: MasterKey, provider_id: str, secret: str | None) -> bytes | None:
    return None if secret is None else master_key.seal(secret.encode(), context=_context(provider_id))


async def insert_provider(tx: Transaction, made: Provider, secret: str | None, master_key: MasterKey) -> None:
    """Insert the provider; raises UniqueViolation for an alias that is taken."""
    await tx.run(_INSERT, **_values(made), secret=_sealed(master_key, made.id, secret))


async def find(reader: Reader, provider_id: str) -> Provider | None:
    """Return the provider with this id."""
    row = await reader.one(_FIND, sought=provider_id)
    return provider_of(row) if row else None


async def find_by_alias(reader: Reader, alias: str) -> Provider | None:
    """Return the provider that callers name so, also one that is not enabled."""
    row = await reader.one(_BY_ALIAS, alias=alias)
    return provider_of(row) if row else None


async def find_secret(reader: Reader, provider: Provider, master_key: MasterKey) -> str | None:
    """Return the provider's secret: the client's (OpenID), its private key or the service provider's as PEM (SAML).

    None too where the provider was changed since it was read: a new secret would go to the old provider's server.
    """
    row = await reader.one(_SECRET, sought=provider.id, as_of=provider.updated_at)
    sealed = row["secret"] if row else None
    return None if sealed is None else master_key.open(bytes(sealed), context=_context(provider.id)).decode()


async def hold(tx: Transaction, provider_id: str) -> bool:
    """Let nobody else change or delete it until the unit of work is over; False if it is not there."""
    return await tx.run(_HOLD, sought=provider_id) == 1


async def change(tx: Transaction, becomes: Provider) -> None:
    """Write everything but id, organisation, kind and birth of one that is held; raises UniqueViolation."""
    values = _values(becomes)
    await tx.run(_CHANGE, sought=becomes.id, **{f"to_{name}": values[name] for name in _CHANGED})


async def set_secret(tx: Transaction, provider_id: str, secret: str | None, master_key: MasterKey) -> None:
    """Replace the secret of one that is held."""
    await tx.run(_SET_SECRET, sought=provider_id, becomes=_sealed(master_key, provider_id, secret))


async def remove(tx: Transaction, provider_id: str) -> bool:
    """Delete it; False if it is not there."""
    return await tx.run(_DELETE, sought=provider_id) == 1


async def list_providers(reader: Reader, reach: Reach, *, after: str, limit: int) -> list[Provider]:
    """Return up to `limit` of those that are reached, with an id greater than `after`, in the order of their ids."""
    if reach.by == "EVERYWHERE":
        return [provider_of(row) for row in await reader.all(_EVERYWHERE, after=after, at_most=limit)]
    if reach.by != "ORGANIZATION":
        return []
    return [provider_of(row) for row in await reader.all(_IN_ORGANIZATION, after=after, at_most=limit, reached=reach.id)]


async def list_by_entity_id(reader: Reader, entity_id: str) -> list[Provider]:
    """Return up to two SAML identity providers that are enabled and have this entity id."""
    beginning = f'{{"kind":"SAML","entityId":{msgspec.json.encode(entity_id).decode()},'
    return [provider_of(row) for row in await reader.all(_BY_ENTITY_ID, beginning=beginning)]
