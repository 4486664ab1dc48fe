"""UI-28: log in by a digital certificate."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from authme.kernel.clock import FakeClock
from authme.kernel.context import Context
from authme.users import store as users
from support.answers import refusal, refused, token_object
from support.authority_keys import Kind, sign
from support.authority_profiles import A1, A3, A4, CPF, OTHER_CPF, Profile, Text
from support.given import MakeGiven, at_once, claims
from support.given_certificates import LOGIN, CertificateServer, certificate_server, signed
from support.two_engines import rows_of

RENEW = "/user-identities/renew-token"


@pytest.fixture
async def server(make_given: MakeGiven, tmp_path: Path, clock: FakeClock) -> CertificateServer:
    return await certificate_server(make_given, f"sqlite:///{tmp_path}/a.db", tmp_path, clock)


@pytest.fixture
async def on_each(make_given: MakeGiven, url: str, tmp_path: Path, clock: FakeClock) -> CertificateServer:
    return await certificate_server(make_given, url, tmp_path, clock)


async def test_somebody_logs_in_and_their_session_says_by_what(on_each: CertificateServer):
    server, maria = on_each, on_each.brasil.person()
    user = await server.known()

    found = token_object(await server.log_in(maria))

    said = claims(str(found["accessToken"]))
    assert (said["sub"], said["acr"], said["amr"]) == (user.id, "AUTH-BASIC", ["hwk"])
    assert {"ROLE_AUTH-BASIC", "ROLE_USER", "ROLE_PERSON"} <= set(said["authorities"])
    assert "ROLE_AUTH-MFA" not in said["authorities"]
    assert "business_id" not in said
    renewed = claims(
        str(token_object(await server.visitor.post(RENEW, json={"refreshToken": found["refreshToken"]}))["accessToken"])
    )
    assert (renewed["sid"], renewed["acr"], renewed["amr"]) == (said["sid"], "AUTH-BASIC", ["hwk"])
    identities = await server.given.run(lambda ctx: users.list_identities(ctx.tx, user.id))
    assert [one.value for one in identities if one.type == "CERTIFICATE"] == [f"CPF:{CPF}"]


async def test_the_second_time_it_is_known_without_looking_at_the_document(on_each: CertificateServer):
    server, user = on_each, await on_each.known()
    await server.claims_of(server.brasil.person())
    administrator = await server.given.administrator(server.client)
    answer = await administrator.patch(f"/user-identities/{user.id}", json={"document": OTHER_CPF})
    assert answer.status_code == 200, answer.text

    renewed_certificate = server.brasil.person(profile="new", policy=A1, key="P-256")

    assert (await server.claims_of(renewed_certificate, "ES256"))["sub"] == user.id


@pytest.mark.parametrize("profile", ["old", "new"])
@pytest.mark.parametrize(("policy", "method"), [(A1, "swk"), (A3, "hwk"), (A4, "hwk")])
async def test_both_profiles_and_each_kind_of_keeping_the_key(
    server: CertificateServer, profile: Profile, policy: str, method: str
):
    user = await server.known()

    said = await server.claims_of(server.brasil.person(profile=profile, policy=policy))

    assert (said["sub"], said["amr"]) == (user.id, [method])


@pytest.mark.parametrize("text", ["OCTET STRING", "PrintableString", "UTF8String"])
async def test_the_document_in_each_form_of_text(server: CertificateServer, text: Text):
    user = await server.known()

    assert (await server.claims_of(server.brasil.person(text=text)))["sub"] == user.id


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [("RSA-2048", f"{scheme}{size}") for scheme in ("RS", "PS") for size in (256, 384, 512)]
    + [("RSA-4096", "RS512"), ("P-256", "ES256"), ("P-384", "ES384"), ("P-521", "ES512")],
)
async def test_each_algorithm(server: CertificateServer, key: Kind, algorithm: str):
    user = await server.known()

    assert (await server.claims_of(server.brasil.person(key=key), algorithm))["sub"] == user.id


async def test_what_was_signed_is_good_once(on_each: CertificateServer):
    server, maria = on_each, on_each.brasil.person()
    body = signed(maria, await server.asked())

    token_object(await server.visitor.post(LOGIN, json=body))

    refused(await server.visitor.post(LOGIN, json=body), 400, "502")
    assert len(await server.given.trail("user.login")) == 1


async def test_of_many_at_once_one_gets_in(on_each: CertificateServer, make_given: MakeGiven):
    server, other = on_each, await make_given(beside=on_each.given)
    await server.known()
    body = signed(server.brasil.person(), await server.asked())
    callers = [server.visitor, other.api.as_client(server.client.id)]

    answers = await at_once(*(callers[n % 2].post(LOGIN, json=body) for n in range(10)))

    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 9, [one.text for one in answers]
    assert await rows_of(server.given.env["AUTHME_DATABASE_URL"], "SELECT count(*) FROM session") == [(1,)]
    assert await rows_of(server.given.env["AUTHME_DATABASE_URL"], "SELECT count(*) FROM refresh_token") == [(1,)]


async def test_of_two_first_logins_at_once_one_user_is_made(on_each: CertificateServer, make_given: MakeGiven):
    server, other = on_each, await make_given(beside=on_each.given)
    maria = server.brasil.person()
    bodies = [signed(maria, await server.asked()) for _ in range(4)]
    callers = [server.visitor, other.api.as_client(server.client.id)]

    answers = await at_once(*(callers[n % 2].post(LOGIN, json=body) for n, body in enumerate(bodies)))

    assert 200 in {answer.status_code for answer in answers}
    for answer in answers:
        assert answer.status_code == 200 or refusal(answer)[0] in {400, 401, 409}, answer.text
    made = "SELECT count(*) FROM user_account"
    assert await rows_of(server.given.env["AUTHME_DATABASE_URL"], made) == [(1,)]


async def test_a_challenge_of_another_client_is_none(server: CertificateServer):
    other = server.given.api.as_client((await server.given.client()).id)
    body = signed(server.brasil.person(), await server.asked(other))

    refused(await server.visitor.post(LOGIN, json=body), 400, "502")

    token_object(await other.post(LOGIN, json=body))


async def test_one_that_nobody_was_given_is_none(server: CertificateServer):
    body = signed(server.brasil.person(), await server.asked())

    refused(await server.visitor.post(LOGIN, json=body | {"challengeId": "0" * 24}), 400, "502")


async def test_it_is_over_before_anything_is_said_of_the_certificate(server: CertificateServer):
    """Whoever has no open challenge makes the server look at nothing."""
    body = signed(server.brasil.person(), await server.asked())
    server.given.later(seconds=300)

    refused(await server.visitor.post(LOGIN, json=body | {"certificates": ["AAAA"]}), 400, "502")


async def test_five_wrong_tries_end_a_challenge(server: CertificateServer):
    maria = server.brasil.person()
    body = signed(maria, await server.asked())
    wrong = body | {"signature": base64.b64encode(b"x" * 256).decode()}
    for _ in range(5):
        refused(await server.visitor.post(LOGIN, json=wrong), 401, "207")

    refused(await server.visitor.post(LOGIN, json=body), 400, "502")


async def test_failures_are_counted_for_the_network(make_given: MakeGiven, tmp_path: Path, clock: FakeClock):
    server = await certificate_server(make_given, f"sqlite:///{tmp_path}/a.db", tmp_path, clock, network_failures=3)
    body = signed(server.brasil.person(), await server.asked())
    for _ in range(3):
        refused(await server.visitor.post(LOGIN, json=body | {"signature": "AAAA"}), 401, "207")

    answer = await server.visitor.post(LOGIN, json=body)

    refused(answer, 429, "601")
    assert "retry-after" in answer.headers


async def test_what_is_no_base64_is_named(server: CertificateServer):
    body = signed(server.brasil.person(), await server.asked())
    wrong = body | {"certificates": [body["certificates"][0], "%%%"], "signature": "-_-_"}

    answer = await server.visitor.post(LOGIN, json=wrong)

    refused(answer, 400, "102", "102")
    assert "`certificates[1]`" in answer.text
    assert "`signature`" in answer.text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("certificates", []),
        ("certificates", ["AAAA"] * 11),
        ("certificates", "AAAA"),
        ("certificates", [1]),
        ("certificates", [""]),
        ("certificates", ["A" * 21852]),
        ("certificates", [None]),
        ("signature", ""),
        ("signature", "A" * 1372),
        ("signature", 1),
        ("algorithm", "none"),
        ("algorithm", "HS256"),
        ("algorithm", "RS1"),
        ("algorithm", "rs256"),
        ("algorithm", None),
        ("challengeId", "x"),
    ],
)
async def test_a_field_of_the_wrong_form_is_named(server: CertificateServer, field: str, value: Any):
    answer = await server.log_in(server.brasil.person(), **{field: value})

    refused(answer, 400, "102")
    assert f"`{field}`" in answer.text


async def test_what_is_no_certificate_is_refused(server: CertificateServer):
    for rubbish in (b"x", b"\x30\x03\x02\x01\x01", b"0" * 16_000):
        answer = await server.log_in(server.brasil.person(), certificates=[base64.b64encode(rubbish).decode()])

        refused(answer, 401, "207")


async def test_whoever_is_locked_is_told_so_and_kept_out(on_each: CertificateServer):
    server, user = on_each, await on_each.known()
    maria = server.brasil.person()
    await server.claims_of(maria)

    async def change(ctx: Context) -> None:
        await users.change_status(ctx.tx, user.id, was=("ACTIVE",), becomes="LOCKED", now=ctx.clock.now_ms())

    await server.given.run(change)
    body = signed(maria, await server.asked())

    refused(await server.visitor.post(LOGIN, json=body), 401, "205")

    refused(await server.visitor.post(LOGIN, json=body), 400, "502")
    assert [row["result"] for row in await server.given.trail("user.login")] == ["OK", "REFUSED"]


async def test_a_removed_user_is_not_made_again_by_their_certificate(server: CertificateServer):
    user = await server.known()
    await server.claims_of(server.brasil.person())
    administrator = await server.given.administrator(server.client)
    assert (await administrator.delete(f"/user-identities/{user.id}")).status_code == 204

    refused(await server.log_in(server.brasil.person()), 401, "207")


async def test_nobody_logs_in_with_the_name_that_a_certificate_gives(server: CertificateServer):
    user = await server.known()
    await server.claims_of(server.brasil.person())

    refused(await server.visitor.login(f"CPF:{CPF}", user.password), 401, "203")


async def test_the_record_says_which_certificate_and_no_document(server: CertificateServer):
    user = await server.known()
    maria = server.brasil.person()

    await server.claims_of(maria)
    refused(await server.log_in(maria, signature=base64.b64encode(b"x" * 256).decode()), 401, "207")

    accepted, failed = await server.given.trail("user.login")
    assert (accepted["result"], accepted["user_id"], accepted["client_id"]) == ("OK", user.id, server.client.id)
    said = json.loads(accepted["detail"])
    assert said["method"] == "hwk"
    assert int(said["serial"], 16) == maria.certificate.serial_number
    assert said["issuer"] == maria.certificate.issuer.rfc4514_string()
    why = json.loads(failed["detail"])
    assert failed["result"] == "REFUSED"
    assert "signature" in why["reason"]
    assert len(why["certificate"]) == 64
    assert CPF not in json.dumps(await server.given.trail())


async def test_a_signature_of_another_key_or_over_other_bytes_is_none(server: CertificateServer):
    maria = server.brasil.person()
    other = server.brasil.person(OTHER_CPF, key="P-256")
    asked, earlier = await server.asked(), await server.asked()
    right = signed(maria, asked)
    wrong = [
        right | {"signature": signed(maria, earlier)["signature"]},
        right | {"signature": base64.b64encode(sign(maria.key, "RS256", asked["challenge"].encode())).decode()},
        right | {"algorithm": "RS512"},
        right | {"algorithm": "ES256"},
        right | {"certificates": signed(other, asked)["certificates"]},
    ]
    for body in wrong:
        answer = await server.visitor.post(LOGIN, json=body)
        refused(answer, 401, "207")
        assert "signature" in answer.text or "algorithm" in answer.text

    assert await rows_of(server.given.env["AUTHME_DATABASE_URL"], "SELECT count(*) FROM user_account") == [(0,)]
