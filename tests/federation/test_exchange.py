"""UI-42 at a real provider: the exchange of codes, its keys, and the time in which it is down."""

import asyncio
from collections.abc import Iterator
from urllib.parse import urlencode

import msgspec
import pytest

from authme.federation.authorization import challenge_of
from authme.providers import store
from support.answers import refused, token_object
from support.api import Api
from support.federated import BEGIN, LOGIN, Later, bring, log_in, logged_in, said
from support.given import Given, GivenClient, MakeGiven, at_once
from support.openid_peer import CALLBACK, OpenIdPeer, running_openid_peer


@pytest.fixture
def peer() -> Iterator[OpenIdPeer]:
    """One of the test's own, which may change its keys and be killed."""
    with running_openid_peer() as running:
        yield running


@pytest.fixture
async def caller(given: Given, client: GivenClient) -> Api:
    return given.api.as_client(client.id)


@pytest.mark.parametrize("client_name", ["basic", "post", "public", "es256", "rs256"])
async def test_each_way_in_which_a_client_proves_to_be_itself(
    given: Given, caller: Api, openid_peer: OpenIdPeer, client_name: str
):
    await given.oidc_provider(**openid_peer.settings(client_name))

    assert logged_in(await log_in(caller, openid_peer, f"peer-{client_name}"))["amr"] == ["fed"]


async def test_a_client_whose_secret_is_wrong_is_told_so(given: Given, caller: Api, openid_peer: OpenIdPeer):
    await given.oidc_provider(**openid_peer.settings("wrong"))

    check = "the provider does not take this server for its client: invalid_client"
    assert said(await log_in(caller, openid_peer, "peer-wrong")) == check


async def test_a_code_is_good_once(given: Given, caller: Api, openid_peer: OpenIdPeer):
    await given.oidc_provider(**openid_peer.settings())
    brought = await bring(caller, openid_peer)
    token_object(await caller.post(LOGIN, json=brought.body))

    refused(await caller.post(LOGIN, json=brought.body), 401, "207")
    check = "the provider does not accept the code: invalid_grant (400)"
    assert said(await caller.post(LOGIN, json=brought.but(state=None, iss=None))) == check


async def test_of_many_that_bring_one_code_one_gets_in(on_both: Given, openid_peer: OpenIdPeer):
    await on_both.oidc_provider(**openid_peer.settings())
    caller = on_both.api.as_client((await on_both.client()).id)
    brought = await bring(caller, openid_peer)

    answers = await at_once(*(caller.post(LOGIN, json=brought.body) for _ in range(10)))

    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 9


async def test_of_many_on_two_processes_one_gets_in_or_none(on_both: Given, make_given: MakeGiven, openid_peer: OpenIdPeer):
    """A provider that is brought a code twice takes back what it gave for it (RFC 6749 section 4.1.2)."""
    await on_both.oidc_provider(**openid_peer.settings())
    client, second = await on_both.client(), await make_given(beside=on_both)
    callers = [one.api.as_client(client.id) for one in (on_both, second)]
    brought = await bring(callers[0], openid_peer)

    answers = await at_once(*(callers[n % 2].post(LOGIN, json=brought.body) for n in range(10)))

    assert sorted(answer.status_code for answer in answers)[1:] == [401] * 9


async def test_two_first_logins_at_once_make_one_user(on_both: Given, make_given: MakeGiven, openid_peer: OpenIdPeer):
    await on_both.oidc_provider(**openid_peer.settings(trusts_email=True))
    client, second = await on_both.client(), await make_given(beside=on_both)
    callers = [one.api.as_client(client.id) for one in (on_both, second)]
    brought = [await bring(callers[n % 2], openid_peer) for n in range(4)]

    answers = await at_once(*(callers[n % 2].post(LOGIN, json=one.body) for n, one in enumerate(brought)))

    assert len({logged_in(answer)["sub"] for answer in answers}) == 1


@pytest.mark.parametrize("wrong", [{"codeVerifier": "w" * 43}, {"code": "x"}])
async def test_a_code_is_good_with_its_verifier_alone(
    given: Given, caller: Api, openid_peer: OpenIdPeer, wrong: dict[str, str]
):
    await given.oidc_provider(**openid_peer.settings())
    brought = await bring(caller, openid_peer)

    check = "the provider does not accept the code: invalid_grant (400)"
    assert said(await caller.post(LOGIN, json=brought.but(**wrong))) == check


async def test_a_code_that_was_put_into_somebodys_session_is_refused_by_the_nonce(
    given: Given, caller: Api, openid_peer: OpenIdPeer
):
    await given.oidc_provider(**openid_peer.settings())
    stolen, own = await bring(caller, openid_peer), await bring(caller, openid_peer, account="joao")
    injected = own.but(code=stolen.body["code"], codeVerifier=stolen.body["codeVerifier"])

    assert said(await caller.post(LOGIN, json=injected)) == "the ID token: nonce is another one".removeprefix("the ID token: ")


async def test_an_application_that_asks_the_provider_itself_needs_no_state(given: Given, caller: Api, openid_peer: OpenIdPeer):
    await given.oidc_provider(**openid_peer.settings())
    verifier, nonce = "v" * 64, "an own nonce"
    asked = {
        "response_type": "code",
        "client_id": openid_peer.clients["basic"].settings["client_id"],
        "redirect_uri": CALLBACK,
        "scope": "openid",
        "nonce": nonce,
        "code_challenge": challenge_of(verifier),
        "code_challenge_method": "S256",
    }
    back = openid_peer.log_in(f"{openid_peer.issuer}/auth?{urlencode(asked)}")
    body = {"provider": "peer-basic", "code": back["code"], "redirectUri": CALLBACK, "codeVerifier": verifier, "nonce": nonce}

    token_object(await caller.post(LOGIN, json=body))


async def test_a_telephone_shows_the_id_token_that_it_was_given(given: Given, caller: Api, openid_peer: OpenIdPeer):
    await given.oidc_provider(**openid_peer.settings("native"))
    asked = {"response_type": "id_token", "client_id": "native", "redirect_uri": CALLBACK, "scope": "openid", "nonce": "n0nce"}
    back = openid_peer.log_in(f"{openid_peer.issuer}/auth?{urlencode(asked)}")
    body = {"provider": "peer-native", "idToken": back["id_token"], "nonce": "n0nce"}

    assert said(await caller.post(LOGIN, json=body | {"nonce": "another"})) == "nonce is another one"
    token_object(await caller.post(LOGIN, json=body))
    refused(await caller.post(LOGIN, json=body), 401, "207")


async def test_a_person_who_says_no_brings_no_code(given: Given, caller: Api, openid_peer: OpenIdPeer):
    await given.oidc_provider(**openid_peer.settings())
    begun = (await caller.post(BEGIN, json={"provider": "peer-basic", "redirectUri": CALLBACK})).json()

    back = openid_peer.log_in(begun["authorizationUrl"], account="")

    assert (back["error"], back["state"]) == ("access_denied", begun["state"])


async def test_a_provider_that_is_disabled_meanwhile_lets_nobody_in(given: Given, caller: Api, openid_peer: OpenIdPeer):
    provider = await given.oidc_provider(**openid_peer.settings())
    logged_in(await log_in(caller, openid_peer))
    brought = await bring(caller, openid_peer)
    disabled = msgspec.structs.replace(provider, is_enabled=False)
    await given.run(lambda ctx: store.change(ctx.tx, disabled))

    refused(await caller.post(LOGIN, json=brought.body), 400, "107")


async def test_new_keys_are_found_while_people_log_in(given: Given, caller: Api, peer: OpenIdPeer):
    await given.oidc_provider(**peer.settings())
    first = logged_in(await log_in(caller, peer))

    peer.new_keys()

    assert logged_in(await log_in(caller, peer))["sub"] == first["sub"]


async def test_a_provider_that_comes_back_lets_people_in_again(given: Given, caller: Api, peer: OpenIdPeer, later: Later):
    await given.oidc_provider(**peer.settings())
    logged_in(await log_in(caller, peer))
    brought = await bring(caller, peer)
    peer.stop()

    answer = await caller.post(LOGIN, json=brought.body)
    refused(answer, 503, "902")
    assert int(answer.headers["retry-after"]) >= 1

    peer.start()
    later(5)
    logged_in(await log_in(caller, peer))


async def test_one_that_hangs_is_waited_for_once(make_given: MakeGiven, peer: OpenIdPeer, url: str):
    given = await make_given(url, development="true", fetch_seconds=1)
    await given.oidc_provider(**peer.settings())
    caller = given.api.as_client((await given.client()).id)
    brought = await bring(caller, peer)
    peer.freeze()

    started = asyncio.get_running_loop().time()
    answers = [await caller.post(LOGIN, json=brought.but(code=f"code {number}")) for number in range(5)]
    took = asyncio.get_running_loop().time() - started
    peer.thaw()

    assert [answer.status_code for answer in answers] == [503] * 5
    assert 1 <= took < 3
