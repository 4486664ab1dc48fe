"""What is to come of a migration: where each client goes, and which items fail."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from msgspec import Meta

from authme.clients.standing_store import Spot, Standing, find_organizations, find_standings, find_units
from authme.kernel.context import Context
from authme.kernel.errors import ErrorItem, NotFound, field_malformed, field_missing, named_in_body_unknown
from authme.kernel.ids import is_id
from authme.kernel.wire import Id, Wire, expected
from authme.relation import Place, reaches

ORGANIZATION, UNIT = "organizationId", "businessUnitId"
# Any: what has not the form of an id is its item's failure, not the request's.
_Given = Annotated[Any, Meta(extra_json_schema={"type": ["string", "null"], "pattern": "^[0-9a-f]{24}$"})]


class MigrationItem(Wire, frozen=True):
    """A client, and the unit, the organisation or both that it goes to."""

    client_id: _Given = None
    business_unit_id: _Given = None
    organization_id: _Given = None


@dataclass(slots=True)
class Plan:
    """`refused` and `accepted` hang on the places of the items in the request."""

    refused: dict[int, ErrorItem] = field(default_factory=dict)
    accepted: dict[int, str] = field(default_factory=dict)
    """The client of each item that can be done."""
    moves: dict[str, tuple[Spot, Spot]] = field(default_factory=dict)
    """From where to where each client goes that does not stand there yet."""


@dataclass(frozen=True, slots=True)
class _Known:
    clients: dict[str, Standing]
    units: dict[str, str]
    organizations: set[str]


async def plan_migration(ctx: Context, items: Sequence[MigrationItem]) -> Plan:
    """Return what is to be done, without doing anything: as if the items were done one after the other."""
    plan = Plan({position: problem for position, item in enumerate(items) if (problem := _malformed(item))})
    sound = [(position, item) for position, item in enumerate(items) if position not in plan.refused]
    known = await _look_up(ctx, [item for _, item in sound])
    now_at = {client_id: standing.spot for client_id, standing in known.clients.items()}
    for position, item in sound:
        becomes = _destination(ctx, known, item, now_at.get(item.client_id))
        if isinstance(becomes, ErrorItem):
            plan.refused[position] = becomes
        else:
            plan.accepted[position] = item.client_id
            now_at[item.client_id] = becomes
    for client_id, standing in known.clients.items():
        if standing.spot != now_at[client_id]:
            plan.moves[client_id] = standing.spot, now_at[client_id]
    return plan


def _malformed(item: MigrationItem) -> ErrorItem | None:
    if item.client_id is None:
        return field_missing("clientId")
    for name, value in (("clientId", item.client_id), (UNIT, item.business_unit_id), (ORGANIZATION, item.organization_id)):
        if value is not None and not (isinstance(value, str) and is_id(value)):
            return field_malformed(name, expected(Id) or "")
    if item.business_unit_id is None and item.organization_id is None:
        # Nothing to do would be easy to say, and hide that whoever made the list had no unit for this client.
        return field_missing(UNIT)
    return None


async def _look_up(ctx: Context, items: Sequence[MigrationItem]) -> _Known:
    clients = await find_standings(ctx.tx, [item.client_id for item in items])
    units = {item.business_unit_id for item in items} | {standing.spot.business_unit_id for standing in clients.values()}
    return _Known(
        clients,
        await find_units(ctx.tx, filter(None, units)),
        await find_organizations(ctx.tx, filter(None, {item.organization_id for item in items})),
    )


def _destination(ctx: Context, known: _Known, item: MigrationItem, at: Spot | None) -> Spot | ErrorItem:
    """Return where the client goes that stands at `at`, None for nowhere."""
    if at is None or not reaches(ctx.caller, known.clients[item.client_id].place):
        return NotFound().items[0]
    organization_id, unit_id = item.organization_id, item.business_unit_id
    if organization_id is not None and not (
        organization_id in known.organizations and reaches(ctx.caller, Place(organization_id))
    ):
        return named_in_body_unknown(ORGANIZATION, "organisation").items[0]
    if unit_id is None:
        # It keeps its unit if that is one of this organisation.
        kept = known.units.get(at.business_unit_id or "") == organization_id
        return Spot(organization_id, at.business_unit_id if kept else None)
    of_unit = known.units.get(unit_id)
    if of_unit is None or not reaches(ctx.caller, Place(of_unit)):
        return named_in_body_unknown(UNIT, "business unit").items[0]
    if organization_id not in {None, of_unit}:
        return field_malformed(UNIT, "a business unit of the organisation is expected")
    return Spot(of_unit, unit_id)
