"""Logins by a proof, several at once and while somebody changes what they rest on."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from authme.kernel.context import Context
from authme.kernel.errors import AlreadyExists, Refusal, Unavailable
from authme.sign_in import link_proof
from authme.sign_in.proof_found import Found
from authme.sign_in.proved_person import ChangedMeanwhile
from authme.tokens.model import TokenObject
from authme.tokens.used import use_once
from authme.users import names
from authme.users.model import Identity
from support.given import Given, MakeGiven, at_once, claims
from support.given_proofs import CPF, EMAIL, OTHER_CPF, Proofs, by_account, by_certificate, proofs_at

USERS = "/user-identities"
Prepare = Callable[[Given], Awaitable[Any]]
Change = Callable[[Given, str], Awaitable[Any]]


async def two_workers(make_given: MakeGiven, url: str, **settings: Any) -> tuple[Proofs, Proofs]:
    given = await make_given(url, verify_contact="true", **settings)
    proofs = await proofs_at(given)
    return proofs, Proofs(await make_given(beside=given), proofs.client)


def meet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have two who planned what to write begin to write at once."""
    both, write, met = asyncio.Barrier(2), Found.write, 0

    async def together(found: Found, ctx: Any) -> Any:
        nonlocal met
        met += 1
        if met <= 2:
            await both.wait()
        return await write(found, ctx)

    monkeypatch.setattr(Found, "write", together)


async def nobody(_given: Given) -> None:
    return None


async def somebody(given: Given) -> None:
    await given.user(EMAIL, document=CPF, is_document_vouched=True)


async def somebody_without_a_document(given: Given) -> None:
    await given.user(EMAIL)


def subjects(answers: list[Any]) -> set[str]:
    assert all(isinstance(one, TokenObject) for one in answers), answers
    return {claims(one.access_token)["sub"] for one in answers}


@pytest.mark.parametrize("prepare", [nobody, somebody, somebody_without_a_document])
@pytest.mark.parametrize("is_the_same", [True, False], ids=["one proof", "two proofs of one person"])
async def test_two_first_logins_at_two_workers_are_one_user(
    make_given: MakeGiven, url: str, prepare: Prepare, monkeypatch: pytest.MonkeyPatch, *, is_the_same: bool
):
    proofs, beside = await two_workers(make_given, url)
    await prepare(proofs.given)
    provider = await proofs.given.oidc_provider()
    one = by_account(provider, document=CPF, email=EMAIL)
    other = one if is_the_same else by_account(provider, document=CPF, email=EMAIL)
    meet(monkeypatch)

    found = subjects(await at_once(proofs.enter(one), beside.enter(other)))

    assert len(found) == 1
    assert await proofs.rows("SELECT id FROM user_account") == [(found.copy().pop(),)]
    assert len(await proofs.given.trail("proof.linked")) == len({one.name.key, other.name.key})
    assert await proofs.rows("SELECT count(*) FROM session WHERE ended_at IS NULL") == [(2,)]
    user = await proofs.user(found.pop())
    assert (user["document"], user["is_document_vouched"]) == (CPF, 1)
    for proof in (one, other):
        await proofs.entered(proof)


async def test_a_certificate_and_an_account_of_one_person_at_once_are_one_user(
    make_given: MakeGiven, url: str, monkeypatch: pytest.MonkeyPatch
):
    proofs, beside = await two_workers(make_given, url)
    provider = await proofs.given.oidc_provider()
    meet(monkeypatch)

    found = subjects(await at_once(proofs.enter(by_certificate()), beside.enter(by_account(provider, document=CPF))))

    assert len(found) == 1


async def test_many_at_once_are_one_user(on_both: Given):
    proofs = await proofs_at(on_both)

    found = subjects(await at_once(*(proofs.enter(by_certificate()) for _ in range(8))))

    assert len(found) == 1
    assert await proofs.rows("SELECT count(*) FROM user_account") == [(1,)]


def before_the_write(monkeypatch: pytest.MonkeyPatch, change: Callable[[], Awaitable[Any]]) -> None:
    """Have something happen elsewhere between the plan and the write of a login."""
    write = Found.write

    async def late(found: Found, ctx: Any) -> Any:
        monkeypatch.setattr(Found, "write", write)
        await change()
        return await write(found, ctx)

    monkeypatch.setattr(Found, "write", late)


async def locked(given: Given, user_id: str) -> None:
    assert (await (await given.service("account_lock")).post(f"{USERS}/lock", json={"userId": user_id})).status_code == 204


async def removed(given: Given, user_id: str) -> None:
    assert (await (await given.service("identity_remove")).delete(f"{USERS}/{user_id}")).status_code == 204


async def of_another_document(given: Given, user_id: str) -> None:
    service = await given.service("identity_update")
    assert (await service.patch(f"{USERS}/{user_id}", json={"document": OTHER_CPF})).status_code == 200


async def renamed(given: Given, user_id: str) -> None:
    service = await given.service("identity_update")
    assert (await service.patch(f"{USERS}/{user_id}", json={"name": "Maria de Souza"})).status_code == 200


async def without_the_proof(given: Given, user_id: str) -> None:
    service = await given.service("identity_remove", "identity_read")
    found = (await service.get(f"{USERS}/{user_id}")).json()
    (identity_id,) = [one["identityId"] for one in found["identities"] if one["type"] == "CERTIFICATE"]
    answer = await service.delete(f"{USERS}/{user_id}/identities/{identity_id}")
    assert answer.status_code == 204, answer.text


@pytest.mark.parametrize(
    ("change", "code"),
    [(locked, "205"), (removed, None), (of_another_document, None), (renamed, None), (without_the_proof, "207")],
)
@pytest.mark.parametrize("is_linked", [True, False])
async def test_what_changed_between_the_plan_and_the_write_is_planned_anew(
    make_given: MakeGiven, url: str, change: Change, code: str | None, monkeypatch: pytest.MonkeyPatch, *, is_linked: bool
):
    if change is without_the_proof and not is_linked:
        return
    proofs, beside = await two_workers(make_given, url)
    user = await proofs.given.user(EMAIL, document=CPF, is_document_vouched=True)
    if is_linked:
        await proofs.tokens(by_certificate())
    proofs.given.later(seconds=1)
    before_the_write(monkeypatch, lambda: change(beside.given, user.id))

    answer = await proofs.enter(by_certificate())

    if code is not None:
        assert isinstance(answer, Refusal)
        assert answer.code == code
        assert await proofs.rows("SELECT count(*) FROM session WHERE ended_at IS NULL AND user_id IS NOT NULL") == [(0,)]
    else:
        is_theirs = change is renamed or (change is of_another_document and is_linked)
        if change is removed and is_linked:
            # Their certificate is kept from everybody for a time, as their other names are.
            assert isinstance(answer, Refusal)
        else:
            assert (subjects([answer]) == {user.id}) == is_theirs


@pytest.mark.parametrize(("change", "code"), [(locked, "205"), (renamed, None), (without_the_proof, "207")])
async def test_what_changed_until_the_proof_was_used_up_is_planned_anew(
    make_given: MakeGiven, url: str, change: Change, code: str | None
):
    proofs, beside = await two_workers(make_given, url)
    user = await proofs.given.user(EMAIL, document=CPF, is_document_vouched=True)
    await proofs.tokens(by_certificate())
    proofs.given.later(seconds=1)

    async def use(ctx: Context) -> bool:
        await change(beside.given, user.id)
        # The first write; from here on nobody else is let in between on SQLite.
        return await use_once(ctx.tx, "a provider", "an assertion", expires_at=ctx.clock.now_ms() + 1000)

    answer = await proofs.enter_by(lambda ctx: (by_certificate(), lambda: use(ctx)))

    if code is None:
        assert subjects([answer]) == {user.id}
    else:
        assert isinstance(answer, Refusal)
        assert answer.code == code


async def test_an_address_that_is_taken_away_meanwhile_links_nobody(
    make_given: MakeGiven, url: str, monkeypatch: pytest.MonkeyPatch
):
    proofs, beside = await two_workers(make_given, url)
    user = await proofs.given.user(EMAIL, names=(names.email(EMAIL), names.username("maria")))
    provider = await proofs.given.oidc_provider()

    async def taken() -> None:
        service = await beside.given.service("identity_remove", "identity_read")
        found = (await service.get(f"{USERS}/{user.id}")).json()
        (identity_id,) = [one["identityId"] for one in found["identities"] if one["type"] == "EMAIL"]
        assert (await service.delete(f"{USERS}/{user.id}/identities/{identity_id}")).status_code == 204

    before_the_write(monkeypatch, taken)

    assert subjects([await proofs.enter(by_account(provider, email=EMAIL))]) != {user.id}


async def test_a_document_that_becomes_anothers_meanwhile_is_planned_anew(
    make_given: MakeGiven, url: str, monkeypatch: pytest.MonkeyPatch
):
    proofs, beside = await two_workers(make_given, url)
    before_the_write(monkeypatch, lambda: beside.given.user(None, names=(names.cpf(CPF),)))

    answer = await proofs.enter(by_certificate())

    assert isinstance(answer, Refusal)
    assert "has this document" in answer.items[0].message
    assert await proofs.rows("SELECT type FROM identity") == [("CPF",)]
    assert await proofs.rows("SELECT count(*) FROM user_account") == [(1,)]


async def test_a_business_that_goes_meanwhile_gets_nobody(make_given: MakeGiven, url: str, monkeypatch: pytest.MonkeyPatch):
    proofs, beside = await two_workers(make_given, url)
    number = "11222333000181"
    business = await proofs.given.business(document=number)

    async def gone() -> None:
        answer = await (await beside.given.administrator(await beside.given.client())).delete(f"/businesses/{business}")
        assert answer.status_code == 204, answer.text

    before_the_write(monkeypatch, gone)

    answer = await proofs.enter(by_certificate(cnpj=number))

    assert isinstance(answer, Refusal)
    assert "No business here" in answer.items[0].message


async def test_whoever_is_changed_again_and_again_is_told_to_come_back(
    make_given: MakeGiven, url: str, monkeypatch: pytest.MonkeyPatch
):
    proofs, _ = await two_workers(make_given, url)
    tries = 0

    async def changed(_found: Found, _ctx: Any) -> Any:
        nonlocal tries
        tries += 1
        raise ChangedMeanwhile

    monkeypatch.setattr(Found, "write", changed)

    with pytest.raises(Unavailable):
        await proofs.enter(by_certificate())

    assert tries == 3
    assert await proofs.rows("SELECT count(*) FROM session") == [(0,)]


async def test_a_proof_that_one_links_while_another_logs_in_by_it_is_one_users(
    make_given: MakeGiven, url: str, monkeypatch: pytest.MonkeyPatch
):
    proofs, beside = await two_workers(make_given, url)
    token = await proofs.person(await proofs.given.user("jose.pereira"))
    proof = by_account(await proofs.given.oidc_provider(), document=CPF)
    # Both have planned what they are about to write, and none has written.
    both, plan, write = asyncio.Barrier(2), link_proof.with_document, Found.write

    async def planned(*arguments: Any) -> Any:
        monkeypatch.setattr(link_proof, "with_document", plan)
        await both.wait()
        return await plan(*arguments)

    async def about_to_make(found: Found, ctx: Any) -> Any:
        if found.was is None:
            monkeypatch.setattr(Found, "write", write)
            await both.wait()
        return await write(found, ctx)

    monkeypatch.setattr(link_proof, "with_document", planned)
    monkeypatch.setattr(Found, "write", about_to_make)

    linked, entered = await asyncio.gather(proofs.link(token, proof), beside.enter(proof), return_exceptions=True)

    ((owner,),) = await proofs.rows("SELECT user_id FROM identity WHERE type = 'FEDERATED'")
    assert subjects([entered]) == {owner}
    assert isinstance(linked, AlreadyExists) or (isinstance(linked, Identity) and linked.user_id == owner)
    assert await proofs.rows("SELECT user_id FROM identity WHERE type = 'CPF'") == [(owner,)]
