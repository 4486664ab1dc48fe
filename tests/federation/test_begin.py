"""X-begin-federated: an authorization request, and the state that comes back with the code."""

import base64
import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from authme.challenges import open_challenge
from authme.kernel.context import Context
from support.answers import refused, token_object
from support.api import Api
from support.federated import BEGIN, LINK, LOGIN, begin, said
from support.given import Given, GivenClient, MakeGiven, at_once
from support.openid_small import CALLBACK, Answer, SmallProvider
from support.two_engines import rows_of

OVER = "the state is none that was given out here, or it is over"


@pytest.fixture
async def caller(given: Given, client: GivenClient, provider: SmallProvider) -> Api:
    await given.oidc_provider(**provider.settings(scopes=("openid", "email")))
    return given.api.as_client(client.id)


def body_of(begun: dict[str, str], **changed: Any) -> dict[str, Any]:
    """Return what comes back for this request, as the application brings it."""
    body = {
        "provider": "small",
        "code": "the code",
        "redirectUri": CALLBACK,
        "codeVerifier": begun["codeVerifier"],
        "nonce": begun["nonce"],
        "state": begun["state"],
    }
    return {name: value for name, value in (body | changed).items() if value is not None}


async def bring(caller: Api, provider: SmallProvider, begun: dict[str, str], **changed: Any) -> httpx.Response:
    """Come back from the provider with a code for which it gives an ID token with the nonce that was asked for."""
    provider.gives(provider.id_token(nonce=begun["nonce"]))
    return await caller.post(LOGIN, json=body_of(begun, **changed))


async def test_the_url_has_all_that_a_provider_needs(caller: Api, provider: SmallProvider):
    begun = await begin(caller, "small", loginHint="maria@example.com & others")

    url = urlsplit(begun["authorizationUrl"])
    asked = {name: value for name, (value,) in parse_qs(url.query).items()}
    digest = hashlib.sha256(begun["codeVerifier"].encode()).digest()
    assert begun["authorizationUrl"].startswith(f"{provider.issuer}/authorize?")
    assert asked == {
        "response_type": "code",
        "client_id": "authme",
        "redirect_uri": CALLBACK,
        "scope": "openid email",
        "state": begun["state"],
        "nonce": begun["nonce"],
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
        "login_hint": "maria@example.com & others",
    }
    assert begun.keys() == {"authorizationUrl", "state", "nonce", "codeVerifier", "expiresAt"}
    assert min(len(begun[name]) for name in ("state", "nonce", "codeVerifier")) >= 43
    assert begun["codeVerifier"] not in begun["authorizationUrl"]


async def test_a_query_that_the_endpoint_has_stays(caller: Api, provider: SmallProvider):
    document = provider.document(authorization_endpoint=f"{provider.issuer}/authorize?policy=b2c")
    provider.answers["/.well-known/openid-configuration"] = Answer(document)

    url = (await begin(caller, "small"))["authorizationUrl"]

    assert url.startswith(f"{provider.issuer}/authorize?policy=b2c&response_type=code&")


async def test_what_comes_back_with_its_state_logs_in_once(on_both: Given, provider: SmallProvider):
    caller = await known(on_both, provider)
    begun = await begin(caller, "small")

    token_object(await bring(caller, provider, begun))

    provider.gives(provider.id_token(nonce=begun["nonce"], sub="joao"))
    assert said(await caller.post(LOGIN, json=body_of(begun, code="another"))) == OVER


async def known(given: Given, provider: SmallProvider) -> Api:
    await given.oidc_provider(**provider.settings())
    return given.api.as_client((await given.client()).id)


async def test_of_twenty_that_bring_one_state_one_gets_in(on_both: Given, make_given: MakeGiven, provider: SmallProvider):
    await on_both.oidc_provider(**provider.settings())
    client, second = await on_both.client(), await make_given(beside=on_both)
    callers = [one.api.as_client(client.id) for one in (on_both, second)]
    begun = await begin(callers[0], "small")
    # The provider takes whatever code, as often as it comes, and each ID token is another one.
    provider.gives_each(lambda number: provider.id_token(nonce=begun["nonce"], sub=f"person {number}"))

    bodies = [body_of(begun, code=f"code {number}") for number in range(20)]
    answers = await at_once(*(callers[n % 2].post(LOGIN, json=body) for n, body in enumerate(bodies)))

    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 19
    assert await rows_of(on_both.env["AUTHME_DATABASE_URL"], "SELECT count(*) FROM session") == [(1,)]


@pytest.mark.parametrize(
    ("changed", "check"),
    [
        ({"nonce": "another"}, "the nonce is not the one that was given out with the state"),
        ({"redirectUri": f"{CALLBACK}2"}, "redirectUri is not the one that the state was given out for"),
        ({"provider": "other"}, "the state is another provider's"),
        ({"state": "x"}, OVER),
        ({"state": f"{'0' * 24}.x"}, OVER),
        ({"iss": "https://other.example.com"}, "iss is not the provider's issuer"),
    ],
)
async def test_what_does_not_fit_is_named_and_goes_nowhere(
    given: Given, caller: Api, provider: SmallProvider, changed: dict[str, str], check: str
):
    await given.oidc_provider(**provider.settings(alias="other", redirect_uris=(CALLBACK, f"{CALLBACK}2")))
    begun = await begin(caller, "small")

    assert said(await caller.post(LOGIN, json=body_of(begun, **changed))) == check
    assert provider.asked["/token"] == 0
    token_object(await bring(caller, provider, begun))


async def test_half_a_state_is_none(caller: Api, provider: SmallProvider):
    begun, other = await begin(caller, "small"), await begin(caller, "small")
    challenge_id, secret = begun["state"].split(".")

    for state in (challenge_id, f"{challenge_id}.", f"{challenge_id}.{secret[:-1]}", f"{challenge_id}.{other['state'][25:]}"):
        assert said(await bring(caller, provider, begun, state=state)) == OVER


async def test_it_is_good_at_the_client_that_asked_for_it(given: Given, caller: Api, provider: SmallProvider):
    begun = await begin(caller, "small")
    other = given.api.as_client((await given.client()).id)

    assert said(await bring(other, provider, begun)) == OVER
    token_object(await bring(caller, provider, begun))


async def test_it_is_good_for_ten_minutes(given: Given, caller: Api, provider: SmallProvider):
    first, second = await begin(caller, "small"), await begin(caller, "small")
    given.later(seconds=599)
    token_object(await bring(caller, provider, first))
    given.later(seconds=1)

    assert said(await bring(caller, provider, second)) == OVER


async def test_asked_for_in_a_session_it_is_good_there_alone(given: Given, client: GivenClient, provider: SmallProvider):
    await given.oidc_provider(**provider.settings())
    maria, joao = [given.api.as_(await given.mfa_token(await given.user(), client)) for _ in range(2)]
    visitor, begun = given.api.as_client(client.id), await begin(maria, "small")
    before = await begin(visitor, "small")

    assert said(await bring(visitor, provider, begun)) == OVER
    assert said(await joao.post(LINK, json=body_of(begun))) == OVER
    assert said(await maria.post(LINK, json=body_of(before))) == OVER
    provider.gives(provider.id_token(nonce=begun["nonce"]))
    assert (await maria.post(LINK, json=body_of(begun))).status_code == 201


async def test_with_an_id_token_it_fits_too(caller: Api, provider: SmallProvider):
    begun = await begin(caller, "small")
    body = {"provider": "small", "idToken": provider.id_token(nonce=begun["nonce"]), "nonce": begun["nonce"]}

    token_object(await caller.post(LOGIN, json=body | {"state": begun["state"], "iss": provider.issuer}))


async def test_a_provider_that_names_itself_with_each_code_has_to(given: Given, caller: Api, provider: SmallProvider):
    document = provider.document(authorization_response_iss_parameter_supported=True)
    provider.answers["/.well-known/openid-configuration"] = Answer(document)
    begun = await begin(caller, "small")

    check = "iss is missing, and the provider names itself with each code"
    assert said(await bring(caller, provider, begun)) == check
    token_object(await bring(caller, provider, begun, iss=provider.issuer))
    # Who does without the state may not have the answer as a whole.
    given.later(seconds=1)
    token_object(await bring(caller, provider, begun, state=None, code="another"))


async def test_what_was_asked_for_another_purpose_is_no_state(
    given: Given, client: GivenClient, caller: Api, provider: SmallProvider
):
    begun = await begin(caller, "small")

    async def open_another(ctx: Context) -> str:
        opened = open_challenge(
            ctx, purpose="SAML", subject="x", client_id=client.id, life=timedelta(minutes=1), code="secret", data="{}"
        )
        return f"{opened.id}.secret"

    assert said(await bring(caller, provider, begun, state=await given.run(open_another))) == OVER


async def test_only_its_keyed_hash_is_kept_and_no_verifier(given: Given, caller: Api):
    begun = await begin(caller, "small")

    kept = str(await rows_of(given.env["AUTHME_DATABASE_URL"], "SELECT * FROM challenge"))
    assert begun["state"][:24] in kept
    assert begun["state"][25:] not in kept
    assert begun["codeVerifier"] not in kept


async def test_so_many_at_most_wait_for_one_network(make_given: MakeGiven, provider: SmallProvider, tmp_path: Path):
    given = await make_given(f"sqlite:///{tmp_path}/b.db", development="true", network_failures=3)
    caller = await known(given, provider)
    for _ in range(3):
        begun = await begin(caller, "small")

    answer = await caller.post(BEGIN, json={"provider": "small", "redirectUri": CALLBACK})
    refused(answer, 429, "601")
    assert answer.headers["retry-after"] == "600"
    token_object(await bring(caller, provider, begun))
    await begin(caller, "small")


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"provider": "other"}, "107", "provider"),
        ({"provider": ""}, "102", "provider"),
        ({"provider": None}, "102", "provider"),
        ({"redirectUri": "https://other.example.com/"}, "102", "redirectUri"),
        ({"redirectUri": f"{CALLBACK}/"}, "102", "redirectUri"),
        ({"redirectUri": CALLBACK.upper()}, "102", "redirectUri"),
        ({"loginHint": "x" * 257}, "102", "loginHint"),
        ({"x": 1}, "106", "x"),
    ],
)
async def test_each_wrong_field_is_named(caller: Api, body: dict[str, Any], code: str, field: str):
    answer = await caller.post(BEGIN, json={"provider": "small", "redirectUri": CALLBACK} | body)

    refused(answer, 400, code)
    assert f"`{field}`" in answer.json()[0]["message"]
