"""What an operator does at the console of the embedded directory."""

from datetime import date

import pytest

from authme.kernel.errors import AlreadyExists, FieldsRefused, NotFound, PasswordNotAccepted
from authme.legacy.embedded_logons import add_embedded_logon, date_embedded_logon, expire_embedded_logon
from support.given import Given

SECRET = "secret12"  # a test's


async def test_a_logon_is_added_as_it_is_told(on_both: Given):
    values = {"name": "Maria Silva", "document": "52998224725", "email": "maria@example.com", "mobile": "5511999990000"}

    assert await on_both.run(lambda ctx: add_embedded_logon(ctx, " maria ", SECRET, **values, groups=("web", "WEB", "ops")))

    entry = await on_both.there("MARIA")
    assert entry is not None
    assert {name: getattr(entry, name) for name in values} == values
    assert (entry.default_group, entry.groups, entry.mark) == ("WEB", ("WEB", "OPS"), None)
    assert not entry.is_revoked


@pytest.mark.parametrize(
    ("logon", "secret", "group", "refusal"),
    [
        ("1MARIA", SECRET, "WEB", FieldsRefused), ("MARIASILVA", SECRET, "WEB", FieldsRefused),
        ("MARIA", SECRET, "1WEB", FieldsRefused), ("MARIA", "no phrase", "WEB", PasswordNotAccepted),
        ("MARIA", "", "WEB", PasswordNotAccepted), ("JOAO", SECRET, "WEB", AlreadyExists),
    ],
)  # fmt: skip
async def test_what_racf_would_not_take_is_refused(given: Given, logon: str, secret: str, group: str, refusal: type[Exception]):
    await given.legacy_logon("JOAO", SECRET)

    with pytest.raises(refusal):
        await given.run(lambda ctx: add_embedded_logon(ctx, logon, secret, groups=(group,)))

    assert await given.there("MARIA") is None


async def test_only_what_is_there_is_changed(given: Given):
    with pytest.raises(NotFound):
        await given.run(lambda ctx: expire_embedded_logon(ctx, "MARIA"))
    with pytest.raises(NotFound):
        await given.run(lambda ctx: date_embedded_logon(ctx, "MARIA", revoke_on=None, resume_on=None))


async def test_all_of_it_is_in_the_audit_and_nothing_of_the_person(given: Given):
    await given.legacy_logon("MARIA", SECRET, name="Maria Silva", email="maria@example.com")
    await given.expire_there("MARIA")
    await given.run(lambda ctx: date_embedded_logon(ctx, "MARIA", revoke_on=date(2026, 1, 2), resume_on=None))

    rows = [row for row in await given.trail() if row["action"].startswith("embedded_logon.")]

    assert [(row["action"], row["target"]) for row in rows] == [
        ("embedded_logon.added", "MARIA"),
        ("embedded_logon.expired", "MARIA"),
        ("embedded_logon.dated", "MARIA"),
    ]
    assert not any(told in repr(rows) for told in (SECRET, "Silva", "example.com"))
