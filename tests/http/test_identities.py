"""UI-23 and UI-24: the names of a user, added and removed."""

from typing import Any

import pytest

from authme.users.names import Name, cpf, email, mobile, username
from support.answers import refused, token_object
from support.api import Api
from support.given import Given, GivenClient, GivenUser, at_once
from support.two_engines import rows_of

USERS, ME = "/user-identities", "/user-identities/me"
MAIL, OTHER_MAIL, NUMBER = email("maria@example.com"), email("spare@example.com"), mobile("5511912345678")


@pytest.fixture
async def service(given: Given) -> Api:
    return await given.service("identity_add", "identity_remove", "identity_read")


async def with_names(given: Given, *names: Name, **draft: Any) -> GivenUser:
    return await given.user(names[0].value, names=names, **draft)


async def names_of(caller: Api, user: GivenUser) -> dict[str, str]:
    """Return the names of a user, each with its id."""
    shown = (await caller.get(f"{USERS}/{user.id}")).json()
    return {one["value"]: one["identityId"] for one in shown["identities"]}


async def mains(given: Given) -> set[tuple[object, ...]]:
    return set(await rows_of(given.env["AUTHME_DATABASE_URL"], "SELECT value, verified FROM identity WHERE main = 1"))


def path_of(user: GivenUser, identity_id: str = "") -> str:
    return f"{USERS}/{user.id}/identities" + (f"/{identity_id}" if identity_id else "")


def wanted(*names: tuple[str, str]) -> dict[str, Any]:
    return {"identities": [{"type": name_type, "value": value} for name_type, value in names]}


class TestAdding:
    async def test_names_of_every_type(self, on_both: Given):
        user, client = await with_names(on_both, username("maria.silva")), await on_both.client()
        service = await on_both.service("identity_add", "identity_read")
        names = (
            ("EMAIL", " Maria@Example.com "),
            ("MOBILE", "+55 (11) 91234-5678"),
            ("CPF", "529.982.247-25"),
            ("CNPJ", "12.ABC.345/01DE-35"),
            ("LOGON", "ab12"),
            ("USERNAME", "msilva"),
        )

        answer = await service.patch(path_of(user), json=wanted(*names))

        assert answer.status_code == 200
        assert answer.json() == (await service.get(f"{USERS}/{user.id}")).json()
        assert {(one["type"], one["value"], one["verified"]) for one in answer.json()["identities"]} == {
            ("USERNAME", "maria.silva", True),
            ("EMAIL", "Maria@Example.com", False),
            ("MOBILE", "5511912345678", False),
            ("CPF", "***982247**", True),
            ("CNPJ", "***BC34501DE**", True),
            ("LOGON", "AB12", True),
            ("USERNAME", "msilva", True),
        }
        visitor = on_both.api.as_client(client.id)
        for name in ("52998224725", "12abc34501de35", "AB12", "msilva", "maria.silva"):
            token_object(await visitor.login(name, user.password))
        refused(await visitor.login("maria@example.com", user.password), 401, "203")
        assert len(await on_both.trail("identity.added")) == 6

    async def test_the_first_contact_of_its_type_is_the_main_one(self, given: Given, service: Api):
        user = await with_names(given, MAIL)

        await service.patch(path_of(user), json=wanted(("EMAIL", OTHER_MAIL.value), ("MOBILE", "11912345678")))

        assert await mains(given) == {(MAIL.value, 1), (NUMBER.value, 0)}

    async def test_a_name_that_is_there_is_left_as_it_is(self, on_both: Given):
        user, service = (
            await with_names(on_both, MAIL, cpf("52998224725")),
            await on_both.service("identity_add", "identity_read"),
        )
        before = await names_of(service, user)

        answer = await service.patch(
            path_of(user),
            json=wanted(("EMAIL", "MARIA@example.com"), ("CPF", "529.982.247-25"), ("EMAIL", "maria@example.com")),
        )

        assert answer.status_code == 200
        assert await names_of(service, user) == before
        assert await on_both.trail("identity.added") == []

    async def test_one_name_twice_is_added_once(self, given: Given, service: Api):
        user = await with_names(given, username("maria.silva"))

        answer = await service.patch(path_of(user), json=wanted(("EMAIL", "a@example.com"), ("EMAIL", "A@example.com")))

        assert [one["value"] for one in answer.json()["identities"]] == ["maria.silva", "a@example.com"]

    async def test_all_of_them_or_none(self, on_both: Given):
        await with_names(on_both, MAIL)
        user, service = await with_names(on_both, username("joana")), await on_both.service("identity_add", "identity_read")

        refused(await service.patch(path_of(user), json=wanted(("MOBILE", "11912345678"), ("EMAIL", MAIL.value))), 409, "403")

        assert set(await names_of(service, user)) == {"joana"}

    async def test_what_could_be_read_as_anothers_name_is_taken(self, given: Given, service: Api):
        await with_names(given, username("maria"))
        user = await with_names(given, username("joana"))

        refused(await service.patch(path_of(user), json=wanted(("LOGON", "MARIA"))), 409, "403")
        assert (await service.patch(path_of(user), json=wanted(("LOGON", "JOANA")))).status_code == 200

    async def test_an_alternative_contact_becomes_the_name(self, given: Given, client: GivenClient, service: Api):
        user = await with_names(given, MAIL)
        person = given.api.as_(await given.mfa_token(user, client))
        factor = {"authenticationFactors": [{"contactType": "EMAIL", "email": "Spare@example.com"}]}
        assert (await person.post(f"{ME}/authentication-factors", json=factor)).status_code == 201

        await service.patch(path_of(user), json=wanted(("EMAIL", OTHER_MAIL.value)))

        assert set(await names_of(service, user)) == {MAIL.value, OTHER_MAIL.value}
        assert await rows_of(given.env["AUTHME_DATABASE_URL"], "SELECT count(*) FROM factor") == [(0,)]

    @pytest.mark.parametrize(
        ("body", "codes"),
        [
            ({}, ["101"]),
            ({"identities": []}, ["102"]),
            ({"identities": None}, ["102"]),
            ({"identities": [{"type": "EMAIL", "value": f"a{number}@example.com"} for number in range(21)]}, ["102"]),
            ({"identities": [{"type": "SAML", "value": "x"}]}, ["102"]),
            ({"identities": [{"type": "FEDERATED", "value": "x"}]}, ["102"]),
            ({"identities": [{"type": "EMAIL"}]}, ["101"]),
            ({"identities": [{"type": "EMAIL", "value": "a@example.com", "verified": True}]}, ["106"]),
            (wanted(("EMAIL", "no address"), ("CPF", "52998224724"), ("USERNAME", "a@b.c")), ["102", "102", "102"]),
        ],
    )
    async def test_each_wrong_field_is_named(self, given: Given, service: Api, body: dict[str, Any], codes: list[str]):
        refused(await service.patch(path_of(await given.user()), json=body), 400, *codes)

    async def test_of_two_users_who_want_the_same_names_one_gets_them(self, on_both: Given):
        users, service = [await on_both.user() for _ in range(10)], await on_both.service("identity_add")
        names = [("EMAIL", "a@example.com"), ("USERNAME", "maria.silva")]

        answers = await at_once(
            *(service.patch(path_of(user), json=wanted(*names[:: 1 - 2 * (n % 2)])) for n, user in enumerate(users))
        )

        assert sorted(answer.status_code for answer in answers) == [200] + [409] * 9

    async def test_racing_additions_of_one_name_to_one_user_add_it_once(self, on_both: Given):
        user, service = await on_both.user(), await on_both.service("identity_add", "identity_read")

        answers = await at_once(*(service.patch(path_of(user), json=wanted(("EMAIL", "a@example.com"))) for _ in range(10)))

        assert {answer.status_code for answer in answers} == {200}
        assert len(await names_of(service, user)) == 2


class TestRemoving:
    async def test_a_removed_name_logs_nobody_in_and_is_free_at_once(self, on_both: Given):
        client, user = await on_both.client(), await with_names(on_both, MAIL, username("maria.silva"))
        service, visitor = await on_both.service("identity_remove", "identity_read"), on_both.api.as_client(client.id)
        names = await names_of(service, user)

        answer = await service.delete(path_of(user, names["maria.silva"]))

        assert (answer.status_code, answer.content) == (204, b"")
        assert set(await names_of(service, user)) == {MAIL.value}
        refused(await visitor.login("maria.silva", user.password), 401, "203")
        token_object(await visitor.login(MAIL.value, user.password))
        body = {"username": "maria.silva", "password": "correct horse battery"}
        assert (await visitor.post(USERS, json=body)).status_code == 201
        (row,) = await on_both.trail("identity.removed")
        assert row["target"] == user.id
        assert "maria" not in row["detail"]

    async def test_the_last_name_cannot_go(self, on_both: Given):
        user, service = await with_names(on_both, MAIL), await on_both.service("identity_remove", "identity_read")
        names = await names_of(service, user)

        refused(await service.delete(path_of(user, names[MAIL.value])), 409, "404")

        assert await names_of(service, user) == names

    async def test_the_last_verified_name_cannot_go(self, given: Given, service: Api):
        user = await with_names(given, MAIL)
        await service.patch(path_of(user), json=wanted(("EMAIL", OTHER_MAIL.value)))
        names = await names_of(service, user)

        refused(await service.delete(path_of(user, names[MAIL.value])), 409, "404")
        assert (await service.delete(path_of(user, names[OTHER_MAIL.value]))).status_code == 204

    async def test_of_the_last_names_that_are_removed_at_once_one_stays(self, on_both: Given):
        user = await with_names(on_both, MAIL, username("maria.silva"), cpf("52998224725"))
        service = await on_both.service("identity_remove", "identity_read")
        names = await names_of(service, user)

        answers = await at_once(*(service.delete(path_of(user, one)) for one in names.values()))

        assert sorted(answer.status_code for answer in answers) == [204, 204, 409]
        assert len(await names_of(service, user)) == 1

    async def test_the_same_name_removed_at_once_is_removed_once(self, on_both: Given):
        user, service = await with_names(on_both, MAIL, NUMBER), await on_both.service("identity_remove", "identity_read")
        gone = (await names_of(service, user))[NUMBER.value]

        answers = await at_once(*(service.delete(path_of(user, gone)) for _ in range(10)))

        assert sorted(answer.status_code for answer in answers) == [204] + [404] * 9
        assert [one["message"] for one in await on_both.messages(NUMBER.value)] == ["factor_removed"]

    async def test_another_takes_the_place_of_the_main_contact(self, given: Given, client: GivenClient, service: Api):
        user = await with_names(given, MAIL)
        person = await given.person(user, client)
        await service.patch(path_of(user), json=wanted(("EMAIL", OTHER_MAIL.value), ("EMAIL", "third@example.com")))
        names = await names_of(service, user)
        factor = f"{ME}/authentication-factors/{names['third@example.com']}"
        asked = (await person.post(f"{factor}/send-token")).json()
        code = {"challengeId": asked["challengeId"], "token": await given.code("third@example.com")}
        assert (await person.post(f"{factor}/validate-token", json=code)).status_code == 200

        assert (await service.delete(path_of(user, names[MAIL.value]))).status_code == 204

        assert await mains(given) == {("third@example.com", 1)}

    async def test_a_change_that_is_awaited_takes_the_place_of_the_main_contact(self, given: Given, service: Api):
        user = await with_names(given, MAIL, username("maria.silva"))
        update = await given.service("identity_update")
        await update.patch(f"{USERS}/{user.id}", json={"email": OTHER_MAIL.value})

        await service.delete(path_of(user, (await names_of(service, user))[MAIL.value]))

        assert await mains(given) == {(OTHER_MAIL.value, 0), ("maria.silva", 1)}

    async def test_the_user_is_told_on_the_removed_contact_and_the_main_one(self, given: Given, service: Api):
        user = await with_names(given, MAIL, NUMBER)
        await service.patch(path_of(user), json=wanted(("EMAIL", "stranger@example.com")))
        names = await names_of(service, user)

        await service.delete(path_of(user, names["stranger@example.com"]))
        assert await given.messages() == []
        await service.delete(path_of(user, names[NUMBER.value]))

        sent = {(one["to"], one["message"], one["channel"]) for one in await given.messages()}
        assert sent == {(MAIL.value, "factor_removed", "EMAIL"), (NUMBER.value, "factor_removed", "SMS")}

    async def test_a_code_that_was_sent_to_a_removed_contact_is_good_no_more(self, given: Given, client: GivenClient):
        user = await with_names(given, MAIL, NUMBER)
        service, visitor = await given.service("identity_remove", "identity_read"), given.api.as_client(client.id)
        await visitor.post(f"{USERS}/retrieve-identity", json={"userName": MAIL.value})
        code = await given.code(MAIL.value)

        await service.delete(path_of(user, (await names_of(service, user))[MAIL.value]))

        body = {"username": NUMBER.value, "token": code, "newPassword": "another good password"}
        refused(await visitor.post(f"{USERS}/reset-password", json=body), 400, "8")

    async def test_with_a_document_goes_what_is_known_of_it(self, given: Given, service: Api):
        user = await with_names(given, MAIL, cpf("52998224725"), document="52998224725")
        names = await names_of(service, user)

        await service.delete(path_of(user, names["***982247**"]))

        assert (await service.get(f"{USERS}/{user.id}")).json()["document"] is None

    async def test_anothers_name_and_one_that_is_not_there_are_not_found(self, given: Given, service: Api):
        user, other = await with_names(given, MAIL, NUMBER), await given.user()
        theirs = await names_of(service, other)

        for wrong in (*theirs.values(), "0" * 24, "x", "%00"):
            refused(await service.delete(path_of(user, wrong)), 404, "401")
        refused(await service.delete(f"{USERS}/{'0' * 24}/identities/{'0' * 24}"), 404, "401")
        assert set(await names_of(service, other)) == set(theirs)


async def test_nobody_changes_the_names_of_whoever_stands_above(given: Given, client: GivenClient, service: Api):
    above = await given.user(None, "IAM_ADMIN_MAINTENANCE", "ADMIN")
    me = await given.user(None, "IAM_ADMIN_MAINTENANCE")
    person = await given.person(me, client)
    body = wanted(("EMAIL", "a@example.com"))

    for caller, user in ((service, above), (person, above), (person, me)):
        refused(await caller.patch(path_of(user), json=body), 403, "302")
        for identity_id in (await names_of(service, user)).values():
            refused(await caller.delete(path_of(user, identity_id)), 403, "302")
