"""Service accounts: what clients act as where no person does."""

from datetime import datetime

import msgspec

from authme.audit import record
from authme.groups import member_store
from authme.groups.held import announce_members
from authme.kernel.context import Context
from authme.kernel.http import Request
from authme.kernel.ids import new_id
from authme.kernel.times import moment
from authme.kernel.wire import Answer, Id, Title, Wire
from authme.organizations import store
from authme.organizations.model import ServiceAccount
from authme.structure.business_target import BUSINESS
from authme.structure.nouns import APPLICATION, SERVICE
from authme.structure.organization_chosen import hold_chosen


class CreateServiceRequest(Wire, frozen=True):
    """A new service account, in the caller's organisation if none is named."""

    name: Title
    organization_id: Id | None = None
    business_id: Id | None = None
    application_id: Id | None = None


class ChangeServiceRequest(Wire, frozen=True):
    """What a service account becomes: without `applicationId` it is of none. It stays where it stands."""

    name: Title
    application_id: Id | None = None


class ServiceAnswer(Answer, frozen=True):
    """A service account."""

    service_id: str
    organization_id: str | None
    business_id: str | None
    application_id: str | None
    name: str
    created_at: datetime
    updated_at: datetime


class ServicePage(Answer, frozen=True):
    """A page of service accounts."""

    items: tuple[ServiceAnswer, ...]
    next_cursor: str | None


async def create(ctx: Context, body: CreateServiceRequest) -> ServiceAnswer:
    """Make a service account.

    Raises FieldsRefused: (107) for an organisation, business or application that is not there for the caller, (102) for a
    business or application of another organisation.
    """
    organization_id = await hold_chosen(ctx, body.organization_id)
    await _hold_application(ctx, body.application_id, organization_id)
    if body.business_id is not None:
        await BUSINESS.hold_named(ctx, "businessId", body.business_id, of=organization_id)
    now = ctx.clock.now_ms()
    made = ServiceAccount(
        id=new_id(ctx.clock),
        organization_id=organization_id,
        business_id=body.business_id,
        application_id=body.application_id,
        name=body.name,
        created_at=now,
        updated_at=now,
    )
    await store.insert_service_account(ctx.tx, made)
    record(ctx, "service.created", made.id)
    return _shown(made)


async def show(ctx: Context, service_id: str) -> ServiceAnswer:
    """Return a service account."""
    return _shown(await SERVICE.get(ctx, service_id))


async def list_page(ctx: Context, request: Request) -> ServicePage:
    """Return a page of the service accounts that the caller reaches."""
    found, cursor = await SERVICE.list_page(ctx, request)
    return ServicePage(items=tuple(map(_shown, found)), next_cursor=cursor)


async def change(ctx: Context, service_id: str, body: ChangeServiceRequest) -> ServiceAnswer:
    """Replace name and application of a service account."""
    # Applications are held before service accounts, as where one is made.
    await _hold_application(ctx, body.application_id, (await SERVICE.get(ctx, service_id)).organization_id)
    was = await SERVICE.hold(ctx, service_id)
    becomes = msgspec.structs.replace(was, name=body.name, application_id=body.application_id, updated_at=ctx.clock.now_ms())
    await store.change_service_account(ctx.tx, becomes)
    record(ctx, "service.changed", becomes.id)
    return _shown(becomes)


async def remove(ctx: Context, service_id: str) -> None:
    """Remove a service account of no client, and it from its groups; raise StateForbids (409) while a client acts as it."""
    await SERVICE.hold(ctx, service_id)
    if await member_store.delete_everywhere(ctx.tx, service_id, "SERVICE"):
        announce_members(ctx, [service_id])
    await SERVICE.remove(ctx, service_id)


async def _hold_application(ctx: Context, application_id: str | None, organization_id: str | None) -> None:
    if application_id is not None:
        await APPLICATION.hold_named(ctx, "applicationId", application_id, of=organization_id)


def _shown(found: ServiceAccount) -> ServiceAnswer:
    return ServiceAnswer(
        service_id=found.id,
        organization_id=found.organization_id,
        business_id=found.business_id,
        application_id=found.application_id,
        name=found.name,
        created_at=moment(found.created_at),
        updated_at=moment(found.updated_at),
    )
