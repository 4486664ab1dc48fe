"""A logon that was made there and is not its user's here is open to nobody, and what was read there too late is not noted."""

from pathlib import Path
from typing import Any

from authme.legacy import store
from authme.legacy.model import Entry
from authme.users.names import logon as logon_name
from legacy.ordering import logon_of, ordered, password_ordered, resume_ordered, retried, revoke_ordered, states, status_of
from support.given import Given, MakeGiven
from support.legacy_login import reached_by_ldap
from support.slapd import Slapd
from support.two_engines import plain_sql

LOGON = "MARIA01"
UNAVAILABLE = 52


async def there(given: Given) -> Entry:
    found = await given.there(LOGON)
    assert found is not None
    return found


async def name_freed(given: Given) -> None:
    await plain_sql(given.env["AUTHME_DATABASE_URL"], "DELETE FROM identity WHERE value =", f"'{LOGON}'")


class TestANameThatIsAnothersHere:
    async def test_the_logon_is_left_revoked_and_without_a_password(self, on_both: Given):
        user = await on_both.user()
        wanted = await ordered(on_both, user, LOGON, is_chosen=True)
        await password_ordered(on_both, user, "NEWPASS1")
        await on_both.user(names=(logon_name(LOGON),))

        await on_both.deliver()

        assert await states(on_both) == [("PROVISION", "FAILED"), ("PASSWORD", "FAILED")]
        entry = await there(on_both)
        assert (entry.is_revoked, entry.mark) == (True, wanted.request_id)
        assert not await on_both.secret_there_is(LOGON, "NEWPASS1")

    async def test_it_is_known_as_ours_for_good(self, on_both: Given):
        user = await on_both.user()
        await ordered(on_both, user, LOGON, is_chosen=True)
        await password_ordered(on_both, user, "NEWPASS1")
        await on_both.user(names=(logon_name(LOGON),))
        await on_both.deliver()
        await on_both.resume_there(LOGON)

        await revoke_ordered(on_both, user)
        await on_both.deliver()

        assert (await there(on_both)).is_revoked
        assert [row["target"] for row in await on_both.trail("logon.revoked")] == [user.id]

    async def test_the_end_of_a_lock_does_not_open_it(self, on_both: Given):
        user = await on_both.user()
        await ordered(on_both, user, LOGON, is_chosen=True)
        await on_both.user(names=(logon_name(LOGON),))
        await on_both.deliver()

        await resume_ordered(on_both, user)
        await on_both.deliver()

        assert (await there(on_both)).is_revoked
        assert await on_both.trail("logon.resumed") == []

    async def test_it_is_open_once_it_is_the_users(self, on_both: Given):
        user = await on_both.user()
        await ordered(on_both, user, LOGON, is_chosen=True)
        await on_both.user(names=(logon_name(LOGON),))
        await on_both.deliver()
        await name_freed(on_both)

        await retried(on_both, "PROVISION")
        await on_both.deliver()

        assert await status_of(on_both, user) == "PROVISIONED"
        assert not (await there(on_both)).is_revoked

    async def test_begun_anew_it_is_found_there(self, on_both: Given):
        user, service = await on_both.user(), await on_both.service("logon_provision")
        path = f"/user-identities/{user.id}/mainframe-logon"
        first = await service.post(path, json={"logon": LOGON})
        assert first.status_code == 201
        await on_both.user(names=(logon_name(LOGON),))
        await on_both.deliver()
        await name_freed(on_both)

        again = await service.post(path, json={"logon": LOGON})
        await on_both.deliver()

        assert again.json()["requestId"] != first.json()["requestId"]
        assert await status_of(on_both, user) == "PROVISIONED"
        assert not (await there(on_both)).is_revoked

    async def test_begun_anew_for_another_it_is_a_strangers(self, on_both: Given):
        service, path = await on_both.service("logon_provision"), "/user-identities/{}/mainframe-logon"
        user, other = await on_both.user(), await on_both.user()
        await service.post(path.format(user.id), json={"logon": LOGON})
        await on_both.user(names=(logon_name(LOGON),))
        await on_both.deliver()
        await name_freed(on_both)
        # Forgets the first.
        assert (await service.post(path.format(user.id), json={"logon": "MARIA02"})).status_code == 201

        assert (await service.post(path.format(other.id), json={"logon": LOGON})).status_code == 201
        await on_both.deliver()

        assert (await status_of(on_both, other), (await there(on_both)).is_revoked) == ("FAILED", True)

    async def test_while_the_directory_does_not_answer_that_it_is_revoked_it_is_not_over(
        self, make_given: MakeGiven, own_slapd: Slapd, tmp_path: Path
    ):
        given = await make_given(f"sqlite:///{tmp_path}/authme.db", **reached_by_ldap(own_slapd, tmp_path))
        user = await given.user()
        await ordered(given, user, LOGON, directory="racf", is_chosen=True)
        await given.user(names=(logon_name(LOGON),))
        own_slapd.racf.answer("MODIFY", UNAVAILABLE)

        await given.deliver()

        assert LOGON in own_slapd.racf.logons
        assert (await states(given), await status_of(given, user)) == ([("PROVISION", "PENDING")], "PENDING")


async def test_what_was_not_revoked_is_not_in_the_audit(on_both: Given):
    await on_both.legacy_logon(LOGON, "SECRET01")
    user = await on_both.user()
    await ordered(on_both, user, LOGON, is_chosen=True)
    await revoke_ordered(on_both, user)

    await on_both.deliver()

    assert await states(on_both) == [("PROVISION", "FAILED"), ("REVOKE", "SENT")]
    assert await on_both.trail("logon.revoked") == []


async def test_what_was_read_there_before_something_was_ordered_or_done_is_not_noted(on_both: Given):
    user = await on_both.user()
    await on_both.legacy_logon(LOGON, "SECRET01")
    await on_both.linked(user, LOGON)
    asked: list[Any] = [await logon_of(on_both, user)]
    await revoke_ordered(on_both, user)
    asked.append(await logon_of(on_both, user))
    await on_both.deliver()

    for one in asked:
        assert not await on_both.run(lambda ctx, one=one: store.note_seen(ctx.tx, one, revoked=False, now=1))

    assert (await logon_of(on_both, user)).is_revoked
