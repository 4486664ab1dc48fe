"""UI-05: log a user in with a password."""

import base64
from pathlib import Path
from typing import Any

import argon2
import bcrypt
import pytest

from authme.users.bring_in import bring_in, read_line
from support.answers import refusal, refused, token_object
from support.api import basic
from support.given import Given, GivenClient, GivenUser, MakeGiven, at_once, claims
from support.two_engines import rows_of

LOGIN = "/user-identities/login"


async def test_a_person_gets_a_token_object_with_a_refresh_token(on_both: Given):
    client, user = await on_both.client(), await on_both.user()

    found = token_object(await on_both.api.as_client(client.id).login(user.name, user.password))

    assert found.keys() == {"accessToken", "tokenType", "refreshToken", "expiresIn", "scope"}
    assert len(str(found["refreshToken"])) == 36
    assert found["scope"] == ["READ", "WRITE"]


async def test_the_token_says_who_the_person_is_and_what_was_proved(given: Given):
    client = await given.client("READ", app_id="portal")
    user = await given.user(None, "ADMIN", organization_id="7" * 24)

    found = claims(await given.user_token(user, client))

    assert found.pop("jti")
    sid = found.pop("sid")
    assert len(sid) == 24
    now = given.clock.now()
    assert found == {
        "iss": given.settings.tokens.issuer,
        "aud": given.settings.tokens.audience,
        "iat": now,
        "exp": now + 3600,
        "auth_time": now,
        "sub": user.id,
        "user_id": user.id,
        "client_id": client.id,
        "client_id_default": client.id,
        "app_id": "portal",
        "organization_id": "7" * 24,
        "scope": ["READ"],
        "amr": ["pwd"],
        "acr": "AUTH-BASIC",
        "authorities": [
            "ROLE_ADMIN",
            "ROLE_AUTH-BASIC",
            "ROLE_AUTH-IDENTIFIED",
            "ROLE_CLI-1STPARTY",
            "ROLE_CLI-AUTH-IDENTIFIED",
            "ROLE_PERSON",
            "ROLE_USER",
        ],
    }


@pytest.mark.parametrize("form", ["{}", "basic {}", "BASIC {}", " {} "])
async def test_the_credential_with_or_without_the_word_basic(given: Given, client: GivenClient, user: GivenUser, form: str):
    encoded = base64.b64encode(f"{user.name}:{user.password}".encode()).decode()

    token_object(await given.api.as_client(client.id).post(LOGIN, headers={"authorization": form.format(encoded)}))


@pytest.mark.parametrize(
    "options",
    [
        {"content": b""},
        {"content": b"{}"},
        {"content": b"[]", "headers": {"content-type": "application/json"}},
        {"json": {"deviceId": "d", "deviceVersion": "1", "ip": "10.0.0.1", "rememberMe": False, "unknown": {"x": [1]}}},
        {"content": b"a=b", "headers": {"content-type": "application/x-www-form-urlencoded"}},
        {"params": {"stray": "1"}, "headers": {"cookie": "x=y"}},
    ],
)
async def test_the_body_is_optional_and_unknown_fields_are_ignored(
    given: Given, client: GivenClient, user: GivenUser, options: dict[str, Any]
):
    headers = {"authorization": basic(user.name, user.password)} | options.pop("headers", {})

    token_object(await given.api.as_client(client.id).post(LOGIN, headers=headers, **options))


async def test_a_field_of_the_wrong_type_is_named_even_so(given: Given, client: GivenClient, user: GivenUser):
    headers = {"authorization": basic(user.name, user.password)}

    answer = await given.api.as_client(client.id).post(LOGIN, headers=headers, json={"deviceId": 1, "rememberMe": "x"})

    refused(answer, 400, "102", "102")


@pytest.mark.parametrize(
    ("made_as", "typed"),
    [
        ("Maria.Silva@Example.com", "maria.silva@example.COM"),
        ("maria@example.com", "  maria@example.com "),
        ("529.982.247-25", "52998224725"),
        ("52998224725", "529.982.247-25"),
        ("12.ABC.345/01DE-35", "12abc34501de35"),
        ("+55 11 91234-5678", "5511912345678"),
        ("11912345678", "+5511912345678"),
        ("maria.silva", "Maria.Silva"),
    ],
)
async def test_any_name_in_any_of_its_forms_logs_in(given: Given, client: GivenClient, made_as: str, typed: str):
    user = await given.user(made_as)

    token_object(await given.api.as_client(client.id).login(typed, user.password))


async def test_a_logon_of_eight_digits_logs_in(given: Given, client: GivenClient):
    password = "the old directory's password"
    line = f'{{"username":"12345678","usernameType":"LOGON","passwordHash":"{argon2.PasswordHasher(1, 8, 1).hash(password)}"}}'
    await bring_in(given.server.run, [(1, read_line(line))])

    token_object(await given.api.as_client(client.id).login("12345678", password))


async def test_an_imported_hash_is_verified_and_replaced_silently(on_both: Given):
    client, password = await on_both.client(), "correct horse battery"
    imported = bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).decode()
    await bring_in(on_both.server.run, [(1, read_line(f'{{"username":"a@example.com","passwordHash":"{imported}"}}'))])
    caller = on_both.api.as_client(client.id)

    refused(await caller.login("a@example.com", "wrong"), 401, "203")
    token_object(await caller.login("a@example.com", password))

    ((stored,),) = await rows_of(on_both.env["AUTHME_DATABASE_URL"], "SELECT password_hash FROM credential")
    assert str(stored).startswith("$argon2id$")
    token_object(await caller.login("a@example.com", password))


async def test_an_unknown_name_a_wrong_password_and_a_locked_account_get_one_answer(given: Given, client: GivenClient):
    known, locked, pending = await given.user(), await given.user(), await given.user(contacts_are_verified=False)
    service = await given.service("account_lock")
    await service.post("/user-identities/lock", json={"userId": locked.id})
    caller = given.api.as_client(client.id)

    answers = [
        await caller.login("nobody@example.com", "wrong password"),
        await caller.login("", ""),
        await caller.login("?", "wrong password"),
        await caller.login(known.name, "wrong password"),
        await caller.login(known.name, ""),
        await caller.login(known.name, "x" * 5000),
        await caller.login(locked.name, "wrong password"),
        await caller.login(pending.name, pending.password),
        await caller.post(LOGIN),
        await caller.post(LOGIN, headers={"authorization": "Basic x"}),
    ]

    for answer in answers:
        refused(answer, 401, "203")
    assert len({answer.text for answer in answers}) == 1
    assert len({tuple(sorted(set(answer.headers) - {"x-request-id"})) for answer in answers}) == 1


async def test_only_the_right_password_learns_of_the_lock(given: Given, client: GivenClient, user: GivenUser):
    service = await given.service("account_lock")
    await service.post("/user-identities/lock", json={"userId": user.id})

    refused(await given.api.as_client(client.id).login(user.name, user.password), 401, "205")


async def test_a_client_has_to_be_named_and_to_exist(given: Given, user: GivenUser):
    third_party = await given.client(first_party=False)

    for caller in (given.api, given.api.as_client("0" * 24), given.api.as_client("no id")):
        refused(await caller.login(user.name, user.password), 401, "9")
    refused(await given.api.as_client(third_party.id).login(user.name, user.password), 403, "301")


async def test_a_name_that_nobody_has_verified_does_not_log_in(make_given: MakeGiven, tmp_path: Path):
    given = await make_given(f"sqlite:///{tmp_path}/a.db", verify_contact="true")
    caller = given.api.as_client((await given.client()).id)
    made = await caller.post("/user-identities", json={"username": "not-mine@example.com", "password": "correct horse battery"})
    assert made.json()["status"] == "PENDING"

    refused(await caller.login("not-mine@example.com", "correct horse battery"), 401, "203")


class TestGuessing:
    async def test_the_wait_for_a_name_doubles_and_ends(self, on_both: Given):
        client, user = await on_both.client(), await on_both.user()
        caller = on_both.api.as_client(client.id)
        for _ in range(5):
            refused(await caller.login(user.name, "wrong password"), 401, "203")

        waits = []
        for _ in range(4):
            answer = await caller.login(user.name, user.password)
            refused(answer, 429, "601")
            waits.append(int(answer.headers["retry-after"]))
            on_both.later(seconds=waits[-1])
            refused(await caller.login(user.name, "wrong password"), 401, "203")

        assert waits == [1, 2, 4, 8]
        on_both.later(seconds=16)
        token_object(await caller.login(user.name, user.password))
        refused(await caller.login(user.name, "wrong password"), 401, "203")

    async def test_a_name_that_nobody_has_is_counted_alike(self, given: Given, client: GivenClient, user: GivenUser):
        caller = given.api.as_client(client.id)

        answers = {
            name: [refusal(await caller.login(name, "wrong password")) for _ in range(7)]
            for name in (user.name, "nobody@example.com")
        }

        assert answers[user.name] == answers["nobody@example.com"]
        assert answers[user.name][-1] == (429, ["601"])

    async def test_spellings_of_one_name_count_together(self, given: Given, client: GivenClient):
        caller = given.api.as_client(client.id)
        await given.user("maria@example.com")

        for name in ("maria@example.com", "MARIA@example.com", " maria@EXAMPLE.com", "Maria@example.com", "mARIA@example.com"):
            refused(await caller.login(name, "wrong password"), 401, "203")

        refused(await caller.login("maria@example.com", "wrong password"), 429, "601")

    async def test_parallel_guesses_get_no_more_tries(self, on_both: Given):
        client, user = await on_both.client(), await on_both.user()
        caller = on_both.api.as_client(client.id)
        answers = await at_once(*(caller.login(user.name, f"wrong {n}") for n in range(20)))

        assert sorted(answer.status_code for answer in answers) == [401] * 5 + [429] * 15

    async def test_one_network_that_tries_many_names_is_stopped_alone(self, make_given: MakeGiven, tmp_path: Path):
        given = await make_given(f"sqlite:///{tmp_path}/a.db", network_failures=10, trusted_proxies="127.0.0.1")
        client, user = await given.client(), await given.user()
        caller = given.api.as_client(client.id)

        async def login(name: str, password: str, source: str) -> Any:
            headers = {"authorization": basic(name, password), "x-forwarded-for": source}
            return await caller.post(LOGIN, headers=headers)

        for n in range(10):
            refused(await login(f"n{n}@example.com", "wrong password", "198.51.100.7"), 401, "203")

        refused(await login(user.name, user.password, "198.51.100.7"), 429, "601")
        token_object(await login(user.name, user.password, "203.0.113.9"))
        given.later(seconds=given.settings.limits.network_window_seconds)
        token_object(await login(user.name, user.password, "198.51.100.7"))

    async def test_one_client_through_which_many_fail_is_stopped_alone(self, make_given: MakeGiven, tmp_path: Path):
        given = await make_given(f"sqlite:///{tmp_path}/a.db", client_failures=10)
        leaky, other, user = await given.client(), await given.client(), await given.user()

        for n in range(10):
            refused(await given.api.as_client(leaky.id).login(f"n{n}@example.com", "wrong password"), 401, "203")

        refused(await given.api.as_client(leaky.id).login(user.name, user.password), 429, "601")
        token_object(await given.api.as_client(other.id).login(user.name, user.password))


async def test_each_try_is_in_the_audit_without_what_was_typed(on_both: Given):
    client, user = await on_both.client(), await on_both.user()
    caller = on_both.api.as_client(client.id)

    await caller.login(user.name, user.password)
    await caller.login(user.name, "a wrong password")
    await caller.login("typed-a-password-here", "x")

    rows = await on_both.trail("user.login")
    assert [(row["result"], row["target"], row["client_id"]) for row in rows] == [
        ("OK", user.id, client.id),
        ("REFUSED", user.id, client.id),
        ("REFUSED", None, client.id),
    ]
    whole = str(await on_both.trail())
    assert user.password not in whole
    assert "wrong password" not in whole.replace('"reason":"wrong password"', "")
    assert "typed-a-password-here" not in whole


async def test_a_login_is_one_audit_row_one_session_and_one_refresh_token(given: Given, client: GivenClient, user: GivenUser):
    before = len(await given.trail())

    await given.user_token(user, client)

    url = given.env["AUTHME_DATABASE_URL"]
    assert len(await given.trail()) == before + 1
    assert await rows_of(url, "SELECT count(*) FROM session") == [(1,)]
    assert await rows_of(url, "SELECT count(*) FROM refresh_token") == [(1,)]
    assert await rows_of(url, "SELECT count(*) FROM attempt") == [(0,)]
