"""UI-06 by several at once, and while somebody changes what it rests on."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from authme.legacy.embedded import EmbeddedDirectory
from authme.sign_in.legacy_link import Link
from support.answers import refused, token_object
from support.given import Given, GivenUser, MakeGiven, at_once, claims
from support.legacy_login import CPF, LOGON, SECRET, log_in, logged_in, visitor_of
from support.two_engines import rows_of

USERS = "/user-identities"
Found = Callable[[Given], Awaitable[GivenUser | None]]


async def nobody(_given: Given) -> None:
    return None


async def by_document(given: Given) -> GivenUser:
    return await given.user("maria@example.com", document=CPF, is_document_vouched=True)


async def by_name(given: Given) -> GivenUser:
    user = await given.user("maria@example.com")
    wanted = {"identities": [{"type": "LOGON", "value": LOGON}]}
    await (await given.service("identity_add", "identity_update")).patch(f"{USERS}/{user.id}/identities", json=wanted)
    return user


async def all_of(given: Given, query: str) -> list[Any]:
    return [row[0] for row in await rows_of(given.env["AUTHME_DATABASE_URL"], query)]


@pytest.mark.parametrize("found", [nobody, by_document, by_name])
async def test_two_first_logins_at_two_workers_are_one_user(
    make_given: MakeGiven, url: str, found: Found, monkeypatch: pytest.MonkeyPatch
):
    given = await make_given(url)
    other = await make_given(beside=given)
    user = await found(given)
    await given.legacy_logon(LOGON, SECRET, document=CPF, email="m@example.com", mobile="11912345678")
    both, write, met = asyncio.Barrier(2), Link.write, 0

    async def together(link: Link, *arguments: Any, **options: Any) -> None:
        nonlocal met
        met += 1
        if met <= 2:
            await both.wait()
        await write(link, *arguments, **options)

    monkeypatch.setattr(Link, "write", together)
    visitors = [await visitor_of(one) for one in (given, other)]

    answers = await at_once(*(log_in(one) for one in visitors))

    assert met >= 2
    subs = {claims(str(token_object(answer)["accessToken"]))["sub"] for answer in answers}
    assert len(subs) == 1
    assert subs == {user.id} if user else subs == set(await all_of(given, "SELECT id FROM user_account"))
    assert await all_of(given, "SELECT user_id FROM legacy_logon") == list(subs)
    assert len(await given.trail("logon.linked")) == 1
    assert await all_of(given, "SELECT count(*) FROM session WHERE ended_at IS NULL") == [2]
    for visitor in visitors:
        assert {(await logged_in(visitor))["sub"]} == subs


async def test_many_at_one_logon_are_one_user(on_both: Given):
    await on_both.legacy_logon(LOGON, SECRET)
    visitor = await visitor_of(on_both)

    answers = await at_once(*(log_in(visitor) for _ in range(8)))

    assert len({claims(str(token_object(answer)["accessToken"]))["sub"] for answer in answers}) == 1


async def test_the_first_logins_of_fifty_people_at_once(make_given: MakeGiven, url: str):
    given = await make_given(url)
    other = await make_given(beside=given)
    people = [f"P{number:03}" for number in range(50)]
    for number, logon in enumerate(people):
        # Some have one mailbox: it can be the name of one of them.
        await given.legacy_logon(logon, SECRET, email=f"p{number % 40}@example.com", mobile=f"119{number % 45:08}")
    visitors = [await visitor_of(one) for one in (given, other)]

    answers = await at_once(*(log_in(visitors[number % 2], logon) for number, logon in enumerate(people)))

    subs = [claims(str(token_object(answer)["accessToken"]))["sub"] for answer in answers]
    assert len(set(subs)) == 50
    assert sorted(await all_of(given, "SELECT user_id FROM legacy_logon")) == sorted(subs)
    assert await all_of(given, "SELECT count(*) FROM identity WHERE type = 'EMAIL'") == [40]


async def test_a_user_who_is_locked_before_the_logon_is_theirs(
    make_given: MakeGiven, url: str, monkeypatch: pytest.MonkeyPatch
):
    given = await make_given(url)
    user = await by_document(given)
    await given.legacy_logon(LOGON, SECRET, document=CPF)
    service, write = await given.service("account_lock"), Link.write

    async def late(link: Link, *arguments: Any, **options: Any) -> None:
        given.later(seconds=1)
        assert (await service.post(f"{USERS}/lock", json={"userId": user.id})).status_code == 204
        await write(link, *arguments, **options)

    monkeypatch.setattr(Link, "write", late)

    refused(await log_in(await visitor_of(given)), 401, "205")
    assert await all_of(given, "SELECT count(*) FROM legacy_logon") == [0]
    assert await all_of(given, "SELECT count(*) FROM session WHERE user_id IS NOT NULL AND ended_at IS NULL") == [0]


async def test_a_name_that_is_taken_before_the_user_is_made_is_left_out(
    make_given: MakeGiven, url: str, monkeypatch: pytest.MonkeyPatch
):
    given = await make_given(url)
    await given.legacy_logon(LOGON, SECRET, document=CPF, email="maria@example.com")
    write = Link.write

    async def late(link: Link, *arguments: Any, **options: Any) -> None:
        monkeypatch.setattr(Link, "write", write)
        await given.user(CPF)
        await given.user("maria@example.com")
        await write(link, *arguments, **options)

    monkeypatch.setattr(Link, "write", late)

    sub = (await logged_in(await visitor_of(given)))["sub"]

    assert await all_of(given, f"SELECT type FROM identity WHERE user_id = '{sub}'") == ["LOGON"]  # noqa: S608  # an id of ours
    assert await all_of(given, f"SELECT document FROM user_account WHERE id = '{sub}'") == [None]  # noqa: S608  # the same


Change = Callable[[Given, str, str], Awaitable[None]]


async def locked_and_unlocked(given: Given, user_id: str, _token: str) -> None:
    service = await given.service("account_lock", "account_unlock")
    for path in ("lock", "unlock"):
        assert (await service.post(f"{USERS}/{path}", json={"userId": user_id})).status_code == 204


async def changed(given: Given, _user_id: str, token: str) -> None:
    body = {"currentPassword": SECRET, "newPassword": "a phrase that is new here"}
    assert (await given.api.as_(token).post(f"{USERS}/me/change-password", json=body)).status_code == 204


@pytest.mark.parametrize(
    ("change", "keeps"), [(locked_and_unlocked, "true"), (locked_and_unlocked, "false"), (changed, "true")]
)
async def test_a_login_under_way_does_not_outlive_a_change(
    make_given: MakeGiven, url: str, change: Change, keeps: str, monkeypatch: pytest.MonkeyPatch
):
    given = await make_given(url, legacy_keeps_passwords=keeps)
    # The change comes from another worker process: on one, proofs for one name wait for each other.
    other = await make_given(beside=given)
    await given.legacy_logon(LOGON, SECRET)
    visitor = await visitor_of(given)
    token = str(token_object(await log_in(visitor))["accessToken"])
    await given.remove_there(LOGON)
    await given.legacy_logon(LOGON, "Newer02")
    is_verified, may_go_on, verify = asyncio.Event(), asyncio.Event(), EmbeddedDirectory.verify

    async def slowly(directory: EmbeddedDirectory, logon: str, secret: str) -> Any:
        verdict = await verify(directory, logon, secret)
        is_verified.set()
        await may_go_on.wait()
        return verdict

    monkeypatch.setattr(EmbeddedDirectory, "verify", slowly)
    under_way = asyncio.create_task(log_in(visitor, secret="Newer02"))
    await is_verified.wait()
    given.later(seconds=1)
    await change(other, claims(token)["sub"], token)
    may_go_on.set()

    refused(await under_way, 401, "203")
