"""`authme check`, `authme migrate` and `authme openapi`."""

import asyncio
import os
from datetime import UTC, datetime

import typer

from authme import app as composition
from authme.certificates.roots import read_anchors
from authme.cli.output import Json, fail, failing_clearly, settings, show
from authme.crypto.sealing import MasterKey
from authme.kernel import logs
from authme.kernel.database import Database, DatabaseUnavailable, connect, sqlite_path
from authme.kernel.database.migrations import SchemaState, SchemaTooNew, latest_version, state
from authme.kernel.database.migrations import migrate as migrate_schema
from authme.keys import Keyring, MasterKeyWrong
from authme.keys.list import list_keys
from authme.master_key import find_master_key
from authme.notify.ways import waiting
from authme.settings import Settings, SettingsInvalid, load


def check(as_json: Json = False) -> None:
    """Check settings, database, schema and keys; name every problem, and what is left to set. Changes nothing."""
    problems: list[str] = []
    hints: list[str] = []
    try:
        loaded = load(os.environ)
    except SettingsInvalid as error:
        problems += error.problems
    else:
        logs.configure("error", "console")
        problems += asyncio.run(_problems(loaded))
        hints += waiting(loaded)
    if as_json:
        show({"ok": not problems, "problems": problems, "hints": hints}, as_json=True)
    if problems:
        fail(*([] if as_json else problems))
    if not as_json:
        typer.echo("\n".join(["Settings, database, schema and keys are in order.", *hints]))


async def _problems(loaded: Settings) -> list[str]:
    problems: list[str] = []
    master_key: MasterKey | None = None
    try:
        master_key = find_master_key(loaded.database)
    except SettingsInvalid as error:
        problems += error.problems
    try:
        read_anchors(loaded.certificates.certificate_roots, datetime.now(UTC))
    except SettingsInvalid as error:
        problems += error.problems
    try:
        problems += await _database_problems(loaded, master_key)
    except DatabaseUnavailable as error:
        problems.append(f"database: {error}")
    return problems


async def _database_problems(loaded: Settings, master_key: MasterKey | None) -> list[str]:
    url = loaded.database.database_url
    found = await state(url)
    path = sqlite_path(url)
    if found is SchemaState.NONE:
        if path is None:
            return ["schema: there is none yet; run `authme migrate`"]
        folder = next(parent for parent in path.absolute().parents if parent.exists())
        return [] if folder.is_dir() and os.access(folder, os.W_OK) else [f"database: {path} cannot be made"]
    if found in {SchemaState.BEHIND, SchemaState.TOO_NEW}:
        return [f"schema: it is {found.value}; run `authme migrate` of the newest version"]
    return await _key_problems(connect(url), Keyring(master_key, loaded.tokens.signing_alg)) if master_key else []


async def _key_problems(database: Database, keyring: Keyring) -> list[str]:
    await database.open()
    try:
        if not await list_keys(database.reader()):
            return []
        await keyring.load(database.reader())
    except MasterKeyWrong as error:
        return [f"keys: {error}"]
    finally:
        await database.close()
    return []


def migrate(as_json: Json = False) -> None:
    """Bring the database's schema to this version's. Safe to repeat, and while the previous version serves."""
    with failing_clearly():
        try:
            before = asyncio.run(migrate_schema(settings().database.database_url))
        except SchemaTooNew as error:
            fail(str(error))
    version = latest_version()
    done = before in {SchemaState.NONE, SchemaState.BEHIND}
    text = f"The schema is at version {version}{'' if done else ' already'}."
    show({"version": version, "migrated": done}, as_json=as_json, text=text)


def openapi(as_json: Json = False) -> None:  # noqa: ARG001  # the document is JSON with and without
    """Print the OpenAPI 3.1 document of every operation."""
    show(composition.openapi_document(), as_json=True)
