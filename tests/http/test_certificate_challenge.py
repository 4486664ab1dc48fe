"""UI-27: what is to be signed."""

import base64
from pathlib import Path

import pytest

from authme.kernel.clock import FakeClock
from support.answers import refused, token_object
from support.given import Given, GivenClient, MakeGiven
from support.given_certificates import CHALLENGE, LOGIN, CertificateServer, certificate_server, signed
from support.two_engines import rows_of


@pytest.fixture
async def server(make_given: MakeGiven, tmp_path: Path, clock: FakeClock) -> CertificateServer:
    return await certificate_server(make_given, f"sqlite:///{tmp_path}/a.db", tmp_path, clock)


async def test_it_is_thirty_two_random_bytes_for_five_minutes(on_both: Given):
    client = await on_both.client()
    caller = on_both.api.as_client(client.id)

    answers = [await caller.post(CHALLENGE, json={}), await caller.post(CHALLENGE)]

    assert [answer.status_code for answer in answers] == [201, 201]
    first, second = (answer.json() for answer in answers)
    assert first.keys() == {"challengeId", "challenge", "expiresAt"}
    assert len(base64.b64decode(first["challenge"], validate=True)) == 32
    assert first["challenge"] != second["challenge"]
    assert first["challengeId"] != second["challengeId"]
    kept = await rows_of(
        on_both.env["AUTHME_DATABASE_URL"], "SELECT purpose, client_id, expires_at - created_at FROM challenge"
    )
    assert kept == [("CERTIFICATE", client.id, 300_000)] * 2


async def test_a_server_without_roots_gives_them_and_accepts_no_certificate(
    server: CertificateServer, make_given: MakeGiven, tmp_path: Path
):
    given = await make_given(f"sqlite:///{tmp_path}/b.db")
    without = CertificateServer(given, server.brasil, await given.client())

    answer = await without.log_in(server.brasil.person())

    refused(answer, 401, "207")
    assert "this server accepts no certificates" in answer.text


async def test_it_takes_no_field(given: Given, client: GivenClient):
    refused(await given.api.as_client(client.id).post(CHALLENGE, json={"challenge": "x"}), 400, "106")


async def test_its_life_is_a_setting(make_given: MakeGiven, tmp_path: Path, clock: FakeClock):
    server = await certificate_server(
        make_given, f"sqlite:///{tmp_path}/a.db", tmp_path, clock, certificate_challenge_seconds=30
    )
    maria = server.brasil.person()
    first, second = await server.asked(), await server.asked()
    server.given.later(seconds=29)

    token_object(await server.visitor.post(LOGIN, json=signed(maria, first)))
    server.given.later(seconds=1)

    refused(await server.visitor.post(LOGIN, json=signed(maria, second)), 400, "502")


async def test_of_one_network_so_many_wait_to_be_signed_and_no_more(make_given: MakeGiven, tmp_path: Path, clock: FakeClock):
    server = await certificate_server(make_given, f"sqlite:///{tmp_path}/a.db", tmp_path, clock, network_failures=3)
    first = await server.asked()
    server.given.later(seconds=100)
    await server.asked()
    await server.asked()

    answer = await server.visitor.post(CHALLENGE, json={})

    refused(answer, 429, "601")
    assert answer.headers["retry-after"] == "200"
    token_object(await server.visitor.post(LOGIN, json=signed(server.brasil.person(), first)))
    await server.asked()
    refused(await server.visitor.post(CHALLENGE, json={}), 429, "601")
    server.given.later(seconds=300)
    await server.asked()


async def test_of_one_person_too_wherever_they_are(make_given: MakeGiven, tmp_path: Path, clock: FakeClock):
    server = await certificate_server(make_given, f"sqlite:///{tmp_path}/a.db", tmp_path, clock, network_failures=2)
    maria, jose = [await server.given.person(await server.given.user(), server.client) for _ in range(2)]
    for _ in range(2):
        await server.asked(maria)

    refused(await maria.post(CHALLENGE, json={}), 429, "601")

    await server.asked(jose)
    await server.asked()


async def test_what_was_asked_in_a_session_is_good_in_it_alone(server: CertificateServer):
    maria = server.brasil.person()
    user = await server.known()
    person, another = await server.given.person(user, server.client), await server.given.person(user, server.client)
    in_session, outside = await server.asked(person), await server.asked()

    refused(await server.visitor.post(LOGIN, json=signed(maria, in_session)), 400, "502")
    refused(await another.post(LOGIN, json=signed(maria, in_session)), 400, "502")
    refused(await person.post(LOGIN, json=signed(maria, outside)), 400, "502")

    token_object(await person.post(LOGIN, json=signed(maria, in_session)))
    token_object(await server.visitor.post(LOGIN, json=signed(maria, outside)))


async def test_somebody_who_is_locked_has_none_any_more(server: CertificateServer):
    user = await server.known()
    person = await server.given.person(user, server.client)
    await server.asked(person)

    service = await server.given.service("account_lock")
    assert (await service.post("/user-identities/lock", json={"userId": user.id})).status_code == 204

    assert await rows_of(server.given.env["AUTHME_DATABASE_URL"], "SELECT id FROM challenge") == []
