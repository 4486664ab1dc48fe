import asyncio
import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from authme.app import make_server, prepare
from authme.crypto.sealing import MasterKey
from authme.kernel.database.migrations import migrate
from authme.keys import MasterKeyWrong
from authme.master_key import load_master_key
from authme.settings import DatabaseSettings, SettingsInvalid, load
from support.two_engines import rows_of


@pytest.fixture
def database(tmp_path: Path) -> DatabaseSettings:
    return DatabaseSettings(database_url=f"sqlite:///{tmp_path}/data/authme.db")


@pytest.fixture
def beside(tmp_path: Path) -> Path:
    return tmp_path / "data" / "authme.db.key"


def hold_a_key(database: DatabaseSettings) -> None:
    """Make the database and a signing key in it."""
    asyncio.run(migrate(database.database_url))
    with closing(sqlite3.connect(database.database_url.removeprefix("sqlite:///"))) as connection:
        connection.execute("INSERT INTO signing_key VALUES ('k', 'ES256', 'CURRENT', '{}', x'00', 1, 1, NULL, NULL)")
        connection.commit()


def problem_of(database: DatabaseSettings) -> str:
    with pytest.raises(SettingsInvalid) as caught:
        load_master_key(database)
    (problem,) = caught.value.problems
    return problem


def with_file(database: DatabaseSettings, file: Path) -> DatabaseSettings:
    return DatabaseSettings(database_url=database.database_url, master_key_file=file)


def test_a_new_sqlite_database_gets_a_key_beside_it_that_stays_the_same(database: DatabaseSettings, beside: Path):
    made = load_master_key(database)

    assert beside.read_text().strip() == made.to_base64()
    assert load_master_key(database).to_base64() == made.to_base64()
    assert [file.name for file in beside.parent.iterdir()] == ["authme.db.key"]


def test_only_its_owner_reads_the_made_key_whatever_the_umask(database: DatabaseSettings, beside: Path):
    before = os.umask(0)
    try:
        load_master_key(database)
    finally:
        os.umask(before)

    assert stat.S_IMODE(beside.stat().st_mode) == 0o600


def test_two_databases_get_two_keys(tmp_path: Path):
    keys = {load_master_key(DatabaseSettings(f"sqlite:///{tmp_path}/{name}.db")).to_base64() for name in "ab"}

    assert len(keys) == 2


def test_a_database_without_keys_is_given_one(database: DatabaseSettings, beside: Path):
    asyncio.run(migrate(database.database_url))

    load_master_key(database)

    assert beside.exists()


def test_a_database_that_has_keys_is_never_given_another_master_key(database: DatabaseSettings, beside: Path):
    hold_a_key(database)

    assert problem_of(database) == f"{beside}: the master key cannot be read: No such file or directory."
    assert not beside.exists()


def test_a_given_key_is_taken_and_no_file_is_made(database: DatabaseSettings, beside: Path):
    given = MasterKey.generate().to_base64()

    found = load_master_key(DatabaseSettings(database_url=database.database_url, master_key=given))

    assert found.to_base64() == given
    assert not beside.exists()


def test_a_named_file_is_read_without_the_white_space_around(database: DatabaseSettings, tmp_path: Path):
    given = MasterKey.generate().to_base64()
    file = tmp_path / "key"
    file.write_text(f"  {given}\n\n")

    assert load_master_key(with_file(database, file)).to_base64() == given


def test_a_named_file_is_never_made(database: DatabaseSettings, tmp_path: Path):
    file = tmp_path / "key"

    assert problem_of(with_file(database, file)) == f"{file}: the master key cannot be read: No such file or directory."
    assert not file.exists()
    assert problem_of(with_file(database, tmp_path)).startswith(f"{tmp_path}: the master key cannot be read: ")


@pytest.mark.parametrize("length", [0, 16, 31, 33, 64])
def test_a_key_of_another_length_is_refused_and_not_repeated(database: DatabaseSettings, tmp_path: Path, length: int):
    file, text = tmp_path / "key", os.urandom(length).hex()
    file.write_text(text)

    found = problem_of(with_file(database, file))

    assert found.startswith(f"{file}: The master key must have 32 bytes, not ")
    assert not text or text not in found


def test_a_key_that_is_not_base64_is_refused_and_not_repeated(database: DatabaseSettings, tmp_path: Path):
    file, text = tmp_path / "key", f"{MasterKey.generate().to_base64()}?"
    file.write_text(text)

    found = problem_of(with_file(database, file))

    assert found == f"{file}: The master key is not base64; make one with `openssl rand -base64 32`."


def test_postgresql_has_no_file_beside_it_and_so_no_key_is_made():
    database = DatabaseSettings(database_url="postgresql://authme@127.0.0.1/authme")

    assert problem_of(database) == "AUTHME_MASTER_KEY: is required."


async def test_under_another_master_key_nothing_is_opened_and_nothing_is_replaced(database: DatabaseSettings):
    settings = load({"AUTHME_DATABASE_URL": database.database_url, "AUTHME_SIGNING_ALG": "ES256"})
    await prepare(settings)
    first = make_server(settings, MasterKey.generate())
    await first.open()
    kids = await rows_of(database.database_url, "SELECT kid FROM signing_key ORDER BY kid")
    await first.close()
    second = make_server(settings, MasterKey.generate())

    with pytest.raises(MasterKeyWrong, match="AUTHME_MASTER_KEY must be the key with which this database was made"):
        await second.open()

    await second.close()
    assert kids
    assert await rows_of(database.database_url, "SELECT kid FROM signing_key ORDER BY kid") == kids
