"""CI-03: move clients to other business units and organisations, many at once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Annotated

from msgspec import Meta

from authme.audit import record_each
from authme.clients import standing_store
from authme.clients.directory import TOPIC
from authme.clients.migration_plan import ORGANIZATION, UNIT, MigrationItem, plan_migration
from authme.clients.standing_store import Spot
from authme.kernel.cache import EVERYTHING
from authme.kernel.context import Context
from authme.kernel.errors import ErrorItem, NotFound, StateForbids, named_in_body_unknown
from authme.kernel.wire import Answer
from authme.organizations import store as organizations

Moves = Mapping[str, tuple[Spot, Spot]]
MOST_ITEMS = 10_000
MigrationRequest = Annotated[
    list[MigrationItem], Meta(max_length=MOST_ITEMS, description=f"an array of up to {MOST_ITEMS} clients")
]


class NotMigrated(Answer, frozen=True):
    """An item that was not done: the client as it was named, and why."""

    client_id: str | None
    code: str
    message: str


class Migrated(Answer, frozen=True):
    """How many items were done, and those that were not, in their order."""

    migrated: int
    failed: tuple[NotMigrated, ...]


async def migrate(ctx: Context, body: Sequence[MigrationItem]) -> Migrated:
    """Move clients to other business units and organisations. Each item stands for itself: one that fails stops no other.

    `businessUnitId` alone brings the client to the unit's organisation too; `organizationId` alone takes its unit away, unless
    that is one of this organisation. A client that is named twice goes where the last of its items says, as if they had been
    sent one after the other. Doing it again changes nothing and counts as migrated. A client's next token says the new place.
    """
    plan = await plan_migration(ctx, body)
    lost = await _move(ctx, plan.moves)
    refused = plan.refused | {position: lost[client_id] for position, client_id in plan.accepted.items() if client_id in lost}
    return Migrated(
        migrated=len(body) - len(refused),
        failed=tuple(_failed(body[position], problem) for position, problem in sorted(refused.items())),
    )


async def _move(ctx: Context, moves: Moves) -> dict[str, ErrorItem]:
    """Move the clients; return those that could not be, since somebody changed them or what they go to meanwhile."""
    if not moves:
        return {}
    lost = await _hold_destinations(ctx, moves)
    going = {client_id: move for client_id, move in moves.items() if client_id not in lost}
    await standing_store.move(ctx.tx, going, now=ctx.clock.now_ms())
    stands = await standing_store.find_standings(ctx.tx, going)
    arrived: dict[Spot, list[str]] = defaultdict(list)
    for client_id, (_, becomes) in going.items():
        if client_id not in stands:
            lost[client_id] = NotFound().items[0]
        elif stands[client_id].spot != becomes:
            lost[client_id] = StateForbids("The client was moved meanwhile.").items[0]
        else:
            arrived[becomes].append(client_id)
    for spot, client_ids in arrived.items():
        detail = {"organization": spot.organization_id, "business_unit": spot.business_unit_id}
        await record_each(ctx, "client.moved", client_ids, **detail)
    if arrived:
        ctx.tx.announce(TOPIC, EVERYTHING)
    return lost


async def _hold_destinations(ctx: Context, moves: Moves) -> dict[str, ErrorItem]:
    """Keep what the clients go to from being deleted until they are there; return the clients for which it is too late."""
    spots = {becomes for _, becomes in moves.values()}
    gone: dict[str | None, ErrorItem] = {}
    # A unit keeps its organisation: that cannot be deleted while it has units.
    for organization_id in sorted({spot.organization_id or "" for spot in spots if spot.business_unit_id is None}):
        if not await organizations.hold_organization(ctx.tx, organization_id):
            gone[organization_id] = named_in_body_unknown(ORGANIZATION, "organisation").items[0]
    for unit_id in sorted({spot.business_unit_id for spot in spots if spot.business_unit_id is not None}):
        if not await organizations.hold_business_unit(ctx.tx, unit_id):
            gone[unit_id] = named_in_body_unknown(UNIT, "business unit").items[0]
    return {
        client_id: gone[becomes.business_unit_id or becomes.organization_id]
        for client_id, (_, becomes) in moves.items()
        if (becomes.business_unit_id or becomes.organization_id) in gone
    }


def _failed(item: MigrationItem, problem: ErrorItem) -> NotMigrated:
    named = item.client_id if isinstance(item.client_id, str) else None
    return NotMigrated(client_id=named, code=problem.code, message=problem.message)
