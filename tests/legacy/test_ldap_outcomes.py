"""What the answers of the front end mean: result codes of LDAP, and what its messages begin with."""

from collections.abc import Awaitable, Callable

import pytest

from authme.legacy.directory import DirectoryFault, LogonTaken, LogonUnknown, NotUnderstood, Refused, Unreachable, Withheld
from authme.legacy.ldap.deadline import Deadline
from authme.legacy.ldap.directory import LdapRacf
from authme.legacy.ldap.outcomes import fail
from authme.legacy.ldap.way import Way
from authme.legacy.model import NewLogon
from support.slapd import Slapd, open_ldap
from support.slapd_outside import RacfOutside
from support.slapd_racf import SERVICE

SECRET = "SECRET01"
PERSON = "SILVA"
NEW = NewLogon(logon="NEWONE", name=None, document=None, email=None, mobile=None, group=None)
WAY = (3, 8, 13, 51, 52)
COMMANDS: dict[str, Callable[[LdapRacf], Awaitable[None]]] = {
    "provision": lambda ldap: ldap.provision(NEW, mark="m1"),
    "set_secret": lambda ldap: ldap.set_secret("MARIA", "SECRET02", mark="m1"),
    "revoke": lambda ldap: ldap.revoke("MARIA"),
    "resume": lambda ldap: ldap.resume("MARIA"),
}


@pytest.fixture(autouse=True)
async def _maria(outside: RacfOutside) -> None:
    await outside.add_logon("MARIA", SECRET)


@pytest.mark.parametrize(
    ("code", "info", "verdict"),
    [
        (0, "", "RIGHT"),
        (49, "R000104 The password is not correct", "WRONG"),
        (49, "R000105 A bind argument is not valid", "WRONG"),
        (49, "R004111 The password is not correct", "WRONG"),
        (49, "R004112 A bind argument is not valid", "WRONG"),
        (49, "R000101 The new password is not valid", "WRONG"),
        (49, "R004128 The new password is not valid", "WRONG"),
        (49, "", "WRONG"),
        (49, "R999999 Who knows", "WRONG"),
        (49, "not at the beginning: R000100", "WRONG"),
        (48, "", "WRONG"),
        (49, "R000100 The password has expired", "EXPIRED"),
        (49, "R004109 The password has expired", "EXPIRED"),
        (49, "R000102 The user ID has been revoked", "REVOKED"),
        (49, "R004110 The user ID has been revoked", "REVOKED"),
        (50, "", "REVOKED"),
        (1, "R000208 Unexpected racroute error safRC=8 racfRC=52 racfReason=0", "REVOKED"),
        (1, "R004118 Unexpected racroute error safRC=8 racfRC=48 racfReason=4", "REVOKED"),
        (1, "R000208 Unexpected racroute error safRC=4 racfRC=4 racfReason=0", "UNKNOWN"),
        (1, "R000208 Unexpected racroute error safRC=8 racfRC=4 racfReason=0", "UNKNOWN"),
        (32, "", "UNKNOWN"),
    ],
)
async def test_a_bind_is_answered_with_a_verdict(ldap: LdapRacf, slapd: Slapd, code: int, info: str, verdict: str):
    slapd.racf.answer("BIND", code, info)

    assert await ldap.verify("MARIA", SECRET) == verdict


@pytest.mark.parametrize(
    ("code", "info"),
    [
        (1, "R000208 Unexpected racroute error safRC=4 racfRC=32 racfReason=0"),
        (1, "R004118 Unexpected racroute error"),
        (1, "R000104 this is no result of a wrong password"),
        (1, ""), (2, ""), (7, ""), (11, ""), (19, "password locked"), (34, ""), (53, ""), (80, ""), (99, ""),
        (80, "R000104 The password is not correct"),
    ],
)  # fmt: skip
async def test_a_bind_that_says_nothing_of_the_password_is_no_answer(ldap: LdapRacf, slapd: Slapd, code: int, info: str):
    slapd.racf.answer("BIND", code, info)

    with pytest.raises(NotUnderstood) as fault:
        await ldap.verify("MARIA", SECRET)

    assert fault.value.code == code


@pytest.mark.parametrize("code", WAY)
async def test_what_is_answered_to_everybody_is_a_fault_of_the_way(ldap: LdapRacf, slapd: Slapd, code: int):
    for operation in ("BIND", "SEARCH"):
        slapd.racf.answer(operation, code)

    with pytest.raises(Unreachable):
        await ldap.verify("MARIA", SECRET)
    with pytest.raises(Unreachable):
        await ldap.find("MARIA")


@pytest.mark.parametrize("code", [2, 50, 53, 80, *WAY])
async def test_whatever_this_servers_own_logon_is_answered_is_a_fault_of_the_way(slapd: Slapd, code: int):
    slapd.racf.answer("BIND", code, logon=SERVICE)

    async with open_ldap(slapd) as ldap:
        with pytest.raises(Unreachable, match="does not let this server's logon"):
            await ldap.find("MARIA")
        assert len(await ldap.check()) == 1


def test_a_referral_is_not_followed(slapd: Slapd):
    line = Way(slapd.settings()).open(Deadline(5))

    answer, values = line.read("cn=elsewhere", ["cn"])

    line.leave()
    assert (answer.code, values) == (10, None)
    with pytest.raises(NotUnderstood, match="refers to another server, which is not followed"):
        fail("It does not work", answer)


@pytest.mark.parametrize("info", ["R000102 The user ID has been revoked", "R004110 The user ID has been revoked"])
async def test_that_a_logon_is_revoked_is_not_passed_on_where_everybody_is_told(slapd: Slapd, info: str):
    slapd.racf.answer("BIND", 49, info)

    async with open_ldap(slapd, tells_revoked_to_all=True) as ldap:
        assert await ldap.verify("MARIA", SECRET) == "WRONG"


@pytest.mark.parametrize(
    ("code", "info"), [(32, ""), (80, "ICH30001I UNABLE TO LOCATE MARIA"), (1, "ICH30001I UNABLE TO LOCATE")]
)
async def test_a_logon_that_is_not_there_is_not_found(ldap: LdapRacf, slapd: Slapd, code: int, info: str):
    slapd.racf.answer("SEARCH", code, info)

    assert await ldap.find("MARIA") is None


@pytest.mark.parametrize(
    ("code", "info"),
    [
        (50, ""),
        (50, "ICH30010I NOT AUTHORIZED TO LIST MARIA"),
        (80, "ICH30010I NOT AUTHORIZED TO LIST MARIA"),
        (1, "ICH30010I NOT AUTHORIZED TO LIST MARIA"),
    ],
)
async def test_a_logon_that_this_server_may_not_see_is_withheld_and_not_gone(
    ldap: LdapRacf, slapd: Slapd, code: int, info: str
):
    slapd.racf.answer("SEARCH", code, info)

    with pytest.raises(Withheld):
        await ldap.find("MARIA")
    assert await ldap.verify("MARIA", SECRET) == "RIGHT"
    with pytest.raises(Withheld):
        await ldap.set_secret("MARIA", "SECRET02", mark="m1")


@pytest.mark.parametrize("info", ["", "ICH30002I SOMETHING ELSE", "not authorized, says no message of RACF's"])
@pytest.mark.parametrize("code", [1, 2, 11, 19, 34, 49, 53, 80])
async def test_an_entry_that_is_not_shown_is_not_taken_for_one_that_is_not_there(
    ldap: LdapRacf, slapd: Slapd, code: int, info: str
):
    slapd.racf.answer("SEARCH", code, info)

    with pytest.raises(NotUnderstood):
        await ldap.find("MARIA")


async def test_a_suffix_that_is_not_shown_is_told_to_whoever_checks_the_way(ldap: LdapRacf, slapd: Slapd):
    slapd.racf.answer("SEARCH", 80)

    [told] = await ldap.check()

    assert "does not show" in told


@pytest.mark.parametrize("code", [16, 17, 18, 19, 20, 21, 34, 50, 53, 64, 65])
@pytest.mark.parametrize("command", COMMANDS)
async def test_a_command_is_refused(ldap: LdapRacf, slapd: Slapd, command: str, code: int):
    _answer_commands(slapd, code, f"R000001 {PERSON}")

    with pytest.raises(Refused) as refusal:
        await COMMANDS[command](ldap)

    assert type(refusal.value) is Refused
    assert str(code) in str(refusal.value)
    assert PERSON not in str(refusal.value)


@pytest.mark.parametrize(
    ("code", "info"),
    [(1, "ICH21005I NOT AUTHORIZED TO SPECIFY"), (80, "ICH21004I USER NOT ALTERED"), (80, "IKJ56712I INVALID")],
)
@pytest.mark.parametrize("command", COMMANDS)
async def test_what_racf_itself_says_no_to_is_refused(ldap: LdapRacf, slapd: Slapd, command: str, code: int, info: str):
    _answer_commands(slapd, code, info)

    with pytest.raises(Refused):
        await COMMANDS[command](ldap)


@pytest.mark.parametrize("code", [1, 2, 11, 80, 99, *WAY])
@pytest.mark.parametrize("command", COMMANDS)
async def test_of_a_command_that_went_wrong_there_the_effect_is_not_known(
    ldap: LdapRacf, slapd: Slapd, command: str, code: int
):
    _answer_commands(slapd, code, f"R000001 {PERSON}")

    with pytest.raises(Unreachable if code in WAY else NotUnderstood) as fault:
        await COMMANDS[command](ldap)

    assert PERSON not in str(fault.value)


@pytest.mark.parametrize(("code", "info"), [(32, ""), (80, "ICH21009I UNABLE TO LOCATE MARIA")])
@pytest.mark.parametrize("command", ["set_secret", "revoke", "resume"])
async def test_a_command_to_a_logon_that_went_away_says_so(ldap: LdapRacf, slapd: Slapd, command: str, code: int, info: str):
    _answer_commands(slapd, code, info)

    with pytest.raises(LogonUnknown):
        await COMMANDS[command](ldap)


@pytest.mark.parametrize("command", ["set_secret", "revoke", "resume"])
async def test_a_command_to_a_logon_that_never_was_says_so(ldap: LdapRacf, outside: RacfOutside, command: str):
    await outside.remove("MARIA")

    with pytest.raises(LogonUnknown):
        await COMMANDS[command](ldap)


@pytest.mark.parametrize(("code", "info"), [(68, ""), (80, "ICH01010I NEWONE NOT ADDED"), (53, "")])
async def test_a_logon_that_is_there_is_taken_however_it_is_said(
    ldap: LdapRacf, slapd: Slapd, outside: RacfOutside, code: int, info: str
):
    await outside.add_logon("NEWONE", SECRET)
    _answer_commands(slapd, code, info)

    with pytest.raises(LogonTaken):
        await COMMANDS["provision"](ldap)


async def test_a_logon_whose_group_is_not_there_is_refused(ldap: LdapRacf, slapd: Slapd):
    _answer_commands(slapd, 32, "")

    with pytest.raises(Refused) as refusal:
        await COMMANDS["provision"](ldap)

    assert not isinstance(refusal.value, LogonUnknown)


async def test_letting_in_whom_nobody_keeps_out_is_done(ldap: LdapRacf, slapd: Slapd):
    _answer_commands(slapd, 80, "ICH21019I RESUME IGNORED. MARIA NOT CURRENTLY REVOKED")

    await ldap.resume("MARIA")


@pytest.mark.parametrize("operation", ["BIND", "SEARCH", "MODIFY", "ADD"])
async def test_what_the_server_writes_is_in_no_text_of_ours(ldap: LdapRacf, slapd: Slapd, operation: str):
    slapd.racf.answer(operation, 80, f"R000001 {PERSON} {SECRET}")
    texts = []
    for question in (lambda: ldap.verify("MARIA", SECRET), lambda: ldap.find("MARIA"), *(_of(one, ldap) for one in COMMANDS)):
        try:
            await question()
        except DirectoryFault as fault:
            texts.append(str(fault))

    assert texts
    assert not any(PERSON in text or SECRET in text or "MARIA" in text for text in texts)
    assert all("R000001" in text for text in texts)


def _of(command: str, ldap: LdapRacf) -> Callable[[], Awaitable[None]]:
    return lambda: COMMANDS[command](ldap)


def _answer_commands(slapd: Slapd, code: int, info: str) -> None:
    slapd.racf.answer("MODIFY", code, info)
    slapd.racf.answer("ADD", code, info)
