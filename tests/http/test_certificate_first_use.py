"""UI-28 by a certificate that was never seen here: whose account it is."""

from pathlib import Path
from typing import Any

import pytest

from authme.kernel.clock import FakeClock
from authme.users import names
from support.answers import refused, token_object
from support.api import Api
from support.authority_profiles import CPF, OTHER_CPF
from support.given import MakeGiven, claims
from support.given_certificates import CertificateServer, certificate_server
from support.two_engines import rows_of

ME = "/user-identities/me"
ANOTHER_WAY = "log in to it another way and link this one"
Make = Any


@pytest.fixture
async def make_server(make_given: MakeGiven, url: str, tmp_path: Path, clock: FakeClock) -> Make:
    async def make(**settings: Any) -> CertificateServer:
        return await certificate_server(make_given, url, tmp_path, clock, **settings)

    return make


async def users_of(server: CertificateServer) -> int:
    ((count,),) = await rows_of(server.given.env["AUTHME_DATABASE_URL"], "SELECT count(*) FROM user_account")
    return int(str(count))


async def is_refused(server: CertificateServer, cpf: str = CPF, *, says: str = "") -> None:
    """Assert that nobody is let in and that nothing was made or linked."""
    before = await users_of(server)
    answer = await server.log_in(server.brasil.person(cpf))
    refused(answer, 401, "207")
    assert says in answer.text
    assert cpf not in answer.text
    assert await users_of(server) == before
    linked = "SELECT count(*) FROM identity WHERE type = 'CERTIFICATE'"
    assert await rows_of(server.given.env["AUTHME_DATABASE_URL"], linked) == [(0,)]


async def me(server: CertificateServer, answer: Any) -> dict[str, Any]:
    person: Api = server.given.api.as_(str(token_object(answer)["accessToken"]))
    found: dict[str, Any] = (await person.get(ME)).json()
    return found


async def test_whose_document_nobody_has_gets_a_user(make_server: Make):
    server = await make_server()

    found = await me(server, await server.log_in(server.brasil.person(OTHER_CPF, name="JOSE PEREIRA")))

    assert (found["status"], found["name"]) == ("ACTIVE", "JOSE PEREIRA")
    assert found["document"] not in {None, OTHER_CPF}
    assert {"CERTIFICATE", "CPF"} >= {one["type"] for one in found["identities"]} >= {"CERTIFICATE"}
    again = await server.claims_of(server.brasil.person(OTHER_CPF, profile="new", key="P-256"), "ES256")
    assert again["sub"] == found["userId"]
    assert await users_of(server) == 1


async def test_where_none_are_made_nobody_is_let_in(make_server: Make):
    await is_refused(await make_server(certificate_creates_users="false"))


async def test_a_document_that_is_known_to_be_theirs_is_enough(make_server: Make):
    server = await make_server()
    user = await server.known()
    await server.given.user()

    assert (await server.claims_of(server.brasil.person()))["sub"] == user.id


async def test_an_administrator_may_log_in_so_too(make_server: Make):
    server = await make_server()
    user = await server.given.user(None, "IAM_ADMIN_MAINTENANCE", document=CPF, is_document_vouched=True)

    assert (await server.claims_of(server.brasil.person()))["sub"] == user.id


@pytest.mark.parametrize(
    "draft",
    [{"document": CPF}, {"names": (names.email("a@example.com"), names.cpf(CPF))}],
    ids=["as the document", "as a name"],
)
async def test_whoever_merely_registered_with_a_document_is_not_given_its_owner(make_server: Make, draft: dict[str, Any]):
    """They would read what its owner writes into the account, and keep their own password for it."""
    server = await make_server()
    await server.given.user(None, **draft)

    await is_refused(server, says=ANOTHER_WAY)


async def test_where_a_second_proof_is_asked_for_it_links_nobody(make_server: Make):
    server = await make_server(certificate_first_use="SECOND_PROOF")
    await server.known()

    await is_refused(server, says=ANOTHER_WAY)


async def test_where_a_second_proof_is_asked_for_a_new_user_needs_none(make_server: Make):
    server = await make_server(certificate_first_use="SECOND_PROOF")

    token_object(await server.log_in(server.brasil.person()))


async def test_where_first_uses_are_refused_nobody_is_found_or_made(make_server: Make):
    server = await make_server(certificate_first_use="REFUSE")
    await server.known()

    await is_refused(server)
    await is_refused(server, OTHER_CPF)


async def test_what_is_linked_logs_in_whatever_first_uses_do(make_server: Make):
    server = await make_server(certificate_first_use="REFUSE")
    user = await server.given.user(None, names=(names.email("maria@example.com"), names.certificate(names.cpf(CPF))))

    assert (await server.claims_of(server.brasil.person()))["sub"] == user.id


async def test_a_locked_user_is_not_linked(make_server: Make):
    server = await make_server()
    user = await server.known()
    service = await server.given.service("account_lock")
    await service.post("/user-identities/lock", json={"userId": user.id})

    refused(await server.log_in(server.brasil.person()), 401, "205")


async def test_each_person_is_themselves(make_server: Make):
    server = await make_server()
    maria, jose = await server.known(CPF), await server.known(OTHER_CPF)

    for cpf, user in ((CPF, maria), (OTHER_CPF, jose)):
        answer = await server.log_in(server.brasil.person(cpf))
        assert claims(str(token_object(answer)["accessToken"]))["sub"] == user.id


async def test_whoever_is_not_let_in_again_and_again_has_to_wait(make_server: Make):
    server = await make_server(certificate_creates_users="false", network_failures=2)
    for _ in range(2):
        await is_refused(server)

    refused(await server.log_in(server.brasil.person()), 429, "601")
