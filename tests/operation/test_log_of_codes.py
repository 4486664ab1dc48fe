"""What people prove themselves with is in no line of the log, whatever comes of it."""

import json
from typing import Any, TextIO

from support.authenticator import Authenticator
from support.factors import added, another, asked_for, confirmed_app, fulfil, registered, sent, twice_proved, validate
from support.given import Given
from support.recovery import NEW, code_for, reset


async def test_neither_codes_nor_contacts_nor_secrets_are_logged(given: Given, standard_error: TextIO):
    client, user = await given.client(), await given.user("maria@example.com")
    visitor, owner, hidden = given.api.as_client(client.id), await twice_proved(given, user, client), [user.name, NEW]
    authenticator = Authenticator()
    app = await confirmed_app(given, owner)
    await registered(owner, authenticator)
    recovery = (await added(owner, "RECOVERY_CODES"))["recoveryCodes"]
    contact = await added(owner, "EMAIL", email="other@example.com")
    hidden += [app.generator.secret, app.code, "other@example.com", *recovery, *(code.replace("-", "") for code in recovery)]

    async def answered(code: str, **body: Any) -> None:
        person = await given.person(user, client)
        asked = await asked_for(person, **body)
        hidden.append(code)
        for token in (another(code) if code.isdecimal() else f"{code}X", code):
            await fulfil(person, asked, token=token)

    await answered(app.code, contactType="TOTP")
    await answered(recovery[0], contactType="RECOVERY_CODES")
    asked = await sent(owner, contact["id"])
    hidden.append(await given.code("other@example.com"))
    await validate(owner, contact["id"], asked, token=hidden[-1])
    person = await given.person(user, client)
    asked = await asked_for(person, contactType="PASSKEY")
    assertion = authenticator.get(asked["publicKey"])
    hidden += [assertion["response"]["signature"], asked["publicKey"]["challenge"]]
    await fulfil(person, asked, assertion={**assertion, "id": "é"})
    await fulfil(person, asked, assertion=assertion)
    hidden.append(await code_for(given, visitor, user.name))
    for token in (another(hidden[-1]), hidden[-1]):
        await reset(visitor, user.name, token)

    standard_error.seek(0)
    lines = [json.loads(line) for line in standard_error]
    # What is made of digits by itself may well have those of a code.
    logged = str([{name: line[name] for name in line.keys() - {"timestamp", "request_id", "ms"}} for line in lines])
    assert logged.count("UI-26") >= 6
    assert [text for text in hidden if text in logged] == []
