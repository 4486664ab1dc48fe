"""UI-35: the other sessions that end with a new factor."""

from support.answers import refused
from support.factors import FACTORS, add, twice_proved
from support.given import Given, GivenClient, GivenUser
from support.two_engines import rows_of

EMAIL = {"contactType": "EMAIL", "email": "other@example.com"}
MOBILE = {"contactType": "MOBILE", "mobile": "5511922222222"}


async def test_other_sessions_end_with_it_if_that_is_wanted(given: Given, client: GivenClient, user: GivenUser):
    person = await twice_proved(given, user, client)
    others = [await given.person(user, client) for _ in range(2)]

    assert (await add(person, EMAIL, endOtherSessions="false")).status_code == 201
    assert (await others[0].get(FACTORS)).status_code == 200
    assert (await add(person, MOBILE, endOtherSessions="true")).status_code == 201

    for other in others:
        refused(await other.get(FACTORS), 401, "204")
    assert (await person.get(FACTORS)).status_code == 200
    refused(await add(person, {"contactType": "TOTP"}, endOtherSessions="yes"), 400, "102")
    assert len(await rows_of(given.env["AUTHME_DATABASE_URL"], "SELECT id FROM factor")) == 2


async def test_whoever_was_remembered_elsewhere_does_not_come_back_either(given: Given, client: GivenClient, user: GivenUser):
    visitor, person = given.api.as_client(client.id), await twice_proved(given, user, client)
    body = {"deviceId": "theirs", "rememberMe": True}
    remembered = await visitor.login(user.name, user.password, json=body)

    assert (await add(person, EMAIL, endOtherSessions="true")).status_code == 201

    again = {"rememberMeToken": remembered.json()["rememberMeToken"], "deviceId": "theirs"}
    refused(await visitor.post("/user-identities/remember-me", json=again), 401, "206")
