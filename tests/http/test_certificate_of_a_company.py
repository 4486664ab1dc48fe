"""UI-28 by a company's certificate: its responsible person, acting for it."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import bindparam, update

from authme.kernel.clock import FakeClock
from authme.kernel.context import Context
from authme.kernel.database import Statement
from authme.sessions import USER_TOPIC
from authme.users.tables import user_account
from support.answers import refused, token_object
from support.authority_profiles import A3, CNPJ, CPF, OTHER_CPF, SE_H, SE_S, Profile
from support.given import GivenUser, MakeGiven, claims
from support.given_access import cnpj
from support.given_certificates import CertificateServer, certificate_server
from support.two_engines import rows_of

FIRM = "5" * 24
RENEW = "/user-identities/renew-token"
ACTING = {"ROLE_BUSINESS", "ROLE_BUSINESSUSER"}
_LEAVE = Statement(update(user_account).where(user_account.c.id == bindparam("whom")).values(business_id=None))


@pytest.fixture
async def server(make_given: MakeGiven, url: str, tmp_path: Path, clock: FakeClock) -> CertificateServer:
    made = await certificate_server(make_given, url, tmp_path, clock)
    await made.given.business(id=FIRM, document=CNPJ)
    return made


def acts(token: object) -> bool:
    said = claims(str(token))
    return set(said["authorities"]) >= ACTING and said.get("business_id") == FIRM


async def of_the_firm(server: CertificateServer) -> GivenUser:
    return await server.known(business_id=FIRM)


async def is_refused(server: CertificateServer, *, says: str) -> None:
    answer = await server.log_in(server.brasil.company())
    refused(answer, 401, "207")
    assert says in answer.text
    assert CPF not in answer.text
    assert await rows_of(server.given.env["AUTHME_DATABASE_URL"], "SELECT count(*) FROM session") == [(0,)]


@pytest.mark.parametrize(("profile", "policy", "method"), [("old", "2.16.76.1.2.1.99", "swk"), ("new", A3, "hwk")])
async def test_its_responsible_person_acts_for_it_also_after_a_renewal(
    server: CertificateServer, profile: Profile, policy: str, method: str
):
    user = await of_the_firm(server)

    found = token_object(await server.log_in(server.brasil.company(profile=profile, policy=policy)))

    said = claims(str(found["accessToken"]))
    assert (said["sub"], said["amr"], said["acr"]) == (user.id, [method], "AUTH-BASIC")
    assert acts(found["accessToken"])
    renewed = token_object(await server.visitor.post(RENEW, json={"refreshToken": found["refreshToken"]}))
    assert acts(renewed["accessToken"])
    caller = await server.given.caller(str(found["accessToken"]))
    assert caller.acts_for == FIRM


async def test_what_is_done_so_is_in_the_record_with_the_business(server: CertificateServer):
    await of_the_firm(server)

    await server.log_in(server.brasil.company())

    (login,) = await server.given.trail("user.login")
    assert FIRM in login["detail"]


async def test_acting_ends_when_the_person_leaves(server: CertificateServer):
    user = await of_the_firm(server)
    found = token_object(await server.log_in(server.brasil.company()))

    async def leave(ctx: Context) -> None:
        ctx.tx.announce(USER_TOPIC, user.id)
        await ctx.tx.run(_LEAVE, whom=user.id)

    await server.given.run(leave)

    assert (await server.given.caller(str(found["accessToken"]))).acts_for is None
    renewed = token_object(await server.visitor.post(RENEW, json={"refreshToken": found["refreshToken"]}))
    assert not acts(renewed["accessToken"])
    refused(await server.log_in(server.brasil.company()), 401, "207")


async def test_a_personal_certificate_of_the_same_person_does_not_act(server: CertificateServer):
    user = await of_the_firm(server)

    await server.claims_of(server.brasil.company())
    said = await server.claims_of(server.brasil.person())

    assert said["sub"] == user.id
    assert not ACTING & set(said["authorities"])


async def test_whoever_is_no_user_of_the_business_is_refused(server: CertificateServer):
    await server.known()

    await is_refused(server, says="business")


async def test_nor_is_a_user_of_another(server: CertificateServer):
    other = await server.given.business(document=cnpj())
    await server.known(business_id=other)

    await is_refused(server, says="business")


async def test_an_unknown_business_is_refused_whoever_comes(server: CertificateServer):
    await of_the_firm(server)

    answer = await server.log_in(server.brasil.company(cnpj()))

    refused(answer, 401, "207")
    assert "business" in answer.text


async def test_a_new_person_is_made_in_the_business(server: CertificateServer):
    found = token_object(await server.log_in(server.brasil.company(cpf=OTHER_CPF, responsible="JOSE PEREIRA")))

    assert acts(found["accessToken"])
    rows = await rows_of(server.given.env["AUTHME_DATABASE_URL"], "SELECT kind, name, document, business_id FROM user_account")
    assert rows == [("PERSON", "JOSE PEREIRA", OTHER_CPF, FIRM)]


@pytest.mark.parametrize("policy", [SE_S, SE_H])
async def test_a_seal_logs_nobody_in(server: CertificateServer, policy: str):
    await of_the_firm(server)

    answer = await server.log_in(server.brasil.seal(policy=policy))

    refused(answer, 401, "207")


async def test_a_company_without_a_responsible_person_logs_nobody_in(server: CertificateServer):
    await of_the_firm(server)
    names: dict[str, Any] = {"names": ()}

    refused(await server.log_in(server.brasil.company(profile="new", changes=names)), 401, "207")
