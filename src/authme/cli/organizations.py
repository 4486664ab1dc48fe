"""`authme org`: organisations, and the units, applications and service accounts in them."""

from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer

from authme.cli.output import Json, checked, fail, in_office, show, show_table
from authme.kernel.context import Context
from authme.kernel.ids import is_id
from authme.kernel.wire import Id, Title
from authme.structure import applications, business_units, organizations, services
from authme.structure.noun import Noun, Standing
from authme.structure.nouns import APPLICATION, BUSINESS_UNIT, ORGANIZATION, SERVICE

app = typer.Typer(help="Organisations and what stands in them.", no_args_is_help=True)
units = typer.Typer(help="Business units of an organisation.", no_args_is_help=True)
registered = typer.Typer(help="Applications of an organisation.", no_args_is_help=True)
accounts = typer.Typer(help="Service accounts: what clients act as.", no_args_is_help=True)
app.add_typer(units, name="unit")
app.add_typer(registered, name="application")
app.add_typer(accounts, name="service")

Name = Annotated[str, typer.Option(help="What people call it.")]
InOrganization = Annotated[str, typer.Option("--organization-id", help="The organisation it stands in.")]
Which = Annotated[str, typer.Argument(metavar="ID", help="24 hex digits.")]
Kind = TypeVar("Kind", bound=Standing)


@app.command()
def create(
    name: Name,
    organization_id: Annotated[str | None, typer.Option(help="The id that users carry already; made without.")] = None,
    as_json: Json = False,
) -> None:
    """Make an organisation."""
    body = organizations.CreateOrganizationRequest(
        name=checked("--name", name, Title), organization_id=checked("--organization-id", organization_id, Id)
    )
    made = in_office(lambda server: server.run(lambda ctx: organizations.create(ctx, body)))
    _say("organizationId", made.organization_id, as_json=as_json)


@app.command("list")
def list_command(as_json: Json = False) -> None:
    """List the organisations."""
    _list(ORGANIZATION, lambda one: {"organizationId": one.id, "name": one.name}, as_json=as_json)


@app.command("show")
def show_command(organization_id: Which, as_json: Json = False) -> None:
    """Show an organisation."""
    _check(organization_id)
    found = in_office(lambda server: server.run(lambda ctx: organizations.show(ctx, organization_id)))
    show(
        {"organizationId": found.organization_id, "name": found.name},
        as_json=as_json,
        text=f"{found.organization_id}  {found.name}",
    )


@app.command()
def rename(organization_id: Which, name: Name, as_json: Json = False) -> None:
    """Rename an organisation."""
    _check(organization_id)
    body = organizations.ChangeOrganizationRequest(name=checked("--name", name, Title))
    in_office(lambda server: server.run(lambda ctx: organizations.change(ctx, organization_id, body)))
    show({"organizationId": organization_id, "name": name}, as_json=as_json, text="Renamed.")


@app.command()
def remove(organization_id: Which, as_json: Json = False) -> None:
    """Remove an organisation in which nothing and nobody is any more."""
    _remove("organizationId", organizations.remove, organization_id, as_json=as_json)


@units.command("create")
def create_unit(name: Name, organization_id: InOrganization, as_json: Json = False) -> None:
    """Make a business unit."""
    body = business_units.CreateBusinessUnitRequest(
        name=checked("--name", name, Title), organization_id=checked("--organization-id", organization_id, Id)
    )
    made = in_office(lambda server: server.run(lambda ctx: business_units.create(ctx, body)))
    _say("businessUnitId", made.business_unit_id, as_json=as_json)


@units.command("list")
def list_units(as_json: Json = False) -> None:
    """List the business units."""
    _list(
        BUSINESS_UNIT,
        lambda one: {"businessUnitId": one.id, "name": one.name, "organizationId": one.organization_id},
        as_json=as_json,
    )


@units.command("remove")
def remove_unit(business_unit_id: Which, as_json: Json = False) -> None:
    """Remove a business unit of which no application and no client is."""
    _remove("businessUnitId", BUSINESS_UNIT.remove, business_unit_id, as_json=as_json)


@registered.command("create")
def create_application(
    name: Name,
    organization_id: InOrganization,
    business_unit_id: Annotated[str | None, typer.Option(help="The business unit it is of.")] = None,
    as_json: Json = False,
) -> None:
    """Register an application. Its id is the app id of its clients."""
    body = applications.CreateApplicationRequest(
        name=checked("--name", name, Title),
        organization_id=checked("--organization-id", organization_id, Id),
        business_unit_id=checked("--business-unit-id", business_unit_id, Id),
    )
    made = in_office(lambda server: server.run(lambda ctx: applications.create(ctx, body)))
    _say("applicationId", made.application_id, as_json=as_json)


@registered.command("list")
def list_applications(as_json: Json = False) -> None:
    """List the applications."""
    _list(
        APPLICATION,
        lambda one: {
            "applicationId": one.id,
            "name": one.name,
            "organizationId": one.organization_id,
            "businessUnitId": one.business_unit_id,
        },
        as_json=as_json,
    )


@registered.command("remove")
def remove_application(application_id: Which, as_json: Json = False) -> None:
    """Remove an application of which no client and no service account is."""
    _remove("applicationId", APPLICATION.remove, application_id, as_json=as_json)


@accounts.command("create")
def create_service(
    name: Name,
    organization_id: Annotated[str | None, typer.Option(help="The organisation it stands in.")] = None,
    business_id: Annotated[str | None, typer.Option(help="The business it belongs to.")] = None,
    application_id: Annotated[str | None, typer.Option(help="The application it is of.")] = None,
    as_json: Json = False,
) -> None:
    """Make a service account."""
    body = services.CreateServiceRequest(
        name=checked("--name", name, Title),
        organization_id=checked("--organization-id", organization_id, Id),
        business_id=checked("--business-id", business_id, Id),
        application_id=checked("--application-id", application_id, Id),
    )
    made = in_office(lambda server: server.run(lambda ctx: services.create(ctx, body)))
    _say("serviceId", made.service_id, as_json=as_json)


@accounts.command("list")
def list_services(as_json: Json = False) -> None:
    """List the service accounts."""
    _list(
        SERVICE,
        lambda one: {
            "serviceId": one.id,
            "name": one.name,
            "organizationId": one.organization_id,
            "businessId": one.business_id,
            "applicationId": one.application_id,
        },
        as_json=as_json,
    )


@accounts.command("remove")
def remove_service(service_id: Which, as_json: Json = False) -> None:
    """Remove a service account that no client acts as."""
    _remove("serviceId", services.remove, service_id, as_json=as_json)


def _list(noun: Noun[Kind], row: Callable[[Kind], dict[str, str | None]], *, as_json: bool) -> None:
    found = in_office(lambda server: server.run(noun.list_all))
    show_table([row(one) for one in found], as_json=as_json)


def _remove(field: str, use_case: Callable[[Context, str], Awaitable[None]], sought: str, *, as_json: bool) -> None:
    _check(sought)
    in_office(lambda server: server.run(lambda ctx: use_case(ctx, sought)))
    show({field: sought, "status": "REMOVED"}, as_json=as_json, text="Removed.")


def _say(field: str, made: str, *, as_json: bool) -> None:
    show({field: made}, as_json=as_json, text=made)


def _check(sought: str) -> None:
    if not is_id(sought):
        fail("an id has 24 hex digits")
