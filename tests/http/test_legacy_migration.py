"""UI-06: whose a logon is, and how its owner moves over."""

from pathlib import Path
from typing import Any

import pytest

from authme.users.bring_in import bring_in, read_line
from support.answers import refused, token_object
from support.api import Api
from support.given import Given, MakeGiven, at_once, claims
from support.legacy_login import CPF, LOGON, OTHER_CPF, SECRET, log_in, logged_in, visitor_of
from support.two_engines import plain_sql, rows_of

USERS = "/user-identities"
PASSWORD = "correct horse battery"


@pytest.fixture
async def strict(make_given: MakeGiven, tmp_path: Path) -> Given:
    """A server at which contacts have to be verified."""
    return await make_given(f"sqlite:///{tmp_path}/strict.db", verify_contact="true")


async def names_of(given: Given, user_id: str) -> set[tuple[str, str, bool]]:
    seen = (await (await given.service("identity_read")).get(f"{USERS}/{user_id}")).json()
    return {(one["type"], one["value"], one["verified"]) for one in seen["identities"]}


async def count(given: Given, table: str) -> Any:
    return (await rows_of(given.env["AUTHME_DATABASE_URL"], f"SELECT count(*) FROM {table}"))[0][0]  # noqa: S608  # a table of ours


class TestANewUser:
    async def test_gets_what_the_directory_says_of_them(self, on_both: Given):
        said = {"name": "Maria Silva", "document": "529.982.247-25", "email": "Maria@example.com", "mobile": "11912345678"}
        await on_both.legacy_logon(LOGON, SECRET, **said)

        sub = (await logged_in(await visitor_of(on_both)))["sub"]

        assert await names_of(on_both, sub) == {
            ("LOGON", LOGON, True),
            ("CPF", "***982247**", True),
            ("EMAIL", "Maria@example.com", True),
            ("MOBILE", "5511912345678", True),
        }
        seen = (await (await on_both.service("identity_read")).get(f"{USERS}/{sub}")).json()
        assert (seen["status"], seen["name"], seen["document"]) == ("ACTIVE", "Maria Silva", "***982247**")
        assert [row["target"] for row in await on_both.trail("logon.linked")] == [sub]
        assert await on_both.trail("logon.document_elsewhere") == []

    async def test_has_nothing_that_is_malformed_there(self, given: Given):
        await given.legacy_logon(LOGON, SECRET, document="52998224724", email="no address", mobile="1")

        sub = (await logged_in(await visitor_of(given)))["sub"]

        assert await names_of(given, sub) == {("LOGON", LOGON, True)}

    async def test_does_without_what_is_another_users(self, on_both: Given):
        await on_both.user("maria@example.com")
        await on_both.legacy_logon(LOGON, SECRET, email="maria@example.com", mobile="11912345678")

        sub = (await logged_in(await visitor_of(on_both)))["sub"]

        assert await names_of(on_both, sub) == {("LOGON", LOGON, True), ("MOBILE", "5511912345678", True)}

    async def test_logs_in_at_the_other_door_by_any_name_with_the_kept_password(self, on_both: Given):
        await on_both.legacy_logon(LOGON, SECRET, document=CPF, email="maria@example.com")
        visitor = await visitor_of(on_both)
        await logged_in(visitor)

        for name, secret in ((LOGON, SECRET), ("maria01", "SECRET01"), ("maria@example.com", "secret01"), (CPF, SECRET)):
            token_object(await visitor.login(name, secret))
        refused(await visitor.login(LOGON, "Secret02"), 401, "203")

    async def test_is_found_again(self, given: Given):
        await given.legacy_logon(LOGON, SECRET, document=CPF)
        visitor = await visitor_of(given)

        assert len({(await logged_in(visitor))["sub"] for _ in range(3)}) == 1
        assert len(await given.trail("logon.linked")) == 1


class TestAUserWhoIsThere:
    async def test_with_the_logon_among_their_names(self, on_both: Given):
        user = await on_both.user("maria@example.com")
        wanted = {"identities": [{"type": "LOGON", "value": LOGON}]}
        await (await on_both.service("identity_add", "identity_update")).patch(f"{USERS}/{user.id}/identities", json=wanted)
        await on_both.legacy_logon(LOGON, SECRET)

        found = await logged_in(await visitor_of(on_both))

        assert (found["sub"], found["logon"]) == (user.id, LOGON)

    async def test_with_a_document_that_is_vouched_for(self, on_both: Given):
        user = await on_both.user("maria@example.com", document=CPF, is_document_vouched=True)
        await on_both.legacy_logon(LOGON, SECRET, document="529.982.247-25", email="elsewhere@example.com")

        found = await logged_in(await visitor_of(on_both))

        assert (found["sub"], found["logon"]) == (user.id, LOGON)
        assert ("LOGON", LOGON, True) in await names_of(on_both, user.id)

    async def test_with_the_document_and_a_verified_contact(self, strict: Given):
        user = await strict.user("maria@example.com", document=CPF)
        await strict.legacy_logon(LOGON, SECRET, document=CPF, email="MARIA@example.com")

        assert (await logged_in(await visitor_of(strict)))["sub"] == user.id

    async def test_keeps_a_password_of_their_own(self, given: Given):
        user = await given.user("maria@example.com", document=CPF, is_document_vouched=True)
        await given.legacy_logon(LOGON, SECRET, document=CPF)
        visitor = await visitor_of(given)

        for _ in range(2):
            assert (await logged_in(visitor))["sub"] == user.id

        token_object(await visitor.login(user.name, user.password))
        refused(await visitor.login(user.name, SECRET), 401, "203")
        assert (await logged_in(visitor, secret=user.password))["sub"] == user.id

    async def test_without_a_password_becomes_active(self, on_both: Given):
        line = f'{{"username":"maria@example.com","document":"{CPF}"}}'
        await bring_in(on_both.run, [(1, read_line(line))])
        await on_both.legacy_logon(LOGON, SECRET, document=CPF)
        visitor = await visitor_of(on_both)

        await logged_in(visitor)

        token_object(await visitor.login("maria@example.com", SECRET))
        assert await count(on_both, "user_account") == 1

    async def test_locked_is_not_linked(self, on_both: Given):
        user = await on_both.user("maria@example.com", document=CPF, is_document_vouched=True)
        await (await on_both.service("account_lock")).post(f"{USERS}/lock", json={"userId": user.id})
        await on_both.legacy_logon(LOGON, SECRET, document=CPF)

        refused(await log_in(await visitor_of(on_both)), 401, "205")
        assert await count(on_both, "legacy_logon") == 0

    async def test_removed_is_not_linked_and_keeps_the_logon_taken(self, on_both: Given):
        await on_both.legacy_logon(LOGON, SECRET, document=CPF)
        visitor = await visitor_of(on_both)
        sub = (await logged_in(visitor))["sub"]

        assert (await (await on_both.service("identity_remove")).delete(f"{USERS}/{sub}")).status_code == 204

        refused(await log_in(visitor), 409, "404")
        await on_both.deliver()
        refused(await log_in(visitor), 401, "205")
        assert await count(on_both, "user_account") == 1

    async def test_with_another_logon_is_left_alone(self, on_both: Given):
        user = await on_both.user("maria@example.com", document=CPF, is_document_vouched=True)
        await on_both.linked(user, "OTHER")
        await on_both.legacy_logon(LOGON, SECRET, document=CPF)

        sub = (await logged_in(await visitor_of(on_both)))["sub"]

        assert sub != user.id
        assert await names_of(on_both, sub) == {("LOGON", LOGON, True)}


class TestWhoeverWasThereBefore:
    """Anybody registers with anybody's name and document; that must not make the owner of a logon theirs."""

    async def registered(self, visitor: Api, **body: Any) -> str:
        made = await visitor.post(USERS, json={"password": PASSWORD} | body)
        assert made.status_code == 201, made.text
        return str(made.json()["userId"])

    @pytest.mark.parametrize("contact", ["attacker@example.com", "maria@example.com"])
    async def test_with_the_document_gets_nobody(self, on_both: Given, contact: str):
        visitor = await visitor_of(on_both)
        attacker = await self.registered(visitor, username=contact, document=CPF)
        await on_both.legacy_logon(LOGON, SECRET, name="Maria", document=CPF, email="maria@example.com", mobile="11912345678")

        found = await logged_in(visitor)

        assert found["sub"] != attacker
        assert {("LOGON", LOGON, True), ("MOBILE", "5511912345678", True)} <= await names_of(on_both, found["sub"])
        assert "CPF" not in str(await names_of(on_both, found["sub"]))
        (noted,) = await on_both.trail("logon.document_elsewhere")
        assert (noted["target"], attacker in noted["detail"]) == (found["sub"], True)
        refused(await visitor.login(LOGON, PASSWORD), 401, "203")

    async def test_who_has_not_verified_the_contact_is_somebody_else(self, strict: Given):
        visitor = await visitor_of(strict)
        attacker = await self.registered(visitor, username="maria@example.com", document=CPF)
        await strict.legacy_logon(LOGON, SECRET, document=CPF, email="maria@example.com")

        assert (await logged_in(visitor))["sub"] != attacker

    @pytest.mark.parametrize("logon", [LOGON, LOGON.lower()])
    async def test_registers_with_no_logon(self, given: Given, logon: str):
        visitor = await visitor_of(given)
        body = {"username": logon, "usernameType": "LOGON", "password": PASSWORD}
        person = await given.person(await given.user(), await given.client())

        for caller in (visitor, person):
            refused(await caller.post(USERS, json=body), 400, "102")
        made = await (await given.administrator(await given.client())).post(USERS, json=body)
        assert made.status_code == 201, made.text

    @pytest.mark.parametrize("document", [None, CPF])
    async def test_whose_user_name_reads_as_the_logon_keeps_nobody_out(self, on_both: Given, document: str | None):
        visitor = await visitor_of(on_both)
        squatter = await self.registered(visitor, username="maria01")
        owner = await on_both.user("maria@example.com", document=CPF, is_document_vouched=True) if document else None
        await on_both.legacy_logon(LOGON, SECRET, document=document)

        subs = {(await logged_in(visitor))["sub"] for _ in range(2)}

        (sub,) = subs
        assert sub == owner.id if owner else sub != squatter
        assert LOGON not in str(await names_of(on_both, sub))
        (noted,) = await on_both.trail("logon.linked")
        assert (noted["target"], noted["result"], '"named":false' in noted["detail"]) == (sub, "OK", True)
        # At the other door the text means whoever has it as a name.
        assert claims((await visitor.login(LOGON, PASSWORD)).json()["accessToken"])["sub"] == squatter
        refused(await visitor.login(LOGON, SECRET), 401, "203")

    async def test_keeps_nobody_out_by_going(self, on_both: Given):
        visitor = await visitor_of(on_both)
        squatter = await self.registered(visitor, username="maria01")
        await on_both.legacy_logon(LOGON, SECRET)
        service = await on_both.service("identity_remove")

        assert (await service.delete(f"{USERS}/{squatter}")).status_code == 204

        sub = (await logged_in(visitor))["sub"]
        # Who was removed may be the owner, too, of whom it was no name.
        assert (await service.delete(f"{USERS}/{sub}")).status_code == 204
        refused(await log_in(visitor), 409, "404")

    async def test_is_not_in_the_way_of_two_at_once(self, on_both: Given):
        visitor = await visitor_of(on_both)
        await self.registered(visitor, username="maria01")
        await on_both.legacy_logon(LOGON, SECRET)

        answers = await at_once(*(log_in(visitor) for _ in range(4)))

        assert {answer.status_code for answer in answers} <= {200, 503}
        assert await count(on_both, "legacy_logon") == 1
        assert await count(on_both, "user_account") == 2

    async def test_waiting_for_a_mailbox_leaves_no_password_behind(self, on_both: Given):
        made = await on_both.user("maria@example.com", password=PASSWORD, contacts_are_verified=False)
        service = await on_both.service("identity_update")
        assert (await service.patch(f"{USERS}/{made.id}", json={"document": CPF})).status_code == 200
        await on_both.legacy_logon(LOGON, SECRET, document=CPF)
        visitor = await visitor_of(on_both)

        assert (await logged_in(visitor))["sub"] == made.id

        refused(await visitor.login(CPF, PASSWORD), 401, "203")
        token_object(await visitor.login(CPF, SECRET))

    async def test_a_logon_that_is_to_be_made_for_another_is_in_the_way(self, given: Given):
        user = await given.user()
        await given.linked(user, LOGON)
        await _set_status(given, "PENDING")
        await given.legacy_logon(LOGON, SECRET)

        refused(await log_in(await visitor_of(given)), 409, "404")


async def _set_status(given: Given, status: str) -> None:
    await plain_sql(given.env["AUTHME_DATABASE_URL"], f"UPDATE legacy_logon SET status = '{status}'")  # noqa: S608  # a word of ours


async def test_a_document_that_is_nobodys_is_the_new_users_alone(given: Given):
    await given.legacy_logon("ONE", SECRET, document=CPF)
    await given.legacy_logon("TWO", SECRET, document=CPF)
    await given.legacy_logon("THREE", SECRET, document=OTHER_CPF)
    visitor = await visitor_of(given)

    subs = [(await logged_in(visitor, logon))["sub"] for logon in ("ONE", "TWO", "THREE")]

    assert len(set(subs)) == 3
    assert ["CPF" in str(await names_of(given, sub)) for sub in subs] == [True, False, True]
