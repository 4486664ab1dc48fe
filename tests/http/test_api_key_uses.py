"""When a key was used last: seen by each worker process, and written at most once a minute."""

from typing import Any

import pytest

from authme.api_keys.uses import write_uses
from support.api import basic
from support.api_keys import KEYS, READ, given_key, with_key
from support.given import Given, MakeGiven, at_once
from support.two_engines import plain_sql, rows_of

NOON = "2025-11-24T16:00:00Z"


async def last_used(given: Given) -> Any:
    administrator = await given.administrator(await given.client())
    return [item["lastUsedAt"] for item in (await administrator.get(KEYS)).json()["items"]]


async def test_the_list_says_when_a_key_was_used_last(on_both: Given):
    client = await on_both.client(READ)
    key = await given_key(on_both, client)
    assert await last_used(on_both) == [None]

    await with_key(on_both, key.key).get("/user-identities/me")
    assert await last_used(on_both) == [None]
    assert await on_both.run(write_uses) == 1
    assert await last_used(on_both) == [NOON]

    on_both.later(seconds=59)
    await with_key(on_both, key.key).get("/user-identities/me")
    assert await on_both.run(write_uses) == 0
    on_both.later(seconds=1)
    await on_both.api.login_client(client.id, key.key)
    assert await on_both.run(write_uses) == 1
    assert await last_used(on_both) == ["2025-11-24T16:01:00Z"]


async def test_a_minute_is_one_for_all_worker_processes(on_both: Given, make_given: MakeGiven):
    other, key = await make_given(beside=on_both), await given_key(on_both, await on_both.client(READ))
    await with_key(on_both, key.key).get("/user-identities/me")
    await on_both.run(write_uses)

    on_both.later(seconds=59)
    await with_key(other, key.key).get("/user-identities/me")
    assert await other.run(write_uses) == 1
    assert await last_used(on_both) == [NOON]


async def test_many_workers_write_many_keys_at_once(on_both: Given, make_given: MakeGiven):
    workers = [on_both, await make_given(beside=on_both), await make_given(beside=on_both)]
    client = await on_both.client(READ)
    keys = [await given_key(on_both, client) for _ in range(20)]
    for n, worker in enumerate(workers):
        for key in keys if n % 2 else reversed(keys):
            await with_key(worker, key.key).get("/user-identities/me")

    assert await at_once(*(worker.run(write_uses) for worker in workers)) == [20] * 3
    assert await last_used(on_both) == [NOON] * 20


async def test_a_key_that_proves_nothing_is_not_used(given: Given):
    client, other = await given.client(READ), await given.client(READ)
    key = await given_key(given, client)

    await given.api.get("/user-identities/me", headers={"Authorization": basic(other.id, key.key)})
    await given.api.login_client(other.id, key.key)

    assert await given.run(write_uses) == 0


async def test_what_could_not_be_written_is_written_later(given: Given):
    key = await given_key(given, await given.client(READ))
    await with_key(given, key.key).get("/user-identities/me")
    url = given.env["AUTHME_DATABASE_URL"]
    await plain_sql(url, "CREATE TRIGGER no BEFORE UPDATE ON api_key BEGIN SELECT RAISE(ABORT, 'full'); END")
    with pytest.raises(Exception, match="full"):
        await given.run(write_uses)
    await plain_sql(url, "DROP TRIGGER no")

    assert await given.run(write_uses) == 1
    assert await rows_of(url, "SELECT last_used_at FROM api_key") == [(given.clock.now_ms(),)]


async def test_a_removed_key_is_nothing_to_write(given: Given):
    key = await given_key(given, await given.client(READ))
    await with_key(given, key.key).get("/user-identities/me")
    await plain_sql(given.env["AUTHME_DATABASE_URL"], "DELETE FROM api_key")

    assert await given.run(write_uses) == 1
    assert await given.run(write_uses) == 0


async def test_what_is_collected_does_not_grow_without_bound(
    make_given: MakeGiven, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("authme.api_keys.uses._LIMIT", 3)
    monkeypatch.setattr("authme.api_keys.uses._BATCH", 2)
    given = await make_given(f"sqlite:///{tmp_path}/authme.db")
    client = await given.client(READ)
    for _ in range(5):
        await with_key(given, (await given_key(given, client)).key).get("/user-identities/me")

    assert [await given.run(write_uses) for _ in range(3)] == [2, 1, 0]
