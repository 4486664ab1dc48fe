"""By whose word a logon of the mainframe is somebody's before they have logged in by it."""

from pathlib import Path
from typing import Any

import pytest

from authme.users import store as users
from authme.users.bring_in import bring_in, read_line
from authme.users.model import User
from support.answers import refused, token_object
from support.api import Api
from support.given import Given, GivenUser, MakeGiven, claims
from support.legacy_logons import (
    ADDRESS,
    LOGON,
    NEW_SECRET,
    SECRET,
    asked_for_logon,
    associated,
    log_in_there,
    names_of,
    reset_logon,
)

USERS = "/user-identities"
DOORS = ["UI-06", "UI-32", "UI-34"]


async def visitor_of(given: Given) -> Api:
    return given.api.as_client((await given.client()).id)


async def come_in(given: Given, door: str) -> Any:
    """Do for the first time what links a logon to its user."""
    visitor = await visitor_of(given)
    if door == "UI-06":
        return await log_in_there(visitor)
    if door == "UI-32":
        return await associated(given, visitor)
    code, bound_to = await asked_for_logon(given, visitor)
    return await reset_logon(visitor, code, bound_to)


async def said_at(given: Given, door: str) -> dict[str, Any]:
    return claims(str(token_object(await come_in(given, door))["accessToken"]))


async def give(given: Given, user: GivenUser, *logons: str) -> list[dict[str, Any]]:
    """Add logons to a user's names (UI-24)."""
    added = {"identities": [{"type": "LOGON", "value": one} for one in logons]}
    answer = await (await given.service("identity_add", "identity_update")).patch(f"{USERS}/{user.id}/identities", json=added)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["identities"]
    return found


async def user_of(given: Given, user_id: str) -> User:
    found = await given.run(lambda ctx: users.find(ctx.tx, user_id))
    assert found is not None
    return found


class TestWhoeverRegisteredWithTheLogonOfAnother:
    @pytest.mark.parametrize("door", DOORS)
    async def test_is_not_given_its_owner(self, on_both: Given, door: str):
        thief = await on_both.user("thief@example.com")
        await on_both.merely_named(thief, LOGON)
        await on_both.legacy_logon(LOGON, SECRET, email=ADDRESS)

        said = await said_at(on_both, door)

        assert (said["sub"] != thief.id, said["logon"]) == (True, LOGON)
        assert (await user_of(on_both, thief.id)).logon is None
        assert (await user_of(on_both, said["sub"])).logon == LOGON
        (noted,) = await on_both.trail("logon.linked")
        assert (noted["target"], '"named":false' in noted["detail"]) == (said["sub"], True)
        assert await on_both.messages("thief@example.com") == []
        # Nor is it theirs by a word that comes too late.
        await give(on_both, thief, LOGON)
        assert (await user_of(on_both, thief.id)).logon is None
        again = token_object(await log_in_there(await visitor_of(on_both), NEW_SECRET if door == "UI-34" else SECRET))
        assert claims(str(again["accessToken"]))["sub"] == said["sub"]

    @pytest.mark.parametrize("becomes", ["a document", "a contact"])
    async def test_is_its_owner_if_the_directory_says_so(self, make_given: MakeGiven, tmp_path: Path, becomes: str):
        given = await make_given(f"sqlite:///{tmp_path}/strict.db", verify_contact="true")
        vouched = {"document": "52998224725", "is_document_vouched": True} if becomes == "a document" else {}
        user = await given.user(ADDRESS, **vouched)
        await given.merely_named(user, LOGON)
        there = {"document": "52998224725"} if vouched else {"email": ADDRESS.upper()}
        await given.legacy_logon(LOGON, SECRET, **there)

        assert (await said_at(given, "UI-06"))["sub"] == user.id

    async def test_is_its_owner_if_they_also_read_the_mail_to_their_address(self, given: Given):
        user = await given.user(ADDRESS)
        await given.merely_named(user, LOGON)
        await given.legacy_logon(LOGON, SECRET)

        assert (await said_at(given, "UI-32"))["sub"] == user.id


class TestWhoWasGivenItByWhoeverMaySo:
    @pytest.mark.parametrize("door", DOORS)
    @pytest.mark.parametrize("by", ["import", "UI-24", "UI-01"])
    async def test_gets_it_at_the_first_login(self, on_both: Given, door: str, by: str):
        await on_both.legacy_logon(LOGON, SECRET, email=ADDRESS)
        user_id = await self._given_by(on_both, by)
        assert (await user_of(on_both, user_id)).logon == LOGON

        said = await said_at(on_both, door)

        assert (said["sub"], said["logon"]) == (user_id, LOGON)

    async def _given_by(self, given: Given, by: str) -> str:
        if by == "import":
            line = f'{{"username":"{LOGON.lower()}","usernameType":"LOGON"}}'
            await bring_in(given.run, [(1, read_line(line))])
            found = await given.run(lambda ctx: users.list_users(ctx.tx, after="", limit=2))
            return found[0].id
        if by == "UI-24":
            user = await given.user("maria.silva")
            await give(given, user, LOGON)
            return user.id
        service = await given.service("identity_insert", "identity_update")
        made = await service.post(USERS, json={"username": LOGON, "usernameType": "LOGON"})
        assert made.status_code == 201, made.text
        return str(made.json()["userId"])

    async def test_has_it_in_their_tokens_once_they_proved_it(self, given: Given):
        user = await given.user("other@example.com")
        await give(given, user, LOGON)
        await given.legacy_logon(LOGON, SECRET)
        visitor = await visitor_of(given)

        assert "logon" not in claims(str(token_object(await visitor.login(user.name, user.password))["accessToken"]))

        await said_at(given, "UI-06")
        assert claims(str(token_object(await visitor.login(user.name, user.password))["accessToken"]))["logon"] == LOGON

    async def test_may_have_had_the_name_before(self, on_both: Given):
        user = await on_both.user("other@example.com")
        await on_both.merely_named(user, LOGON)
        await on_both.legacy_logon(LOGON, SECRET)

        await give(on_both, user, LOGON)

        assert (await said_at(on_both, "UI-06"))["sub"] == user.id
        assert [row["target"] for row in await on_both.trail("logon.vouched")] == [user.id]

    async def test_has_one_and_any_other_is_a_mere_name(self, on_both: Given):
        user = await on_both.user("other@example.com")
        await give(on_both, user, LOGON, "OTHER01")
        await give(on_both, user, "OTHER02")
        for logon in (LOGON, "OTHER01", "OTHER02"):
            await on_both.legacy_logon(logon, SECRET)
        visitor = await visitor_of(on_both)

        for logon in ("OTHER01", "OTHER02"):
            answer = token_object(await log_in_there(visitor, logon=logon))
            assert claims(str(answer["accessToken"]))["sub"] != user.id

        assert (await user_of(on_both, user.id)).logon == LOGON
        assert (await said_at(on_both, "UI-06"))["sub"] == user.id

    async def test_has_it_no_more_when_the_name_goes(self, on_both: Given):
        user, service = await on_both.user("other@example.com"), await on_both.service("identity_remove")
        found = await give(on_both, user, LOGON)
        its_id = next(one["identityId"] for one in found if one["type"] == "LOGON")

        assert (await service.delete(f"{USERS}/{user.id}/identities/{its_id}")).status_code == 204

        assert (await user_of(on_both, user.id)).logon is None
        await on_both.legacy_logon(LOGON, SECRET)
        assert (await said_at(on_both, "UI-06"))["sub"] != user.id


async def test_nobody_gives_a_logon_who_may_not_say_whose_it_is(on_both: Given):
    user, service = await on_both.user("other@example.com"), await on_both.service("identity_add")
    await on_both.legacy_logon(LOGON, SECRET)

    wanted = {"identities": [{"type": "LOGON", "value": LOGON}]}
    assert (await service.patch(f"{USERS}/{user.id}/identities", json=wanted)).status_code == 200

    assert (await user_of(on_both, user.id)).logon is None
    assert await on_both.trail("logon.vouched") == []
    assert (await said_at(on_both, "UI-06"))["sub"] != user.id


class TestAnOrderOfTheLogonForAnother:
    @staticmethod
    async def ordered(given: Given) -> GivenUser:
        user = await given.user("other@example.com", document="52998224725", is_document_vouched=True)
        path = f"{USERS}/{user.id}/mainframe-logon"
        answer = await (await given.service("logon_provision")).post(path, json={"logon": LOGON})
        assert answer.status_code == 201, answer.text
        return user

    @pytest.mark.parametrize("door", DOORS)
    async def test_that_failed_is_in_nobodys_way(self, on_both: Given, door: str):
        await on_both.legacy_logon(LOGON, SECRET, email=ADDRESS)
        other = await self.ordered(on_both)
        await on_both.deliver()

        said = await said_at(on_both, door)

        assert (said["sub"] != other.id, said["logon"]) == (True, LOGON)
        # Nothing is left of it that could be tried again.
        assert [one["topic"] for one in await on_both.commands() if one["topic"] == "PROVISION"] == []
        assert [row["target"] for row in await on_both.trail("logon.order_forgotten")] == [other.id]

    async def test_that_failed_is_not_in_the_way_of_whom_it_was_for(self, on_both: Given):
        await on_both.legacy_logon(LOGON, SECRET, document="52998224725")
        user = await self.ordered(on_both)
        await on_both.deliver()

        assert (await said_at(on_both, "UI-06"))["sub"] == user.id

    async def test_that_waits_is(self, on_both: Given):
        await on_both.legacy_logon(LOGON, SECRET)
        await self.ordered(on_both)

        refused(await come_in(on_both, "UI-06"), 409, "404")


async def test_a_number_of_8_digits_is_a_name_and_nothing_more(given: Given):
    user = await given.user()

    await give(given, user, "12345678")

    assert (await user_of(given, user.id)).logon is None


@pytest.mark.parametrize("door", DOORS)
async def test_whose_account_is_linked_is_told(on_both: Given, door: str):
    user = await on_both.user("other@example.com" if door != "UI-32" else ADDRESS)
    await give(on_both, user, LOGON)
    await on_both.legacy_logon(LOGON, SECRET, email=ADDRESS)

    await come_in(on_both, door)
    token_object(await log_in_there(await visitor_of(on_both), NEW_SECRET if door == "UI-34" else SECRET))

    assert [one["message"] for one in await on_both.messages(user.name)].count("logon_linked") == 1


@pytest.mark.parametrize("door", DOORS)
async def test_who_is_made_only_now_is_not(given: Given, door: str):
    await given.legacy_logon(LOGON, SECRET, email=ADDRESS)

    token = token_object(await come_in(given, door))["accessToken"]

    assert ADDRESS in await names_of(given, token)
    assert "logon_linked" not in {one["message"] for one in await given.messages()}
