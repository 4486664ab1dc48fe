"""`authme group`: groups, what they carry and depend on, and who is in them."""

from typing import Annotated

import typer

from authme.accesses import add, remove
from authme.accesses.wire import BusinessGiven, ServiceGiven, UserGiven
from authme.cli.keys import shown_time
from authme.cli.output import Json, checked, in_office, show, show_table
from authme.groups import add_role as role_use_cases
from authme.groups import depend as dependency_use_cases
from authme.groups import find
from authme.groups import remove as group_use_cases
from authme.groups.create import GroupDraft
from authme.groups.create import create as create_group
from authme.groups.member_store import MemberType
from authme.groups.model import RoleName
from authme.groups.wire import DependencyRequest, GroupAnswer, GroupRoleRequest
from authme.kernel.context import Context
from authme.kernel.wire import Id, LongText, Title

app = typer.Typer(help="Groups: what gives roles to people and services.", no_args_is_help=True)

GroupId = Annotated[str, typer.Argument(metavar="GROUP_ID", help="24 hex digits.")]
OnGroupId = Annotated[str, typer.Argument(metavar="ON_GROUP_ID", help="The group whose roles come too.")]
Role = Annotated[str, typer.Argument(metavar="ROLE", help="The name of a registered role.")]
MemberId = Annotated[str, typer.Argument(metavar="MEMBER_ID", help="The user's, business's or service account's id.")]
Kind = Annotated[
    MemberType, typer.Option("--kind", help="A user, a user as one of the group's business, a business, or a service account.")
]


@app.command()
def create(
    name: Annotated[str, typer.Option(help="What people call it.")],
    description: Annotated[str | None, typer.Option(help="What it is for.")] = None,
    organization_id: Annotated[str | None, typer.Option(help="The organisation that it stands in.")] = None,
    business_id: Annotated[str | None, typer.Option(help="The business that it belongs to.")] = None,
    corporate_group_id: Annotated[str | None, typer.Option(help="The corporate group that it belongs to.")] = None,
    as_json: Json = False,
) -> None:
    """Make a group."""
    draft = GroupDraft(
        name=checked("--name", name, Title),
        description=checked("--description", description, LongText),
        organization_id=checked("--organization-id", organization_id, Id),
        business_id=checked("--business-id", business_id, Id),
        corporate_group_id=checked("--corporate-group-id", corporate_group_id, Id),
    )
    made = in_office(lambda server: server.run(lambda ctx: create_group(ctx, draft)))
    show({"groupId": made.id}, as_json=as_json, text=f"group id  {made.id}")


@app.command("list")
def list_command(as_json: Json = False) -> None:
    """List the groups."""
    groups = in_office(lambda server: find.list_all(server.database.reader()))
    show_table(
        [
            {
                "groupId": group.id,
                "name": group.name,
                "organizationId": group.organization_id,
                "businessId": group.business_id,
                "corporateGroupId": group.corporate_group_id,
                "createdAt": shown_time(group.created_at),
            }
            for group in groups
        ],
        as_json=as_json,
    )


@app.command("show")
def show_command(group_id: GroupId, as_json: Json = False) -> None:
    """Show a group with the roles that it carries and the groups that it depends on."""
    checked("GROUP_ID", group_id, Id)
    found = in_office(lambda server: server.run(lambda ctx: find.show(ctx, group_id)))
    show(found, as_json=as_json, text=_text(found))


@app.command("remove")
def remove_command(group_id: GroupId, as_json: Json = False) -> None:
    """Delete a group on which no other depends, with its memberships."""
    checked("GROUP_ID", group_id, Id)
    in_office(lambda server: server.run(lambda ctx: group_use_cases.remove(ctx, group_id)))
    show({"groupId": group_id, "status": "REMOVED"}, as_json=as_json, text="Removed.")


@app.command("add-role")
def add_role(group_id: GroupId, role: Role, as_json: Json = False) -> None:
    """Let a group carry a role."""
    checked("GROUP_ID", group_id, Id)
    body = GroupRoleRequest(role=checked("ROLE", role, RoleName))
    added = in_office(lambda server: server.run(lambda ctx: role_use_cases.add_role(ctx, group_id, body)))
    show(added, as_json=as_json, text="Added.")


@app.command("remove-role")
def remove_role(group_id: GroupId, role: Role, as_json: Json = False) -> None:
    """Let a group carry a role no more."""
    checked("GROUP_ID", group_id, Id)
    in_office(lambda server: server.run(lambda ctx: role_use_cases.remove_role(ctx, group_id, role)))
    show({"groupId": group_id, "role": role, "status": "REMOVED"}, as_json=as_json, text="Removed.")


@app.command()
def depend(group_id: GroupId, on_group_id: OnGroupId, as_json: Json = False) -> None:
    """Let a group's members hold the roles of another group too."""
    checked("GROUP_ID", group_id, Id)
    body = DependencyRequest(group_id=checked("ON_GROUP_ID", on_group_id, Id))
    made = in_office(lambda server: server.run(lambda ctx: dependency_use_cases.depend(ctx, group_id, body)))
    show(made, as_json=as_json, text="Depends on it now.")


@app.command()
def undepend(group_id: GroupId, on_group_id: OnGroupId, as_json: Json = False) -> None:
    """Let a group depend on another no more."""
    checked("GROUP_ID", group_id, Id)
    checked("ON_GROUP_ID", on_group_id, Id)
    in_office(lambda server: server.run(lambda ctx: dependency_use_cases.undepend(ctx, group_id, on_group_id)))
    show(
        {"groupId": group_id, "dependencyGroupId": on_group_id, "status": "REMOVED"},
        as_json=as_json,
        text="Depends on it no more.",
    )


@app.command("add-member")
def add_member(group_id: GroupId, member_id: MemberId, kind: Kind = "USER", as_json: Json = False) -> None:
    """Put a user, business or service account into a group."""
    checked("GROUP_ID", group_id, Id)
    checked("MEMBER_ID", member_id, Id)
    in_office(lambda server: server.run(lambda ctx: _add(ctx, group_id, member_id, kind)))
    show({"groupId": group_id, "memberId": member_id, "kind": kind}, as_json=as_json, text="Added.")


@app.command("remove-member")
def remove_member(group_id: GroupId, member_id: MemberId, kind: Kind = "USER", as_json: Json = False) -> None:
    """Take a user, business or service account out of a group."""
    checked("GROUP_ID", group_id, Id)
    checked("MEMBER_ID", member_id, Id)
    in_office(lambda server: server.run(lambda ctx: _REMOVES[kind](ctx, group_id, member_id)))
    show({"groupId": group_id, "memberId": member_id, "kind": kind, "status": "REMOVED"}, as_json=as_json, text="Removed.")


_REMOVES = {
    "USER": remove.remove_user,
    "BUSINESS_USER": remove.remove_business_user,
    "BUSINESS": remove.remove_business,
    "SERVICE": remove.remove_service,
}


async def _add(ctx: Context, group_id: str, member_id: str, kind: MemberType) -> None:
    if kind == "USER":
        await add.add_users(ctx, group_id, (UserGiven(user_id=member_id),))
    elif kind == "BUSINESS_USER":
        await add.add_business_users(ctx, group_id, (UserGiven(user_id=member_id),))
    elif kind == "BUSINESS":
        await add.add_businesses(ctx, group_id, (BusinessGiven(business_id=member_id),))
    else:
        await add.add_services(ctx, group_id, (ServiceGiven(service_id=member_id),))


def _text(group: GroupAnswer) -> str:
    rows = {
        "group id": group.group_id,
        "name": group.name,
        "description": group.description,
        "organization": group.organization_id,
        "business": group.business_id,
        "corporate group": group.corporate_group_id,
        "roles": ", ".join(group.roles),
        "depends on": ", ".join(group.dependencies),
    }
    return "\n".join(f"{name:16}{value}" for name, value in rows.items() if value)
