"""UI-32: a legacy logon becomes one of the names of whoever has a contact."""

from pathlib import Path

import pytest

from support.answers import refused, token_object
from support.api import Api
from support.factors import another
from support.given import Given, GivenClient, GivenUser, MakeGiven, claims
from support.legacy_logons import (
    ADDRESS,
    COMPLETE,
    LOGON,
    MOBILE,
    NEW_SECRET,
    SECRET,
    associate,
    associated,
    complete,
    log_in_there,
    names_of,
)
from support.two_engines import rows_of

CPF = "52998224725"


@pytest.fixture
def visitor(given: Given, client: GivenClient) -> Api:
    return given.api.as_client(client.id)


@pytest.fixture
async def logon(given: Given) -> str:
    """A logon that is nobody's here so far, and whose directory knows no contact."""
    await given.legacy_logon(LOGON, SECRET, name="Maria")
    return LOGON


async def test_a_logon_and_an_address_become_a_user(on_both: Given):
    await on_both.legacy_logon(LOGON, SECRET, name="Maria", document=CPF)
    visitor = on_both.api.as_client((await on_both.client()).id)

    begun = await associate(visitor, "Maria@Example.com", logon="maria01", secret="oldpass1")

    assert begun.status_code == 201, begun.text
    assert begun.json().keys() == {"associationId", "contact", "expiresAt"}
    assert begun.json()["contact"] == "Ma***ia@E******.com"
    (message,) = await on_both.messages()
    assert (message["to"], message["channel"], message["values"]["purpose"]) == ("Maria@Example.com", "EMAIL", "LOGON")
    code = message["values"]["code"]
    token = token_object(await complete(visitor, begun, f" {code} "))["accessToken"]
    said = claims(str(token))
    assert (said["acr"], said["amr"], said["logon"]) == ("AUTH-BASIC", ["otp"], LOGON)
    assert await names_of(on_both, token) == {LOGON: "LOGON", "Maria@Example.com": "EMAIL", "***982247**": "CPF"}
    again = claims(str(token_object(await log_in_there(visitor))["accessToken"]))
    assert again["user_id"] == said["user_id"]
    assert await on_both.commands() == []
    trail = await on_both.trail()
    assert [row["target"] for row in trail if row["action"] == "logon.associated"] == [said["user_id"]]
    assert code not in str(trail)


async def test_or_a_logon_and_a_number(on_both: Given):
    await on_both.legacy_logon(LOGON, SECRET)
    visitor = on_both.api.as_client((await on_both.client()).id)

    begun = await associate(visitor, mobile={"areaCode": 11, "number": "91234-5678"})

    assert begun.json()["contact"] == "*****5678"
    token = token_object(await complete(visitor, begun, await on_both.code(MOBILE)))["accessToken"]
    assert claims(str(token))["amr"] == ["sms"]
    assert await names_of(on_both, token) == {LOGON: "LOGON", MOBILE: "MOBILE"}


@pytest.mark.usefixtures("logon")
async def test_whoever_has_the_address_gets_the_logon(given: Given, visitor: Api, user: GivenUser):
    token = token_object(await associated(given, visitor, user.name))["accessToken"]

    assert claims(str(token))["user_id"] == user.id
    assert await names_of(given, token) == {user.name: "EMAIL", LOGON: "LOGON"}
    token_object(await visitor.login(user.name, user.password))
    assert claims(str(token_object(await log_in_there(visitor))["accessToken"]))["user_id"] == user.id


async def test_whoever_has_the_logon_keeps_it(given: Given, visitor: Api, logon: str):
    user = await given.user("maria.silva")
    await given.linked(user, logon)

    token = token_object(await associated(given, visitor))["accessToken"]

    assert claims(str(token))["user_id"] == user.id
    assert await names_of(given, token) == {"maria.silva": "USERNAME", LOGON: "LOGON", ADDRESS: "EMAIL"}
    token_object(await visitor.login(ADDRESS, user.password))


async def test_else_it_is_the_user_whose_document_is_vouched_for(given: Given, visitor: Api):
    await given.legacy_logon(LOGON, SECRET, document=CPF)
    user = await given.user("maria.silva", document=CPF, is_document_vouched=True)

    token = token_object(await associated(given, visitor))["accessToken"]

    assert claims(str(token))["user_id"] == user.id
    assert await names_of(given, token) == {"maria.silva": "USERNAME", LOGON: "LOGON", ADDRESS: "EMAIL"}


async def test_an_address_that_its_owner_did_not_confirm_makes_nobody_the_owner(make_given: MakeGiven, tmp_path: Path):
    given = await make_given(f"sqlite:///{tmp_path}/a.db", verify_contact="true")
    visitor = given.api.as_client((await given.client()).id)
    await given.legacy_logon(LOGON, SECRET)
    body = {"username": ADDRESS, "password": "correct horse battery"}
    registered = await visitor.post("/user-identities", json=body)
    given.later(minutes=11)

    token = token_object(await associated(given, visitor))["accessToken"]

    assert claims(str(token))["user_id"] != registered.json()["userId"]
    refused(await visitor.login(ADDRESS, "correct horse battery"), 401, "203")


@pytest.mark.parametrize("code", ["one of them", "none"])
async def test_the_address_of_somebody_else_is_told_only_to_who_reads_it(
    given: Given, visitor: Api, logon: str, user: GivenUser, code: str
):
    await given.linked(await given.user(), logon)
    begun = await associate(visitor, user.name)
    assert begun.status_code == 201

    if code == "none":
        refused(await complete(visitor, begun, another(await given.code(user.name))), 400, "8")
    else:
        refused(await complete(visitor, begun, await given.code(user.name)), 409, "403")


@pytest.mark.usefixtures("logon")
async def test_a_user_has_one_logon(given: Given, visitor: Api, user: GivenUser):
    await given.legacy_logon("MARIA02", SECRET)
    await given.linked(user, "MARIA02")

    answer = await associated(given, visitor, user.name)

    refused(answer, 409, "404")


async def test_a_new_password_is_set_here_and_ordered_there(on_both: Given):
    await on_both.legacy_logon(LOGON, SECRET)
    visitor = on_both.api.as_client((await on_both.client()).id)

    token_object(await associated(on_both, visitor, newPassword=NEW_SECRET))

    assert [one["topic"] for one in await on_both.commands()] == ["PASSWORD"]
    refused(await log_in_there(visitor), 401, "203")
    token_object(await log_in_there(visitor, NEW_SECRET))
    token_object(await visitor.login(ADDRESS, NEW_SECRET))
    assert [one["message"] for one in await on_both.messages(ADDRESS)] == ["code", "password_changed"]
    await on_both.deliver()
    assert await on_both.secret_there_is(LOGON, NEW_SECRET)


@pytest.mark.usefixtures("logon")
async def test_it_ends_what_the_old_one_began(given: Given, client: GivenClient, visitor: Api, user: GivenUser):
    person = await given.person(user, client)

    answer = await associated(given, visitor, user.name, newPassword=NEW_SECRET)

    refused(await person.get("/user-identities/me"), 401, "204")
    assert await names_of(given, token_object(answer)["accessToken"])
    refused(await visitor.login(user.name, user.password), 401, "203")


@pytest.mark.usefixtures("logon")
@pytest.mark.parametrize("password", ["nine chars", "short", "password", "a phrase with an é in it"])
async def test_it_has_to_please_both_and_the_code_survives_one_that_does_not(given: Given, visitor: Api, password: str):
    begun = await associate(visitor)
    code = await given.code(ADDRESS)

    refused(await complete(visitor, begun, code, newPassword=password), 400, "501")
    token_object(await complete(visitor, begun, code))


@pytest.mark.usefixtures("logon")
async def test_whoever_is_locked_meanwhile_is_told_so(given: Given, client: GivenClient, visitor: Api, user: GivenUser):
    begun = await associate(visitor, user.name)
    code = await given.code(user.name)
    await (await given.administrator(client)).post("/user-identities/lock", json={"userId": user.id})

    refused(await complete(visitor, begun, code), 401, "205")


async def test_so_is_whose_logon_is_revoked_or_gone_meanwhile(given: Given, visitor: Api, logon: str):
    begun = await associate(visitor)
    code = await given.code(ADDRESS)
    await given.revoke_there(logon)
    refused(await complete(visitor, begun, code), 401, "205")
    await given.remove_there(logon)
    refused(await complete(visitor, begun, code), 401, "205")


@pytest.mark.usefixtures("logon")
async def test_what_is_over_is_over_whatever_it_was(given: Given, visitor: Api):
    begun = await associate(visitor)
    old = await given.code(ADDRESS)
    newer = await associate(visitor)
    code = await given.code(ADDRESS)
    late = await associate(visitor, mobile=MOBILE)
    late_code = await given.code(MOBILE)
    token_object(await complete(visitor, newer, code))
    given.later(minutes=10)
    unknown = [{"associationId": "0" * 24, "token": code}]
    reset = await visitor.post("/user-identities/retrieve-identity", json={"userName": ADDRESS})
    assert reset.status_code == 201
    others = await rows_of(given.env["AUTHME_DATABASE_URL"], "SELECT id FROM challenge WHERE purpose = 'ACCOUNT'")
    unknown += [{"associationId": str(one), "token": await given.code(ADDRESS)} for (one,) in others]

    answers = [await complete(visitor, begun, old), await complete(visitor, newer, code)]
    answers += [await complete(visitor, late, late_code)]
    answers += [await visitor.post(COMPLETE, json=body) for body in unknown]

    assert len(answers) == 5
    assert {(answer.status_code, answer.text) for answer in answers} == {
        (400, '[{"code":"502","message":"The challenge is expired, used or out of tries."}]')
    }


@pytest.mark.usefixtures("logon")
async def test_five_wrong_codes_end_it(given: Given, visitor: Api):
    begun = await associate(visitor)
    code = await given.code(ADDRESS)
    for _ in range(5):
        refused(await complete(visitor, begun, another(code)), 400, "8")

    refused(await complete(visitor, begun, code), 400, "502")
