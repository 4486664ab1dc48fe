"""Every operation that gives a token or raises one, as a step of a walk; `(wrong)` is one that is refused."""

from typing import Any

import httpx

from authme.credentials import store as credentials
from authme.kernel.context import Context
from authme.sessions import USER_TOPIC
from authme.users import store as users
from support import certificate_steps, federated_steps, logon_steps, saml_steps
from support.answers import refused
from support.enrolled import DEVICE
from support.factors import FACTORS, FULFILL, LEVERAGE, SMART
from support.recovery import CREATE, RESET, RETRIEVE
from support.walk import STEPS, Walk, level_of, step

__all__ = ["STEPS", "certificate_steps", "federated_steps", "logon_steps", "saml_steps"]

METHODS = {"EMAIL": "otp", "MOBILE": "sms", "TOTP": "otp", "PASSKEY": "pop", "RECOVERY_CODES": "otp"}
USERS, ME = "/user-identities", "/user-identities/me"


@step("UI-04", "none")
async def identify(walk: Walk) -> None:
    answer = await walk.visitor.post(f"{USERS}/identification", json={"username": walk.person.user.name})
    walk.begins(answer)


@step("UI-05", "new", "pwd")
async def log_in(walk: Walk) -> None:
    walk.begins(await walk.visitor.login(walk.person.user.name, walk.password), "pwd")


@step("UI-05 (wrong)")
async def log_in_wrongly(walk: Walk) -> None:
    refused(await walk.visitor.login(walk.person.user.name, walk.password + "x"), 401, "203")


@step("GT-01 password", "new", "pwd")
async def password_grant(walk: Walk) -> None:
    body = {"username": walk.person.user.name, "password": walk.password}
    walk.begins(await grant(walk, "password", **body), "pwd")


@step("GT-01 refresh_token", "same")
async def refresh_grant(walk: Walk) -> None:
    if walk.refresh_token is not None:
        walk.holds(await grant(walk, "refresh_token", refreshToken=walk.refresh_token))


async def grant(walk: Walk, kind: str, **body: str) -> httpx.Response:
    client = walk.clients[walk.client]
    credentials = {"clientId": client.id, "clientSecret": client.secret}
    return await walk.given.api.post("/token", json={"grantType": kind} | credentials | body)


async def remembered(walk: Walk, device: str) -> httpx.Response:
    body = {"deviceId": device, "rememberMe": True}
    login = await walk.visitor.login(walk.person.user.name, walk.password, json=body)
    token = login.json()["rememberMeToken"]
    return await walk.visitor.post(f"{USERS}/remember-me", json={"rememberMeToken": token, "deviceId": device})


@step("UI-08 on an associated device", "new", "device")
async def remember_on_a_device_of_theirs(walk: Walk) -> None:
    walk.begins(await remembered(walk, DEVICE), "device")


@step("UI-08 elsewhere", "new")
async def remember_elsewhere(walk: Walk) -> None:
    walk.begins(await remembered(walk, "some browser"))


@step("UI-09", "same")
async def renovate(walk: Walk) -> None:
    if walk.refresh_token is not None:
        walk.holds(await walk.visitor.post(f"{USERS}/renovate-token", json={"refreshToken": walk.refresh_token}))


@step("UI-13", "same")
async def renew(walk: Walk) -> None:
    if walk.refresh_token is not None:
        walk.holds(await walk.visitor.post(f"{USERS}/renew-token", json={"refreshToken": walk.refresh_token}))


@step("UI-13 (wrong)")
async def renew_wrongly(walk: Walk) -> None:
    refused(await walk.visitor.post(f"{USERS}/renew-token", json={"refreshToken": "x"}), 401, "206")


@step("UI-03 and UI-07", "same")
async def hand_over(walk: Walk) -> None:
    target = walk.clients[1 - walk.client]
    answer = await walk.me.post(f"{ME}/generate-param", json={"targetClientId": target.id})
    if not walk.is_refused(answer):
        walk.client = 1 - walk.client
        walk.holds(await walk.visitor.post(f"{USERS}/auth-legacy-by-param", headers={"param": answer.json()["param"]}, json={}))


@step("UI-11", "same")
async def change_app(walk: Walk) -> None:
    target = walk.clients[1 - walk.client]
    answer = await walk.me.post(f"{ME}/change-app", params={"targetClientId": target.id})
    if not walk.is_refused(answer):
        walk.client = 1 - walk.client
        walk.holds(answer)


@step("X-renew-app-token", "same")
async def renew_app_token(walk: Walk) -> None:
    origin, target = walk.clients[walk.client], walk.clients[1 - walk.client]
    answer = await walk.me.post(f"{USERS}/renew-app-token", json={"originClientId": origin.id, "clientId": target.id})
    if not walk.is_refused(answer):
        walk.client = 1 - walk.client
        walk.holds(answer)


@step("UI-12", "same")
async def act_for_the_firm(walk: Walk) -> None:
    answer = await walk.me.post(f"{ME}/access-token", json={"businessId": walk.person.firm})
    if not walk.is_refused(answer):
        walk.holds(answer)


@step("UI-14", "new", "otp or sms")
async def create_password(walk: Walk) -> None:
    """For the first time: the person is as they were before they had a password."""
    user = walk.person.user

    async def as_before(ctx: Context) -> None:
        await credentials.delete_password(ctx.tx, user.id)
        await users.change_status(ctx.tx, user.id, was=("ACTIVE",), becomes="PENDING", now=ctx.clock.now_ms())
        ctx.tx.announce(USER_TOPIC, user.id)

    await walk.given.run(as_before)
    await walk.visitor.post(RETRIEVE, json={"userName": user.name})
    walk.password = f"{walk.password} first"
    body = {"username": user.name, "token": await walk.given.code(user.name), "password": walk.password}
    walk.begins(await walk.visitor.post(CREATE, json=body), "otp")
    walk.mailbox_set_the_password = True


@step("UI-14 (wrong)")
async def create_password_again(walk: Walk) -> None:
    """Somebody who has a password is told to reset it, and nothing else happens."""
    await walk.visitor.post(RETRIEVE, json={"userName": walk.person.user.name})
    body = {"username": walk.person.user.name, "token": await walk.given.code(walk.person.user.name), "password": "x" * 20}
    refused(await walk.visitor.post(CREATE, json=body), 409, "404")


@step("UI-16", "new", "otp or sms")
async def reset_password(walk: Walk) -> None:
    await walk.visitor.post(RETRIEVE, json={"userName": walk.person.user.name})
    walk.password = f"{walk.password} again"
    body = {"username": walk.person.user.name, "token": await walk.given.code(walk.person.user.name)}
    walk.begins(await walk.visitor.post(RESET, json=body | {"newPassword": walk.password}), "otp")
    walk.mailbox_set_the_password = True


@step("UI-16 (wrong)")
async def reset_password_wrongly(walk: Walk) -> None:
    body = {"username": walk.person.user.name, "token": "x", "newPassword": "correct horse battery"}
    refused(await walk.visitor.post(RESET, json=body), 400, "8")


@step("UI-15", "same")
async def change_password(walk: Walk) -> None:
    body = {"currentPassword": walk.password, "newPassword": f"{walk.password} more"}
    answer = await walk.me.post(f"{ME}/change-password", json=body)
    if not walk.is_refused(answer):
        assert answer.status_code == 204, answer.text
        walk.password = body["newPassword"]


async def leverage(walk: Walk, kind: str) -> dict[str, Any] | None:
    """Ask to be raised; None if that must be, and was, refused."""
    answer = await walk.me.post(LEVERAGE, json={"factorId": walk.person.ids[kind]})
    if walk.is_refused(answer):
        return None
    is_no_proof = kind == "EMAIL" and walk.mailbox_set_the_password
    if is_no_proof or level_of(walk.proved | {METHODS[kind]}) != "AUTH-MFA":
        refused(answer, 409, "404")
        return None
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def proof(walk: Walk, kind: str, public_key: dict[str, Any] | None) -> dict[str, Any]:
    """Return the right answer by this factor."""
    person = walk.person
    match kind:
        case "EMAIL":
            return {"token": await walk.given.code(person.user.name)}
        case "MOBILE":
            return {"token": await walk.given.code(person.mobile)}
        case "TOTP":
            walk.given.later(seconds=30)
            return {"token": person.app.at(walk.given.clock.now())}
        case "RECOVERY_CODES":
            return {"token": next(person.codes)}
    assert public_key is not None
    return {"assertion": person.authenticator.get(public_key)}


def raises_by(kind: str) -> None:
    async def raise_session(walk: Walk) -> None:
        asked = await leverage(walk, kind)
        if asked is not None:
            answer = await proof(walk, kind, asked.get("publicKey"))
            walk.holds(await walk.me.post(FULFILL, json={"challengeId": asked["challengeId"]} | answer))
            walk.proved.add(METHODS[kind])
            walk.mailbox_set_the_password &= kind == "EMAIL"

    step(f"UI-25 and UI-26 by {kind}", "same", METHODS[kind])(raise_session)


for each_kind in METHODS:
    raises_by(each_kind)


@step("UI-26 (wrong)")
async def raise_wrongly(walk: Walk) -> None:
    asked = await leverage(walk, "MOBILE")
    if asked is not None:
        refused(await walk.me.post(FULFILL, json={"challengeId": asked["challengeId"], "token": "x"}), 400, "8")


async def validated(walk: Walk) -> str | None:
    """Pass the risk challenge by the passkey."""
    path = f"{FACTORS}/{walk.person.ids['PASSKEY']}"
    answer = await walk.me.post(f"{path}/send-token")
    if walk.is_refused(answer):
        return None
    asked = answer.json()
    assertion = walk.person.authenticator.get(asked["publicKey"])
    body = {"challengeId": asked["challengeId"], "assertion": assertion}
    assert (await walk.me.post(f"{path}/validate-token", json=body)).status_code == 200
    return str(asked["challengeId"])


@step("UI-35, UI-39 and UI-40 of a new factor", "same")
async def confirm_a_new_factor(walk: Walk) -> None:
    address = f"new{len(await walk.given.messages())}@example.com"
    given = {"authenticationFactors": [{"contactType": "EMAIL", "email": address}]}
    answer = await walk.me.post(FACTORS, json=given)
    if walk.level != "AUTH-MFA":
        refused(answer, 403, "301")
        return
    path = f"{FACTORS}/{answer.json()[0]['id']}"
    asked = (await walk.me.post(f"{path}/send-token")).json()
    body = {"challengeId": asked["challengeId"], "token": await walk.given.code(address)}
    assert (await walk.me.post(f"{path}/validate-token", json=body)).status_code == 200


@step("UI-39 and UI-40", "same")
async def pass_the_risk_challenge(walk: Walk) -> None:
    await validated(walk)


@step("UI-41", "same", reaches="as before, and AUTH-SMART")
async def grant_smart(walk: Walk) -> None:
    challenge_id = await validated(walk)
    if challenge_id is not None:
        walk.holds(await walk.me.post(SMART, json={"challengeId": challenge_id}))
        walk.is_smart = True


@step("UI-41 (wrong)")
async def grant_smart_wrongly(walk: Walk) -> None:
    asked = await leverage(walk, "PASSKEY")
    if asked is not None:
        refused(await walk.me.post(SMART, json={"challengeId": asked["challengeId"]}), 400, "502")
