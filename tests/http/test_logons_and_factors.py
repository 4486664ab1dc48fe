"""To associate or reset a logon is one proof: it never stands for a second factor."""

from pathlib import Path

import pytest

from authme.accounts.vouch_logon import vouch_logon
from authme.users import names
from support.answers import refused, token_object
from support.api import Api
from support.factors import asked_for, confirmed_app, confirmed_contact, factors_of, fulfil, twice_proved
from support.given import Given, GivenClient, GivenUser, MakeGiven
from support.legacy_logons import (
    ADDRESS,
    LOGON,
    MOBILE,
    NEW_SECRET,
    SECRET,
    asked_for_logon,
    associate,
    associated,
    complete,
    given_linked,
    log_in_there,
    names_of,
    reset_logon,
)
from support.recovery import code_for, reset
from support.two_engines import rows_of

LEVERAGE = "/user-identities/me/leverage-mfa"


@pytest.fixture
def visitor(given: Given, client: GivenClient) -> Api:
    return given.api.as_client(client.id)


@pytest.fixture
async def logon(given: Given) -> str:
    """A logon that is nobody's here so far, and whose directory knows no contact."""
    await given.legacy_logon(LOGON, SECRET, name="Maria")
    return LOGON


@pytest.mark.parametrize("kind", ["app", "address"])
async def test_a_password_brings_no_second_factor_of_its_own(given: Given, client: GivenClient, logon: str, kind: str):
    """Whoever got hold of a logon's password must not add a mailbox that then counts beside it."""
    user = await given.user("maria.silva" if kind == "app" else None)
    await given.linked(user, logon)
    if kind == "app":
        person = given.api.as_(await given.mfa_token(user, client))
        await confirmed_app(given, person)
    visitor = given.api.as_client(client.id)

    refused(await associated(given, visitor, "thief@example.com"), 409, "404")

    assert await rows_of(given.env["AUTHME_DATABASE_URL"], "SELECT 1 FROM identity WHERE value LIKE 'thief%'") == []


@pytest.mark.usefixtures("logon")
@pytest.mark.parametrize("more", [{}, {"newPassword": NEW_SECRET}])
async def test_a_mailbox_and_any_logon_do_not_reach_the_second_factor(
    given: Given, client: GivenClient, visitor: Api, user: GivenUser, more: dict[str, str]
):
    """Whoever reads somebody's mail and has a logon of their own makes it that person's, and is no further than by a reset."""
    await confirmed_app(given, await twice_proved(given, user, client))
    answer = await associated(given, visitor, user.name, **more)

    for tokens in (answer, await log_in_there(visitor, more.get("newPassword", SECRET))):
        thief = given.api.as_(str(token_object(tokens)["accessToken"]))
        refused(await thief.post(LEVERAGE, json={"contactType": "EMAIL"}), 409, "404")


async def test_nor_after_another_factor_was_proved_beside_a_password_that_is_not_the_logons(
    on_both: Given,
):
    """Whose account it is logs in with a password and an app, and knows nothing of the logon and its password."""
    await on_both.legacy_logon(LOGON, SECRET)
    client, user = await on_both.client(), await on_both.user()
    visitor = on_both.api.as_client(client.id)
    app = await confirmed_app(on_both, await twice_proved(on_both, user, client))
    token_object(await associated(on_both, visitor, user.name))

    person = await on_both.person(user, client)
    token_object(await fulfil(person, await asked_for(person, contactType="TOTP"), token=app.code))

    for tokens in (await log_in_there(visitor), await visitor.login(user.name, user.password)):
        thief = on_both.api.as_(str(token_object(tokens)["accessToken"]))
        refused(await thief.post(LEVERAGE, json={"contactType": "EMAIL"}), 409, "404")


@pytest.mark.parametrize("by", ["the person", "a code to another contact", "whoever has the logon there"])
async def test_nor_after_the_password_was_set_anew(given: Given, client: GivenClient, visitor: Api, logon: str, by: str):
    user = await given.user()
    app = await confirmed_app(given, await twice_proved(given, user, client))
    token_object(await associated(given, visitor, user.name))
    person, secret = await given.person(user, client), NEW_SECRET
    if by == "whoever has the logon there":
        await given.remove_there(logon)
        await given.legacy_logon(logon, secret)
    elif by == "the person":
        body = {"currentPassword": user.password, "newPassword": secret}
        assert (await person.post("/user-identities/me/change-password", json=body)).status_code == 204
        token_object(await fulfil(person, await asked_for(person, contactType="TOTP"), token=app.code))
    else:
        token_object(await reset(visitor, user.name, await code_for(given, visitor, user.name), secret))
    await given.deliver()

    thief = given.api.as_(str(token_object(await log_in_there(visitor, secret))["accessToken"]))

    refused(await thief.post(LEVERAGE, json={"contactType": "EMAIL"}), 409, "404")


@pytest.mark.parametrize("word", ["before", "after"])
async def test_it_is_a_second_factor_where_somebody_says_whose_the_logon_is(
    given: Given, client: GivenClient, visitor: Api, logon: str, word: str
):
    user = await given.user()
    await confirmed_app(given, await twice_proved(given, user, client))
    if word == "before":
        await given.run(lambda ctx: vouch_logon(ctx, user.id, logon, takes=False))
    token_object(await associated(given, visitor, user.name))
    if word == "after":
        await given.run(lambda ctx: vouch_logon(ctx, user.id, logon, takes=False))

    person = given.api.as_(str(token_object(await log_in_there(visitor))["accessToken"]))

    token_object(await fulfil(person, await asked_for(person, contactType="EMAIL"), token=await given.code(user.name)))


async def test_of_two_contacts_that_both_stood_alone_none_is_left(given: Given, visitor: Api, logon: str):
    user = await given.user(ADDRESS, names=(names.email(ADDRESS), names.mobile(MOBILE)))
    begun = await associate(visitor, mobile=MOBILE, logon=logon)
    token_object(await complete(visitor, begun, await given.code(MOBILE)))
    token_object(await reset(visitor, user.name, await code_for(given, visitor, user.name), NEW_SECRET))

    person = given.api.as_(str(token_object(await visitor.login(user.name, NEW_SECRET))["accessToken"]))

    for contact in ("EMAIL", "MOBILE"):
        refused(await person.post(LEVERAGE, json={"contactType": contact}), 409, "404")


@pytest.mark.usefixtures("logon")
async def test_the_first_contact_is_raised_by_after_the_next_login(given: Given, visitor: Api):
    tokens = token_object(await associated(given, visitor))
    refused(await given.api.as_(str(tokens["accessToken"])).post(LEVERAGE, json={"contactType": "EMAIL"}), 409, "404")

    person = given.api.as_(str(token_object(await log_in_there(visitor))["accessToken"]))
    token_object(await fulfil(person, await asked_for(person), token=await given.code(ADDRESS)))


async def test_an_alternative_contact_is_theirs_too(given: Given, client: GivenClient, visitor: Api, logon: str):
    user = await given.user()
    await given.linked(user, logon)
    await confirmed_contact(given, await twice_proved(given, user, client), MOBILE)

    begun = await associate(visitor, mobile=MOBILE)
    token = token_object(await complete(visitor, begun, await given.code(MOBILE)))["accessToken"]

    assert await names_of(given, token) == {user.name: "EMAIL", LOGON: "LOGON", MOBILE: "MOBILE"}
    factors = await rows_of(given.env["AUTHME_DATABASE_URL"], "SELECT contact_type FROM factor")
    assert factors == []


@pytest.mark.parametrize("keeps", ["true", "false"])
async def test_neither_does_the_mailbox_by_a_reset(make_given: MakeGiven, tmp_path: Path, keeps: str):
    given = await make_given(f"sqlite:///{tmp_path}/a.db", legacy_keeps_passwords=keeps)
    client = await given.client(factor_visibility="UNRESTRICTED")
    visitor, user = given.api.as_client(client.id), await given_linked(given)
    await confirmed_app(given, await twice_proved(given, user, client))
    code, bound_to = await asked_for_logon(given, visitor)
    answer = await reset_logon(visitor, code, bound_to)
    await given.deliver()

    for tokens in (answer, await log_in_there(visitor, NEW_SECRET)):
        thief = given.api.as_(str(token_object(tokens)["accessToken"]))
        (main, *_) = await factors_of(thief)
        refused(await thief.post("/user-identities/me/leverage-mfa", json={"factorId": main["id"]}), 409, "404")


async def test_nor_where_no_password_is_kept(make_given: MakeGiven, tmp_path: Path):
    given = await make_given(f"sqlite:///{tmp_path}/a.db", legacy_keeps_passwords=False)
    client = await given.client(factor_visibility="UNRESTRICTED")
    visitor = given.api.as_client(client.id)
    await given.legacy_logon(LOGON, SECRET, email=ADDRESS, mobile=MOBILE)
    token_object(await log_in_there(visitor))
    code, bound_to = await asked_for_logon(given, visitor)
    token_object(await reset_logon(visitor, code, bound_to))
    await given.deliver()

    thief = given.api.as_(str(token_object(await log_in_there(visitor, NEW_SECRET))["accessToken"]))

    refused(await thief.post("/user-identities/me/leverage-mfa", json={"contactType": "EMAIL"}), 409, "404")
    assert (await thief.post("/user-identities/me/leverage-mfa", json={"contactType": "MOBILE"})).status_code == 201
