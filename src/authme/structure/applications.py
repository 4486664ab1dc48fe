"""Applications: what clients are the credentials of."""

from datetime import datetime

import msgspec

from authme.audit import record
from authme.kernel.context import Context
from authme.kernel.http import Request
from authme.kernel.ids import new_id
from authme.kernel.times import moment
from authme.kernel.wire import Answer, Id, Title, Wire
from authme.organizations import store
from authme.organizations.model import Application
from authme.structure.nouns import APPLICATION, BUSINESS_UNIT
from authme.structure.organization_chosen import hold_registered


class CreateApplicationRequest(Wire, frozen=True):
    """A new application, in the caller's organisation if none is named."""

    name: Title
    organization_id: Id | None = None
    business_unit_id: Id | None = None


class ChangeApplicationRequest(Wire, frozen=True):
    """What an application becomes: without `businessUnitId` it is of none. It stays in its organisation."""

    name: Title
    business_unit_id: Id | None = None


class ApplicationAnswer(Answer, frozen=True):
    """An application. Its id is the `appId` of its clients."""

    application_id: str
    organization_id: str
    business_unit_id: str | None
    name: str
    created_at: datetime
    updated_at: datetime


class ApplicationPage(Answer, frozen=True):
    """A page of applications."""

    items: tuple[ApplicationAnswer, ...]
    next_cursor: str | None


async def create(ctx: Context, body: CreateApplicationRequest) -> ApplicationAnswer:
    """Register an application.

    Raises FieldsRefused: (107) for an organisation or unit that is not there for the caller, (102) for a unit of another
    organisation.
    """
    organization_id = await hold_registered(ctx, body.organization_id)
    await _hold_unit(ctx, body.business_unit_id, organization_id)
    now = ctx.clock.now_ms()
    made = Application(
        id=new_id(ctx.clock),
        organization_id=organization_id,
        business_unit_id=body.business_unit_id,
        name=body.name,
        created_at=now,
        updated_at=now,
    )
    await store.insert_application(ctx.tx, made)
    record(ctx, "application.created", made.id)
    return _shown(made)


async def show(ctx: Context, application_id: str) -> ApplicationAnswer:
    """Return an application."""
    return _shown(await APPLICATION.get(ctx, application_id))


async def list_page(ctx: Context, request: Request) -> ApplicationPage:
    """Return a page of the applications that the caller reaches."""
    found, cursor = await APPLICATION.list_page(ctx, request)
    return ApplicationPage(items=tuple(map(_shown, found)), next_cursor=cursor)


async def change(ctx: Context, application_id: str, body: ChangeApplicationRequest) -> ApplicationAnswer:
    """Replace name and unit of an application. Clients stay where they are: CI-03 moves them."""
    # Units are held before applications, as where one is made.
    await _hold_unit(ctx, body.business_unit_id, (await APPLICATION.get(ctx, application_id)).organization_id)
    was = await APPLICATION.hold(ctx, application_id)
    becomes = msgspec.structs.replace(
        was, name=body.name, business_unit_id=body.business_unit_id, updated_at=ctx.clock.now_ms()
    )
    await store.change_application(ctx.tx, becomes)
    record(ctx, "application.changed", becomes.id)
    return _shown(becomes)


async def _hold_unit(ctx: Context, business_unit_id: str | None, organization_id: str) -> None:
    if business_unit_id is not None:
        await BUSINESS_UNIT.hold_named(ctx, "businessUnitId", business_unit_id, of=organization_id)


def _shown(found: Application) -> ApplicationAnswer:
    return ApplicationAnswer(
        application_id=found.id,
        organization_id=found.organization_id,
        business_unit_id=found.business_unit_id,
        name=found.name,
        created_at=moment(found.created_at),
        updated_at=moment(found.updated_at),
    )
