"""Logons of RACF, their secrets and entries, through its LDAP front end."""

from datetime import date, timedelta

import pytest

from authme.legacy.directory import Refused
from authme.legacy.ldap import attributes
from authme.legacy.ldap.directory import LdapRacf
from authme.legacy.model import Entry, NewLogon
from support.slapd import Slapd, open_ldap
from support.slapd_outside import RacfOutside
from support.slapd_racf import SERVICE, SERVICE_SECRET

PHRASE = "Correct Horse, battery 9"
DATA = "racfInstallationData"


def new(logon: str = "NEWONE", **values: str | None) -> NewLogon:
    return NewLogon(**({"name": None, "document": None, "email": None, "mobile": None, "group": None} | values), logon=logon)


async def test_a_password_counts_in_capitals_and_a_phrase_as_it_is(ldap: LdapRacf, outside: RacfOutside):
    await outside.add_logon("MARIA", "secret01")
    await outside.add_logon("JOANA", PHRASE)

    assert await ldap.verify("MARIA", "SeCret01") == "RIGHT"
    assert await ldap.verify("JOANA", PHRASE) == "RIGHT"
    assert await ldap.verify("JOANA", PHRASE.upper()) == "WRONG"


async def test_a_password_is_sent_in_capitals(ldap: LdapRacf, slapd: Slapd, outside: RacfOutside):
    await outside.add_logon("MARIA", "SECRET01")

    await ldap.verify("MARIA", "secret01")

    assert slapd.racf.binds == [("MARIA", "SECRET01")]


async def test_a_phrase_may_hold_what_is_not_ascii(ldap: LdapRacf, slapd: Slapd, outside: RacfOutside):
    await outside.add_logon("MARIA", "não é só ASCII²")

    # What is typed is compared as it is: SASLprep would make another character of the last one.
    assert await ldap.verify("MARIA", "não é só ASCII²") == "RIGHT"
    assert slapd.racf.binds == [("MARIA", "não é só ASCII²")]


@pytest.mark.parametrize(
    "secret",
    ["", "secret\x00", "secret\n1", "a phrase of many \x7f words", "x" * 101, "senhã", "ßecret", "\ud800aaaaaaaaaaaaaaa"],
)
async def test_what_no_secret_can_be_is_wrong_and_not_sent(ldap: LdapRacf, slapd: Slapd, outside: RacfOutside, secret: str):
    await outside.add_logon("MARIA", "SECRET01")

    assert await ldap.verify("MARIA", secret) == "WRONG"
    assert slapd.racf.binds == []


@pytest.mark.parametrize("secret", ["nine char", "x" * 13, "x" * 100])
async def test_a_phrase_of_any_length_that_may_be_is_asked_for(ldap: LdapRacf, outside: RacfOutside, secret: str):
    await outside.add_logon("MARIA", secret)

    assert await ldap.verify("MARIA", secret) == "RIGHT"


async def test_wrong_secrets_count_there(ldap: LdapRacf, outside: RacfOutside):
    await outside.add_logon("MARIA", "SECRET01")

    for _ in range(3):
        assert await ldap.verify("MARIA", "WRONG") == "WRONG"

    assert await ldap.verify("MARIA", "SECRET01") == "REVOKED"
    assert await ldap.verify("MARIA", "WRONG") == "WRONG"


async def test_this_servers_own_logon_is_nobodys(ldap: LdapRacf, slapd: Slapd):
    assert await ldap.verify(SERVICE, SERVICE_SECRET) == "UNKNOWN"
    assert slapd.racf.binds == []
    for command in (ldap.revoke(SERVICE), ldap.resume(SERVICE), ldap.set_secret(SERVICE, "SECRET02", mark="m1")):
        with pytest.raises(Refused):
            await command
    with pytest.raises(Refused):
        await ldap.provision(new(SERVICE), mark="m1")
    assert slapd.racf.changes == []


async def test_an_entry_is_told(ldap: LdapRacf, outside: RacfOutside):
    await outside.add_logon(
        "#MARIA$", "SECRET01", name="Maria", document="529.982.247-25", email="maria@example.com", mobile="+5511999990000",
        groups=("#OPS", "USERS"),
    )  # fmt: skip

    entry = await ldap.find("#MARIA$")

    assert entry is not None
    assert (entry.logon, entry.name, entry.document) == ("#MARIA$", "Maria", "529.982.247-25")
    assert (entry.email, entry.mobile) == ("maria@example.com", "+5511999990000")
    assert (entry.default_group, entry.groups) == ("#OPS", ("#OPS", "USERS"))
    assert (entry.is_revoked, entry.mark) == (False, None)


async def test_a_logon_without_a_name_has_none(ldap: LdapRacf, outside: RacfOutside):
    await outside.add_logon("MARIA", "SECRET01")
    await outside.add_logon("JOANA", "SECRET01", name="#" * 20)

    assert [(await _found(ldap, logon)).name for logon in ("MARIA", "JOANA")] == [None, None]


async def test_attributes_that_are_not_configured_are_not_read(slapd: Slapd, outside: RacfOutside):
    await outside.add_logon("MARIA", "SECRET01", email="maria@example.com", document="52998224725", mobile="+5511999990000")

    nothing = dict.fromkeys(["email_attribute", "mobile_attribute", "document_attribute"])
    async with open_ldap(slapd, **nothing) as ldap:
        entry = await _found(ldap, "MARIA")

    assert (entry.email, entry.mobile, entry.document) == (None, None, None)


@pytest.mark.parametrize(
    ("revoke_in", "resume_in", "verdict"),
    [
        (-1, None, "REVOKED"),
        (0, None, "REVOKED"),
        (1, None, "RIGHT"),
        (-2, -1, "RIGHT"),
        (-1, 1, "REVOKED"),
        (-1, -1, "REVOKED"),
        (None, -1, "RIGHT"),
    ],
)
async def test_days_of_revocation_and_resumption_count(
    ldap: LdapRacf, slapd: Slapd, outside: RacfOutside, revoke_in: int | None, resume_in: int | None, verdict: str
):
    await outside.add_logon("MARIA", "SECRET01")
    today = slapd.racf.today()
    days = [today + timedelta(days=one) if one is not None else None for one in (revoke_in, resume_in)]
    await outside.set_dates("MARIA", *days)

    assert (await _found(ldap, "MARIA")).is_revoked is (verdict == "REVOKED")
    assert await ldap.verify("MARIA", "SECRET01") == verdict


@pytest.mark.parametrize(
    "written", ["12/31/25", "12/31/2025", "2025-12-31", "December 31, 2025", "DECEMBER 31, 2025", "25.365"]
)
def test_a_day_is_read_in_each_form_that_front_ends_write(written: str):
    assert attributes.day_in(written) == (date(2025, 12, 31) - date(1970, 1, 1)).days * 86_400_000


@pytest.mark.parametrize("written", [None, "", "NONE", "soon", "13/45/25", "00.000"])
def test_what_is_no_day_is_none(written: str | None):
    assert attributes.day_in(written) is None


async def test_a_logon_is_revoked_and_let_in(ldap: LdapRacf, slapd: Slapd, outside: RacfOutside):
    await outside.add_logon("MARIA", "SECRET01")
    await outside.set_dates("MARIA", None, slapd.racf.today() - timedelta(days=1))

    for _ in range(2):
        await ldap.revoke("MARIA")
        assert (await _found(ldap, "MARIA")).is_revoked
    for _ in range(2):
        await ldap.resume("MARIA")
        assert not (await _found(ldap, "MARIA")).is_revoked

    assert await ldap.verify("MARIA", "SECRET01") == "RIGHT"


@pytest.mark.parametrize(("secret", "attribute"), [("Abc#1$@9", "racfPassword"), (PHRASE, "racfPassPhrase")])
async def test_a_secret_is_set_not_expired_and_marked_in_one_step(
    ldap: LdapRacf, slapd: Slapd, outside: RacfOutside, secret: str, attribute: str
):
    await outside.add_logon("MARIA", "SECRET01")
    await outside.expire("MARIA")

    await ldap.set_secret("MARIA", secret, mark="m1")

    assert await ldap.verify("MARIA", secret) == "RIGHT"
    assert (await _found(ldap, "MARIA")).mark == "m1"
    assert [sorted(values) for _, values in slapd.racf.changes] == [sorted([attribute, "racfAttributes", DATA])]


@pytest.mark.parametrize(
    "secret", ["", "with blank", "sénha", "x" * 9, "x" * 13, "x" * 101, "phrase with ação in it", "a\nphrase of lines"]
)
async def test_a_secret_that_no_directory_takes_is_not_sent(ldap: LdapRacf, slapd: Slapd, outside: RacfOutside, secret: str):
    await outside.add_logon("MARIA", "SECRET01")

    with pytest.raises(Refused):
        await ldap.set_secret("MARIA", secret, mark="m1")

    assert slapd.racf.changes == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "AUTHME=m1"),
        ("DEPT=42 FLOOR 3", "DEPT=42 FLOOR 3 AUTHME=m1"),
        ("DEPT=42 AUTHME=m0 FLOOR 3", "DEPT=42 AUTHME=m1 FLOOR 3"),
        ("XAUTHME=m0", "XAUTHME=m0 AUTHME=m1"),
        ("x" * 244, "x" * 244 + " AUTHME=m1"),
    ],
)
async def test_the_mark_stands_beside_what_else_is_there(
    ldap: LdapRacf, slapd: Slapd, outside: RacfOutside, before: str, after: str
):
    await outside.add_logon("MARIA", "SECRET01")
    slapd.racf.logons["MARIA"].attributes[DATA] = before

    await ldap.set_secret("MARIA", "SECRET02", mark="m1")

    assert slapd.racf.logons["MARIA"].attributes[DATA] == after
    assert (await _found(ldap, "MARIA")).mark == "m1"


async def test_where_there_is_no_room_for_the_mark_nothing_is_lost(ldap: LdapRacf, slapd: Slapd, outside: RacfOutside):
    await outside.add_logon("MARIA", "SECRET01")
    slapd.racf.logons["MARIA"].attributes[DATA] = full = "x" * 254

    await ldap.set_secret("MARIA", "SECRET02", mark="m1")

    assert slapd.racf.logons["MARIA"].attributes[DATA] == full
    assert await ldap.verify("MARIA", "SECRET02") == "RIGHT"


async def test_a_new_logon_is_made(ldap: LdapRacf, slapd: Slapd):
    given = new(name="Conceição D'Ávila  Gonçalves", document="52998224725", email="maria@example.com", mobile="+5511999990000")

    await ldap.provision(given, mark="m1")

    entry = await _found(ldap, "NEWONE")
    assert (entry.name, entry.document) == ("Conceicao D Avila Go", "52998224725")
    assert (entry.email, entry.mobile) == ("maria@example.com", "+5511999990000")
    assert (entry.default_group, entry.mark, entry.is_revoked) == ("USERS", "m1", False)
    assert slapd.racf.changes[0][1]["racfOwner"] == ["racfid=USERS,profiletype=group,cn=racf"]


async def test_a_new_logon_is_in_the_group_that_was_asked_for(ldap: LdapRacf, slapd: Slapd):
    await ldap.provision(new(group="#OPS"), mark="m1")

    assert (await _found(ldap, "NEWONE")).default_group == "#OPS"
    assert slapd.racf.changes[0][1]["racfOwner"] == ["racfid=USERS,profiletype=group,cn=racf"]


async def test_nobody_knows_the_secret_of_a_new_logon(ldap: LdapRacf, slapd: Slapd):
    await ldap.provision(new("NEWONE"), mark="m1")
    await ldap.provision(new("NEWTWO"), mark="m2")

    first, second = slapd.racf.logons["NEWONE"], slapd.racf.logons["NEWTWO"]
    assert first.password
    assert second.password
    assert first.password != second.password
    assert first.is_expired
    assert first.phrase is None


async def test_a_name_of_which_nothing_is_left_is_left_out(ldap: LdapRacf, slapd: Slapd):
    await ldap.provision(new(name="山田"), mark="m1")

    assert "racfProgrammerName" not in slapd.racf.changes[0][1]


async def _found(ldap: LdapRacf, logon: str) -> Entry:
    entry = await ldap.find(logon)
    assert entry is not None
    return entry
