import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from authme.audit.find import list_events
from authme.crypto import jose
from authme.kernel.clock import FakeClock
from authme.kernel.errors import StateForbids
from authme.keys import Keyring, ensure
from authme.keys.list import list_keys
from authme.keys.model import LEEWAY, KeyInfo
from authme.keys.rotate import maintain, rotate
from authme.settings import TokenSettings
from support.two_engines import Worker, plain_sql

Start = Callable[..., Awaitable[Worker]]
TYPE = "at+jwt"
ROTATION = timedelta(days=90)
LIFE = timedelta(seconds=3600)


async def keys_of(worker: Worker, alg: str = "ES256") -> dict[str, list[KeyInfo]]:
    found: dict[str, list[KeyInfo]] = {"NEXT": [], "CURRENT": [], "RETIRED": []}
    for key in await list_keys(worker.database.reader()):
        if key.alg == alg:
            found[key.state].append(key)
    return found


async def trusted(worker: Worker) -> set[str]:
    return set(await worker.parts.get(Keyring).verification_keys(worker.database.reader()))


async def test_a_rotation_lets_the_published_next_key_sign_and_publishes_another(worker: Worker, clock: FakeClock) -> None:
    keyring, reader = worker.parts.get(Keyring), worker.database.reader()
    before = await keys_of(worker)
    key = await keyring.signing_key(reader, "ES256")
    token = jose.sign(key, b"{}", typ=TYPE)
    published = await trusted(worker)
    generation = keyring.generation
    clock.advance(timedelta(days=1))

    assert await worker.run(rotate) == [before["NEXT"][0].kid]

    after = await keys_of(worker)
    assert [found.kid for found in after["CURRENT"]] == [before["NEXT"][0].kid]
    assert [found.kid for found in after["RETIRED"]] == [before["CURRENT"][0].kid]
    assert after["RETIRED"][0].delete_after == clock.now_ms() + int((LIFE + LEEWAY).total_seconds() * 1000)
    assert after["RETIRED"][0].retired_at == after["CURRENT"][0].activated_at == clock.now_ms()
    assert (await keyring.signing_key(reader, "ES256")).kid in published
    assert await trusted(worker) == published | {after["NEXT"][0].kid}
    jose.verify(token, await keyring.verification_keys(reader), typ=TYPE)
    assert keyring.generation == generation + 1
    [event] = [event for event in await list_events(reader) if event.action == "key.rotated"]
    assert event.target == after["CURRENT"][0].kid


async def test_one_algorithm_or_all_are_rotated(worker: Worker) -> None:
    await worker.run(lambda ctx: ensure(ctx, "EdDSA"))

    assert await worker.run(lambda ctx: rotate(ctx, "EdDSA")) == [(await keys_of(worker, "EdDSA"))["CURRENT"][0].kid]
    assert not (await keys_of(worker))["RETIRED"]

    assert len(await worker.run(rotate)) == 2
    assert len((await keys_of(worker, "EdDSA"))["RETIRED"]) == 2
    assert len((await keys_of(worker))["RETIRED"]) == 1


async def test_an_algorithm_without_keys_cannot_be_rotated(worker: Worker) -> None:
    with pytest.raises(StateForbids, match="RS512"):
        await worker.run(lambda ctx: rotate(ctx, "RS512"))


async def test_of_rotations_at_once_one_wins(worker: Worker, start: Start) -> None:
    workers = [worker, await start(), await start()]

    outcomes = await asyncio.gather(*(each.run(rotate) for each in workers), return_exceptions=True)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["StateForbids", "StateForbids", "list"]
    after = await keys_of(worker)
    assert {state: len(keys) for state, keys in after.items()} == {"NEXT": 1, "CURRENT": 1, "RETIRED": 1}


async def test_keys_are_rotated_when_their_days_are_over(worker: Worker, clock: FakeClock) -> None:
    before = await keys_of(worker)

    clock.advance(ROTATION - timedelta(seconds=1))
    await worker.run(maintain)
    assert await keys_of(worker) == before

    clock.advance(timedelta(seconds=1))
    await worker.run(maintain)
    assert (await keys_of(worker))["CURRENT"][0].kid == before["NEXT"][0].kid

    # Both its days as a key that signs and not those since it was made.
    await worker.run(maintain)
    clock.advance(ROTATION - timedelta(seconds=1))
    await worker.run(maintain)
    assert (await keys_of(worker))["CURRENT"][0].kid == before["NEXT"][0].kid


async def test_a_next_key_does_not_sign_before_it_was_published_long_enough(start: Start, clock: FakeClock, url: str) -> None:
    worker = await start()
    clock.advance(ROTATION)
    await plain_sql(url, "UPDATE signing_key SET created_at =", clock.now_ms(), "WHERE state = 'NEXT'")
    before = await keys_of(worker)

    clock.advance(timedelta(hours=23))
    await worker.run(maintain)
    assert await keys_of(worker) == before

    clock.advance(timedelta(hours=1))
    await worker.run(maintain)
    assert (await keys_of(worker))["CURRENT"][0].kid == before["NEXT"][0].kid


async def test_of_maintenance_at_once_one_rotates_and_none_fails(worker: Worker, start: Start, clock: FakeClock) -> None:
    workers = [worker, await start(), await start()]
    clock.advance(ROTATION)

    await asyncio.gather(*(each.run(maintain) for each in workers))

    assert {state: len(keys) for state, keys in (await keys_of(worker)).items()} == {"NEXT": 1, "CURRENT": 1, "RETIRED": 1}


async def test_a_retired_key_goes_when_its_last_token_is_dead(worker: Worker, clock: FakeClock) -> None:
    [retired] = (await keys_of(worker))["CURRENT"]
    await worker.run(rotate)

    clock.advance(LIFE + LEEWAY)
    await worker.run(maintain)
    assert retired.kid in await trusted(worker)

    clock.advance(timedelta(milliseconds=1))
    await worker.run(maintain)
    assert (await keys_of(worker))["RETIRED"] == []
    assert retired.kid not in await trusted(worker)
    assert "key.deleted" in [event.action for event in await list_events(worker.database.reader(), target=retired.kid)]


async def test_a_missing_successor_is_made_again(worker: Worker, url: str) -> None:
    await plain_sql(url, "DELETE FROM signing_key WHERE state = 'NEXT'")
    with pytest.raises(StateForbids):
        await worker.run(rotate)

    await worker.run(maintain)

    assert len((await keys_of(worker))["NEXT"]) == 1


async def test_another_default_algorithm_gets_its_keys_at_the_next_start(worker: Worker, start: Start) -> None:
    again = await start(settings=replace(worker.parts.get(TokenSettings), signing_alg="EdDSA"))

    assert len((await keys_of(again, "EdDSA"))["CURRENT"]) == 1
    assert len((await keys_of(again))["CURRENT"]) == 1
