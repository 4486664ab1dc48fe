"""X-prove-certificate: a certificate in a session that was begun otherwise."""

from pathlib import Path
from typing import Any

import pytest

from authme.kernel.clock import FakeClock
from authme.kernel.context import Context
from authme.users import names
from authme.users import store as users
from support.answers import refusal, refused, token_object
from support.api import Api
from support.authority_profiles import A1, CNPJ, CPF, OTHER_CPF
from support.given import GivenUser, MakeGiven, at_once, claims
from support.given_certificates import PROVE, CertificateServer, certificate_server, signed
from support.two_engines import rows_of

ACTING = {"ROLE_BUSINESS", "ROLE_BUSINESSUSER"}


@pytest.fixture
async def server(make_given: MakeGiven, url: str, tmp_path: Path, clock: FakeClock) -> CertificateServer:
    return await certificate_server(make_given, url, tmp_path, clock)


async def person(server: CertificateServer, user: GivenUser) -> Api:
    return await server.given.person(user, server.client)


async def linked(server: CertificateServer, cpf: str = CPF, **draft: Any) -> GivenUser:
    """Return somebody whose certificate is linked."""
    email = f"{cpf}@example.com"
    return await server.given.user(email, names=(names.email(email), names.certificate(names.cpf(cpf))), **draft)


async def certificates_of(server: CertificateServer, user: GivenUser) -> list[str]:
    found = await server.given.run(lambda ctx: users.list_identities(ctx.tx, user.id))
    return [one.value for one in found if one.type == "CERTIFICATE"]


async def test_a_password_and_a_certificate_are_two_factors(server: CertificateServer):
    user = await linked(server)
    caller = await person(server, user)

    found = token_object(await server.prove(caller, server.brasil.person()))

    said = claims(str(found["accessToken"]))
    assert (said["sub"], said["acr"], said["amr"]) == (user.id, "AUTH-MFA", ["pwd", "hwk", "mfa"])
    assert {"ROLE_AUTH-MFA", "ROLE_AUTH-BASIC"} <= set(said["authorities"])
    renewed = await server.visitor.post("/user-identities/renew-token", json={"refreshToken": found["refreshToken"]})
    assert claims(renewed.json()["accessToken"])["acr"] == "AUTH-MFA"
    (raised,) = await server.given.trail("session.raised")
    assert "hwk" in raised["detail"]
    assert CPF not in raised["detail"]


async def test_an_earlier_token_of_the_session_says_no_more_than_before(server: CertificateServer):
    caller = await person(server, await linked(server))
    await server.prove(caller, server.brasil.person())

    refused(await caller.post("/user-identities/me/access-token", json={}), 403, "301")


@pytest.mark.parametrize("draft", [{"document": CPF}, {}], ids=["by the document", "of whoever has none"])
async def test_what_is_nobodys_is_linked_and_raises(server: CertificateServer, draft: dict[str, Any]):
    user = await server.given.user("maria.silva", **draft)
    caller = await person(server, user)

    said = claims(str(token_object(await server.prove(caller, server.brasil.person(policy=A1)))["accessToken"]))

    assert (said["acr"], said["amr"]) == ("AUTH-MFA", ["pwd", "swk", "mfa"])
    assert await certificates_of(server, user) == [f"CPF:{CPF}"]
    assert (await server.claims_of(server.brasil.person()))["sub"] == user.id


async def test_whoever_has_another_factor_proves_it_before_one_is_linked(server: CertificateServer):
    """Without this, whoever has a stolen password would have a second factor with it."""
    user = await server.given.user()
    once, twice = await person(server, user), server.given.api.as_(await server.given.mfa_token(user, server.client))

    refused(await server.prove(once, server.brasil.person()), 403, "301")
    said = claims(str(token_object(await server.prove(twice, server.brasil.person()))["accessToken"]))

    assert (said["acr"], said["amr"]) == ("AUTH-MFA", ["pwd", "otp", "hwk", "mfa"])
    assert await certificates_of(server, user) == [f"CPF:{CPF}"]


async def test_what_is_linked_and_no_second_kind_leaves_the_level_as_it_is(server: CertificateServer):
    user = await server.given.user("maria.silva")
    device = {"deviceId": "phone"}
    login = await server.visitor.login(user.name, user.password, json=device | {"rememberMe": True})
    caller = server.given.api.as_(str(token_object(login)["accessToken"]))
    assert (await caller.post("/user-identities/me/associate-user-device", json=device)).status_code == 201
    remembered = {"rememberMeToken": login.json()["rememberMeToken"]} | device
    found = token_object(await server.visitor.post("/user-identities/remember-me", json=remembered))
    caller = server.given.api.as_(str(found["accessToken"]))

    said = claims(str(token_object(await server.prove(caller, server.brasil.person()))["accessToken"]))

    assert (said["acr"], said["amr"]) == ("AUTH-BASIC", ["device", "hwk"])
    assert await certificates_of(server, user) == [f"CPF:{CPF}"]


async def test_of_another_document_than_the_users_it_is_refused(server: CertificateServer):
    user = await server.given.user(None, document=OTHER_CPF)
    caller = await person(server, user)

    refused(await server.prove(caller, server.brasil.person()), 401, "207")

    assert await certificates_of(server, user) == []


async def test_somebody_elses_is_refused(server: CertificateServer):
    theirs, user = await linked(server), await server.given.user()
    caller = await person(server, user)

    refused(await server.prove(caller, server.brasil.person()), 401, "207")

    assert await certificates_of(server, user) == []
    assert await certificates_of(server, theirs) == [f"CPF:{CPF}"]


async def test_a_document_that_is_known_to_be_somebody_elses_is_refused(server: CertificateServer):
    await server.known()
    user = await server.given.user()

    answer = await server.prove(await person(server, user), server.brasil.person())

    assert answer.status_code in {401, 409}, answer.text
    assert await certificates_of(server, user) == []


async def test_two_certificates_are_one_factor(server: CertificateServer):
    await linked(server)
    found = token_object(await server.log_in(server.brasil.person()))
    caller = server.given.api.as_(str(found["accessToken"]))

    refused(await server.prove(caller, server.brasil.person(policy=A1)), 409, "404")

    said = claims(str(token_object(await server.log_in(server.brasil.person()))["accessToken"]))
    assert said["acr"] == "AUTH-BASIC"


async def test_a_password_after_a_certificate_is_not_asked_here_but_other_factors_are_refused_as_one_kind(
    server: CertificateServer,
):
    await linked(server)
    found = token_object(await server.log_in(server.brasil.person()))

    answer = await server.given.api.as_(str(found["accessToken"])).post("/user-identities/me/leverage-mfa", json={})

    refused(answer, 409, "404")


async def test_whoever_proved_two_factors_may_prove_it_again(server: CertificateServer):
    user = await linked(server)
    caller = server.given.api.as_(await server.given.mfa_token(user, server.client))

    said = claims(str(token_object(await server.prove(caller, server.brasil.person()))["accessToken"]))

    assert (said["acr"], said["amr"]) == ("AUTH-MFA", ["pwd", "otp", "hwk", "mfa"])


async def test_linking_needs_what_changing_a_factor_needs(server: CertificateServer):
    user = await server.given.user("maria.silva", document=CPF)
    caller = await person(server, user)
    server.given.later(minutes=11)

    refused(await server.prove(caller, server.brasil.person()), 403, "301")

    assert await certificates_of(server, user) == []


async def test_an_old_session_is_raised_by_what_is_linked_already(server: CertificateServer):
    caller = await person(server, await linked(server))
    server.given.later(minutes=11)

    assert claims(str(token_object(await server.prove(caller, server.brasil.person()))["accessToken"]))["acr"] == "AUTH-MFA"


async def test_a_companys_raises_its_responsible_persons_session_and_does_not_act(server: CertificateServer):
    firm = await server.given.business(document=CNPJ)
    caller = await person(server, await linked(server, business_id=firm))

    said = claims(str(token_object(await server.prove(caller, server.brasil.company()))["accessToken"]))

    assert (said["acr"], said["amr"]) == ("AUTH-MFA", ["pwd", "swk", "mfa"])
    assert not ACTING & set(said["authorities"])


async def test_a_companys_raises_nobody_elses(server: CertificateServer):
    firm = await server.given.business(document=CNPJ)
    caller = await person(server, await linked(server, OTHER_CPF, document=OTHER_CPF, business_id=firm))

    refused(await server.prove(caller, server.brasil.company()), 401, "207")


async def test_a_defect_is_named_and_counted(server: CertificateServer):
    caller = await person(server, await linked(server))
    body = signed(server.brasil.person(), await server.asked(caller))
    for _ in range(5):
        answer = await caller.post(PROVE, json=body | {"signature": "AAAA"})
        refused(answer, 401, "207")
        assert "signature" in answer.text

    refused(await caller.post(PROVE, json=body), 400, "502")


async def test_what_was_asked_outside_the_session_is_not_taken(server: CertificateServer):
    """What somebody signed to log in links their certificate to no account of a stranger's."""
    user = await server.given.user()
    caller, another = await person(server, user), await person(server, user)
    maria = server.brasil.person()

    refused(await caller.post(PROVE, json=signed(maria, await server.asked())), 400, "502")
    refused(await caller.post(PROVE, json=signed(maria, await server.asked(another))), 400, "502")

    assert await certificates_of(server, user) == []


async def test_of_many_at_once_one_raises(server: CertificateServer, make_given: MakeGiven):
    caller = await person(server, await linked(server))
    other = await make_given(beside=server.given)
    token = caller._headers["Authorization"].removeprefix("Bearer ")  # noqa: SLF001  # the same caller at another process
    callers = [caller, other.api.as_(token)]
    body = signed(server.brasil.person(), await server.asked(caller))

    answers = await at_once(*(callers[n % 2].post(PROVE, json=body) for n in range(6)))

    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 5, [one.text for one in answers]


async def test_of_two_people_who_link_one_certificate_at_once_one_gets_it(server: CertificateServer):
    callers = [await person(server, await server.given.user(name)) for name in ("maria.silva", "jose.pereira")]
    bodies = [signed(server.brasil.person(), await server.asked(caller)) for caller in callers]

    answers = await at_once(*(caller.post(PROVE, json=body) for caller, body in zip(callers, bodies, strict=True)))

    assert sum(answer.status_code == 200 for answer in answers) == 1
    for answer in answers:
        assert answer.status_code == 200 or refusal(answer)[0] in {401, 409}
    rows = "SELECT count(*) FROM identity WHERE type = 'CERTIFICATE'"
    assert await rows_of(server.given.env["AUTHME_DATABASE_URL"], rows) == [(1,)]


async def test_whoever_is_locked_meanwhile_gets_nothing(server: CertificateServer):
    user = await linked(server)
    caller = await person(server, user)
    body = signed(server.brasil.person(), await server.asked(caller))

    async def lock(ctx: Context) -> None:
        await users.change_status(ctx.tx, user.id, was=("ACTIVE",), becomes="LOCKED", now=ctx.clock.now_ms())

    await server.given.run(lock)

    assert (await caller.post(PROVE, json=body)).status_code == 401
