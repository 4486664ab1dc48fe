"""AK-03: rotate an API key."""

from typing import Any

import httpx
import pytest

from authme.clients.remove import lock, unlock
from support.answers import refused
from support.api import Api
from support.api_keys import KEYS, READ, GivenKey, drawn_key, given_key, with_key
from support.given import Given, GivenClient, MakeGiven, at_once

DAY = 86400


@pytest.fixture
async def service(on_both: Given) -> GivenClient:
    return await on_both.client(READ)


@pytest.fixture
async def administrator(on_both: Given) -> Api:
    return await on_both.administrator(await on_both.client())


@pytest.fixture
async def key(on_both: Given, service: GivenClient) -> GivenKey:
    return await given_key(on_both, service)


async def rotated(administrator: Api, client: GivenClient, key: GivenKey, to: str, **change: Any) -> httpx.Response:
    body = {"appId": "app", "clientId": client.id, "apiKey": to} | change
    return await administrator.put(f"{KEYS}/{key.id}", json=body)


async def is_good(given: Given, key: str) -> bool:
    answer = await with_key(given, key).get(f"/user-identities/{'0' * 24}")
    if answer.status_code == 404:
        return True
    refused(answer, 401, "9")
    return False


async def test_the_old_key_stays_good_for_the_overlap(on_both: Given, administrator: Api, service: GivenClient, key: GivenKey):
    new = drawn_key()
    assert await is_good(on_both, key.key)

    answer = await rotated(administrator, service, key, new)

    assert (answer.status_code, answer.json()) == (200, {})
    assert await is_good(on_both, key.key)
    assert await is_good(on_both, new)
    on_both.later(seconds=DAY - 1)
    assert await is_good(on_both, key.key)
    on_both.later(seconds=1)
    assert not await is_good(on_both, key.key)
    assert await is_good(on_both, new)
    (item,) = (await (await on_both.administrator(await on_both.client())).get(KEYS)).json()["items"]
    assert (item["apiKeyId"], item["lastFour"]) == (key.id, new[-4:])
    assert item["updatedAt"] == item["createdAt"] == "2025-11-24T16:00:00Z"
    assert [row["target"] for row in await on_both.trail("api_key.rotated")] == [key.id]


async def test_rotating_again_drops_the_oldest_at_once(on_both: Given, administrator: Api, service: GivenClient, key: GivenKey):
    keys = [key.key, drawn_key(), drawn_key()]
    for one in keys[1:]:
        assert await is_good(on_both, keys[0])
        assert (await rotated(administrator, service, key, one)).status_code == 200

    assert [await is_good(on_both, one) for one in keys] == [False, True, True]


async def test_the_same_key_again_changes_nothing(on_both: Given, administrator: Api, service: GivenClient, key: GivenKey):
    new = drawn_key()
    await rotated(administrator, service, key, new)
    on_both.later(minutes=59)

    for _ in range(3):
        assert (await rotated(administrator, service, key, new)).status_code == 200

    assert await is_good(on_both, key.key)
    assert len(await on_both.trail("api_key.rotated")) == 1


async def test_going_back_is_a_rotation_too(on_both: Given, administrator: Api, service: GivenClient, key: GivenKey):
    new = drawn_key()
    await rotated(administrator, service, key, new)

    assert (await rotated(administrator, service, key, key.key)).status_code == 200

    assert [await is_good(on_both, one) for one in (key.key, new)] == [True, True]
    on_both.later(days=1)
    assert [await is_good(on_both, one) for one in (key.key, new)] == [True, False]


async def test_without_an_overlap_the_old_key_is_dead_at_once(make_given: MakeGiven, url: str):
    given = await make_given(url, api_key_overlap_seconds=0)
    client, new = await given.client(READ), drawn_key()
    key = await given_key(given, client)
    assert await is_good(given, key.key)

    await rotated(await given.administrator(client), client, key, new)

    assert [await is_good(given, one) for one in (key.key, new)] == [False, True]


async def test_an_expired_key_is_not_rotated_and_a_rotation_prolongs_nothing(
    on_both: Given, administrator: Api, service: GivenClient
):
    body = {"appId": "app", "clientId": service.id, "expiresAt": "2025-11-24T16:30:00Z"}
    made = (await administrator.post(KEYS, json=body)).json()
    key, new = GivenKey(made["apiKeyId"], made["apiKey"]), drawn_key()
    assert (await rotated(administrator, service, key, new)).status_code == 200

    on_both.later(minutes=30)

    assert [await is_good(on_both, one) for one in (key.key, new)] == [False, False]
    refused(await rotated(administrator, service, key, drawn_key()), 409, "404")
    refused(await rotated(administrator, service, key, new), 409, "404")


async def test_a_key_that_another_is_or_was_is_not_taken(
    on_both: Given, administrator: Api, service: GivenClient, key: GivenKey
):
    other = await given_key(on_both, service)
    await rotated(administrator, service, other, drawn_key())
    third = await given_key(on_both, await on_both.client())

    for taken in (other.key, third.key):
        refused(await rotated(administrator, service, key, taken), 409, "403")
        refused(await administrator.post(KEYS, json={"appId": "app", "clientId": service.id, "apiKey": taken}), 409, "403")
    assert await is_good(on_both, key.key)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"appId": "another"}, "102"),
        ({"clientId": "0" * 24}, "107"),
        ({"clientId": None}, "102"),
        ({"apiKey": None}, "102"),
        ({"apiKey": "x"}, "102"),
        ({"apiKey": "A" * 43 + "="}, "102"),
        ({"expiresAt": "2030-01-31T00:00:00Z"}, "106"),
    ],
)
async def test_a_wrong_field_is_named_and_nothing_changes(
    on_both: Given, administrator: Api, service: GivenClient, key: GivenKey, change: dict[str, Any], code: str
):
    refused(await rotated(administrator, service, key, drawn_key(), **change), 400, code)

    assert await is_good(on_both, key.key)
    assert await on_both.trail("api_key.rotated") == []


async def test_a_key_is_not_moved_to_another_client(on_both: Given, administrator: Api, service: GivenClient, key: GivenKey):
    other = await on_both.client()

    refused(await rotated(administrator, other, key, drawn_key()), 400, "107")
    refused(await rotated(administrator, service, GivenKey("0" * 24, ""), drawn_key()), 404, "401")


async def test_of_ten_rotations_at_once_one_wins_and_nobody_holds_a_key_in_vain(
    on_both: Given, administrator: Api, service: GivenClient, key: GivenKey
):
    news = [drawn_key() for _ in range(10)]

    answers = await at_once(*(rotated(administrator, service, key, one) for one in news))

    told = [one for one, answer in zip(news, answers, strict=True) if answer.status_code == 200]
    for answer in answers:
        if answer.status_code != 200:
            refused(answer, 409, "404")
    good = [one for one in news if await is_good(on_both, one)]
    assert told
    assert set(good) <= set(told)
    assert len(good) in {1, 2}


async def test_the_same_rotation_sent_ten_times_at_once_is_done_once(
    on_both: Given, administrator: Api, service: GivenClient, key: GivenKey
):
    new = drawn_key()

    answers = await at_once(*(rotated(administrator, service, key, new) for _ in range(10)))

    assert {answer.status_code for answer in answers} == {200}
    assert len(await on_both.trail("api_key.rotated")) == 1
    assert await is_good(on_both, key.key)


async def test_the_key_of_a_locked_client_is_rotated_while_it_is_locked(
    on_both: Given, administrator: Api, service: GivenClient, key: GivenKey
):
    new = drawn_key()
    await on_both.run(lambda ctx: lock(ctx, service.id))

    assert (await rotated(administrator, service, key, new)).status_code == 200

    assert not await is_good(on_both, new)
    await on_both.run(lambda ctx: unlock(ctx, service.id))
    assert await is_good(on_both, new)
