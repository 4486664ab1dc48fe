"""`authme business group`: corporate groups."""

from typing import Annotated

import typer

from authme.cli.keys import shown_time
from authme.cli.output import Json, checked, fail, in_office, show, show_table
from authme.kernel.ids import is_id
from authme.kernel.wire import Id, LongText, Title
from authme.structure.corporate_group_create import create as create_group
from authme.structure.corporate_group_remove import remove as remove_group
from authme.structure.corporate_group_target import CORPORATE_GROUP
from authme.structure.corporate_group_wire import CorporateGroupRequest

app = typer.Typer(help="Corporate groups of businesses.", no_args_is_help=True)


@app.command()
def create(
    name: Annotated[str, typer.Option(help="What people call it.")],
    description: Annotated[str | None, typer.Option(help="What it is for.")] = None,
    business_id: Annotated[list[str] | None, typer.Option(help="A business in it; may be given several times.")] = None,
    as_json: Json = False,
) -> None:
    """Make a corporate group of businesses of one organisation."""
    body = CorporateGroupRequest(
        name=checked("--name", name, Title),
        description=checked("--description", description, LongText),
        business_ids=tuple(checked("--business-id", one, Id) for one in business_id or ()),
    )
    made = in_office(lambda server: server.run(lambda ctx: create_group(ctx, body)))
    show(
        {"corporateGroupId": made.corporate_group_id},
        as_json=as_json,
        text=f"Corporate group {made.name}: {made.corporate_group_id}",
    )


@app.command("list")
def list_command(as_json: Json = False) -> None:
    """List the corporate groups."""
    found = in_office(lambda server: server.run(CORPORATE_GROUP.list_all))
    show_table(
        [
            {
                "corporateGroupId": one.id,
                "name": one.name,
                "organizationId": one.organization_id,
                "createdAt": shown_time(one.created_at),
            }
            for one in found
        ],
        as_json=as_json,
    )


@app.command()
def remove(
    corporate_group_id: Annotated[str, typer.Argument(metavar="CORPORATE_GROUP_ID", help="24 hex digits.")],
    as_json: Json = False,
) -> None:
    """Remove a corporate group to which nothing belongs any more; its businesses are in none then."""
    if not is_id(corporate_group_id):
        fail("a corporate group id has 24 hex digits")
    in_office(lambda server: server.run(lambda ctx: remove_group(ctx, corporate_group_id)))
    show({"corporateGroupId": corporate_group_id, "status": "REMOVED"}, as_json=as_json, text="Removed.")
