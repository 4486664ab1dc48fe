"""UI-32 and UI-34 at once: of two that want the same, one gets it."""

from support.answers import refused, token_object
from support.given import Given, MakeGiven, at_once
from support.legacy_logons import ADDRESS, LOGON, MOBILE, SECRET, asked_for_logon, associate, complete, reset_logon
from support.two_engines import rows_of


async def test_an_association_completed_twice_at_once_counts_once(on_both: Given, make_given: MakeGiven):
    beside = await make_given(beside=on_both)
    await on_both.legacy_logon(LOGON, SECRET)
    client = await on_both.client()
    visitor, at_other = on_both.api.as_client(client.id), beside.api.as_client(client.id)
    begun = await associate(visitor)
    code = await on_both.code(ADDRESS)

    answers = await at_once(*[complete(one, begun, code) for one in (visitor, at_other, visitor)])

    assert [answer.status_code for answer in answers].count(200) == 1, [answer.text for answer in answers]
    assert await rows_of(on_both.env["AUTHME_DATABASE_URL"], "SELECT count(*) FROM user_account") == [(1,)]


async def test_of_two_who_associate_one_logon_at_once_one_gets_it(on_both: Given, make_given: MakeGiven):
    """Both know its password; each has a user of their own."""
    beside = await make_given(beside=on_both)
    await on_both.legacy_logon(LOGON, SECRET)
    client, users = await on_both.client(), [await on_both.user(), await on_both.user(MOBILE)]
    visitors = [on_both.api.as_client(client.id), beside.api.as_client(client.id)]
    begun = [await associate(visitors[0], users[0].name), await associate(visitors[1], mobile=MOBILE)]
    codes = [await on_both.code(one.name) for one in users]

    answers = await at_once(*[complete(*one) for one in zip(visitors, begun, codes, strict=True)])

    # Whoever comes second finds it taken, or proved before it was.
    assert sorted(answer.status_code for answer in answers) in ([200, 400], [200, 409]), [answer.text for answer in answers]
    url = on_both.env["AUTHME_DATABASE_URL"]
    assert await rows_of(url, "SELECT count(*) FROM legacy_logon") == [(1,)]
    assert await rows_of(url, "SELECT count(*) FROM identity WHERE type = 'LOGON'") == [(1,)]


async def test_a_contact_that_becomes_anothers_meanwhile_is_not_taken(on_both: Given):
    await on_both.legacy_logon(LOGON, SECRET)
    await on_both.legacy_logon("MARIA02", SECRET)
    visitor = on_both.api.as_client((await on_both.client()).id)
    first = await associate(visitor)
    code = await on_both.code(ADDRESS)
    second = await associate(visitor, logon="MARIA02")
    token_object(await complete(visitor, first, code))

    refused(await complete(visitor, second, await on_both.code(ADDRESS)), 409, "404")


async def test_a_reset_sent_twice_at_once_counts_once(on_both: Given, make_given: MakeGiven):
    beside = await make_given(beside=on_both)
    await on_both.legacy_logon(LOGON, SECRET, email=ADDRESS)
    client = await on_both.client()
    visitor, at_other = on_both.api.as_client(client.id), beside.api.as_client(client.id)
    code, bound_to = await asked_for_logon(on_both, visitor)

    answers = await at_once(
        reset_logon(visitor, code, bound_to), reset_logon(at_other, code, bound_to), reset_logon(visitor, code, bound_to)
    )

    assert sorted(answer.status_code for answer in answers) == [200, 400, 400], [answer.text for answer in answers]
    assert [one["topic"] for one in await on_both.commands()] == ["PASSWORD"]
    assert await rows_of(on_both.env["AUTHME_DATABASE_URL"], "SELECT count(*) FROM user_account") == [(1,)]
