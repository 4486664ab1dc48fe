"""What is good once or five times is so on all worker processes together, on each engine."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from support.api import Api
from support.authenticator import Authenticator
from support.factors import FACTORS, App, add, added, asked_for, confirmed_app, fulfil, registered, twice_proved
from support.given import Given, GivenClient, GivenUser, MakeGiven, at_once
from support.recovery import code_for, reset, retrieve

Workers = tuple[Given, Given]


@pytest.fixture
async def workers(on_both: Given, make_given: MakeGiven) -> Workers:
    return on_both, await make_given(beside=on_both)


@pytest.fixture
async def client(workers: Workers) -> GivenClient:
    return await workers[0].client()


async def spread(workers: Workers, token: str, ask: Callable[[Api, int], Awaitable[httpx.Response]], times: int) -> list[Any]:
    """Send as many requests of one caller at once, every other one to the other worker."""
    return await at_once(*(ask(workers[n % 2].api.as_(token), n) for n in range(times)))


def won(answers: list[httpx.Response]) -> int:
    assert {answer.status_code for answer in answers} <= {200, 201, 400, 401, 409, 429}, [answer.text for answer in answers]
    return sum(answer.status_code in {200, 201} for answer in answers)


async def test_ten_that_guess_get_five_tries_in_all(workers: Workers, client: GivenClient):
    given, user = workers[0], await workers[0].user()
    token = await given.user_token(user, client)
    asked = await asked_for(given.api.as_(token))
    code = int(await given.code(user.name))

    answers = await spread(workers, token, lambda person, n: fulfil(person, asked, token=f"{(code + 1 + n) % 10**6:06d}"), 12)

    assert [answer.json()[0]["code"] for answer in answers].count("8") <= 5
    assert won(answers) == 0
    given.later(minutes=5)
    assert (await fulfil(given.api.as_(token), asked, token=f"{code:06d}")).json()[0]["code"] == "502"


async def test_a_code_raises_once(workers: Workers, client: GivenClient):
    given, user = workers[0], await workers[0].user()
    token = await given.user_token(user, client)
    asked = await asked_for(given.api.as_(token))
    code = await given.code(user.name)

    assert won(await spread(workers, token, lambda person, _: fulfil(person, asked, token=code), 8)) == 1
    assert len(await given.trail("session.raised")) == 1


@pytest.mark.parametrize("kind", ["app", "recovery code", "passkey"])
async def test_what_is_good_once_is_so_by_whichever_challenge(workers: Workers, client: GivenClient, kind: str):
    given, user = workers[0], await workers[0].user("maria.silva")
    owner, authenticator = await given.person(user, client), Authenticator()
    if kind == "app":
        answer: dict[str, Any] = {"token": (await confirmed_app(given, owner)).code}
    elif kind == "recovery code":
        answer = {"token": (await added(owner, "RECOVERY_CODES"))["recoveryCodes"][0]}
    else:
        await registered(owner, authenticator)
    tokens = [await given.user_token(user, client) for _ in range(8)]
    asked = [await asked_for(given.api.as_(token)) for token in tokens]
    if kind == "passkey":
        authenticator.counter += 1
        counted = Authenticator.__new__(Authenticator)
        counted.__dict__ = authenticator.__dict__ | {"_counts": False}

    def given_answer(n: int) -> dict[str, Any]:
        return {"assertion": counted.get(asked[n]["publicKey"])} if kind == "passkey" else answer

    answers = await at_once(
        *(fulfil(workers[n % 2].api.as_(token), asked[n], **given_answer(n)) for n, token in enumerate(tokens))
    )

    assert won(answers) == 1


async def test_a_password_is_reset_once(workers: Workers, client: GivenClient):
    given, user = workers[0], await workers[0].user()
    visitors = [worker.api.as_client(client.id) for worker in workers]
    code = await code_for(given, visitors[0], user.name)

    answers = await at_once(*(reset(visitors[n % 2], user.name, code, f"another good password {n}") for n in range(8)))

    assert won(answers) == 1
    assert [row["result"] for row in await given.trail("user.password_reset")].count("OK") == 1


async def test_ten_that_guess_at_a_reset_get_five_tries_in_all(workers: Workers, client: GivenClient):
    given, user = workers[0], await workers[0].user()
    visitors = [worker.api.as_client(client.id) for worker in workers]
    code = await code_for(given, visitors[0], user.name)
    wrong = [f"{(int(code) + 1 + n) % 10**6:06d}" for n in range(12)]

    await at_once(*(reset(visitors[n % 2], user.name, one) for n, one in enumerate(wrong)))

    given.later(minutes=9)
    assert (await reset(visitors[0], user.name, code)).json()[0]["code"] == "8"


async def test_one_contact_is_marked(workers: Workers, client: GivenClient):
    given, user = workers[0], await workers[0].user("maria.silva")
    token = await given.user_token(user, client)

    def mark(person: Api, n: int) -> Awaitable[httpx.Response]:
        return add(person, {"contactType": "EMAIL", "email": f"a{n}@example.com", "tags": ["MARKED_RESOURCES"]})

    assert won(await spread(workers, token, mark, 8)) == 1


async def lock(_given: Given, service: Api, _owner: Api, user: GivenUser, _app: App) -> httpx.Response:
    return await service.post("/user-identities/lock", json={"userId": user.id})


async def remove(_given: Given, service: Api, _owner: Api, user: GivenUser, _app: App) -> httpx.Response:
    return await service.delete(f"/user-identities/{user.id}")


async def change_password(_given: Given, _service: Api, owner: Api, user: GivenUser, _app: App) -> httpx.Response:
    body = {"currentPassword": user.password, "newPassword": "another good password"}
    return await owner.post("/user-identities/me/change-password", json=body)


async def reset_password(given: Given, _service: Api, _owner: Api, user: GivenUser, _app: App) -> httpx.Response:
    return await reset(given.api.as_client((await given.client()).id), user.name, await given.code(user.name))


async def remove_factor(_given: Given, _service: Api, owner: Api, _user: GivenUser, app: App) -> httpx.Response:
    return await owner.delete(f"{FACTORS}/{app.id}", params={"endOtherSessions": "true"})


@pytest.mark.parametrize("happens", [lock, remove, change_password, reset_password, remove_factor])
async def test_answers_under_way_and_what_happens_to_a_user_do_not_wait_for_each_other(
    workers: Workers, client: GivenClient, happens: Callable[..., Awaitable[httpx.Response]]
):
    """Two units that took the same rows in another order would both be undone, and told to come back."""
    given, service = workers[0], await workers[0].service("account_lock", "identity_remove")
    for _ in range(4):
        user = await given.user()
        owner = await twice_proved(given, user, client)
        app = await confirmed_app(given, owner)
        tokens = [await given.user_token(user, client) for _ in range(5)]
        asked = [await asked_for(given.api.as_(token), factorId=app.id) for token in tokens]
        await retrieve(given.api.as_client(client.id), user.name)

        *answers, done = await at_once(
            *(fulfil(workers[n % 2].api.as_(token), asked[n], token=app.code) for n, token in enumerate(tokens)),
            happens(given, service, owner, user, app),
        )

        assert done.status_code in {200, 204}, done.text
        assert won(answers) <= 1
        for answer in answers:
            if answer.status_code == 200:
                me = await given.api.as_(answer.json()["accessToken"]).get("/user-identities/me")
                assert me.status_code == 401
