"""`authme role`: the roles that groups can carry."""

from typing import Annotated

import typer

from authme.cli.keys import shown_time
from authme.cli.output import Json, checked, in_office, show, show_table
from authme.groups.list_roles import list_all
from authme.groups.model import RoleName
from authme.groups.register import register, unregister
from authme.groups.wire import RoleRequest
from authme.kernel.wire import Id, LongText

app = typer.Typer(help="Roles that groups can carry.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="A word of letters, digits and _.")]


@app.command()
def create(
    name: Name,
    description: Annotated[str | None, typer.Option(help="What it lets people do.")] = None,
    organization_id: Annotated[
        str | None, typer.Option(help="The organisation whose groups can carry it; without, those of all.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Register a role."""
    body = RoleRequest(
        name=checked("NAME", name, RoleName),
        description=checked("--description", description, LongText),
        organization_id=checked("--organization-id", organization_id, Id),
    )
    made = in_office(lambda server: server.run(lambda ctx: register(ctx, body)))
    show(made, as_json=as_json, text="Registered.")


@app.command("list")
def list_command(as_json: Json = False) -> None:
    """List the roles."""
    roles = in_office(lambda server: list_all(server.database.reader()))
    show_table(
        [
            {
                "name": role.name,
                "description": role.description,
                "organizationId": role.organization_id,
                "createdAt": shown_time(role.created_at),
            }
            for role in roles
        ],
        as_json=as_json,
    )


@app.command()
def remove(name: Name, as_json: Json = False) -> None:
    """Remove a role that no group carries."""
    in_office(lambda server: server.run(lambda ctx: unregister(ctx, name)))
    show({"name": name, "status": "REMOVED"}, as_json=as_json, text="Removed.")
