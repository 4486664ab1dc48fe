"""UI-42 while providers change their keys, say odd things of themselves, or do not answer."""

import asyncio
import json
from pathlib import Path
from threading import Event

import pytest
from structlog.testing import capture_logs

from support.answers import refused, token_object
from support.api import Api
from support.federated import BEGIN, Later, said, show
from support.given import Given, MakeGiven, at_once
from support.openid_small import CALLBACK, CLIENT_ID, Answer, SmallProvider, public_jwk
from support.providers import changed, oidc
from support.two_engines import rows_of

DISCOVERY = "/.well-known/openid-configuration"


@pytest.fixture
async def caller(given: Given, provider: SmallProvider) -> Api:
    await given.oidc_provider(**provider.settings())
    return given.api.as_client((await given.client()).id)


async def test_what_a_provider_publishes_is_kept_for_an_hour(given: Given, caller: Api, provider: SmallProvider):
    token_object(await show(caller, provider.id_token()))
    given.later(minutes=59)
    token_object(await show(caller, provider.id_token()))
    assert (provider.asked[DISCOVERY], provider.asked["/keys"]) == (1, 1)

    given.later(minutes=2)
    token_object(await show(caller, provider.id_token()))
    assert (provider.asked[DISCOVERY], provider.asked["/keys"]) == (2, 2)


async def test_of_many_first_logins_one_asks(caller: Api, provider: SmallProvider):
    answers = await at_once(*(show(caller, provider.id_token(sub=f"person {number}")) for number in range(20)))

    assert [answer.status_code for answer in answers] == [200] * 20
    assert (provider.asked[DISCOVERY], provider.asked["/keys"]) == (1, 1)


async def test_new_keys_are_found_when_they_are_used(caller: Api, provider: SmallProvider):
    old = provider.id_token(sub="joao")
    token_object(await show(caller, provider.id_token()))
    provider.rotate("second")

    token_object(await show(caller, provider.id_token()))
    # What was withdrawn is good no more.
    assert said(await show(caller, old)) == "no key of that kid and algorithm"


async def test_strangers_do_not_make_the_server_ask(given: Given, caller: Api, provider: SmallProvider):
    token_object(await show(caller, provider.id_token()))

    for number in range(10):
        forged = provider.id_token(header={"kid": f"made up {number}"})
        assert said(await show(caller, forged)) == "no key of that kid and algorithm"
    assert provider.asked["/keys"] == 2

    # Nor do they keep a provider from changing its keys for longer than some seconds.
    provider.rotate("second")
    assert said(await show(caller, provider.id_token())) == "no key of that kid and algorithm"
    given.later(seconds=31)
    token_object(await show(caller, provider.id_token()))
    assert provider.asked["/keys"] == 3


async def test_a_clock_that_is_moved_back_keeps_nothing_for_longer(given: Given, caller: Api, provider: SmallProvider):
    token_object(await show(caller, provider.id_token()))
    given.later(hours=-5)

    token_object(await show(caller, provider.id_token()))
    assert provider.asked["/keys"] == 2


async def test_a_provider_that_is_down_is_waited_for_by_the_caller(caller: Api, provider: SmallProvider, later: Later):
    token = provider.id_token()
    provider.close()

    answer = await show(caller, token)
    refused(answer, 503, "902")
    assert answer.json()[0]["message"] == "The identity provider does not answer."
    assert int(answer.headers["retry-after"]) >= 1

    # It is not asked again at once, whoever comes; and after some seconds one tries.
    provider.open()
    refused(await show(caller, token), 503, "902")
    refused(await caller.post(BEGIN, json={"provider": "small", "redirectUri": CALLBACK}), 503, "902")
    assert provider.asked.total() == 0
    later(2)
    token_object(await show(caller, token))


async def test_one_that_hangs_costs_its_time_once(make_given: MakeGiven, provider: SmallProvider, tmp_path: Path):
    given = await make_given(f"sqlite:///{tmp_path}/b.db", development="true", fetch_seconds=1)
    await given.oidc_provider(**provider.settings())
    caller = given.api.as_client((await given.client()).id)
    provider.hang()

    started = asyncio.get_running_loop().time()
    answers = await at_once(*(show(caller, provider.id_token(sub=f"person {number}")) for number in range(10)))
    answers.append(await show(caller, provider.id_token(sub="another")))

    assert [answer.status_code for answer in answers] == [503] * 11
    assert asyncio.get_running_loop().time() - started < 2


@pytest.mark.parametrize("by", ["disabling", "removing"])
async def test_whoever_waited_for_one_that_is_over_by_then_is_not_let_in(
    make_given: MakeGiven, provider: SmallProvider, url: str, by: str
):
    given = await make_given(url, development="true")
    await given.oidc_provider(**provider.settings())
    caller = given.api.as_client((await given.client()).id)
    token_object(await show(caller, provider.id_token()))
    given.later(hours=2)
    admin = await given.administrator(await given.client())
    document, may_answer = provider.document(), Event()

    def late() -> bytes:
        may_answer.wait(10)
        return json.dumps(document).encode()

    provider.answers[DISCOVERY] = Answer(late)
    logins = [asyncio.create_task(show(caller, provider.id_token(sub=sub))) for sub in ("maria", "joao")]
    async with asyncio.timeout(5):
        while provider.asked[DISCOVERY] < 2:  # noqa: ASYNC110  # another thread counts: the first login, and these
            await asyncio.sleep(0.01)

    [shown] = (await admin.get("/identity-providers")).json()["items"]
    path = f"/identity-providers/{shown['identityProviderId']}"
    if by == "removing":
        assert (await admin.delete(path)).status_code == 204
    else:
        settings = oidc(issuer=provider.issuer, clientId=CLIENT_ID, clientSecret=None, clientAuthentication="none")
        assert (await admin.put(path, json=changed(settings, alias="small", isEnabled=False))).status_code == 200
    may_answer.set()

    for login in logins:
        refused(await login, 401, "207")
    assert len(await rows_of(given.env["AUTHME_DATABASE_URL"], "SELECT id FROM identity WHERE type = 'FEDERATED'")) == 1


async def test_it_is_told_once_that_a_provider_is_down_and_once_that_it_is_up(
    caller: Api, provider: SmallProvider, later: Later
):
    provider.close()
    with capture_logs() as told:
        for _ in range(3):
            await show(caller, provider.id_token())
        provider.open()
        later(2)
        token_object(await show(caller, provider.id_token()))

    events = [one for one in told if str(one["event"]).startswith("federation.")]
    assert [one["event"] for one in events] == ["federation.down", "federation.up"]
    assert events[0]["host"] == provider.issuer.removeprefix("http://")


async def test_one_provider_that_is_down_keeps_nobody_from_another(given: Given, caller: Api, provider: SmallProvider):
    with SmallProvider(provider.clock) as other:
        await given.oidc_provider(**other.settings(alias="other"))
        provider.close()

        refused(await show(caller, provider.id_token()), 503, "902")
        token_object(await show(caller, other.id_token(), provider="other"))


@pytest.mark.parametrize(
    "page",
    [Answer(b"x" * 300_000), Answer(b"", 302, {"Location": "https://example.com/"})],
    ids=["large", "elsewhere"],
)
async def test_whoever_points_at_anothers_host_keeps_nobody_from_it(
    given: Given, caller: Api, provider: SmallProvider, page: Answer
):
    """A provider's administrator says where its keys are, and might say a page of a provider that others log in by."""
    with SmallProvider(provider.clock) as evil:
        evil.answers[DISCOVERY] = Answer(evil.document(jwks_uri=f"{provider.issuer}/page"))
        provider.answers["/page"] = page
        await given.oidc_provider(**evil.settings(alias="evil"))

        refused(await show(caller, evil.id_token(), provider="evil"), 503, "902")
        assert provider.asked["/page"] == 1
        token_object(await show(caller, provider.id_token()))


async def test_its_keys_are_believed_for_some_hours_while_it_is_down(given: Given, caller: Api, provider: SmallProvider):
    token_object(await show(caller, provider.id_token()))
    provider.close()

    given.later(hours=11, minutes=59)
    token_object(await show(caller, provider.id_token()))
    given.later(minutes=2)
    refused(await show(caller, provider.id_token()), 503, "902")


async def test_nobody_is_counted_for_an_outage(make_given: MakeGiven, provider: SmallProvider, tmp_path: Path):
    given = await make_given(f"sqlite:///{tmp_path}/b.db", development="true", network_failures=2, client_failures=2)
    await given.oidc_provider(**provider.settings())
    caller = given.api.as_client((await given.client()).id)
    provider.close()

    for number in range(5):
        refused(await show(caller, provider.id_token(sub=f"x{number}")), 503, "902")
    rows = await given.trail("user.login")
    assert [row["result"] for row in rows] == ["REFUSED"] * 5
    assert "provider down" in rows[0]["detail"]


@pytest.mark.parametrize("said_to_be", ["https://other.example.com", "{issuer}/", "", "{issuer}/tenant"])
async def test_a_document_of_another_issuer_is_not_the_providers(caller: Api, provider: SmallProvider, said_to_be: str):
    document = provider.document(issuer=said_to_be.format(issuer=provider.issuer))
    provider.answers[DISCOVERY] = Answer(document)

    check = "the issuer in the provider's discovery document is another one"
    assert said(await show(caller, provider.id_token())) == check
    refused(await caller.post(BEGIN, json={"provider": "small", "redirectUri": CALLBACK}), 401, "207")
    assert provider.asked["/keys"] == 0


@pytest.mark.parametrize(
    "answer",
    [
        Answer(b""),
        Answer(b"<html>"),
        Answer([]),
        Answer(b"[" * 100_000),
        Answer({"issuer": 7}),
        Answer({"issuer": "x"}),
        Answer({}, 404),
        Answer({}, 302, {"Location": "https://other.example.com/"}),
        Answer({}, 500),
    ],
)
async def test_a_document_that_is_none_is_as_a_provider_that_does_not_answer(
    caller: Api, provider: SmallProvider, answer: Answer
):
    provider.answers[DISCOVERY] = answer

    refused(await show(caller, provider.id_token()), 503, "902")


@pytest.mark.parametrize("member", ["authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"])
@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "ftp://a.example.com/", "//a", "https://", "http://[::1", "https://a b/"]
)
async def test_an_endpoint_that_is_no_url_of_the_web_is_none(caller: Api, provider: SmallProvider, member: str, url: str):
    provider.answers[DISCOVERY] = Answer(provider.document(**{member: url}))

    refused(await show(caller, provider.id_token()), 503, "902")


@pytest.mark.parametrize("member", ["jwks_uri"])
@pytest.mark.parametrize("host", ["169.254.169.254", "10.0.0.1", "[fd00::1]", "metadata.invalid"])
async def test_an_endpoint_on_the_inside_is_not_asked(caller: Api, provider: SmallProvider, member: str, host: str):
    provider.answers[DISCOVERY] = Answer(provider.document(**{member: f"http://{host}/keys"}))

    refused(await show(caller, provider.id_token()), 503, "902")


async def test_outside_development_this_machine_is_not_asked(make_given: MakeGiven, provider: SmallProvider, tmp_path: Path):
    given = await make_given(f"sqlite:///{tmp_path}/b.db")
    await given.oidc_provider(**provider.settings())
    caller = given.api.as_client((await given.client()).id)

    refused(await show(caller, provider.id_token()), 503, "902")
    assert provider.asked.total() == 0


async def test_a_slash_at_the_end_of_an_issuer_belongs_to_it(given: Given, provider: SmallProvider):
    provider.answers[DISCOVERY] = Answer(provider.document(issuer=f"{provider.issuer}/"))
    await given.oidc_provider(**provider.settings(issuer=f"{provider.issuer}/"))
    caller = given.api.as_client((await given.client()).id)

    token_object(await show(caller, provider.id_token(iss=f"{provider.issuer}/")))
    assert said(await show(caller, provider.id_token())) == "iss is not the provider's issuer"


async def test_a_key_that_comes_back_is_no_other(given: Given, caller: Api, provider: SmallProvider):
    """What is kept is a set as a whole: it is replaced, and never added to."""
    first = public_jwk(provider.key, "first")
    token_object(await show(caller, provider.id_token()))
    provider.publish()
    given.later(hours=1)
    assert said(await show(caller, provider.id_token())) == "no key of that kid and algorithm"
    provider.publish(first)
    given.later(hours=1)

    token_object(await show(caller, provider.id_token()))
