"""UI-42 by an ID token: each defect is refused, and named."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from support.answers import refusal, refused, token_object
from support.api import Api
from support.federated import said, show
from support.given import Given, MakeGiven, at_once, claims
from support.openid_small import CLIENT_ID, SmallProvider
from support.two_engines import rows_of


@pytest.fixture
async def caller(given: Given, provider: SmallProvider) -> Api:
    await given.oidc_provider(**provider.settings())
    return given.api.as_client((await given.client()).id)


async def test_a_token_that_is_in_order_logs_in(caller: Api, provider: SmallProvider):
    found = claims(str(token_object(await show(caller, provider.id_token()))["accessToken"]))

    assert (found["amr"], found["acr"]) == (["fed"], "AUTH-BASIC")


@pytest.mark.parametrize(
    ("changed", "check"),
    [
        ({"iss": "https://other.example.com"}, "iss is not the provider's issuer"),
        ({"iss": None}, "iss is not the provider's issuer"),
        ({"iss": ["x"]}, "iss is not the provider's issuer"),
        ({"aud": "other"}, "aud is not this server's client id at the provider"),
        ({"aud": None}, "aud is not this server's client id at the provider"),
        ({"aud": []}, "aud is not this server's client id at the provider"),
        ({"aud": {"authme": 1}}, "aud is not this server's client id at the provider"),
        ({"aud": [CLIENT_ID, "other"]}, "azp is not this server's client id at the provider"),
        ({"aud": [CLIENT_ID, "other"], "azp": "other"}, "azp is not this server's client id at the provider"),
        ({"azp": "other"}, "azp is not this server's client id at the provider"),
        ({"azp": ["authme"]}, "azp is not this server's client id at the provider"),
        ({"nonce": "another"}, "nonce is another one"),
        ({"nonce": None}, "no nonce"),
        ({"nonce": 1}, "no nonce"),
        ({"exp": None}, "no exp"),
        ({"exp": "tomorrow"}, "exp is not a number"),
        ({"exp": True}, "exp is not a number"),
        ({"iat": 10**400}, "iat is in the future"),
        ({"iat": -(10**400)}, "iat is more than 10 minutes past"),
        ({"nbf": 10**400}, "nbf is in the future"),
        ({"exp": -(10**400)}, "expired"),
        ({"iat": None}, "no iat"),
        ({"iat": []}, "iat is not a number"),
        ({"sub": None}, "sub is missing, or not a text of 1 to 255 ASCII characters"),
        ({"sub": ""}, "sub is missing, or not a text of 1 to 255 ASCII characters"),
        ({"sub": 7}, "sub is missing, or not a text of 1 to 255 ASCII characters"),
        ({"sub": "x" * 256}, "sub is missing, or not a text of 1 to 255 ASCII characters"),
        ({"sub": "maría"}, "sub is missing, or not a text of 1 to 255 ASCII characters"),
        ({"sub": "x\0"}, "sub is missing, or not a text of 1 to 255 ASCII characters"),
    ],
)
async def test_each_wrong_claim_is_named(caller: Api, provider: SmallProvider, changed: dict[str, Any], check: str):
    assert said(await show(caller, provider.id_token(**changed))) == check


@pytest.mark.parametrize(
    ("of", "seconds", "check"),
    [
        ("exp", -60, "expired"),
        ("iat", 61, "iat is in the future"),
        ("nbf", 61, "nbf is in the future"),
        ("iat", -661, "iat is more than 10 minutes past"),
    ],
)
async def test_each_wrong_time_is_named(caller: Api, provider: SmallProvider, of: str, seconds: int, check: str):
    assert said(await show(caller, provider.id_token(**{of: provider.clock.now() + seconds}))) == check


@pytest.mark.parametrize(("of", "seconds"), [("exp", -59), ("iat", 60), ("nbf", 60), ("iat", -660)])
async def test_a_minute_of_skew_is_none_of_them(caller: Api, provider: SmallProvider, of: str, seconds: int):
    token_object(await show(caller, provider.id_token(**{of: provider.clock.now() + seconds})))


@pytest.mark.parametrize("aud", [CLIENT_ID, [CLIENT_ID], [CLIENT_ID, "other"]])
async def test_an_audience_with_us_in_it_and_us_as_the_authorized_party_is_in_order(
    caller: Api, provider: SmallProvider, aud: Any
):
    token_object(await show(caller, provider.id_token(aud=aud, azp=CLIENT_ID)))


async def test_a_token_is_good_once(given: Given, caller: Api, provider: SmallProvider):
    token = provider.id_token()

    token_object(await show(caller, token))
    refused(await show(caller, token), 401, "207")
    # Signed anew it is another token, unless what was signed is the same: a signature can be spelled in many ways.
    refused(await show(caller, provider.signed(base64.urlsafe_b64decode(token.split(".")[1] + "==="))), 401, "207")
    given.later(minutes=4)
    refused(await show(caller, token), 401, "207")
    assert len(await rows_of(given.env["AUTHME_DATABASE_URL"], "SELECT * FROM session")) == 1


async def test_a_token_is_good_once_whichever_row_of_its_issuer_is_named(given: Given, caller: Api, provider: SmallProvider):
    await given.oidc_provider(**provider.settings(alias="the-same"))
    token = provider.id_token()

    token_object(await show(caller, token))
    refused(await show(caller, token, provider="the-same"), 401, "207")


async def test_a_token_without_an_end_is_good_once_too(caller: Api, provider: SmallProvider):
    token = provider.id_token(exp=10**400)

    token_object(await show(caller, token))
    refused(await show(caller, token), 401, "207")


async def test_of_twenty_that_show_one_token_one_gets_in(make_given: MakeGiven, provider: SmallProvider, url: str):
    first = await make_given(url, development="true")
    second = await make_given(beside=first)
    await first.oidc_provider(**provider.settings())
    client, token = await first.client(), provider.id_token()
    callers = [first.api.as_client(client.id), second.api.as_client(client.id)]

    answers = await at_once(*(show(callers[n % 2], token) for n in range(20)))

    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 19
    assert await rows_of(first.env["AUTHME_DATABASE_URL"], "SELECT count(*) FROM session") == [(1,)]


async def test_what_was_shown_in_vain_is_used_up_too(given: Given, provider: SmallProvider):
    await given.oidc_provider(**provider.settings(creates_users=False))
    caller, token = given.api.as_client((await given.client()).id), provider.id_token()

    assert refusal(await show(caller, token)) == (401, ["207"])
    assert (await show(caller, token)).json()[0]["message"] == "It was used already."


async def test_each_refusal_is_in_the_audit_with_its_provider_and_no_token(given: Given, provider: SmallProvider):
    made = await given.oidc_provider(**provider.settings())
    caller = given.api.as_client((await given.client()).id)
    token = provider.id_token(aud="other")
    await show(caller, token)

    row = (await given.trail("user.login"))[-1]
    assert (row["result"], row["user_id"]) == ("REFUSED", None)
    detail = json.loads(row["detail"])
    assert detail == {
        "method": "federated",
        "provider": made.id,
        "reason": "the ID token: aud is not this server's client id at the provider",
    }
    assert token not in str(await given.trail())


async def test_refusals_are_counted_for_the_network(make_given: MakeGiven, provider: SmallProvider, tmp_path: Path):
    given = await make_given(f"sqlite:///{tmp_path}/b.db", development="true", network_failures=3)
    await given.oidc_provider(**provider.settings())
    caller = given.api.as_client((await given.client()).id)
    for number in range(3):
        said(await show(caller, provider.id_token(aud="other", sub=f"x{number}")))

    assert refusal(await show(caller, provider.id_token())) == (429, ["601"])
    given.later(minutes=11)
    token_object(await show(caller, provider.id_token()))
