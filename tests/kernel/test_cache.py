import asyncio
from collections.abc import Awaitable, Callable

import pytest

from authme.kernel.cache import ChangeAwareCache
from authme.kernel.database import Changes, Database, Transaction
from kernel.items import ADD, FIND, RAISE, new


class Source:
    """Hands out a new version at each load, and counts them."""

    def __init__(self) -> None:
        self.loads: list[str] = []

    def of(self, key: str) -> Callable[[], Awaitable[str]]:
        async def load() -> str:
            self.loads.append(key)
            return f"{key}.{self.loads.count(key)}"

        return load


@pytest.fixture
def changes() -> Changes:
    changes = Changes()
    changes.regained()
    return changes


@pytest.fixture
def cache(changes: Changes) -> ChangeAwareCache[str]:
    return ChangeAwareCache(changes, "item", limit=3)


@pytest.fixture
def source() -> Source:
    return Source()


async def test_a_value_is_loaded_once(cache: ChangeAwareCache[str], source: Source) -> None:
    assert [await cache.get("a", source.of("a")) for _ in range(3)] == ["a.1"] * 3
    assert await cache.get("b", source.of("b")) == "b.1"
    assert source.loads == ["a", "b"]


async def test_that_nothing_is_there_is_kept_too(changes: Changes) -> None:
    cache: ChangeAwareCache[None] = ChangeAwareCache(changes, "item", limit=3)
    loads: list[int] = []

    async def load() -> None:
        loads.append(1)

    for _ in range(3):
        assert await cache.get("a", load) is None

    assert len(loads) == 1


async def test_a_changed_key_is_loaded_again_and_no_other(
    cache: ChangeAwareCache[str], changes: Changes, source: Source
) -> None:
    for key in "ab":
        await cache.get(key, source.of(key))

    changes.publish([("item", "a"), ("label", "b"), ("item", "unknown")])

    assert [await cache.get(key, source.of(key)) for key in "ab"] == ["a.2", "b.1"]


async def test_a_star_drops_everything(cache: ChangeAwareCache[str], changes: Changes, source: Source) -> None:
    for key in "ab":
        await cache.get(key, source.of(key))

    changes.publish([("item", "*")])

    assert [await cache.get(key, source.of(key)) for key in "ab"] == ["a.2", "b.2"]


async def test_what_is_affected_is_dropped_and_nothing_else(cache: ChangeAwareCache[str], source: Source) -> None:
    for key in "ab":
        await cache.get(key, source.of(key))

    cache.drop_where(lambda value: value.startswith("a"))

    assert [await cache.get(key, source.of(key)) for key in "ab"] == ["a.2", "b.1"]


async def test_while_the_channel_is_lost_nothing_kept_is_used_and_nothing_is_kept(
    cache: ChangeAwareCache[str], changes: Changes, source: Source
) -> None:
    await cache.get("a", source.of("a"))

    changes.lost()
    assert [await cache.get("a", source.of("a")) for _ in range(2)] == ["a.2", "a.3"]

    changes.regained()
    assert [await cache.get("a", source.of("a")) for _ in range(2)] == ["a.4", "a.4"]


async def test_what_was_kept_before_a_loss_that_nobody_noticed_is_not_used_after_it(
    cache: ChangeAwareCache[str], changes: Changes, source: Source
) -> None:
    await cache.get("a", source.of("a"))

    changes.lost()
    changes.regained()

    assert await cache.get("a", source.of("a")) == "a.2"


async def test_the_oldest_makes_room_when_there_are_too_many(cache: ChangeAwareCache[str], source: Source) -> None:
    for key in "abcd":
        await cache.get(key, source.of(key))

    assert [await cache.get(key, source.of(key)) for key in "bcd"] == ["b.1", "c.1", "d.1"]
    assert await cache.get("a", source.of("a")) == "a.2"


@pytest.mark.parametrize(
    "interrupt",
    [
        lambda changes, _: changes.publish([("item", "a")]),
        lambda changes, _: changes.publish([("item", "*")]),
        lambda changes, _: (changes.lost(), changes.regained()),
        lambda _, cache: cache.drop_where(lambda _: True),
    ],
    ids=["its key", "everything", "a loss", "what is affected"],
)
async def test_a_value_that_changed_while_it_was_loaded_is_handed_out_once_and_not_kept(
    cache: ChangeAwareCache[str],
    changes: Changes,
    source: Source,
    interrupt: Callable[[Changes, ChangeAwareCache[str]], object],
) -> None:
    has_begun, may_end = asyncio.Event(), asyncio.Event()

    async def load() -> str:
        has_begun.set()
        await may_end.wait()
        return "from before"

    loading = asyncio.create_task(cache.get("a", load))
    await has_begun.wait()
    interrupt(changes, cache)
    may_end.set()

    assert await loading == "from before"
    assert await cache.get("a", source.of("a")) == "a.1"


async def test_a_load_that_fails_is_tried_again(cache: ChangeAwareCache[str], source: Source) -> None:
    async def fail() -> str:
        raise LookupError

    with pytest.raises(LookupError):
        await cache.get("a", fail)

    assert await cache.get("a", source.of("a")) == "a.1"


async def test_what_one_process_changes_another_reads_within_a_second(
    database: Database, open_database: Callable[[], Awaitable[Database]]
) -> None:
    other = await open_database()
    heard = asyncio.Event()
    cache: ChangeAwareCache[int] = ChangeAwareCache(other.changes, "item", limit=10)
    other.changes.subscribe("item", lambda _: heard.set())
    await database.unit(lambda tx: tx.run(ADD, **new(1)))

    async def load() -> int:
        row = await other.reader().one(FIND, id="i1")
        assert row is not None
        return int(row["version"])

    async def change(tx: Transaction) -> None:
        await tx.run(RAISE, id="i1")
        tx.announce("item", "i1")

    assert await cache.get("i1", load) == 0
    await database.unit(change)
    await asyncio.wait_for(heard.wait(), 1)

    assert await cache.get("i1", load) == 1
