"""CI-04 and GT-01 by an API key: in its header, or as the secret."""

from support.answers import refused, token_object
from support.api import basic
from support.api_keys import READ, drawn_key, given_key, with_key
from support.given import Given, GivenClient, claims

LOGIN, TOKEN = "/client-identities/login", "/token"


async def test_a_client_logs_in_by_a_key(on_both: Given):
    client = await on_both.client(READ)
    key = await given_key(on_both, client)

    answers = [
        await with_key(on_both, key.key).post(LOGIN),
        await on_both.api.login_client(client.id, key.key),
        await with_key(on_both, key.key).post(TOKEN, json={"grantType": "client_credentials"}),
        await with_key(on_both, key.key).post(TOKEN, json={"grantType": "client_credentials", "clientId": client.id}),
        await on_both.api.post(TOKEN, json={"grantType": "client_credentials", "clientId": client.id, "clientSecret": key.key}),
        await on_both.api.post(
            TOKEN, json={"grantType": "client_credentials"}, headers={"Authorization": basic(client.id, key.key)}
        ),
    ]

    for answer in answers:
        said = claims(str(token_object(answer)["accessToken"]))
        assert (said["client_id"], said["scope"]) == (client.id, [READ])
    rows = await on_both.trail("client.login")
    assert ['"api_key"' in str(row["detail"]) for row in rows] == [True] * len(answers)
    assert key.key not in str(rows)


async def test_whoever_sends_basic_or_a_body_logs_in_by_that_and_not_by_a_key(given: Given, client: GivenClient):
    service = await given.client(READ)
    key = await given_key(given, service)
    for proof in (basic(client.id, "wrong"), basic(client.id, key.key)):
        headers = {"Authorization": proof, "X-Api-Key": key.key}
        refused(await given.api.post(LOGIN, headers=headers), 401, "9")
        refused(await given.api.post(TOKEN, headers=headers, json={"grantType": "client_credentials"}), 401, "9")
    # A gateway in front may have keys of its own.
    right = {"Authorization": basic(client.id, client.secret), "X-Api-Key": "of the gateway"}
    token_object(await given.api.post(LOGIN, headers=right))

    asks = {"grantType": "client_credentials"}
    refused(await with_key(given, key.key).post(TOKEN, json=asks | {"clientId": client.id}), 401, "9")
    wrong = asks | {"clientId": service.id, "clientSecret": "wrong"}
    refused(await with_key(given, key.key).post(TOKEN, json=wrong), 401, "9")
    refused(await with_key(given, service.secret).post(TOKEN, json=asks | {"clientId": service.id}), 401, "9")
    for one in ("", "x", drawn_key()):
        refused(await with_key(given, one).post(LOGIN), 401, "9")
