"""UI-15: a signed-in person changes their password."""

import pytest

from support.answers import refused, token_object
from support.given import Given, GivenClient, GivenUser, at_once

PATH = "/user-identities/me/change-password"
NEW = "another good password"


async def test_the_new_password_is_the_one_from_now_on(on_both: Given):
    client, user = await on_both.client(), await on_both.user()
    here, elsewhere = await on_both.tokens(user, client), await on_both.tokens(user, client)
    me, caller = on_both.api.as_(here["accessToken"]), on_both.api.as_client(client.id)

    answer = await me.post(PATH, json={"currentPassword": user.password, "newPassword": NEW})

    assert (answer.status_code, answer.content) == (204, b"")
    refused(await caller.login(user.name, user.password), 401, "203")
    token_object(await caller.login(user.name, NEW))
    # Whoever was signed in elsewhere is not any more; the session that did it goes on.
    refused(await on_both.api.as_(elsewhere["accessToken"]).post("/user-identities/me/logout"), 401, "204")
    refused(await caller.post("/user-identities/renew-token", json={"refreshToken": elsewhere["refreshToken"]}), 401, "204")
    token_object(await caller.post("/user-identities/renew-token", json={"refreshToken": here["refreshToken"]}))
    (row,) = await on_both.trail("user.password_changed")
    assert (row["result"], row["user_id"]) == ("OK", user.id)
    assert NEW not in str(row)


async def test_a_borrowed_session_cannot_guess_the_password(given: Given, client: GivenClient, user: GivenUser):
    me = await given.person(user, client)

    answers = [await me.post(PATH, json={"currentPassword": f"wrong {n}", "newPassword": NEW}) for n in range(6)]

    for answer in answers[:5]:
        refused(answer, 401, "203")
    refused(answers[5], 429, "601")
    refused(await me.post(PATH, json={"currentPassword": user.password, "newPassword": NEW}), 429, "601")
    # The owner is not kept out by it.
    token_object(await given.api.as_client(client.id).login(user.name, user.password))


@pytest.mark.parametrize("password", ["short", "password", "qwertyuiop"])
async def test_a_weak_password_is_refused_and_the_old_one_stays(
    given: Given, client: GivenClient, user: GivenUser, password: str
):
    me = await given.person(user, client)

    refused(await me.post(PATH, json={"currentPassword": user.password, "newPassword": password}), 400, "501")

    token_object(await given.api.as_client(client.id).login(user.name, user.password))


async def test_the_same_as_before_is_refused(given: Given, client: GivenClient, user: GivenUser):
    me = await given.person(user, client)

    refused(await me.post(PATH, json={"currentPassword": user.password, "newPassword": user.password}), 400, "501")


async def test_a_name_of_ones_own_is_no_password(given: Given, client: GivenClient):
    user = await given.user("maria.silva.santos")
    me = await given.person(user, client)

    refused(await me.post(PATH, json={"currentPassword": user.password, "newPassword": "maria.silva.santos"}), 400, "501")


async def test_of_two_that_change_it_at_once_one_wins(on_both: Given):
    client, user = await on_both.client(), await on_both.user()
    first, second = await on_both.person(user, client), await on_both.person(user, client)
    wanted = ["another good password", "yet another password"]

    answers = await at_once(
        *(
            caller.post(PATH, json={"currentPassword": user.password, "newPassword": password})
            for caller, password in zip((first, second), wanted, strict=True)
        )
    )

    assert [answer.status_code for answer in answers].count(204) == 1
    logins = [await on_both.api.as_client(client.id).login(user.name, password) for password in wanted]
    assert [login.status_code for login in logins] == [200 if answer.status_code == 204 else 401 for answer in answers]
