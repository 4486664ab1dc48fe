"""Whose document it is by somebody's word: who registers may name any."""

from typing import Any

import pytest

from authme.kernel.context import Context
from authme.users import change_store, store
from authme.users.bring_in import Outcome, bring_in, read_line
from authme.users.document_store import find_by_document
from authme.users.model import User
from support.api import Api
from support.given import Given, GivenClient

USERS = "/user-identities"
CPF, OTHER = "52998224725", "11144477735"


async def made(caller: Api, **body: Any) -> str:
    answer = await caller.post(USERS, json={"username": "maria.silva", "document": CPF} | body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["userId"])


async def user_of(given: Given, user_id: str) -> User:
    return await given.run(lambda ctx: store.get(ctx.tx, user_id))


async def owner(given: Given, document: str) -> str | None:
    found = await given.run(lambda ctx: find_by_document(ctx.tx, document))
    return found.id if found is not None else None


@pytest.mark.parametrize(
    ("who", "is_vouched"),
    [("visitor", False), ("person", False), ("ADMIN", False), ("service", False), ("updating", True), ("maintenance", True)],
)
async def test_only_who_may_set_a_document_anyway_vouches_for_it(given: Given, client: GivenClient, who: str, is_vouched: bool):  # noqa: FBT001  # a parameter of the table
    callers = {
        "visitor": given.api.as_client(client.id),
        "person": await given.person(await given.user(), client),
        "ADMIN": await given.person(await given.user(None, "ADMIN"), client),
        "service": await given.service("identity_add"),
        "updating": await given.service("identity_update"),
        "maintenance": await given.person(await given.user(None, "IAM_ADMIN_MAINTENANCE"), client),
    }

    user = await user_of(given, await made(callers[who]))

    assert (user.document, user.is_document_vouched, user.is_known_by(CPF)) == (CPF, is_vouched, is_vouched)


async def test_without_a_document_nothing_is_vouched_for(given: Given):
    service = await given.service("identity_update")

    user = await user_of(given, await made(service, username=CPF, usernameType="CPF", document=None))

    assert (user.document, user.is_document_vouched) == (None, False)
    assert not user.is_known_by(CPF)


async def test_a_change_vouches_and_what_goes_is_vouched_for_no_more(on_both: Given):
    client = await on_both.client()
    service = await on_both.service("identity_update", "identity_remove")
    user_id = await made(on_both.api.as_client(client.id))

    async def change(**body: Any) -> User:
        answer = await service.patch(f"{USERS}/{user_id}", json=body)
        assert answer.status_code == 200, answer.text
        return await user_of(on_both, user_id)

    assert not (await change(name="Maria")).is_document_vouched
    assert (await change(document=CPF)).is_known_by(CPF)
    assert (await change(name="Maria Silva")).is_known_by(CPF)
    assert (await change(document=OTHER)).is_known_by(OTHER)
    assert not (await change(document=None)).is_document_vouched
    assert (await change(document=OTHER)).is_known_by(OTHER)
    identities = await on_both.run(lambda ctx: store.list_identities(ctx.tx, user_id))
    its_id = next(one.id for one in identities if one.type == "CPF")
    assert (await service.delete(f"{USERS}/{user_id}/identities/{its_id}")).status_code == 204
    assert not (await user_of(on_both, user_id)).is_document_vouched


async def test_an_import_vouches(on_both: Given):
    async def run(work: Any) -> Outcome:
        return await on_both.run(work)

    lines = [f'{{"username": "maria.silva", "document": "{CPF}"}}', '{"username": "joao.souza"}']
    await bring_in(run, list(enumerate(map(read_line, lines), start=1)))

    owner_id = await owner(on_both, CPF)
    assert owner_id is not None
    assert (await user_of(on_both, owner_id)).is_known_by(CPF)


async def test_a_document_finds_its_user_by_document_or_name(on_both: Given):
    client, service = await on_both.client(), await on_both.service("identity_update", "identity_remove")
    visitor = on_both.api.as_client(client.id)
    named = await made(visitor, username=OTHER, usernameType="CPF", document=None)
    user_id = await made(visitor)

    assert (await owner(on_both, CPF), await owner(on_both, OTHER)) == (user_id, named)
    assert await owner(on_both, "12345678909") is None

    assert (await service.delete(f"{USERS}/{user_id}")).status_code == 204
    assert await owner(on_both, CPF) is None


async def test_a_logon_is_written_and_erased_with_the_user(on_both: Given):
    user, service = await on_both.user(), await on_both.service("identity_update", "identity_remove")

    async def write(ctx: Context) -> bool:
        return await change_store.set_logon(ctx.tx, user.id, "MARIA01")

    assert await on_both.run(write)
    assert (await service.patch(f"{USERS}/{user.id}", json={"name": "Maria"})).status_code == 200
    assert (await user_of(on_both, user.id)).logon == "MARIA01"
    assert (await service.delete(f"{USERS}/{user.id}")).status_code == 204
    assert not await on_both.run(write)
    removed = await on_both.run(lambda ctx: store.find(ctx.tx, user.id))
    assert removed is not None
    assert (removed.logon, removed.is_document_vouched) == (None, False)
