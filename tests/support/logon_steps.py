"""Steps of a walk by which somebody with a logon of the mainframe gets a token."""

import httpx

from support.answers import refused
from support.legacy_logons import COMPLETE, asked_for_logon, associate, complete, log_in_there, reset_logon
from support.walk import Walk, step


async def logon_of(walk: Walk) -> str:
    """Return the logon of the person, who gets one if there is none yet."""
    logon = f"L{walk.person.user.id[-7:]}".upper()
    if await walk.given.there(logon) is None:
        await walk.given.legacy_logon(logon, "OLDPASS1")
        await walk.given.linked(walk.person.user, logon)
    return logon


async def associated(walk: Walk, **more: str) -> httpx.Response:
    begun = await associate(walk.visitor, walk.person.user.name, logon=await logon_of(walk), secret=walk.password)
    return await complete(walk.visitor, begun, await walk.given.code(walk.person.user.name), **more)


@step("UI-06", "new", "pwd")
async def log_in_by_logon(walk: Walk) -> None:
    walk.begins(await log_in_there(walk.visitor, walk.password, await logon_of(walk)), "pwd")


@step("UI-06 (wrong)")
async def log_in_by_logon_wrongly(walk: Walk) -> None:
    refused(await log_in_there(walk.visitor, walk.password + "x", await logon_of(walk)), 401, "203")


@step("UI-30 and UI-32", "new", "otp or sms")
async def associate_logon(walk: Walk) -> None:
    walk.begins(await associated(walk), "otp")


@step("UI-30 and UI-32 with newPassword", "new", "otp or sms")
async def associate_logon_with_a_password(walk: Walk) -> None:
    becomes = f"{walk.password} anew"
    walk.begins(await associated(walk, newPassword=becomes), "otp")
    walk.password, walk.mailbox_set_the_password = becomes, True


@step("UI-32 (wrong)")
async def associate_wrongly(walk: Walk) -> None:
    refused(await walk.visitor.post(COMPLETE, json={"associationId": "0" * 24, "token": "x"}), 400, "502")


@step("UI-33 and UI-34", "new", "otp or sms")
async def reset_of_logon(walk: Walk) -> None:
    logon, name = await logon_of(walk), walk.person.user.name
    code, bound_to = await asked_for_logon(walk.given, walk.visitor, logon, name)
    walk.password = f"{walk.password} once more"
    walk.begins(await reset_logon(walk.visitor, code, bound_to, walk.password, logon=logon), "otp")
    walk.mailbox_set_the_password = True


@step("UI-34 (wrong)")
async def reset_of_logon_wrongly(walk: Walk) -> None:
    refused(await reset_logon(walk.visitor, "123456", "x", logon=await logon_of(walk)), 400, "8")
