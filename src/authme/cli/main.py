"""The commands, put together."""

import typer

from authme.cli import api_keys, audit, businesses, clients, groups, keys, operation, organizations, outbox, roles, serve, users
from authme.cli.importing import import_file

app = typer.Typer(
    name="authme",
    help="AuthMe: identity and access for people and companies.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("serve")(serve.serve)
app.command("dev")(serve.dev)
app.command("init")(users.init)
app.command("check")(operation.check)
app.command("migrate")(operation.migrate)
app.command("openapi")(operation.openapi)
app.command("import")(import_file)
users.app.command("import")(import_file)
app.add_typer(keys.app, name="keys")
app.add_typer(clients.app, name="client")
app.add_typer(api_keys.app, name="apikey")
app.add_typer(users.app, name="user")
app.add_typer(organizations.app, name="org")
app.add_typer(businesses.app, name="business")
app.add_typer(groups.app, name="group")
app.add_typer(roles.app, name="role")
app.add_typer(outbox.app, name="outbox")
app.add_typer(audit.app, name="audit")


def main() -> None:
    """Run the command line."""
    app()
