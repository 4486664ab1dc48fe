"""What people type changes neither the name nor the question that is sent."""

import pytest

from authme.legacy.directory import Refused
from authme.legacy.ldap.directory import LdapRacf
from authme.legacy.ldap.names import group_name, racfid_of, user_name
from authme.legacy.model import NewLogon
from support.slapd import Slapd
from support.slapd_outside import RacfOutside
from support.slapd_racf import SUFFIX

LOGONS = [
    "", " ", "MARIA,cn=racf", "MARIA)(racfid=*", "*", "MARIA*", "MAR\\IA", "MAR\x00IA", "MARIA\n", "MARIA+X=Y", 'MA"RIA',
    "MA;RIA", "MA<RIA", "MA>RIA", "MA=RIA", "maria", "MARIA1234", "1MARIA", "ÁRIA", "\\2A", " MARIA", "MARIA ",
    "M,profiletype=group",
]  # fmt: skip
TEXTS = ["*)(racfid=*", "maria,cn=racf", "a\\2ab", 'qu"ote', "o'brien@example.com", "semi;colon", " lead and trail ", "=+<>#"]


@pytest.mark.parametrize("logon", LOGONS)
async def test_what_has_not_the_form_of_a_logon_is_never_sent(ldap: LdapRacf, slapd: Slapd, logon: str):
    assert await ldap.verify(logon, "SECRET01") == "UNKNOWN"
    assert await ldap.find(logon) is None
    for command in (ldap.revoke(logon), ldap.resume(logon), ldap.set_secret(logon, "SECRET02", mark="m1")):
        with pytest.raises(Refused):
            await command
    with pytest.raises(Refused):
        await ldap.provision(_new(logon=logon), mark="m1")

    assert (slapd.racf.binds, slapd.racf.changes) == ([], [])


@pytest.mark.parametrize("group", LOGONS[1:])
async def test_what_has_not_the_form_of_a_group_is_never_sent(ldap: LdapRacf, slapd: Slapd, group: str):
    with pytest.raises(Refused):
        await ldap.provision(_new(group=group), mark="m1")

    assert slapd.racf.changes == []


@pytest.mark.parametrize("text", TEXTS)
async def test_what_is_typed_stays_a_value_of_its_attribute(ldap: LdapRacf, slapd: Slapd, text: str):
    await ldap.provision(_new(document=text, email=text, mobile=text), mark="m1")

    name, values = slapd.racf.changes[0]
    assert name == f"racfid=NEWONE,profiletype=user,{SUFFIX}"
    assert [values[key] for key in ("racfDocument", "racfEmail", "racfMobile")] == [[text]] * 3


@pytest.mark.parametrize("text", ["nul\x00", "line\nREVOKE: yes", "\x1b[2J", "\x7f"])
async def test_what_cannot_be_printed_is_left_out(ldap: LdapRacf, slapd: Slapd, text: str):
    await ldap.provision(_new(document=text, email=text, mobile=text), mark="m1")

    assert not {"racfDocument", "racfEmail", "racfMobile"} & set(slapd.racf.changes[0][1])


@pytest.mark.parametrize("name", ["X') SPECIAL OPERATIONS NAME('Y", "A(B)C", "x\x00y", 'q"uote', "a;b&c|d", "line\nbreak"])
async def test_a_name_holds_nothing_that_ends_the_operand_of_a_command(ldap: LdapRacf, slapd: Slapd, name: str):
    await ldap.provision(_new(name=name), mark="m1")

    kept = slapd.racf.changes[0][1]["racfProgrammerName"][0]
    assert len(kept) <= 20
    assert not set(kept) & set("'\"()\x00\n;&|")


async def test_logons_of_national_characters_are_found_under_their_names(ldap: LdapRacf, outside: RacfOutside):
    for logon in ("#A1B2C3", "@X", "$", "A#@$1", "##"):
        await outside.add_logon(logon, "SECRET01")

        assert await ldap.verify(logon, "SECRET01") == "RIGHT"
        entry = await ldap.find(logon)
        assert entry is not None
        assert entry.logon == logon
        await ldap.revoke(logon)
        assert await ldap.verify(logon, "SECRET01") == "REVOKED"


def test_a_hash_at_the_beginning_of_a_name_is_escaped():
    assert user_name("#A1", SUFFIX) == "racfid=\\#A1,profiletype=user,cn=racf"
    assert group_name("A#1", SUFFIX) == "racfid=A#1,profiletype=group,cn=racf"


@pytest.mark.parametrize(
    ("name", "racfid"),
    [
        ("racfid=SYS1,profiletype=GROUP,cn=racf", "SYS1"),
        ("RACFID = sys1 , profiletype=group", "SYS1"),
        ("racfid=\\#OPS,profiletype=group,cn=racf", "#OPS"),
        ("SYS1", "SYS1"),
        ("cn=somebody,o=example", None),
        ("racfid=SYS1+racfgroupid=X,profiletype=connect", "SYS1"),
        ("racfid=\\,\\,,cn=racf", None),
        ("", None),
    ],
)
def test_a_group_is_read_from_its_name(name: str, racfid: str | None):
    assert racfid_of(name) == racfid


def _new(**values: str | None) -> NewLogon:
    given = {"logon": "NEWONE", "name": None, "document": None, "email": None, "mobile": None, "group": None}
    return NewLogon(**(given | values))
