"""Organisations: made and removed by whoever reaches everything, seen and renamed by their administrators."""

from datetime import datetime

import msgspec

from authme.audit import record
from authme.kernel.context import Context
from authme.kernel.database import UniqueViolation
from authme.kernel.errors import AlreadyExists, NotOnThisTarget
from authme.kernel.http import Request
from authme.kernel.ids import new_id
from authme.kernel.times import moment
from authme.kernel.wire import Answer, Id, Title, Wire
from authme.organizations import store
from authme.organizations.model import Organization
from authme.relation import reach_of
from authme.structure.nouns import ORGANIZATION


class CreateOrganizationRequest(Wire, frozen=True):
    """A new organisation. `organizationId` is for one that users and clients carry already."""

    name: Title
    organization_id: Id | None = None


class ChangeOrganizationRequest(Wire, frozen=True):
    """What an organisation is called."""

    name: Title


class OrganizationAnswer(Answer, frozen=True):
    """An organisation."""

    organization_id: str
    name: str
    created_at: datetime
    updated_at: datetime


class OrganizationPage(Answer, frozen=True):
    """A page of organisations."""

    items: tuple[OrganizationAnswer, ...]
    next_cursor: str | None


async def create(ctx: Context, body: CreateOrganizationRequest) -> OrganizationAnswer:
    """Make an organisation; raise AlreadyExists (409) for the id of another."""
    _check_is_above_organizations(ctx)
    now = ctx.clock.now_ms()
    made = Organization(id=body.organization_id or new_id(ctx.clock), name=body.name, created_at=now, updated_at=now)
    try:
        await store.insert_organization(ctx.tx, made)
    except UniqueViolation as error:
        raise AlreadyExists("There is an organisation with this id.") from error
    record(ctx, "organization.created", made.id)
    return _shown(made)


async def show(ctx: Context, organization_id: str) -> OrganizationAnswer:
    """Return an organisation."""
    return _shown(await ORGANIZATION.get(ctx, organization_id))


async def list_page(ctx: Context, request: Request) -> OrganizationPage:
    """Return a page of the organisations that the caller reaches."""
    found, cursor = await ORGANIZATION.list_page(ctx, request)
    return OrganizationPage(items=tuple(map(_shown, found)), next_cursor=cursor)


async def change(ctx: Context, organization_id: str, body: ChangeOrganizationRequest) -> OrganizationAnswer:
    """Rename an organisation."""
    was = await ORGANIZATION.hold(ctx, organization_id)
    becomes = msgspec.structs.replace(was, name=body.name, updated_at=ctx.clock.now_ms())
    await store.change_organization(ctx.tx, becomes)
    record(ctx, "organization.changed", becomes.id)
    return _shown(becomes)


async def remove(ctx: Context, organization_id: str) -> None:
    """Remove an organisation in which nothing and nobody is; raise StateForbids (409) otherwise."""
    await ORGANIZATION.get(ctx, organization_id)
    _check_is_above_organizations(ctx)
    await ORGANIZATION.remove(ctx, organization_id)


def _check_is_above_organizations(ctx: Context) -> None:
    if reach_of(ctx.caller).by != "EVERYWHERE":
        raise NotOnThisTarget("Organisations are made and removed by IAM_ADMIN_MAINTENANCE.")


def _shown(found: Organization) -> OrganizationAnswer:
    return OrganizationAnswer(
        organization_id=found.id,
        name=found.name,
        created_at=moment(found.created_at),
        updated_at=moment(found.updated_at),
    )
