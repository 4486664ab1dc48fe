"""Logging in with a logon of the mainframe (UI-06)."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import httpx

from support.answers import token_object
from support.api import Api, basic
from support.given import Given, MakeGiven, claims
from support.given_legacy import unreachable_directory
from support.slapd import Slapd

LEGACY = "/user-identities/login-legacy"
LOGON, SECRET = "MARIA01", "Secret01"
CPF, OTHER_CPF = "52998224725", "11144477735"


async def log_in(visitor: Api, logon: str = LOGON, secret: str = SECRET, **options: Any) -> httpx.Response:
    """Log in by HTTP Basic."""
    headers = {"authorization": basic(logon, secret)} | options.pop("headers", {})
    return await visitor.post(LEGACY, headers=headers, **options)


async def logged_in(visitor: Api, logon: str = LOGON, secret: str = SECRET) -> dict[str, Any]:
    """Log in, and return the claims of the token."""
    return claims(str(token_object(await log_in(visitor, logon, secret))["accessToken"]))


async def visitor_of(given: Given) -> Api:
    """Return somebody before a login, at a client of theirs."""
    return given.api.as_client((await given.client()).id)


async def cut_off(make_given: MakeGiven, given: Given, folder: Path) -> Given:
    """Return a worker process on the same database whose directory takes no connection."""
    same = {"master_key": given.env["AUTHME_MASTER_KEY"]}
    return await make_given(given.env["AUTHME_DATABASE_URL"], **same, **unreachable_directory(folder))


def reached_by_ldap(slapd: Slapd, folder: Path) -> dict[str, str]:
    """Return settings of a server whose logons are all those of the directory that this one stands in front of."""
    given = slapd.settings()
    values = {one.name: getattr(given, one.name) for one in fields(given)}
    lines = [
        f"{name} = {str(value).lower() if isinstance(value, bool | int) else json.dumps(str(value))}"
        for name, value in values.items()
        if value is not None
    ]
    rules = ["[[rules]]", 'logons = "*"', 'directory = "racf"', "[new_logons]", 'directory = "racf"']
    file = folder / "legacy.toml"
    file.write_text("\n".join(["[directories.racf]", *lines, *rules]) + "\n")
    return {"legacy_file": str(file)}
