import asyncio
import contextlib
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

import pytest
import structlog

from authme.kernel import logs
from authme.kernel.logs import AccessLog, hide_secrets
from support.api import basic
from support.given import Given
from support.two_engines import plain_sql

LOGIN = "/user-identities/login"


Said = Callable[[], str]
Logged = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def said(standard_error: TextIO) -> Said:
    """Return what was written to standard error since the last time."""
    read_up_to = 0

    def read() -> str:
        nonlocal read_up_to
        whole = Path(standard_error.name).read_text()
        start, read_up_to = read_up_to, len(whole)
        return whole[start:]

    return read


@pytest.fixture
def logged(said: Said) -> Logged:
    """Return what was logged since the last time; each line must be one JSON object."""

    def read() -> list[dict[str, Any]]:
        # Only a newline ends a line: other characters that Python counts may be within a text.
        found = [json.loads(line) for line in said().split("\n") if line]
        assert all(isinstance(one, dict) for one in found)
        return found

    return read


async def test_each_answer_is_one_line_with_what_happened(given: Given, logged: Logged):
    client = await given.client()

    answer = await given.api.login_client(client.id, client.secret)

    (line,) = logged()
    assert datetime.fromisoformat(line.pop("timestamp")).tzinfo == UTC
    assert line.pop("level") == "info"
    assert line.pop("ms") >= 0
    assert line == {
        "event": "request",
        "operation": "CI-04",
        "method": "POST",
        "status": 200,
        "request_id": answer.headers["x-request-id"],
        "source": "127.0.0.1",
        "client_id": None,
    }


async def test_the_line_names_the_client_that_a_token_speaks_for(given: Given, logged: Logged):
    client = await given.client("account_lock")
    token = await given.client_token(client)

    await given.api.as_(token).post("/user-identities/lock", json={"userId": "0" * 24})

    line = logged()[-1]
    assert (line["operation"], line["status"], line["client_id"]) == ("UI-21", 400, client.id)


async def test_a_request_id_of_the_caller_is_taken_if_it_looks_like_one(given: Given, logged: Logged):
    wrong = ("x" * 65, "short", "", 'a"b"c"d"e"', "white space", "{}{}{}{}{}")
    for given_id in ("a-request.of_ours-1", "x" * 64, *wrong):
        answer = await given.api.get("/healthz", headers={"x-request-id": given_id})

        (line,) = logged()
        assert line["request_id"] == answer.headers["x-request-id"]
        assert (line["request_id"] == given_id) == (given_id not in wrong)
        assert len(line["request_id"]) >= 8


async def test_two_requests_have_two_ids(given: Given, logged: Logged):
    for _ in range(2):
        await given.api.get("/healthz")

    first, second = logged()
    assert first["request_id"] != second["request_id"]


async def test_no_password_secret_or_token_is_in_any_line(given: Given, said: Said):
    client, user, wrong, typed_name = await given.client("READ"), await given.user(), os.urandom(9).hex(), os.urandom(9).hex()
    caller = given.api.as_client(client.id)

    tokens = (await caller.login(user.name, user.password)).json()
    for name, password in ((user.name, wrong), (typed_name, user.password), ("", wrong)):
        await caller.login(name, password)
    renewed = (await caller.post("/user-identities/renew-token", json={"refreshToken": tokens["refreshToken"]})).json()
    await given.api.login_client(client.id, client.secret)
    await given.api.login_client(client.id, wrong)
    await given.api.as_(tokens["accessToken"]).post("/user-identities/me/logout")
    await given.api.as_(f"{tokens['accessToken']}x").post("/user-identities/me/logout")
    await caller.post(LOGIN, params={"password": wrong}, headers={"authorization": f"Basic {wrong}"})
    await caller.request(wrong, f"{LOGIN}/{wrong}", content=wrong, headers={"cookie": wrong, "user-agent": wrong})
    await plain_sql(given.env["AUTHME_DATABASE_URL"], "DROP TABLE identity")
    assert (await caller.login(user.name, user.password)).status_code == 500

    lines = said().replace(f'"method":"{wrong}"', "")
    assert lines.count("\n") >= 12
    secrets = {
        "password": user.password, "secret": client.secret, "wrong": wrong, "typed as a name": typed_name, "name": user.name,
        "credentials": basic(user.name, user.password).split()[1], "access token": tokens["accessToken"],
        "refresh token": tokens["refreshToken"], "renewed access token": renewed["accessToken"],
        "renewed refresh token": renewed["refreshToken"],
    }  # fmt: skip
    assert [what for what, secret in secrets.items() if secret in lines] == []


async def test_the_path_and_the_query_are_in_no_line(given: Given, said: Said):
    chosen = os.urandom(9).hex()

    await given.api.get(f"/healthz/{chosen}", params={"a": chosen})

    line = said()
    assert '"status":404' in line
    assert chosen not in line


async def test_a_defect_is_one_line_with_its_cause_and_the_id_that_the_caller_got(given: Given, logged: Logged):
    await plain_sql(given.env["AUTHME_DATABASE_URL"], "DROP TABLE client")

    answer = await given.api.login_client("0" * 24, "x")

    defect, request = logged()
    assert answer.status_code == 500
    assert (defect["event"], defect["level"], defect["operation"]) == ("unexpected", "error", "CI-04")
    assert defect["request_id"] == request["request_id"] == answer.headers["x-request-id"]
    assert "no such table: client" in defect["exception"]
    assert "Traceback" in defect["exception"]
    assert "no such table" not in answer.text
    assert defect["timestamp"].endswith("Z")


@pytest.mark.parametrize(
    ("level", "lines"),
    [
        ("debug", ["unexpected", "request"]),
        ("info", ["unexpected", "request"]),
        ("warning", ["unexpected"]),
        ("error", ["unexpected"]),
    ],
)
async def test_requests_are_logged_at_info_and_defects_always(
    make_given: Any, tmp_path: Any, logged: Logged, level: str, lines: list[str]
):
    given = await make_given(f"sqlite:///{tmp_path}/authme.db", log_level=level)
    await plain_sql(given.env["AUTHME_DATABASE_URL"], "DROP TABLE client")

    await given.api.login_client("0" * 24, "x")

    assert [line["event"] for line in logged()] == lines


async def test_requests_at_the_same_time_do_not_share_a_line(given: Given, logged: Logged):
    answers = await asyncio.gather(*(given.api.get("/healthz") for _ in range(20)))

    assert {line["request_id"] for line in logged()} == {answer.headers["x-request-id"] for answer in answers}


class TestLines:
    @pytest.fixture(autouse=True)
    def _configured(self, standard_error: TextIO) -> None:
        with contextlib.redirect_stderr(standard_error):
            logs.configure("info", "json")

    def test_text_of_others_cannot_begin_a_line_of_its_own(self, logged: Logged):
        structlog.get_logger("a").warning("said", text='x"\n{"event":"forged"}\r\n\x1b[31m\u2028')

        (line,) = logged()
        assert line["event"] == "said"

    def test_a_value_that_json_does_not_know_is_written_as_text(self, logged: Logged):
        structlog.get_logger("a").warning("said", value=object(), error=ValueError("x"))

        (line,) = logged()
        assert line["error"] == "x"
        assert line["value"].startswith("<object object")

    def test_an_exception_is_within_its_line(self, logged: Logged):
        try:
            raise ValueError("the cause")  # noqa: TRY301  # to have a traceback
        except ValueError:
            structlog.get_logger("a").exception("failed")

        (line,) = logged()
        assert line["exception"].endswith("ValueError: the cause")

    def test_what_is_below_the_level_is_not_written(self, logged: Logged):
        structlog.get_logger("a").debug("not said")
        structlog.get_logger("a").info("said")

        assert [line["event"] for line in logged()] == ["said"]

    @pytest.mark.parametrize(
        "name",
        ["password", "newPassword", "client_secret", "refresh_token", "Authorization", "cookie", "code_verifier", "x_api_key"],
    )
    def test_what_is_logged_under_the_name_of_a_secret_is_hidden(self, logged: Logged, name: str):
        secret = os.urandom(9).hex()

        structlog.get_logger("a").warning("said", **{name: secret, "user_id": "u"})

        (line,) = logged()
        assert line[name] == "(hidden)"
        assert line["user_id"] == "u"

    def test_secrets_are_hidden_from_people_too(self, standard_error: TextIO, said: Said):
        secret = os.urandom(9).hex()
        with contextlib.redirect_stderr(standard_error):
            logs.configure("info", "console")

        structlog.get_logger("a").warning("what happened", password=secret)

        line = said()
        assert "what happened" in line
        assert secret not in line

    def test_other_values_are_left_as_they_are(self):
        event = {"event": "said", "operation": "UI-17", "ms": 1.5}

        assert hide_secrets(None, "info", dict(event)) == event

    def test_a_reader_of_the_log_that_went_away_takes_no_request_with_it(self, monkeypatch: pytest.MonkeyPatch):
        reading, writing = os.pipe()
        with os.fdopen(writing, "w") as broken:
            monkeypatch.setattr("sys.stderr", broken)
            log = AccessLog("info")
            os.close(reading)

            log.write(event="request")
            log.write(event="request")
