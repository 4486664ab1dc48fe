"""UI-03 and UI-07: a session handed over by a value that is good once."""

from datetime import timedelta
from typing import Any

import pytest

from authme.challenges import open_challenge
from authme.clients.remove import lock as lock_client
from authme.kernel.context import Context
from support.answers import refused, token_object
from support.api import Api
from support.given import Given, GivenClient, GivenUser, MakeGiven, at_once, claims
from support.two_engines import rows_of

GENERATE, REDEEM = "/user-identities/me/generate-param", "/user-identities/auth-legacy-by-param"
RENEW, SESSIONS = "/user-identities/renew-token", "/user-identities/me/sessions"


async def generate(person: Api, **body: Any) -> str:
    answer = await person.post(GENERATE, json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["param"])


async def redeem(caller: Api, param: str, **body: Any) -> Any:
    return await caller.post(REDEEM, headers={"param": param}, json=body)


@pytest.fixture
async def person(given: Given, client: GivenClient, user: GivenUser) -> Api:
    return await given.person(user, client)


async def test_the_session_goes_over_to_the_client_that_it_is_meant_for(on_both: Given):
    client, target = await on_both.client(), await on_both.client("orders_read", app_id="orders")
    token = await on_both.mfa_token(await on_both.user(), client)
    param = await generate(on_both.api.as_(token), targetClientId=target.id)
    on_both.later(seconds=59)

    found = token_object(await redeem(on_both.api.as_client(target.id), param))

    was, moved = claims(token), claims(str(found["accessToken"]))
    assert (moved["client_id"], moved["client_id_default"]) == (target.id, client.id)
    assert found["scope"] == ["orders_read"]
    for same in ("sid", "sub", "acr", "amr", "auth_time", "authorities"):
        assert moved[same] == was[same]
    token_object(await on_both.api.as_client(target.id).post(RENEW, json={"refreshToken": found["refreshToken"]}))
    assert (await on_both.api.as_(str(found["accessToken"])).get(SESSIONS)).status_code == 200
    actions = [row["action"] for row in await on_both.trail()]
    assert actions[-3:] == ["session.offered", "session.moved", "session.renewed"]


async def test_without_a_target_it_is_for_the_calling_client(given: Given, client: GivenClient, person: Api):
    answer = await person.post(GENERATE)

    assert answer.status_code == 201
    assert answer.json() == {"param": answer.json()["param"], "expiresIn": str(given.clock.now() + 60)}
    assert len(answer.json()["param"]) == 24 + 1 + 43
    token_object(await redeem(given.api.as_client(client.id), answer.json()["param"]))


async def test_the_time_is_told_as_the_calling_client_wants_it(given: Given, user: GivenUser):
    client, target = await given.client(expires_in_format="SECONDS"), await given.client()

    answer = await (await given.person(user, client)).post(GENERATE, json={"targetClientId": target.id})

    assert answer.json()["expiresIn"] == "60"


async def test_it_is_good_once(on_both: Given):
    client = await on_both.client()
    param = await generate(await on_both.person(await on_both.user(), client))
    caller = on_both.api.as_client(client.id)

    token_object(await redeem(caller, param))

    refused(await redeem(caller, param), 401, "206")


async def test_of_twenty_that_use_it_one_gets_in(on_both: Given, make_given: MakeGiven):
    client, other = await on_both.client(), await make_given(beside=on_both)
    param = await generate(await on_both.person(await on_both.user(), client))
    callers = [on_both.api.as_client(client.id), other.api.as_client(client.id)]

    answers = await at_once(*(redeem(callers[n % 2], param) for n in range(20)))

    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 19
    assert await rows_of(on_both.env["AUTHME_DATABASE_URL"], "SELECT count(*) FROM refresh_token") == [(2,)]
    assert len(await on_both.trail("session.moved")) == 1


async def test_it_is_good_for_sixty_seconds(given: Given, client: GivenClient, person: Api):
    param = await generate(person)
    given.later(seconds=60)

    refused(await redeem(given.api.as_client(client.id), param), 401, "206")


async def test_a_clock_that_is_moved_back_makes_it_live_no_longer(given: Given, client: GivenClient, person: Api):
    first, second = await generate(person), await generate(person)
    given.later(seconds=-30)
    token_object(await redeem(given.api.as_client(client.id), first))
    given.later(seconds=-31)

    refused(await redeem(given.api.as_client(client.id), second), 401, "206")


async def test_it_is_good_for_no_other_client(given: Given, client: GivenClient, person: Api):
    target = await given.client()
    param = await generate(person, targetClientId=target.id)

    refused(await redeem(given.api.as_client(client.id), param), 401, "206")
    refused(await redeem(given.api.as_client((await given.client()).id), param), 401, "206")

    token_object(await redeem(given.api.as_client(target.id), param))


async def test_made_for_a_device_it_is_good_on_that_one_alone(given: Given, client: GivenClient, person: Api):
    caller, bound, free = given.api.as_client(client.id), await generate(person, deviceId="phone"), await generate(person)

    refused(await redeem(caller, bound), 401, "206")
    refused(await redeem(caller, bound, deviceId="tablet"), 401, "206")

    token_object(await redeem(caller, bound, deviceId="phone", deviceTokenId="x", deviceVersion="17"))
    token_object(await redeem(caller, free, deviceId="tablet"))


async def test_what_was_never_given_out_uses_nothing_up(given: Given, client: GivenClient, user: GivenUser, person: Api):
    caller, param, other = given.api.as_client(client.id), await generate(person), await generate(person)
    challenge_id, secret = param.split(".")
    raised = await person.post("/user-identities/me/leverage-mfa", json={})
    code = await given.code(user.name)

    for wrong in (
        "",
        ".",
        challenge_id,
        f"{challenge_id}.",
        f"{challenge_id}.{secret[:-1]}",
        f"{challenge_id}.{secret}x",
        f"{challenge_id}.{other.split('.')[1]}",
        f"{'0' * 24}.{secret}",
        f"{raised.json()['challengeId']}.{code}",
    ):
        refused(await redeem(caller, wrong), 401, "206")
    refused(await caller.post(REDEEM), 401, "206")
    refused(await caller.post(REDEEM, params={"param": param}), 401, "206")

    token_object(await redeem(caller, param))
    fulfil = {"challengeId": raised.json()["challengeId"], "token": code}
    token_object(await person.post("/user-identities/me/fulfill-mfa", json=fulfil))


async def test_a_param_answers_no_other_challenge(person: Api):
    challenge_id, secret = (await generate(person)).split(".")

    answer = await person.post("/user-identities/me/fulfill-mfa", json={"challengeId": challenge_id, "token": secret})

    refused(answer, 400, "502")


async def test_what_was_asked_for_another_purpose_is_no_param(given: Given, client: GivenClient, user: GivenUser):
    token = await given.user_token(user, client)

    async def open_two(ctx: Context) -> list[str]:
        return [
            open_challenge(
                ctx,
                purpose=purpose,
                subject=user.id,
                session_id=claims(token)["sid"],
                client_id=client.id,
                life=timedelta(minutes=1),
                code="012345",
                data='{"device_id":null,"scopes":["READ"]}',
            ).id
            for purpose in ("SMART", "HAND_OVER")
        ]

    smart, hand_over = await given.run(open_two)

    refused(await redeem(given.api.as_client(client.id), f"{smart}.012345"), 401, "206")
    token_object(await redeem(given.api.as_client(client.id), f"{hand_over}.012345"))


async def test_what_ends_the_session_or_its_user_ends_it(on_both: Given):
    client, user = await on_both.client(), await on_both.user()
    caller, service = on_both.api.as_client(client.id), await on_both.service("account_lock", "account_unlock")
    first, second = await on_both.person(user, client), await on_both.person(user, client)
    of_first, of_second = await generate(first), await generate(second)
    await first.post("/user-identities/me/logout")

    refused(await redeem(caller, of_first), 401, "206")

    await service.post("/user-identities/lock", json={"userId": user.id})
    refused(await redeem(caller, of_second), 401, "206")
    await service.post("/user-identities/unlock", json={"userId": user.id})
    refused(await redeem(caller, of_second), 401, "206")


async def test_what_ends_the_target_ends_it(given: Given, client: GivenClient, person: Api):
    param = await generate(person)
    await given.run(lambda ctx: lock_client(ctx, client.id))

    refused(await redeem(given.api.as_client(client.id), param), 401, "9")


async def test_the_target_has_to_be_there(given: Given, person: Api):
    third_party, locked = await given.client(first_party=False), await given.client()
    await given.run(lambda ctx: lock_client(ctx, locked.id))

    for unknown in ("0" * 24, third_party.id, locked.id):
        refused(await person.post(GENERATE, json={"targetClientId": unknown}), 400, "107")


async def test_only_its_keyed_hash_is_kept(given: Given, person: Api):
    secret = (await generate(person)).split(".")[1]

    assert secret not in str(await rows_of(given.env["AUTHME_DATABASE_URL"], "SELECT * FROM challenge"))
    assert secret not in str(await given.trail())


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ({"targetClientId": "x"}, ["102"]),
        ({"targetClientId": 1, "deviceId": 1}, ["102", "102"]),
        ({"deviceId": ""}, ["102"]),
        ({"deviceId": "x" * 257}, ["102"]),
        ({"clientId": "0" * 24}, ["106"]),
        ([], ["102"]),
    ],
)
async def test_each_wrong_field_of_the_offer_is_named(person: Api, body: Any, codes: list[str]):
    refused(await person.post(GENERATE, json=body), 400, *codes)


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ({"deviceTokenId": 1, "deviceId": {}, "deviceVersion": []}, ["102", "102", "102"]),
        ({"param": "x"}, ["106"]),
    ],
)
async def test_each_wrong_field_of_the_use_is_named(given: Given, client: GivenClient, body: dict[str, Any], codes: list[str]):
    refused(await given.api.as_client(client.id).post(REDEEM, json=body), 400, *codes)
