"""UI-42: who is in no group there is in none here by it, where that can be known."""

from typing import Any

import pytest

from authme.providers.model import Claims
from support.federated import LOGIN, logged_in, show
from support.given import Given
from support.openid_small import CALLBACK, NONCE, VERIFIER, Answer, SmallProvider

BY_CODE = {"provider": "small", "nonce": NONCE, "code": "the code", "redirectUri": CALLBACK, "codeVerifier": VERIFIER}


@pytest.mark.parametrize(
    ("in_token", "beside", "stays"),
    [
        ({}, {}, False),
        ({"_claim_names": {"address": "elsewhere"}}, {}, False),
        ({"groups": []}, {"groups": ["staff"]}, False),
        ({"_claim_names": {"groups": "elsewhere"}}, {}, True),
        ({}, {"_claim_names": {"groups": "elsewhere"}}, True),
        ({}, {"_claim_names": "odd"}, True),
        ({}, {"groups": 7}, True),
    ],
)
async def test_who_is_in_no_group_there(
    given: Given, provider: SmallProvider, in_token: dict[str, Any], beside: dict[str, Any], *, stays: bool
):
    await given.role("clerk")
    claims = Claims(groups="groups", name="name")
    await given.oidc_provider(**provider.settings(claims=claims, group_map={"staff": await given.group("clerk")}))
    caller = given.api.as_client((await given.client()).id)
    assert "ROLE_clerk" in logged_in(await show(caller, provider.id_token(name="Maria", groups=["staff"])))["authorities"]

    provider.gives(provider.id_token(name="Maria", **in_token), access_token="x")
    provider.answers["/userinfo"] = Answer({"sub": "maria"} | beside)
    later = logged_in(await caller.post(LOGIN, json=BY_CODE))

    assert ("ROLE_clerk" in later["authorities"]) is stays


async def test_an_id_token_alone_does_not_say_that_there_are_none(given: Given, provider: SmallProvider):
    await given.role("clerk")
    claims = Claims(groups="groups", name="name")
    await given.oidc_provider(**provider.settings(claims=claims, group_map={"staff": await given.group("clerk")}))
    caller = given.api.as_client((await given.client()).id)

    for said in ({"groups": ["staff"]}, {}):
        assert "ROLE_clerk" in logged_in(await show(caller, provider.id_token(name="Maria", **said)))["authorities"]
