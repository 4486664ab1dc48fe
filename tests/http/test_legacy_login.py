"""UI-06: log a user in with a logon and its password, which the mainframe checks."""

import base64
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from authme.crypto.secrets import new_secret
from authme.users.create import UserDraft
from authme.users.create import create as create_user
from authme.users.names import username
from support.answers import refusal, refused, token_object
from support.api import Api, basic
from support.given import Given, MakeGiven, at_once, claims
from support.legacy_login import LEGACY, LOGON, SECRET, cut_off, log_in, logged_in, visitor_of
from support.two_engines import rows_of


@pytest.fixture
async def visitor(given: Given) -> Api:
    """Somebody who is about to log in; there is a logon."""
    await given.legacy_logon(LOGON, SECRET, name="Maria Silva")
    return await visitor_of(given)


async def test_a_logon_and_its_password_give_a_token_object(on_both: Given):
    await on_both.legacy_logon(LOGON, SECRET)

    found = token_object(await log_in(await visitor_of(on_both)))

    assert found.keys() == {"accessToken", "tokenType", "refreshToken", "expiresIn", "scope"}
    assert len(str(found["refreshToken"])) == 36


async def test_the_token_says_the_logon_and_one_proof(given: Given, visitor: Api):
    found = await logged_in(visitor)

    assert (found["logon"], found["amr"], found["acr"]) == (LOGON, ["pwd"], "AUTH-BASIC")
    assert {"ROLE_USER", "ROLE_PERSON"} <= set(found["authorities"])
    assert (await given.caller(str(token_object(await log_in(visitor))["accessToken"]))).user_id == found["sub"]


async def test_its_refresh_token_is_renewed(visitor: Api):
    tokens = token_object(await log_in(visitor))

    renewed = await visitor.post("/user-identities/renew-token", json={"refreshToken": tokens["refreshToken"]})

    assert claims(renewed.json()["accessToken"])["logon"] == LOGON


@pytest.mark.parametrize("form", ["{}", "basic {}", "BASIC {}", " {} "])
async def test_the_credential_with_or_without_the_word_basic(visitor: Api, form: str):
    encoded = base64.b64encode(f"{LOGON}:{SECRET}".encode()).decode()

    token_object(await visitor.post(LEGACY, headers={"authorization": form.format(encoded)}))


@pytest.mark.parametrize(
    "options",
    [
        {"content": b""},
        {"content": b"[]", "headers": {"content-type": "application/json"}},
        {"json": {"deviceId": "d", "deviceVersion": "1", "ip": "10.0.0.1", "rememberMe": False, "unknown": {"x": [1]}}},
        {"content": b"a=b", "headers": {"content-type": "application/x-www-form-urlencoded"}},
    ],
)
async def test_the_body_is_optional_and_unknown_fields_are_ignored(visitor: Api, options: dict[str, Any]):
    token_object(await log_in(visitor, **options))


async def test_a_device_remembers_the_person(visitor: Api):
    refused(await log_in(visitor, json={"rememberMe": True}), 400, "101")
    first = await log_in(visitor, json={"rememberMe": True, "deviceId": "phone"})

    body = {"rememberMeToken": first.json()["rememberMeToken"], "deviceId": "phone"}
    again = await visitor.post("/user-identities/remember-me", json=body)

    assert claims(again.json()["accessToken"])["sub"] == claims(first.json()["accessToken"])["sub"]


@pytest.mark.parametrize(("logon", "secret"), [("maria01", "SECRET01"), (" Maria01 ", "secret01")])
async def test_capitals_do_not_count(visitor: Api, logon: str, secret: str):
    first = await logged_in(visitor)

    assert (await logged_in(visitor, logon, secret))["sub"] == first["sub"]


async def test_in_a_phrase_they_do(given: Given):
    phrase = "The old Directory's phrase"
    await given.legacy_logon("JOANA", phrase)
    visitor = await visitor_of(given)
    first = await logged_in(visitor, "JOANA", phrase)

    refused(await log_in(visitor, "JOANA", phrase.lower()), 401, "203")
    assert (await logged_in(visitor, "JOANA", phrase))["sub"] == first["sub"]


async def test_whatever_is_wrong_gets_one_answer(given: Given, visitor: Api):
    for logon in ("MOVED", "LOCKED", "REVOKED", "PENDING"):
        await given.legacy_logon(logon, SECRET)
    sub = {logon: (await logged_in(visitor, logon))["sub"] for logon in ("MOVED", "LOCKED", "PENDING")}
    await (await given.service("account_lock")).post("/user-identities/lock", json={"userId": sub["LOCKED"]})
    await given.revoke_there("REVOKED")
    await _change_password(given, visitor, "PENDING")

    answers = [
        await log_in(visitor, "NOBODY", "wrong"),
        await log_in(visitor, "no logon at all", "wrong"),
        await log_in(visitor, "52998224725", "wrong"),
        await log_in(visitor, "", ""),
        await log_in(visitor, "NOBODY", "x" * 5000),
        await log_in(visitor, LOGON, "wrong"),
        await log_in(visitor, "MOVED", "wrong"),
        await log_in(visitor, "LOCKED", "wrong"),
        await log_in(visitor, "REVOKED", "wrong"),
        await log_in(visitor, "PENDING", "wrong"),
        await log_in(visitor, "PENDING", SECRET),
        await visitor.post(LEGACY),
        await visitor.post(LEGACY, headers={"authorization": "Basic x"}),
    ]

    for answer in answers:
        refused(answer, 401, "203")
    assert len({answer.text for answer in answers}) == 1
    assert len({tuple(sorted(set(answer.headers) - {"x-request-id"})) for answer in answers}) == 1


async def _change_password(given: Given, visitor: Api, logon: str) -> str:
    new = "a phrase that is new here"
    tokens = token_object(await log_in(visitor, logon))
    person = given.api.as_(str(tokens["accessToken"]))
    body = {"currentPassword": SECRET, "newPassword": new}
    answer = await person.post("/user-identities/me/change-password", json=body)
    assert answer.status_code == 204, answer.text
    return new


async def test_a_password_set_here_counts_alone_until_the_directory_has_it(given: Given, visitor: Api):
    await logged_in(visitor)

    new = await _change_password(given, visitor, LOGON)

    await logged_in(visitor, secret=new)
    refused(await log_in(visitor), 401, "203")
    await given.deliver()
    refused(await log_in(visitor), 401, "203")
    await logged_in(visitor, secret=new)


class TestRightAndNotIn:
    async def test_a_revoked_logon(self, on_both: Given):
        await on_both.legacy_logon(LOGON, SECRET)
        await on_both.revoke_there(LOGON)

        refused(await log_in(await visitor_of(on_both)), 401, "205")
        assert await rows_of(on_both.env["AUTHME_DATABASE_URL"], "SELECT count(*) FROM user_account") == [(0,)]

    async def test_an_expired_password(self, given: Given, visitor: Api):
        await given.expire_there(LOGON)

        refused(await log_in(visitor), 401, "208")

    async def test_a_user_who_is_locked_here(self, given: Given, visitor: Api):
        sub = (await logged_in(visitor))["sub"]
        await (await given.service("account_lock")).post("/user-identities/lock", json={"userId": sub})

        refused(await log_in(visitor), 401, "205")

    async def test_none_of_it_is_counted_as_a_failure(self, given: Given, visitor: Api):
        await given.revoke_there(LOGON)

        for _ in range(7):
            refused(await log_in(visitor), 401, "205")


class TestGuessing:
    async def test_wrong_passwords_have_to_wait(self, on_both: Given):
        await on_both.legacy_logon(LOGON, SECRET)
        visitor = await visitor_of(on_both)
        for _ in range(4):
            refused(await log_in(visitor, secret="wrong"), 401, "203")
        await logged_in(visitor)
        for _ in range(5):
            refused(await log_in(visitor, secret="wrong"), 401, "203")

        answer = await log_in(visitor)

        refused(answer, 429, "601")
        assert answer.headers["retry-after"] == "1"

    async def test_whatever_is_named_is_counted_alike(self, given: Given, visitor: Api):
        await given.legacy_logon("MOVED", SECRET)
        await logged_in(visitor, "MOVED")

        named = (LOGON, "MOVED", "NOBODY", "no logon at all", "12345678")
        answers = {name: [refusal(await log_in(visitor, name, "wrong")) for _ in range(7)] for name in named}

        assert all(one == answers[LOGON] for one in answers.values())
        assert answers[LOGON][-1] == (429, ["601"])

    async def test_both_doors_count_together(self, visitor: Api):
        await logged_in(visitor)

        answers = [refusal(await one(LOGON, "wrong")) for _ in range(3) for one in (partial(log_in, visitor), visitor.login)]

        assert answers == [(401, ["203"])] * 5 + [(429, ["601"])]

    async def test_who_has_the_same_text_as_a_user_name_clears_nothing(self, given: Given, visitor: Api):
        secret = new_secret()
        await given.run(
            lambda ctx: create_user(ctx, UserDraft(names=(username("alice01"),), contacts_are_verified=True), secret)
        )
        await given.legacy_logon("ALICE01", SECRET)

        answers = []
        for n in range(6):
            answers.append(refusal(await log_in(visitor, "ALICE01", f"wrong{n}")))
            if n < 5:
                assert (await visitor.login("alice01", secret)).status_code == 200

        assert answers == [(401, ["203"])] * 5 + [(429, ["601"])]

    async def test_parallel_guesses_get_no_more_tries(self, on_both: Given):
        await on_both.legacy_logon(LOGON, SECRET)
        visitor = await visitor_of(on_both)

        answers = await at_once(*(log_in(visitor, secret=f"wrong{n}") for n in range(20)))

        assert sorted(answer.status_code for answer in answers) == [401] * 5 + [429] * 15


class TestWhileTheDirectoryIsDown:
    @pytest.fixture
    async def down(self, make_given: MakeGiven, on_both: Given, tmp_path: Path) -> Api:
        """Whoever logs in at a worker process that reaches no directory. Somebody has moved over before."""
        await on_both.legacy_logon(LOGON, SECRET)
        await logged_in(await visitor_of(on_both))
        return await visitor_of(await cut_off(make_given, on_both, tmp_path))

    async def test_whoever_has_moved_over_logs_in(self, down: Api):
        assert (await logged_in(down))["logon"] == LOGON
        token_object(await down.login(LOGON, SECRET))

    async def test_everybody_else_is_told_to_come_back_by_one_answer(self, down: Api):
        answers = [await log_in(down, name, "wrong") for name in (LOGON, "NOBODY", "JOANA")]

        for answer in answers:
            refused(answer, 503, "902")
            assert int(answer.headers["retry-after"]) >= 1
        assert len({answer.text for answer in answers}) == 1

    async def test_guesses_are_counted_for_each_name_alike(self, down: Api):
        answers = {name: [refusal(await log_in(down, name, f"wrong{n}")) for n in range(6)] for name in (LOGON, "NOBODY")}

        assert answers[LOGON] == answers["NOBODY"] == [(503, ["902"])] * 5 + [(429, ["601"])]

    async def test_an_outage_stops_no_network_and_no_client(self, make_given: MakeGiven, on_both: Given, tmp_path: Path):
        down = await visitor_of(await cut_off(make_given, on_both, tmp_path))
        refused(await log_in(down, "NOBODY", "wrong"), 503, "902")

        rows = await rows_of(on_both.env["AUTHME_DATABASE_URL"], "SELECT kind, failures FROM attempt")

        assert rows == [("NAME", 1), ("NAME", 1)]  # with UI-05, and for UI-06 alone


class TestWithoutKeptPasswords:
    async def test_no_hash_is_ever_written(self, make_given: MakeGiven, url: str):
        given = await make_given(url, legacy_keeps_passwords="false")
        await given.legacy_logon(LOGON, SECRET)
        visitor = await visitor_of(given)

        first = await logged_in(visitor)

        assert (await logged_in(visitor))["sub"] == first["sub"]
        assert await rows_of(url, "SELECT count(*) FROM credential") == [(0,)]
        refused(await visitor.login(LOGON, SECRET), 401, "203")

    async def test_nobody_logs_in_while_the_directory_is_down(self, make_given: MakeGiven, url: str, tmp_path: Path):
        given = await make_given(url, legacy_keeps_passwords="false")
        await given.legacy_logon(LOGON, SECRET)
        await logged_in(await visitor_of(given))

        refused(await log_in(await visitor_of(await cut_off(make_given, given, tmp_path))), 503, "902")


async def test_each_try_is_in_the_audit_without_what_was_typed(on_both: Given):
    await on_both.legacy_logon(LOGON, SECRET)
    client = await on_both.client()
    visitor = on_both.api.as_client(client.id)

    sub = (await logged_in(visitor))["sub"]
    await log_in(visitor, secret="a wrong password")
    await log_in(visitor, "typed-a-password-here", "x")

    rows = await on_both.trail("user.login")
    assert [(row["result"], row["target"], row["client_id"]) for row in rows] == [
        ("OK", sub, client.id),
        ("REFUSED", sub, client.id),
        ("REFUSED", None, client.id),
    ]
    assert all('"method":"legacy"' in row["detail"] for row in rows)
    whole = str(await on_both.trail())
    assert SECRET not in whole
    assert "a wrong password" not in whole
    assert "typed-a-password-here" not in whole


async def test_a_client_has_to_be_named_and_to_exist(given: Given, visitor: Api):
    token_object(await log_in(visitor))
    third_party = await given.client(first_party=False)

    for caller in (given.api, given.api.as_client("0" * 24)):
        refused(await caller.post(LEGACY, headers={"authorization": basic(LOGON, SECRET)}), 401, "9")
    refused(await log_in(given.api.as_client(third_party.id)), 403, "301")
