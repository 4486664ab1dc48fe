"""The master key: given, read from a file, or made with a new SQLite database."""

import os
from contextlib import closing
from pathlib import Path

import structlog

from authme.crypto.sealing import MasterKey
from authme.kernel.database import sqlite_path
from authme.kernel.database.sqlite import open_connection
from authme.settings import DatabaseSettings, SettingsInvalid

_log = structlog.get_logger(__name__)


def load_master_key(settings: DatabaseSettings) -> MasterKey:
    """Return the master key, made if it may be. Raises SettingsInvalid when there is none and none may be made."""
    found = find_master_key(settings)
    if found is None:
        _make(_beside(settings))
        found = find_master_key(settings)
        assert found is not None
    return found


def find_master_key(settings: DatabaseSettings) -> MasterKey | None:
    """Return the master key, None where one may be made. Raises SettingsInvalid when there is none and none may be made.

    Without a setting, a SQLite database has its key in the file beside it, made with the database and readable by its owner
    alone. A database that has keys is never given a new one: what the lost key sealed could not be opened.
    """
    if settings.master_key is not None:
        return MasterKey.from_base64(settings.master_key)
    file = settings.master_key_file or _beside(settings)
    if settings.master_key_file is None and not file.exists() and not _has_keys(sqlite_path(settings.database_url)):
        return None
    try:
        return MasterKey.from_base64(file.read_text().strip())
    except OSError as error:
        raise SettingsInvalid([f"{file}: the master key cannot be read: {error.strerror}."]) from error
    except ValueError as error:
        raise SettingsInvalid([f"{file}: {error}"]) from error


def _beside(settings: DatabaseSettings) -> Path:
    path = sqlite_path(settings.database_url)
    if path is None:
        raise SettingsInvalid(["AUTHME_MASTER_KEY: is required."])
    return path.with_name(path.name + ".key")


def _has_keys(path: Path | None) -> bool:
    if path is None or not path.exists():
        return False
    with closing(open_connection(path, read_only=True)) as connection:
        tables = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'signing_key'").fetchone()
        return bool(tables and connection.execute("SELECT 1 FROM signing_key").fetchone())


def _make(file: Path) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        _write(file)
    except OSError as error:
        raise SettingsInvalid([f"{file}: the master key cannot be written: {error.strerror}."]) from error


def _write(file: Path) -> None:
    # Written whole under another name first: of two processes that start at once, one wins and both read the same key.
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as opened:
        opened.write(MasterKey.generate().to_base64() + "\n")
        opened.flush()
        os.fsync(opened.fileno())
    try:
        os.link(draft, file)
        _log.warning("master_key.made", file=str(file), advice="Keep a copy: without it the signing keys cannot be opened.")
    except FileExistsError:
        pass
    finally:
        draft.unlink()
