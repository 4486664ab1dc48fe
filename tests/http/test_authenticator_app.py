"""Authenticator apps (RFC 6238): added, confirmed and used."""

from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from support.answers import refused, token_object
from support.api import Api
from support.factors import (
    FACTORS,
    LEVERAGE,
    App,
    added,
    another,
    asked_for,
    confirmed_app,
    factors_of,
    fulfil,
    new_app,
    sent,
    validate,
)
from support.given import Given, GivenClient, GivenUser, at_once, claims
from support.two_engines import plain_sql


@pytest.fixture
async def user(given: Given) -> GivenUser:
    return await given.user("maria.silva")


@pytest.fixture
async def client(given: Given) -> GivenClient:
    return await given.client(factor_visibility="UNRESTRICTED")


@pytest.fixture
async def person(given: Given, client: GivenClient, user: GivenUser) -> Api:
    return await given.person(user, client)


@pytest.fixture
async def app(given: Given, person: Api) -> App:
    return await confirmed_app(given, person)


async def test_an_app_raises_the_session(on_both: Given):
    client, user = await on_both.client(), await on_both.user("maria.silva")
    app = await confirmed_app(on_both, await on_both.person(user, client))
    person = await on_both.person(user, client)

    asked = await asked_for(person)
    said = claims(str(token_object(await fulfil(person, asked, token=app.code))["accessToken"]))

    assert asked.keys() == {"challengeId", "factorId", "expiresAt"}
    assert asked["factorId"] == app.id
    assert (said["acr"], said["amr"]) == ("AUTH-MFA", ["pwd", "otp", "mfa"])


async def test_what_the_app_reads_names_whose_it_is(given: Given, client: GivenClient):
    user = await given.user("maria@example.com")
    person = given.api.as_(await given.mfa_token(user, client))

    uri = urlsplit((await added(person, "TOTP"))["otpauthUri"])

    assert (uri.scheme, uri.netloc, unquote(uri.path)) == ("otpauth", "totp", "/AuthMe:maria@example.com")
    assert parse_qs(uri.query)["issuer"] == ["AuthMe"]


async def test_what_the_app_reads_is_shown_once(given: Given, person: Api):
    one = await added(person, "TOTP", name="Telephone")

    again = await person.put(f"{FACTORS}/{one['id']}", json={"contactType": "TOTP", "name": "Other"})

    assert "otpauthUri" not in (await factors_of(person))[0]
    assert "otpauthUri" not in again.json()
    secret = parse_qs(urlsplit(one["otpauthUri"]).query)["secret"][0]
    assert secret not in str(await given.trail()) + str(await given.messages())


async def test_an_app_that_was_not_answered_for_raises_nothing(given: Given, person: Api):
    app = await new_app(given, person)

    refused(await person.post(LEVERAGE, json={"contactType": "TOTP"}), 400, "107")
    refused(await person.post(LEVERAGE, json={"factorId": app.id}), 400, "107")
    refused(await person.post(LEVERAGE), 409, "404")


async def test_an_app_that_was_not_answered_for_goes_with_the_next_one(given: Given, person: Api):
    first = await new_app(given, person)
    asked = await sent(person, first.id)
    second = await confirmed_app(given, person)

    assert [one["id"] for one in await factors_of(person)] == [second.id]
    refused(await validate(person, first.id, asked, token=first.code), 404, "401")


async def test_one_person_has_several(given: Given, person: Api, app: App, user: GivenUser, client: GivenClient):
    raised = given.api.as_((await fulfil(person, await asked_for(person), token=app.code)).json()["accessToken"])
    second = await confirmed_app(given, raised)

    for one in (app, second):
        other = await given.person(user, client)
        asked = await asked_for(other, factorId=one.id)
        refused(await fulfil(other, asked, token=another(one.code)), 400, "8")
        token_object(await fulfil(other, asked, token=one.code))


@pytest.mark.parametrize("steps", [-1, 0, 1])
async def test_one_step_before_and_after_is_taken(given: Given, user: GivenUser, client: GivenClient, app: App, steps: int):
    given.later(seconds=60)
    person = await given.person(user, client)

    token_object(await fulfil(person, await asked_for(person), token=app.code_at(steps=steps)))


@pytest.mark.parametrize("steps", [-3, -2, 2, 3])
async def test_no_other_step_is(given: Given, user: GivenUser, client: GivenClient, app: App, steps: int):
    given.later(seconds=120)
    person = await given.person(user, client)

    refused(await fulfil(person, await asked_for(person), token=app.code_at(steps=steps)), 400, "8")


async def test_the_code_that_confirmed_it_raises_nothing(given: Given, person: Api):
    app = await new_app(given, person)
    code = app.code
    assert (await validate(person, app.id, await sent(person, app.id), token=code)).status_code == 200

    refused(await fulfil(person, await asked_for(person), token=code), 400, "8")
    token_object(await fulfil(person, await asked_for(person), token=app.code_at(steps=1)))


async def test_a_step_is_never_taken_twice_by_whichever_operation(given: Given, user: GivenUser, client: GivenClient, app: App):
    person, elsewhere = await given.person(user, client), await given.person(user, client)
    code = app.code
    token_object(await fulfil(person, await asked_for(person), token=code))

    refused(await fulfil(person, await asked_for(person), token=code), 400, "8")
    refused(await fulfil(elsewhere, await asked_for(elsewhere), token=code), 400, "8")
    refused(await validate(elsewhere, app.id, await sent(elsewhere, app.id), token=code), 400, "8")


async def test_a_step_before_the_one_that_was_used_is_over(given: Given, user: GivenUser, client: GivenClient, app: App):
    given.later(seconds=60)
    person = await given.person(user, client)
    token_object(await fulfil(person, await asked_for(person), token=app.code_at(steps=1)))

    for steps in (-1, 0, 1):
        refused(await fulfil(person, await asked_for(person), token=app.code_at(steps=steps)), 400, "8")


async def test_of_twenty_that_use_one_code_at_once_one_is_raised(on_both: Given):
    """Each has a challenge of its own, in a session of its own."""
    client, user = await on_both.client(), await on_both.user("maria.silva")
    app = await confirmed_app(on_both, await on_both.person(user, client))
    people = [await on_both.person(user, client) for _ in range(20)]
    asked = [await asked_for(person) for person in people]

    answers = await at_once(
        *(fulfil(person, challenge, token=app.code) for person, challenge in zip(people, asked, strict=True))
    )

    assert [answer.status_code for answer in answers].count(200) == 1
    assert {answer.json()[0]["code"] for answer in answers if answer.status_code != 200} <= {"8", "502", "601"}


async def test_a_clock_that_is_moved_back_brings_no_code_back(given: Given, user: GivenUser, client: GivenClient, app: App):
    person = await given.person(user, client)
    code = app.code
    token_object(await fulfil(person, await asked_for(person), token=code))
    given.later(hours=-1)
    earlier = await given.person(user, client)

    for token in (code, app.code, app.code_at(steps=1)):
        refused(await fulfil(earlier, await asked_for(earlier), token=token), 400, "8")


async def test_guesses_are_counted_whichever_challenge_they_answer(
    given: Given, user: GivenUser, client: GivenClient, app: App
):
    person = await given.person(user, client)
    wrong = another(app.code)
    if wrong in {app.code_at(steps=-1), app.code_at(steps=1)}:
        wrong = another(wrong)
    for n in range(5):
        asked = await (asked_for(person) if n % 2 else sent(person, app.id))
        answer = await (fulfil(person, asked, token=wrong) if n % 2 else validate(person, app.id, asked, token=wrong))
        refused(answer, 400, "8")

    refused(await fulfil(person, await asked_for(person), token=app.code), 429, "601")
    refused(await validate(person, app.id, await sent(person, app.id), token=app.code), 429, "601")
    given.later(seconds=1)
    token_object(await fulfil(person, await asked_for(person), token=app.code))


@pytest.mark.usefixtures("app")
async def test_the_wait_between_guesses_grows_up_to_a_quarter_of_an_hour(given: Given, user: GivenUser, client: GivenClient):
    person, waits = await given.person(user, client), []
    for _ in range(16):
        answer = await fulfil(person, await asked_for(person), token="000000x")
        if answer.status_code == 429:
            waits.append(int(answer.headers["retry-after"]))
            given.later(seconds=waits[-1])
            person = await given.person(user, client)
            refused(await fulfil(person, await asked_for(person), token="000000x"), 400, "8")

    assert waits[:4] == [1, 2, 4, 8]
    assert max(waits) <= 900


@pytest.mark.parametrize("token", ["", "1", "0" * 7, "abcdef", "é" * 6, "٣" * 6, "-00001", "0x1234", "1" * 5000])
@pytest.mark.usefixtures("app")
async def test_what_is_no_code_is_wrong(given: Given, user: GivenUser, client: GivenClient, token: str):
    person = await given.person(user, client)

    refused(await fulfil(person, await asked_for(person), token=token), 400, "8" if token else "102")


async def test_nothing_that_makes_codes_is_readable_at_rest(given: Given, person: Api, tmp_path: Path):
    one = await added(person, "TOTP")
    secret = parse_qs(urlsplit(one["otpauthUri"]).query)["secret"][0]
    app = await confirmed_app(given, person)

    raw = b"".join(file.read_bytes() for file in sorted(tmp_path.glob("authme.db*")))  # noqa: ASYNC240  # a small file
    assert app.id.encode() in raw
    for text in (secret, app.generator.secret):
        assert text.encode() not in raw
        assert app.generator.byte_secret() not in raw


async def test_a_secret_moved_to_another_row_does_not_open(given: Given, user: GivenUser, client: GivenClient, app: App):
    """Whoever can write to the database cannot put their own app in somebody's place."""
    thief = await given.user("joao.silva")
    theirs = await confirmed_app(given, await given.person(thief, client))
    moved = f"(SELECT secret_sealed FROM factor WHERE id = '{theirs.id}')"  # noqa: S608  # ids of this test
    await plain_sql(given.env["AUTHME_DATABASE_URL"], f"UPDATE factor SET secret_sealed = {moved} WHERE id = '{app.id}'")  # noqa: S608  # the same
    person = await given.person(user, client)

    answer = await fulfil(person, await asked_for(person), token=theirs.code)

    refused(answer, 500, "901")
