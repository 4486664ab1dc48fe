"""Whom a notice reaches, and in which language."""

from typing import Any

import pytest

from authme.kernel.context import Context
from authme.notify.send import Recipient
from authme.users import store
from authme.users.contacts import main_contacts
from authme.users.model import Identity
from authme.users.names import email, mobile
from authme.users.names import username as user_name
from authme.users.tell import tell
from support.given import Given
from support.two_engines import rows_of

EMAIL, MOBILE = "maria@example.com", "5511987654321"


async def told(given: Given, user_id: str, **more: Any) -> list[tuple[str, str]]:
    """Tell the user that the password was changed; return the channels and addresses that this goes to."""
    await given.run(lambda ctx: tell(ctx, user_id, "password_changed", **more))
    rows = await rows_of(given.env["AUTHME_DATABASE_URL"], "SELECT count(*) FROM outbox WHERE channel = 'NOBODY'")
    nobody = [("NOBODY", "")] * int(str(rows[0][0]))
    return sorted((one["channel"], one["to"]) for one in await given.messages()) + nobody


async def test_it_goes_to_the_main_address(on_both: Given):
    user = await on_both.user(names=(user_name("maria"), mobile(MOBILE), email(EMAIL)))

    assert await told(on_both, user.id) == [("EMAIL", EMAIL)]


async def test_without_one_to_the_main_mobile_number(given: Given):
    user = await given.user(names=(user_name("maria"), mobile(MOBILE)))

    assert await told(given, user.id) == [("SMS", MOBILE)]


async def test_what_is_not_verified_is_told_nothing(given: Given):
    user = await given.user(names=(user_name("maria"), email(EMAIL)), contacts_are_verified=False)
    before = await given.messages()

    assert [one for one in await told(given, user.id) if one[0] != "NOBODY"] == [(one["channel"], one["to"]) for one in before]


async def test_without_a_contact_nobody_is_told(given: Given):
    user = await given.user(names=(user_name("maria"),))

    assert await told(given, user.id) == [("NOBODY", "")]


async def test_a_contact_that_is_replaced_is_told_too(given: Given):
    user = await given.user(EMAIL)

    assert await told(given, user.id, also=Recipient("EMAIL", "old@example.com")) == [
        ("EMAIL", EMAIL),
        ("EMAIL", "old@example.com"),
    ]


async def test_nobody_is_told_twice(given: Given):
    user = await given.user(EMAIL)

    assert await told(given, user.id, also=Recipient("EMAIL", EMAIL)) == [("EMAIL", EMAIL)]


@pytest.mark.parametrize(("language", "expected"), [("en", "en"), ("pt", "pt"), (None, "pt")])
async def test_it_is_in_the_persons_language_or_the_servers(given: Given, language: str | None, expected: str):
    user = await given.user(EMAIL, language=language)

    await told(given, user.id)

    assert {one["language"] for one in await given.messages(EMAIL)} == {expected}


async def test_the_language_and_the_key_of_the_name_are_kept(on_both: Given):
    user = await on_both.user(EMAIL, name="MARIA Ｓilva", language="en")  # noqa: RUF001  # the case

    async def find(ctx: Context) -> Any:
        return await store.find(ctx.tx, user.id)

    assert (await on_both.run(find)).language == "en"
    kept = await rows_of(on_both.env["AUTHME_DATABASE_URL"], "SELECT name, name_key FROM user_account")
    assert kept == [("MARIA Ｓilva", "maria silva")]  # noqa: RUF001  # the case


def contact(number: int, *, verified: bool, main: bool = True, contact_type: Any = "EMAIL") -> Identity:
    return Identity(id=str(number), user_id="u", type=contact_type, value="x", verified=verified, main=main, created_at=number)


class TestMainContacts:
    def test_the_verified_one_of_each_type(self):
        found = main_contacts(
            [contact(1, verified=False), contact(2, verified=True), contact(3, verified=True, contact_type="MOBILE")]
        )

        assert {name: one.id for name, one in found.items()} == {"EMAIL": "2", "MOBILE": "3"}

    def test_without_one_the_oldest(self):
        assert main_contacts([contact(2, verified=False), contact(1, verified=False)])["EMAIL"].id == "1"

    def test_other_names_and_other_contacts_are_none(self):
        assert main_contacts([contact(1, verified=True, main=False), contact(2, verified=True, contact_type="CPF")]) == {}
