"""A test of an identity provider says what is wrong, and changes nothing."""

import asyncio

import pytest

from support.answers import refused
from support.api import Api
from support.given import Given, GivenClient, MakeGiven
from support.providers import changed, made, oidc, path_of, saml
from support.two_engines import rows_of

MANY = 20
ROWS = "SELECT * FROM identity_provider"


@pytest.fixture
async def maintenance(given: Given, client: GivenClient) -> Api:
    return await given.administrator(client)


async def test_one_that_works_is_said_to_work(on_both: Given):
    caller = await on_both.administrator(await on_both.client())
    provider = await made(caller, saml())
    before = await rows_of(on_both.env["AUTHME_DATABASE_URL"], ROWS)

    answer = await caller.post(f"{path_of(provider)}/test")

    assert answer.status_code == 200
    found = answer.json()
    assert found["works"] is True
    assert {one["check"] for one in found["findings"]} >= {"CERTIFICATES", "SERVICE_KEY", "REQUESTS"}
    assert all(one.keys() == {"check", "ok", "message"} and one["ok"] for one in found["findings"])
    assert await rows_of(on_both.env["AUTHME_DATABASE_URL"], ROWS) == before
    [row] = await on_both.trail("identity_provider.tested")
    assert (row["target"], row["detail"]) == (provider["identityProviderId"], '{"works":true}')


async def test_one_that_does_not_is_said_why_and_no_secret_with_it(maintenance: Api):
    provider = await made(maintenance, oidc(issuer="https://127.0.0.1", clientSecret="the hidden one"))

    answer = await maintenance.post(f"{path_of(provider)}/test")

    assert answer.status_code == 200
    found = answer.json()
    assert found["works"] is False
    assert "not a public one" in found["findings"][0]["message"]
    assert "the hidden one" not in answer.text


async def test_while_many_wait_for_a_provider_everybody_else_goes_on(make_given: MakeGiven, url: str):
    """Each waits without a connection to the database, of which a server has ten, and without a turn to write."""
    given = await make_given(url, development="true")
    caller = await given.administrator(await given.client())
    may_answer, all_wait, waiting = asyncio.Event(), asyncio.Event(), 0

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal waiting
        waiting += 1
        if waiting == MANY:
            all_wait.set()
        await may_answer.wait()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as host:
        where = f"http://127.0.0.1:{host.sockets[0].getsockname()[1]}"
        provider = await made(caller, oidc(issuer=where))
        tests = [asyncio.create_task(caller.post(f"{path_of(provider)}/test")) for _ in range(MANY)]
        async with asyncio.timeout(8):
            await all_wait.wait()
            for number in range(3):
                await made(caller, oidc() | {"alias": f"other-{number}"})
        assert not any(one.done() for one in tests)
        may_answer.set()
        answers = await asyncio.gather(*tests)

    assert [one.json()["works"] for one in answers] == [False] * MANY


async def test_one_that_is_disabled_is_tested_too(maintenance: Api):
    provider = await made(maintenance, saml() | {"isEnabled": False})

    assert (await maintenance.post(f"{path_of(provider)}/test")).json()["works"]


async def test_metadata_that_can_be_asked_no_more_is_a_finding(maintenance: Api):
    body = saml(metadataUrl="https://127.0.0.1/metadata")
    provider = await made(maintenance, body)

    found = (await maintenance.post(f"{path_of(provider)}/test")).json()

    assert [one["check"] for one in found["findings"] if not one["ok"]] == ["METADATA"]
    # A change that says what the metadata said asks nobody either.
    assert (await maintenance.put(path_of(provider), json=changed(body))).status_code == 200
    refused(
        await maintenance.put(path_of(provider), json=changed(saml(metadataUrl="https://127.0.0.1/", certificates=None))),
        400,
        "102",
    )
