"""UI-34: a new password of a legacy logon by a code."""

from pathlib import Path

import pytest

from support.answers import refused, token_object
from support.api import Api
from support.factors import another
from support.given import Given, GivenClient, MakeGiven, claims
from support.legacy_logons import (
    ADDRESS,
    LOGON,
    MOBILE,
    NEW_SECRET,
    SECRET,
    asked_for_logon,
    given_linked,
    given_unreachable,
    log_in_there,
    reset_logon,
    retrieve_logon,
)
from support.recovery import code_for, reset
from support.two_engines import rows_of

CPF = "52998224725"
UNKNOWN = ["NOBODY1", "nobody1", "X", "12345678", "not a logon", "nobody@example.com", "é", "🔑", " "]
WRONG = (400, '[{"code":"8","message":"Validation code or username is not valid."}]')


@pytest.fixture
def visitor(given: Given, client: GivenClient) -> Api:
    return given.api.as_client(client.id)


@pytest.fixture
async def logon(given: Given) -> str:
    """A logon that is nobody's here so far."""
    await given.legacy_logon(LOGON, SECRET, name="Maria", document=CPF, email=ADDRESS, mobile=MOBILE)
    return LOGON


async def test_the_password_of_a_linked_logon_is_reset_here_and_there(on_both: Given):
    client, user = await on_both.client(), await given_linked(on_both)
    visitor = on_both.api.as_client(client.id)
    answer = await retrieve_logon(visitor, " maria01 ")

    assert answer.status_code == 201
    assert answer.json().keys() == {"hash", "contacts"}
    assert answer.json()["contacts"] == ["ma***ia@e******.com"]
    (message,) = await on_both.messages()
    assert (message["to"], message["channel"], message["values"]["purpose"]) == (ADDRESS, "EMAIL", "LOGON_PASSWORD")
    code = message["values"]["code"]
    said = claims(str(token_object(await reset_logon(visitor, f" {code} ", answer.json()["hash"]))["accessToken"]))

    assert (said["acr"], said["amr"], said["user_id"], said["logon"]) == ("AUTH-BASIC", ["otp"], user.id, LOGON)
    (command,) = await on_both.commands()
    assert (command["topic"], command["payload"]["secret"], command["payload"]["logon"]) == ("PASSWORD", NEW_SECRET, LOGON)
    assert await on_both.secret_there_is(LOGON, SECRET)
    await on_both.deliver()
    assert await on_both.secret_there_is(LOGON, NEW_SECRET)
    token_object(await log_in_there(visitor, NEW_SECRET))
    refused(await log_in_there(visitor), 401, "203")
    assert [one["message"] for one in await on_both.messages(ADDRESS)][-1:] == ["password_changed"]
    assert [row["target"] for row in await on_both.trail("logon.password_reset")] == [user.id]
    assert code not in str(await on_both.trail())


async def test_a_logon_that_is_nobodys_becomes_somebodys(on_both: Given):
    await on_both.legacy_logon(LOGON, SECRET, name="Maria", document="529.982.247-25", email=ADDRESS, mobile=MOBILE)
    visitor = on_both.api.as_client((await on_both.client()).id)
    answer = await retrieve_logon(visitor)

    assert answer.json()["contacts"] == ["ma***ia@e******.com", "*****5678"]
    code = await on_both.code(ADDRESS)
    token = token_object(await reset_logon(visitor, code, answer.json()["hash"]))["accessToken"]

    said = claims(str(token))
    assert (said["acr"], said["amr"], said["logon"]) == ("AUTH-BASIC", ["otp"], LOGON)
    me = (await on_both.api.as_(str(token)).get("/user-identities/me")).json()
    assert {(one["type"], one["verified"]) for one in me["identities"]} == {
        ("LOGON", True), ("EMAIL", True), ("MOBILE", True), ("CPF", True),
    }  # fmt: skip
    token_object(await log_in_there(visitor, NEW_SECRET))
    token_object(await visitor.login(ADDRESS, NEW_SECRET))
    await on_both.deliver()
    assert await on_both.secret_there_is(LOGON, NEW_SECRET)


async def test_it_becomes_that_of_the_user_whose_document_is_vouched_for(given: Given, visitor: Api, logon: str):
    user = await given.user("maria.silva", document=CPF, is_document_vouched=True)

    code, bound_to = await asked_for_logon(given, visitor, logon)

    said = claims(str(token_object(await reset_logon(visitor, code, bound_to))["accessToken"]))
    assert (said["user_id"], said["logon"]) == (user.id, LOGON)


async def test_somebody_without_an_address_gets_a_short_message(given: Given, visitor: Api):
    await given.legacy_logon(LOGON, SECRET, email="no address", mobile=f"+{MOBILE}")

    code, bound_to = await asked_for_logon(given, visitor, to=MOBILE)

    said = claims(str(token_object(await reset_logon(visitor, code, bound_to))["accessToken"]))
    assert (said["acr"], said["amr"]) == ("AUTH-BASIC", ["sms"])


async def test_a_user_who_shows_no_contact_is_reached_as_the_directory_knows(given: Given, visitor: Api, logon: str):
    user = await given.user("maria.silva")
    await given.linked(user, logon)

    code, bound_to = await asked_for_logon(given, visitor, logon)

    said = claims(str(token_object(await reset_logon(visitor, code, bound_to))["accessToken"]))
    assert said["user_id"] == user.id


async def test_whatever_is_wrong_gets_one_answer(make_given: MakeGiven, tmp_path: Path):
    endless = {"code_failures": 1000, "network_failures": 1000, "client_failures": 1000}
    given = await make_given(f"sqlite:///{tmp_path}/a.db", **endless)
    client = await given.client()
    visitor, user = given.api.as_client(client.id), await given_linked(given)
    others = await given_unreachable(given, client)
    code, bound_to = await asked_for_logon(given, visitor)
    challenge_id, _, secret = bound_to.partition(".")
    decoyed = (await retrieve_logon(visitor, "NOBODY1")).json()["hash"]
    answers = [
        await reset_logon(visitor, another(code), bound_to),
        await reset_logon(visitor, code, decoyed),
        await reset_logon(visitor, code, challenge_id),
        await reset_logon(visitor, code, f"{challenge_id}.{secret[::-1]}"),
        await reset_logon(visitor, code, f".{secret}"),
        await reset_logon(visitor, code, f"é.{secret}"),
        await reset_logon(visitor, "x" * 16000, bound_to),
        await reset_logon(visitor, code, "x" * 16000),
        *[await reset_logon(visitor, code, bound_to, logon=name) for name in [*others.values(), *UNKNOWN]],
        await reset_logon(visitor, code, decoyed, logon="NOBODY1"),
        await reset(visitor, user.name, code),
        await reset(visitor, user.name, code, hash=bound_to),
    ]

    assert {(answer.status_code, answer.text) for answer in answers} == {WRONG}
    assert "PASSWORD" not in {one["topic"] for one in await given.commands()}


async def test_a_code_of_another_request_does_not_fit(given: Given, visitor: Api, logon: str):
    old, bound_before = await asked_for_logon(given, visitor, logon)
    new, bound_now = await asked_for_logon(given, visitor, logon)

    for code, bound_to in ((old, bound_before), (new, bound_before)):
        assert (await reset_logon(visitor, code, bound_to)).text == WRONG[1]
    token_object(await reset_logon(visitor, new, bound_now))


async def test_neither_does_one_of_a_forgotten_password(given: Given, visitor: Api):
    user = await given_linked(given)
    _, bound_to = await asked_for_logon(given, visitor)
    code = await code_for(given, visitor, user.name)

    assert (await reset_logon(visitor, code, bound_to)).text == WRONG[1]
    token_object(await reset(visitor, user.name, code))


@pytest.mark.parametrize("whose", ["somebody's", "nobody's"])
async def test_a_code_is_good_once_for_ten_minutes_and_five_tries(given: Given, visitor: Api, whose: str):
    await (given_linked(given) if whose == "somebody's" else given.legacy_logon(LOGON, SECRET, email=ADDRESS))
    code, bound_to = await asked_for_logon(given, visitor)
    given.later(minutes=10)
    assert (await reset_logon(visitor, code, bound_to)).text == WRONG[1]

    code, bound_to = await asked_for_logon(given, visitor)
    for _ in range(4):
        assert (await reset_logon(visitor, another(code), bound_to)).text == WRONG[1]
    refused(await reset_logon(visitor, code, bound_to), 429, "601")
    given.later(days=1)

    code, bound_to = await asked_for_logon(given, visitor)
    token_object(await reset_logon(visitor, code, bound_to))
    assert (await reset_logon(visitor, code, bound_to, "another phrase of the mainframe")).text == WRONG[1]


async def test_five_wrong_codes_use_up_a_request(make_given: MakeGiven, tmp_path: Path):
    given = await make_given(f"sqlite:///{tmp_path}/a.db", code_failures=1000)
    visitor = given.api.as_client((await given.client()).id)
    await given_linked(given)
    code, bound_to = await asked_for_logon(given, visitor)
    # Whoever has not the hash uses up no try of whoever has it.
    for _ in range(6):
        await reset_logon(visitor, another(code), bound_to[:-1] + ("x" if bound_to[-1] != "x" else "y"))
    for _ in range(5):
        await reset_logon(visitor, another(code), bound_to)

    assert (await reset_logon(visitor, code, bound_to)).text == WRONG[1]


@pytest.mark.parametrize("name", [LOGON, "UNLINK1", "NOBODY1", "OTHER3"])
async def test_codes_are_guessed_no_faster_for_any_logon(given: Given, client: GivenClient, visitor: Api, name: str):
    await given_linked(given)
    await given.legacy_logon("UNLINK1", SECRET, email="joao@example.com")
    await given_unreachable(given, client)
    bound_to = (await retrieve_logon(visitor, name)).json()["hash"]

    answers = [await reset_logon(visitor, "x", bound_to, logon=name) for _ in range(7)]

    assert [answer.status_code for answer in answers] == [400] * 5 + [429] * 2
    assert {answer.text for answer in answers[:5]} == {WRONG[1]}


@pytest.mark.parametrize(
    ("password", "text"),
    [
        ("nine chars", "mainframe"),
        ("a phrase with an é in it", "mainframe"),
        ("short", "at least"),
        ("password", "common"),
        (LOGON + "1", "own names"),
    ],
)
async def test_a_password_has_to_please_both_and_a_code_survives_one_that_does_not(
    given: Given, visitor: Api, logon: str, password: str, text: str
):
    code, bound_to = await asked_for_logon(given, visitor, logon)

    answer = await reset_logon(visitor, code, bound_to, password)

    refused(answer, 400, "501")
    assert text in answer.text
    assert await rows_of(given.env["AUTHME_DATABASE_URL"], "SELECT count(*) FROM user_account") == [(0,)]
    token_object(await reset_logon(visitor, code, bound_to))


async def test_a_password_stays_not_the_same(given: Given, visitor: Api, logon: str):
    code, bound_to = await asked_for_logon(given, visitor, logon)
    token_object(await reset_logon(visitor, code, bound_to))
    code, bound_to = await asked_for_logon(given, visitor, logon)

    refused(await reset_logon(visitor, code, bound_to), 400, "501")


async def test_whatever_the_old_password_began_is_over(given: Given, client: GivenClient, visitor: Api):
    user = await given_linked(given)
    tokens = await given.tokens(user, client)
    code, bound_to = await asked_for_logon(given, visitor)

    answer = await reset_logon(visitor, code, bound_to)

    refused(await given.api.as_(tokens["accessToken"]).get("/user-identities/me"), 401, "204")
    assert (await given.api.as_(answer.json()["accessToken"]).get("/user-identities/me")).status_code == 200
    refused(await visitor.login(user.name, user.password), 401, "203")
    token_object(await visitor.login(user.name, NEW_SECRET))


async def test_a_server_that_keeps_no_passwords_only_orders_it(make_given: MakeGiven, url: str):
    given = await make_given(url, legacy_keeps_passwords=False)
    visitor = given.api.as_client((await given.client()).id)
    await given.legacy_logon(LOGON, SECRET, email=ADDRESS)
    code, bound_to = await asked_for_logon(given, visitor)

    token_object(await reset_logon(visitor, code, bound_to))

    assert await rows_of(given.env["AUTHME_DATABASE_URL"], "SELECT password_hash FROM credential") == []
    refused(await visitor.login(ADDRESS, NEW_SECRET), 401, "203")
    await given.deliver()
    token_object(await log_in_there(visitor, NEW_SECRET))


async def test_a_logon_that_changed_after_the_code_was_sent_is_not_reset(given: Given, visitor: Api, logon: str):
    code, bound_to = await asked_for_logon(given, visitor, logon)
    await given.revoke_there(logon)
    assert (await reset_logon(visitor, code, bound_to)).text == WRONG[1]
    await given.resume_there(logon)
    await given.remove_there(logon)
    assert (await reset_logon(visitor, code, bound_to)).text == WRONG[1]
    await given.legacy_logon(logon, SECRET, email="other@example.com")
    assert (await reset_logon(visitor, code, bound_to)).text == WRONG[1]
    await given.remove_there(logon)
    await given.legacy_logon(logon, SECRET, email=ADDRESS)
    token_object(await reset_logon(visitor, code, bound_to))


async def test_a_lock_ends_what_is_under_way(given: Given, client: GivenClient, visitor: Api):
    user, administrator = await given_linked(given), await given.administrator(client)
    code, bound_to = await asked_for_logon(given, visitor)
    for operation in ("lock", "unlock"):
        await administrator.post(f"/user-identities/{operation}", json={"userId": user.id})

    assert (await reset_logon(visitor, code, bound_to)).text == WRONG[1]
