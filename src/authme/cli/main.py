"""The commands, put together."""

import gc
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

# Where in this package each command is, or group of commands.
_PLACES = {
    "serve": "serve:serve",
    "dev": "dev:dev",
    "init": "users:init",
    "check": "operation:check",
    "migrate": "operation:migrate",
    "openapi": "operation:openapi",
    "import": "importing:import_file",
    "keys": "keys:app",
    "client": "clients:app",
    "apikey": "api_keys:app",
    "user": "users:app",
    "org": "organizations:app",
    "business": "businesses:app",
    "group": "groups:app",
    "role": "roles:app",
    "provider": "providers:app",
    "outbox": "outbox:app",
    "legacy": "legacy:app",
    "audit": "audit:app",
}


class _Commands(Mapping[str, Any]):
    """The commands by name, each loaded when it is asked for: a server is ready sooner without the others."""

    def __getitem__(self, name: str) -> Any:
        return _load(name)

    def __iter__(self) -> Iterator[str]:
        return iter(_PLACES)

    def __len__(self) -> int:
        return len(_PLACES)


class _Group(TyperGroup):
    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = _Commands()  # type: ignore[assignment]  # nothing is added to it


def _typer(**attributes: Any) -> typer.Typer:
    return typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None, **attributes)


@cache
def _load(name: str) -> Any:
    module, _, member = _PLACES[name].partition(":")
    # What a module makes when it is loaded stays: a tenth of a start went into looking whether any of it is garbage.
    gc.disable()
    try:
        found = getattr(import_module(f"authme.cli.{module}"), member)
    finally:
        gc.freeze()
        gc.enable()
    around = _typer()
    if isinstance(found, typer.Typer):
        around.add_typer(found, name=name)
    else:
        around.command(name)(found)
    return get_group(around).commands[name]


app = _typer(name="authme", cls=_Group, no_args_is_help=True)


@app.callback()
def _about() -> None:
    """AuthMe: identity and access for people and companies."""


def main() -> None:
    """Run the command line."""
    app()
