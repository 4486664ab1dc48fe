"""`authme business`: companies, their users, and the corporate groups that they are in."""

from typing import Annotated

import typer

from authme.app import Server
from authme.cli.corporate_groups import app as corporate_groups
from authme.cli.output import Json, checked, fail, in_office, show, show_table
from authme.kernel.ids import is_id
from authme.kernel.wire import Id, Text, Title
from authme.structure import business_find, business_users
from authme.structure.business_create import create as create_business
from authme.structure.business_remove import remove as remove_business
from authme.structure.business_users import Office, PutBusinessUserRequest
from authme.structure.business_wire import BusinessAnswer, CreateBusinessRequest
from authme.users.list import find_by_id_or_name
from authme.users.model import User

app = typer.Typer(help="Businesses: companies and their users.", no_args_is_help=True)
users = typer.Typer(help="The users of a business, and the offices they hold in it.", no_args_is_help=True)
app.add_typer(users, name="user")
app.add_typer(corporate_groups, name="group")

BusinessId = Annotated[str, typer.Argument(metavar="BUSINESS_ID", help="24 hex digits.")]
UserArgument = Annotated[str, typer.Argument(metavar="USER", help="A user id, or any name of the user.")]


@app.command()
def create(
    document: Annotated[str, typer.Option(help="Its CNPJ, with or without punctuation.")],
    name: Annotated[str, typer.Option(help="What people call it.")],
    organization_id: Annotated[str | None, typer.Option(help="The organisation it stands in.")] = None,
    corporate_group_id: Annotated[str | None, typer.Option(help="The corporate group it is in.")] = None,
    business_id: Annotated[str | None, typer.Option(help="The id that users carry already; made without.")] = None,
    as_json: Json = False,
) -> None:
    """Register a business."""
    body = CreateBusinessRequest(
        document=checked("--document", document, Text),
        name=checked("--name", name, Title),
        organization_id=checked("--organization-id", organization_id, Id),
        corporate_group_id=checked("--corporate-group-id", corporate_group_id, Id),
        business_id=checked("--business-id", business_id, Id),
    )
    made = in_office(lambda server: server.run(lambda ctx: create_business(ctx, body)))
    show({"businessId": made.business_id}, as_json=as_json, text=f"Business {made.name}: {made.business_id}")


@app.command("list")
def list_command(as_json: Json = False) -> None:
    """List the businesses."""
    found = in_office(lambda server: server.run(business_find.list_all))
    show_table([_row(one) for one in found], as_json=as_json)


@app.command("show")
def show_command(business_id: BusinessId, as_json: Json = False) -> None:
    """Show a business."""
    _check(business_id)
    row = _row(in_office(lambda server: server.run(lambda ctx: business_find.show(ctx, business_id))))
    show(row, as_json=as_json, text="\n".join(f"{name}  {value or ''}".rstrip() for name, value in row.items()))


@app.command()
def remove(business_id: BusinessId, as_json: Json = False) -> None:
    """Remove a business to which nobody and nothing belongs any more."""
    _check(business_id)
    in_office(lambda server: server.run(lambda ctx: remove_business(ctx, business_id)))
    show({"businessId": business_id, "status": "REMOVED"}, as_json=as_json, text="Removed.")


@users.command()
def add(
    business_id: BusinessId,
    user: UserArgument,
    office: Annotated[Office, typer.Option(help="The office that the user is to hold.")] = "USER",
    as_json: Json = False,
) -> None:
    """Bring a user to a business, or change the office that they hold there."""
    _check(business_id)
    body = PutBusinessUserRequest(office=office)

    async def put(server: Server) -> business_users.BusinessUser:
        found = await _get_user(server, user)
        return await server.run(lambda ctx: business_users.put_user(ctx, business_id, found.id, body))

    put_there = in_office(put)
    show(put_there, as_json=as_json, text=f"{put_there.user_id} is {put_there.office} of {business_id}.")


@users.command("remove")
def remove_user(business_id: BusinessId, user: UserArgument, as_json: Json = False) -> None:
    """Take a user out of a business: what came by it is gone at once."""
    _check(business_id)

    async def take(server: Server) -> User:
        found = await _get_user(server, user)
        await server.run(lambda ctx: business_users.remove_user(ctx, business_id, found.id))
        return found

    taken = in_office(take)
    show({"userId": taken.id, "businessId": None}, as_json=as_json, text="Taken out.")


@users.command("list")
def list_users(business_id: BusinessId, as_json: Json = False) -> None:
    """List the users of a business."""
    _check(business_id)
    found = in_office(lambda server: server.run(lambda ctx: business_users.list_all(ctx, business_id)))
    show_table([{"userId": one.user_id, "name": one.name, "office": one.office} for one in found], as_json=as_json)


async def _get_user(server: Server, given: str) -> User:
    found = await find_by_id_or_name(server.database.reader(), given)
    if found is None or found.status == "REMOVED":
        fail(f"there is no user {given}")
    return found


def _row(business: BusinessAnswer) -> dict[str, str | None]:
    return {
        "businessId": business.business_id,
        "document": business.document,
        "name": business.name,
        "organizationId": business.organization_id,
        "corporateGroupId": business.corporate_group_id,
    }


def _check(business_id: str) -> None:
    if not is_id(business_id):
        fail("a business id has 24 hex digits")
