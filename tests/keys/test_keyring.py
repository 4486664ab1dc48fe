import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from authme.audit.find import list_events
from authme.crypto import jose
from authme.crypto.sealing import MasterKey
from authme.kernel.clock import FakeClock
from authme.kernel.context import Context
from authme.kernel.database import Database, DatabaseUnavailable, Reader, Row, Statement
from authme.keys import Keyring, MasterKeyWrong, NoSigningKey, ensure
from authme.keys.list import list_keys
from authme.keys.model import TOPIC
from authme.keys.rotate import rotate
from support.two_engines import Worker, plain_sql, rows_of

Start = Callable[..., Awaitable[Worker]]
TYPE = "at+jwt"


def keyring_of(worker: Worker) -> Keyring:
    return worker.parts.get(Keyring)


async def sign(worker: Worker, alg: str = "ES256") -> str:
    key = await keyring_of(worker).signing_key(worker.database.reader(), alg)
    return jose.sign(key, b'{"sub":"me"}', typ=TYPE)


async def verify(worker: Worker, token: str) -> dict[str, object]:
    return jose.verify(token, await keyring_of(worker).verification_keys(worker.database.reader()), typ=TYPE)


async def test_the_first_start_makes_a_key_that_signs_and_its_successor(worker: Worker) -> None:
    keys = await list_keys(worker.database.reader())

    assert sorted((key.alg, key.state) for key in keys) == [("ES256", "CURRENT"), ("ES256", "NEXT")]
    assert (await verify(worker, await sign(worker)))["sub"] == "me"
    events = await list_events(worker.database.reader())
    assert sorted((event.action, event.target) for event in events) == sorted(("key.made", key.kid) for key in keys)


async def test_of_workers_that_start_first_at_once_all_have_the_same_keys(start: Start) -> None:
    workers = await asyncio.gather(*(start() for _ in range(4)))

    assert len(await list_keys(workers[0].database.reader())) == 2
    assert len({(await keyring_of(each).signing_key(each.database.reader(), "ES256")).kid for each in workers}) == 1
    tokens = [await sign(each) for each in workers]
    for each in workers:
        for token in tokens:
            await verify(each, token)


async def test_a_second_start_keeps_the_keys(worker: Worker, start: Start) -> None:
    token = await sign(worker)

    again = await start()

    await verify(again, token)
    assert len(await list_keys(again.database.reader())) == 2


@pytest.mark.parametrize("alg", ["RS512", "RS256", "PS256", "EdDSA"])
async def test_an_algorithm_gets_its_keys_when_it_comes_into_use(worker: Worker, start: Start, alg: jose.Algorithm) -> None:
    other = await start()
    with pytest.raises(NoSigningKey):
        await sign(worker, alg)

    await asyncio.gather(worker.run(lambda ctx: ensure(ctx, alg)), other.run(lambda ctx: ensure(ctx, alg)))
    await worker.run(lambda ctx: ensure(ctx, alg))

    keys = [key for key in await list_keys(worker.database.reader()) if key.alg == alg]
    assert sorted(key.state for key in keys) == ["CURRENT", "NEXT"]
    token = await sign(worker, alg)
    await verify(worker, token)
    # The other worker is not made to wait until it hears of the new key.
    assert (await sign(other, alg)).partition(".")[0] == token.partition(".")[0]


async def test_keys_of_a_unit_that_is_undone_are_not_there(worker: Worker) -> None:
    async def fail(ctx: Context) -> None:
        await ensure(ctx, "EdDSA")
        raise LookupError

    with pytest.raises(LookupError):
        await worker.run(fail)

    with pytest.raises(NoSigningKey):
        await sign(worker, "EdDSA")


async def test_a_rotation_reaches_every_worker(worker: Worker, start: Start) -> None:
    other = await start()
    before = await sign(other)
    heard = asyncio.Event()
    other.database.changes.subscribe(TOPIC, lambda _: heard.set())

    [kid] = await worker.run(rotate)

    await asyncio.wait_for(heard.wait(), 1)
    assert (await keyring_of(other).signing_key(other.database.reader(), "ES256")).kid == kid
    await verify(other, before)
    await verify(other, await sign(worker))


async def test_without_the_channel_keys_are_read_again_once_a_second(
    worker: Worker, start: Start, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    blind = await start()
    monkeypatch.setattr(blind.database.changes, "publish", lambda _: None)
    monkeypatch.setattr(blind.database.changes, "regained", lambda: None)
    blind.database.changes.lost()
    reader = Counting(blind.database)
    await keyring_of(blind).verification_keys(reader)
    [kid] = await worker.run(rotate)

    for _ in range(3):
        await keyring_of(blind).signing_key(reader, "ES256")
    assert reader.reads == 0
    clock.advance(timedelta(seconds=1))
    for _ in range(3):
        assert (await keyring_of(blind).signing_key(reader, "ES256")).kid == kid
    assert reader.reads == 1


class Counting(Reader):
    """A reader that counts."""

    def __init__(self, database: Database) -> None:
        self._reader = database.reader()
        self.reads = 0

    async def one(self, statement: Statement, /, **parameters: Any) -> Row | None:
        self.reads += 1
        return await self._reader.one(statement, **parameters)

    async def all(self, statement: Statement, /, **parameters: Any) -> list[Row]:
        self.reads += 1
        return await self._reader.all(statement, **parameters)


async def test_the_hot_path_reads_nothing(worker: Worker) -> None:
    reader = Counting(worker.database)
    generation = keyring_of(worker).generation

    for _ in range(100):
        await keyring_of(worker).signing_key(reader, "ES256")
        await keyring_of(worker).verification_keys(reader)
        await keyring_of(worker).published(reader)

    assert reader.reads == 0
    assert keyring_of(worker).generation == generation


async def test_private_keys_are_sealed_at_rest(worker: Worker, url: str) -> None:
    key = await keyring_of(worker).signing_key(worker.database.reader(), "ES256")
    secret = key.to_der()

    rows = await rows_of(url, "SELECT * FROM signing_key")

    assert len(rows) == 2
    for row in rows:
        stored = b"".join(value if isinstance(value, bytes) else str(value).encode() for value in row)
        assert not [start for start in range(len(secret) - 8) if secret[start : start + 8] in stored]
    for (jwk,) in await rows_of(url, "SELECT public_jwk FROM signing_key"):
        assert sorted(json.loads(str(jwk))) == ["alg", "crv", "kid", "kty", "use", "x", "y"]


async def test_another_master_key_is_named_at_the_start(worker: Worker, start: Start) -> None:
    [kid, *_] = [key.kid for key in await list_keys(worker.database.reader())]

    with pytest.raises(MasterKeyWrong, match="AUTHME_MASTER_KEY") as caught:
        await start(master_key=MasterKey(bytes(32)))

    assert kid in str(caught.value)


@pytest.mark.parametrize(
    "change",
    [
        "kid = 'x' || kid WHERE state = 'NEXT'",
        "alg = 'PS256' WHERE state = 'NEXT'",
        "private_sealed = (SELECT private_sealed FROM signing_key WHERE state = 'CURRENT') WHERE state = 'NEXT'",
    ],
)
@pytest.mark.usefixtures("worker")
async def test_a_row_that_was_changed_is_not_trusted(start: Start, url: str, change: str) -> None:
    await plain_sql(url, "UPDATE signing_key SET", change)

    with pytest.raises(MasterKeyWrong):
        await start()


async def test_a_public_key_is_not_believed_from_the_table(worker: Worker, start: Start, url: str) -> None:
    forger = jose.generate("ES256")
    kid = (await keyring_of(worker).signing_key(worker.database.reader(), "ES256")).kid
    await plain_sql(url, "UPDATE signing_key SET public_jwk = '", str(forger.public_jwk()).replace("'", '"'), "'")

    again = await start()

    assert forger.kid not in await keyring_of(again).verification_keys(again.database.reader())
    assert (await keyring_of(again).signing_key(again.database.reader(), "ES256")).kid == kid


class Slow(Counting):
    """A reader whose answers are read at once and come when they are let go."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.has_read = asyncio.Event()
        self.let_go = asyncio.Event()

    async def all(self, statement: Statement, /, **parameters: Any) -> list[Row]:
        rows = await super().all(statement, **parameters)
        self.has_read.set()
        await self.let_go.wait()
        return rows


async def test_an_older_reading_that_comes_late_does_not_replace_a_newer(worker: Worker) -> None:
    keyring, reader = keyring_of(worker), Slow(worker.database)
    late = asyncio.create_task(keyring.load(reader))
    await reader.has_read.wait()

    [kid] = await worker.run(rotate)
    assert (await keyring.signing_key(worker.database.reader(), "ES256")).kid == kid
    reader.let_go.set()
    await late

    assert (await keyring.signing_key(worker.database.reader(), "ES256")).kid == kid


async def test_a_change_while_the_keys_are_read_makes_the_next_use_read_again(worker: Worker) -> None:
    keyring, reader = keyring_of(worker), Slow(worker.database)
    late = asyncio.create_task(keyring.load(reader))
    await reader.has_read.wait()

    [kid] = await worker.run(rotate)
    reader.let_go.set()
    await late

    assert (await keyring.signing_key(worker.database.reader(), "ES256")).kid == kid


class Lost(Counting):
    """A reader of a database that does not answer."""

    async def all(self, _statement: Statement, /, **_parameters: Any) -> list[Row]:
        raise DatabaseUnavailable


async def test_after_a_reading_that_failed_the_next_use_reads_again(worker: Worker) -> None:
    keyring, lost, reader = keyring_of(worker), Lost(worker.database), Counting(worker.database)
    with pytest.raises(DatabaseUnavailable):
        await keyring.load(lost)
    with pytest.raises(DatabaseUnavailable):
        await keyring.signing_key(lost, "ES256")

    await keyring.signing_key(reader, "ES256")

    assert reader.reads == 1
