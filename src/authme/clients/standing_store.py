"""Where many clients stand in the structure, at rest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, bindparam, select, update

from authme.clients.tables import client
from authme.kernel.database import Reader, Row, Statement, Transaction, contained_in
from authme.organizations.tables import business_unit, organization
from authme.relation import Place

_AT_ONCE = 1000

_STANDINGS = Statement(
    select(client.c.id, client.c.organization_id, client.c.business_unit_id, client.c.business_id, client.c.user_id).where(
        and_(contained_in(client.c.id, "ids"), client.c.status != "REMOVED")
    )
)
_UNITS = Statement(select(business_unit.c.id, business_unit.c.organization_id).where(contained_in(business_unit.c.id, "ids")))
_ORGANIZATIONS = Statement(select(organization.c.id).where(contained_in(organization.c.id, "ids")))


def _is(column: ColumnElement[str], name: str) -> ColumnElement[bool]:
    return column.is_not_distinct_from(bindparam(name))


_MOVE = Statement(
    update(client)
    .where(
        and_(
            client.c.id == bindparam("of_client"),
            client.c.status != "REMOVED",
            _is(client.c.organization_id, "was_organization"),
            _is(client.c.business_unit_id, "was_unit"),
        )
    )
    .values(organization_id=bindparam("organization"), business_unit_id=bindparam("unit"), updated_at=bindparam("now"))
)


@dataclass(frozen=True, slots=True)
class Spot:
    """An organisation and a unit of it."""

    organization_id: str | None
    business_unit_id: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a client that is not removed stands, and whose it is."""

    spot: Spot
    place: Place


async def find_standings(reader: Reader, client_ids: Iterable[str]) -> dict[str, Standing]:
    """Return where the clients stand; those that are not there, or are removed, are left out."""
    return {row[0]: _standing(row) for row in await _look_up(reader, _STANDINGS, client_ids)}


async def find_units(reader: Reader, unit_ids: Iterable[str]) -> dict[str, str]:
    """Return the organisation of each unit that is there."""
    return {row[0]: row[1] for row in await _look_up(reader, _UNITS, unit_ids)}


async def find_organizations(reader: Reader, organization_ids: Iterable[str]) -> set[str]:
    """Return which of the organisations are there."""
    return {row[0] for row in await _look_up(reader, _ORGANIZATIONS, organization_ids)}


async def move(tx: Transaction, moves: Mapping[str, tuple[Spot, Spot]], *, now: int) -> None:
    """Move clients each from one spot to another; one that is removed or was moved meanwhile stays as it is."""
    # In order, so that two that move the same clients wait for each other and never both.
    rows = [
        {
            "of_client": client_id,
            "was_organization": was.organization_id,
            "was_unit": was.business_unit_id,
            "organization": becomes.organization_id,
            "unit": becomes.business_unit_id,
            "now": now,
        }
        for client_id, (was, becomes) in sorted(moves.items())
    ]
    await tx.run_many(_MOVE, rows)


def _standing(row: Row) -> Standing:
    return Standing(Spot(row[1], row[2]), Place(row[1], row[3], row[4]))


async def _look_up(reader: Reader, statement: Statement, ids: Iterable[str]) -> list[Row]:
    wanted = sorted(set(ids))
    found: list[Row] = []
    for start in range(0, len(wanted), _AT_ONCE):
        found += await reader.all(statement, ids=wanted[start : start + _AT_ONCE])
    return found
