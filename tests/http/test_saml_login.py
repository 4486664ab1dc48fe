"""UI-29 and UI-13: log in by a SAML identity provider."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import update

from authme.kernel.database import Statement
from authme.providers import store as providers
from authme.providers.model import Claims
from authme.users import store as users
from authme.users.tables import user_account
from support.answers import refused, token_object
from support.given import Given, MakeGiven, at_once, claims
from support.saml_idp import but
from support.saml_world import CPF, RENEW, SamlWorld, refused_for, saml_world, service_certificate
from support.two_engines import rows_of

MARIA = "maria@example.com"
ALL = {"trusts_email": True, "trusts_document": True, "claims": Claims(document="cpf", email="mail", name="cn", groups="roles")}


def attributes(**values: Any) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((name, value if isinstance(value, tuple) else (value,)) for name, value in values.items())


@pytest.fixture
async def world(given: Given) -> SamlWorld:
    return await saml_world(given)


@pytest.fixture
async def on_each(on_both: Given) -> SamlWorld:
    return await saml_world(on_both)


async def test_somebody_new_gets_a_user_and_is_known_the_next_time(on_each: SamlWorld):
    answer = await on_each.exchange(await on_each.response())
    assert answer.status_code == 200, answer.text
    given = on_each.given
    assert answer.json() == {"renewAppToken": answer.json()["renewAppToken"], "expiresIn": str(given.clock.now() + 60)}
    assert len(answer.json()["renewAppToken"]) == 24 + 1 + 43

    found = token_object(await on_each.enter(answer))

    said = claims(str(found["accessToken"]))
    assert (said["acr"], said["amr"]) == ("AUTH-BASIC", ["saml"])
    assert {"ROLE_AUTH-BASIC", "ROLE_USER", "ROLE_PERSON"} <= set(said["authorities"])
    assert "ROLE_AUTH-MFA" not in said["authorities"]
    again = await on_each.log_in()
    assert (again["sub"], again["sid"] == said["sid"]) == (said["sub"], False)
    assert (await on_each.log_in(name_id="joana"))["sub"] != said["sub"]
    actions = sorted(row["action"] for row in await given.trail() if row["user_id"] == said["sub"])
    assert actions == ["proof.linked", "user.created", *["user.login"] * 2, *["user.proved"] * 2]
    identities = await given.run(lambda ctx: users.list_identities(ctx.tx, said["sub"]))
    assert [(one.type, one.value) for one in identities] == [("SAML", f"{on_each.idp.entity_id} maria")]
    renewed = await on_each.visitor.post(RENEW, json={"refreshToken": found["refreshToken"]})
    assert claims(str(token_object(renewed)["accessToken"]))["amr"] == ["saml"]


async def test_by_each_signature_and_encryption(world: SamlWorld):
    first = (await world.log_in())["sub"]
    key = service_certificate(world.settings).public_key()

    for signs in (("Assertion",), ("Response",), ("Response", "Assertion")):
        for encrypts_for in (None, key):
            response = await world.response(how={"signs": signs, "encrypts_for": encrypts_for})
            found = token_object(await world.enter(await world.exchange(response)))
            assert claims(str(found["accessToken"]))["sub"] == first


async def test_what_it_says_of_the_person_is_taken_where_it_is_trusted(given: Given):
    world = await saml_world(given, **ALL)
    said = attributes(cpf="529.982.247-25", mail=MARIA, cn="Maria da Silva")

    user_id = (await world.log_in(attributes=said))["sub"]

    user = await given.run(lambda ctx: users.find(ctx.tx, user_id))
    assert user is not None
    assert (user.name, user.document, user.is_document_vouched) == ("Maria da Silva", CPF, True)
    identities = await given.run(lambda ctx: users.list_identities(ctx.tx, user_id))
    assert {(one.type, one.value, one.verified) for one in identities if one.type != "SAML"} == {
        ("CPF", CPF, True),
        ("EMAIL", MARIA, True),
    }


async def test_and_not_where_it_is_not(given: Given):
    world = await saml_world(given, claims=ALL["claims"])
    maria = await given.user(MARIA)

    user_id = (await world.log_in(attributes=attributes(cpf=CPF, mail=MARIA, cn="Maria")))["sub"]

    assert user_id != maria.id
    user = await given.run(lambda ctx: users.find(ctx.tx, user_id))
    assert user is not None
    assert (user.name, user.document) == ("Maria", None)
    identities = await given.run(lambda ctx: users.list_identities(ctx.tx, user_id))
    assert [one.type for one in identities] == ["SAML"]


async def test_the_first_login_finds_the_user_by_a_verified_address(make_given: MakeGiven, url: str):
    given = await make_given(url, verify_contact="true")
    world, maria = await saml_world(given, **ALL), await given.user(MARIA)

    assert (await world.log_in(attributes=attributes(mail=MARIA)))["sub"] == maria.id
    assert (await world.log_in(attributes=()))["sub"] == maria.id


@pytest.mark.parametrize("first_use", ["SECOND_PROOF", "REFUSE"])
async def test_unless_the_operator_wants_another_proof(given: Given, first_use: str):
    world = await saml_world(given, first_use=first_use, **ALL)
    await given.user(MARIA)
    response = await world.response(attributes=attributes(mail=MARIA))

    refused(await world.exchange(response), 401, "207")

    assert await given.trail("proof.linked") == []
    await world.refused(response, "no request of this application that is open")


async def test_several_values_are_none(given: Given):
    world = await saml_world(given, **ALL)
    await given.user(MARIA)
    said = attributes(mail=("other@example.com", MARIA), cn=("Maria", "Joana"))

    user_id = (await world.log_in(attributes=said))["sub"]

    user = await given.run(lambda ctx: users.find(ctx.tx, user_id))
    assert user is not None
    assert (user.name, user.document) == (None, None)


async def test_what_has_not_its_form_is_left_out(given: Given):
    world = await saml_world(given, **ALL)

    user_id = (await world.log_in(attributes=attributes(mail="maria", cn="  ")))["sub"]

    identities = await given.run(lambda ctx: users.list_identities(ctx.tx, user_id))
    assert [one.type for one in identities] == ["SAML"]


async def test_a_document_that_is_none_lets_nobody_in(given: Given):
    world = await saml_world(given, **ALL)

    for wrong in ("52998224726", "maria", "", (CPF, "11144477735")):
        response = await world.response(attributes=attributes(cpf=wrong))
        await world.refused(response, "the attribute cpf is not one CPF or CNPJ")
    token_object(await world.enter(await world.exchange(await world.response(attributes=attributes(cpf=(CPF, CPF))))))


async def test_the_name_id_is_compared_as_it_stands(world: SamlWorld):
    found = {
        (await world.log_in(name_id=one))["sub"] for one in ("maria", "Maria", "maria\u0301", "mari\u00e1", "maria@example.com")
    }

    assert len(found) == 5


async def test_the_same_text_of_another_provider_is_somebody_else(given: Given, world: SamlWorld):
    other = await saml_world(given)

    assert (await world.log_in())["sub"] != (await other.log_in())["sub"]


async def test_a_response_is_good_once(on_each: SamlWorld):
    response = await on_each.response()
    token_object(await on_each.enter(await on_each.exchange(response)))

    await on_each.refused(response, "it answers no request of this application that is open")


async def test_an_assertion_is_good_once_where_no_request_is_used_up(on_both: Given):
    world = await saml_world(on_both, allows_unsolicited=True)
    response = world.unsolicited()
    token_object(await world.enter(await world.exchange(response)))

    await world.refused(response, "the assertion was used before")

    rows = await rows_of(on_both.env["AUTHME_DATABASE_URL"], "SELECT client_id FROM used_assertion")
    assert rows == [(world.provider.id,)]


async def test_an_assertion_is_good_once_in_whichever_response_it_comes(given: Given):
    world = await saml_world(given, allows_unsolicited=True)
    said = world.said(None)
    token_object(await world.enter(await world.exchange(world.idp.field(said))))

    await world.refused(world.idp.field(but(said, response_id="_another")), "the assertion was used before")


async def test_of_ten_that_bring_the_same_response_one_gets_in(on_each: SamlWorld, make_given: MakeGiven):
    response, other = await on_each.response(), await make_given(beside=on_each.given)
    callers = [on_each.visitor, other.api.as_client(on_each.client.id)]

    answers = await at_once(*(on_each.exchange(response, callers[n % 2]) for n in range(10)))

    assert [answer.status_code for answer in answers].count(200) == 1
    assert len(await on_each.given.trail("user.created")) == 1


async def test_of_two_first_logins_at_once_both_are_the_same_user(on_each: SamlWorld, make_given: MakeGiven):
    other = await make_given(beside=on_each.given)
    callers = [on_each.visitor, other.api.as_client(on_each.client.id)]
    responses = [await on_each.response() for _ in range(6)]

    answers = await at_once(*(on_each.exchange(one, callers[n % 2]) for n, one in enumerate(responses)))

    found = [token_object(await on_each.enter(answer)) for answer in answers]
    assert len({claims(str(one["accessToken"]))["sub"] for one in found}) == 1


async def test_the_value_is_good_once(on_each: SamlWorld, make_given: MakeGiven):
    answer, other = await on_each.exchange(await on_each.response()), await make_given(beside=on_each.given)
    callers = [on_each.visitor, other.api.as_client(on_each.client.id)]

    answers = await at_once(*(on_each.enter(answer, callers[n % 2]) for n in range(20)))

    assert sorted(one.status_code for one in answers) == [200] + [401] * 19
    assert {one.json()[0]["code"] for one in answers if one.status_code == 401} == {"206"}
    assert await rows_of(on_each.given.env["AUTHME_DATABASE_URL"], "SELECT count(*) FROM session WHERE amr LIKE '%saml%'") == [
        (1,)
    ]


async def test_the_value_is_good_for_sixty_seconds(world: SamlWorld):
    first, second = await world.exchange(await world.response()), await world.exchange(await world.response())
    world.given.later(seconds=59)
    token_object(await world.enter(first))
    world.given.later(seconds=1)

    refused(await world.enter(second), 401, "206")


async def test_the_value_is_good_for_no_other_client(world: SamlWorld):
    other = await world.given.client()
    answer = await world.exchange(await world.response())

    refused(await world.enter(answer, world.given.api.as_client(other.id)), 401, "206")

    token_object(await world.enter(answer))


async def test_whoever_was_locked_since_is_out(on_each: SamlWorld):
    user_id = (await on_each.log_in())["sub"]
    answer = await on_each.exchange(await on_each.response())
    service = await on_each.given.service("account_lock", "account_unlock")
    assert (await service.post("/user-identities/lock", json={"userId": user_id})).status_code == 204

    refused(await on_each.enter(answer), 401, "206")

    refused(await on_each.exchange(await on_each.response()), 401, "205")
    await service.post("/user-identities/unlock", json={"userId": user_id})
    refused(await on_each.enter(answer), 401, "206")
    assert (await on_each.log_in())["sub"] == user_id


@pytest.mark.parametrize("becomes", [{"status": "LOCKED"}, {"status": "PENDING"}, {"organization_id": None}])
async def test_who_the_user_is_by_then_decides(given: Given, becomes: dict[str, Any]):
    world = await saml_world(given, organization_id=await given.organization())
    first, second = await world.exchange(await world.response()), await world.exchange(await world.response())
    user_id = claims(str(token_object(await world.enter(first))["accessToken"]))["sub"]
    changed = Statement(update(user_account).where(user_account.c.id == user_id).values(becomes))
    await given.run(lambda ctx: ctx.tx.run(changed))

    refused(await world.enter(second), 401, "206")


async def test_a_provider_that_is_disabled_lets_nobody_in(world: SamlWorld):
    response, answer = await world.response(), await world.exchange(await world.response())
    disabled = msgspec.structs.replace(world.provider, is_enabled=False)
    await world.given.run(lambda ctx: providers.change(ctx.tx, disabled))

    refused(await world.enter(answer), 401, "206")
    await world.refused(response, "its issuer is no identity provider that is enabled here")
    await world.refused(world.unsolicited(), "its issuer is no identity provider that is enabled here")


async def test_what_was_never_given_out_uses_nothing_up(world: SamlWorld):
    answer, other = await world.exchange(await world.response()), await world.exchange(await world.response())
    token = answer.json()["renewAppToken"]
    challenge_id, secret = token.split(".")

    for wrong in (
        "x",
        ".",
        challenge_id,
        f"{challenge_id}.",
        f"{challenge_id}.{secret[:-1]}",
        f"{challenge_id}.{secret}x",
        f"{challenge_id}.{other.json()['renewAppToken'].split('.')[1]}",
        f"{'0' * 24}.{secret}",
    ):
        refused(await world.visitor.post(RENEW, json={"renewAppToken": wrong}), 401, "206")
    refused(await world.visitor.post(RENEW, json={"refreshToken": token}), 401, "206")
    redeemed = await world.visitor.post("/user-identities/auth-legacy-by-param", headers={"param": token})
    refused(redeemed, 401, "206")

    token_object(await world.enter(answer))


async def test_a_param_is_no_renew_app_token(given: Given, world: SamlWorld):
    person = await given.person(await given.user(), world.client)
    param = (await person.post("/user-identities/me/generate-param")).json()["param"]

    refused(await world.visitor.post(RENEW, json={"renewAppToken": param}), 401, "206")


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ({}, ["101"]),
        ({"refreshToken": None}, ["101"]),
        ({"refreshToken": "x", "renewAppToken": "y"}, ["102"]),
        ({"refreshToken": 1, "renewAppToken": []}, ["102", "102"]),
        ({"renewAppToken": ""}, ["102"]),
        ({"samlResponse": "x"}, ["106"]),
    ],
)
async def test_ui_13_takes_one_of_the_two(world: SamlWorld, body: Any, codes: list[str]):
    refused(await world.visitor.post(RENEW, json=body), 400, *codes)


async def test_the_time_is_told_as_the_client_wants_it(given: Given, world: SamlWorld):
    client = await given.client(expires_in_format="SECONDS")
    caller = given.api.as_client(client.id)
    begun = await world.begin(caller)

    answer = await world.exchange(await world.response(begun), caller)

    assert answer.json()["expiresIn"] == "60"


async def test_only_keyed_hashes_are_kept(world: SamlWorld):
    begun = await world.begin()
    answer = await world.exchange(await world.response(begun))
    secret = answer.json()["renewAppToken"].split(".")[1]

    kept = str(await rows_of(world.given.env["AUTHME_DATABASE_URL"], "SELECT * FROM challenge"))

    assert secret not in kept
    assert begun["requestId"][25:] not in kept
    assert secret not in str(await world.given.trail())


async def test_groups_follow_the_provider(given: Given):
    group = await given.group()
    other = await given.group()
    world = await saml_world(given, claims=Claims(groups="roles"), group_map={"staff": group, "boss": other})

    first = await world.log_in(attributes=attributes(roles=("staff", "boss", "unknown")))
    assert await _groups_of(given, first["sub"]) == {group, other}
    await world.log_in(attributes=attributes(roles=("staff",)))
    assert await _groups_of(given, first["sub"]) == {group}
    await world.log_in(attributes=())
    assert await _groups_of(given, first["sub"]) == set()


async def _groups_of(given: Given, user_id: str) -> set[str]:
    rows = await rows_of(given.env["AUTHME_DATABASE_URL"], "SELECT group_id, member_id FROM group_member")
    return {row[0] for row in rows if row[1] == user_id}


async def test_an_organisations_provider_speaks_for_its_own_alone(make_given: MakeGiven, tmp_path: Path):
    given = await make_given(f"sqlite:///{tmp_path}/a.db", verify_contact="true")
    organization = await given.organization()
    world = await saml_world(given, organization_id=organization, **ALL)
    await given.user(MARIA)
    joana = await given.user("joana@example.com", organization_id=organization)

    answer = await world.exchange(await world.response(attributes=attributes(mail=MARIA)))

    refused_for(answer, "An account here has this e-mail address")
    assert (await world.log_in(attributes=attributes(mail="joana@example.com")))["sub"] == joana.id
