"""PA-01 and PA-02: tokens of products."""

import asyncio
import time

import httpx
import pytest

from authme.kernel.context import MFA
from authme.products.sweep import sweep
from support.answers import refused
from support.given import Given, MakeGiven
from support.shop import ORDER, Shop, is_active, validity
from support.two_engines import rows_of


@pytest.fixture
async def shop(on_both: Given) -> Shop:
    return await Shop(on_both).open()


def second(answer: httpx.Response) -> int:
    return int(answer.json()["expiresIn"])


async def test_a_token_says_what_it_was_given_for(shop: Shop):
    token = await shop.token(productAlias="a", showCaseId="s", skuPriceHashCode="h")

    found = await validity(shop.server, token)

    assert found.pop("expiresAt").endswith("Z")
    assert found == {
        "active": True,
        "orderId": "order 1",
        "productId": "p1",
        "sku": "sku",
        "billingType": "PREPAID",
        "userId": shop.user.id,
        "clientId": shop.client.id,
    }
    assert len(token) == 43
    [row] = await rows_of(shop.given.env["AUTHME_DATABASE_URL"], "SELECT * FROM product_access")
    assert token not in repr(row)
    assert token not in repr(await shop.given.trail())


async def test_it_is_good_for_a_quarter_of_an_hour_or_a_month(shop: Shop):
    now = shop.given.clock.now()
    short = await shop.buyer.post("/product-accesses/authorize", json=ORDER)
    long = await shop.buyer.post("/product-accesses/authorize", json=ORDER, params={"remember-me": "true"})
    assert second(short) == now + 900
    assert second(long) == now + 30 * 86400

    shop.given.later(seconds=899)
    assert await is_active(shop.server, short.json()["opaqueToken"])
    shop.given.later(seconds=1)
    assert await validity(shop.server, short.json()["opaqueToken"]) == {"active": False}
    service = await shop.given.service()
    assert await is_active(service, long.json()["opaqueToken"])


async def test_expires_in_is_as_the_client_has_it(given: Given):
    client = await given.client(expires_in_format="SECONDS")
    buyer = await given.person(await given.user(), client)

    answer = await buyer.post("/product-accesses/authorize", json=ORDER)

    assert answer.json()["expiresIn"] == "900"


async def test_remember_me_is_true_or_false(shop: Shop):
    refused(await shop.buyer.post("/product-accesses/authorize", json=ORDER, params={"remember-me": "1"}), 400, "102")


async def test_anything_else_is_inactive(shop: Shop):
    token = await shop.token()
    altered = ("A" if token[0] != "A" else "B") + token[1:]

    for other in ("", token[:-1], token + "A", altered, token.swapcase(), "x", "é", f" {token}", "A" * 43, "A" * 16000):
        assert await validity(shop.server, other) == {"active": False}, other
    assert await is_active(shop.server, token)


async def test_it_follows_its_user(shop: Shop):
    token = await shop.token()
    administrator = await shop.given.administrator(shop.client, level=MFA)
    assert await is_active(shop.server, token)

    await administrator.post("/user-identities/lock", json={"userId": shop.user.id})
    assert not await is_active(shop.server, token)
    await administrator.post("/user-identities/unlock", json={"userId": shop.user.id})
    assert await is_active(shop.server, token)
    assert (await administrator.delete(f"/user-identities/{shop.user.id}")).status_code == 204
    assert not await is_active(shop.server, token)
    assert await rows_of(shop.given.env["AUTHME_DATABASE_URL"], "SELECT id FROM product_access") == []


async def test_it_outlives_its_session_and_not_its_users_password(shop: Shop):
    token = await shop.token()
    assert (await shop.buyer.post("/user-identities/me/logout")).status_code == 204
    assert await is_active(shop.server, token)
    shop.given.later(seconds=1)

    again, new = await shop.given.person(shop.user, shop.client), "another good password"
    passwords = {"currentPassword": shop.user.password, "newPassword": new}
    assert (await again.post("/user-identities/me/change-password", json=passwords)).status_code == 204

    assert not await is_active(shop.server, token)
    shop.buyer = again
    assert await is_active(shop.server, await shop.token())


async def test_it_follows_its_client(shop: Shop):
    token = await shop.token()
    administrator = await shop.given.administrator(await shop.given.client(), level=MFA)
    assert await is_active(shop.server, token)

    assert (await administrator.delete(f"/client-identities/{shop.client.id}")).status_code == 204

    assert not await is_active(shop.server, token)


async def test_it_follows_the_business_that_it_was_issued_at(on_both: Given):
    organization = await on_both.organization()
    business = await on_both.business(organization)
    shop = await Shop(on_both).open(organization_id=organization, business_id=business, kind="BUSINESSUSER")
    administrator = await on_both.administrator(await on_both.client(), level=MFA)
    token = await on_both.user_token(shop.user, shop.client)
    answer = await on_both.api.as_(token).post("/product-accesses/authorize", json=ORDER)
    if answer.status_code == 403:
        # Whoever is nothing but a business's user buys by acting for it.
        acting = await on_both.api.as_(token).post("/user-identities/me/access-token", json={"businessId": business})
        answer = await on_both.api.as_(acting.json()["accessToken"]).post("/product-accesses/authorize", json=ORDER)
    bought = answer.json()["opaqueToken"]
    assert (await validity(shop.server, bought))["businessId"] == business

    changed = await administrator.patch(f"/user-identities/{shop.user.id}", json={"businessId": None})
    assert changed.status_code == 200, changed.text

    assert not await is_active(shop.server, bought)


async def test_another_organisations_services_see_nothing(on_both: Given):
    here, there = await on_both.organization(), await on_both.organization()
    shop = await Shop(on_both).open(organization_id=here)
    token = await shop.token()
    theirs = on_both.api.as_(await on_both.client_token(await on_both.client(organization_id=there)))
    ours = on_both.api.as_(await on_both.client_token(await on_both.client(organization_id=here)))

    assert await validity(theirs, token) == {"active": False}
    assert await is_active(ours, token)
    assert await is_active(shop.server, token)


@pytest.mark.parametrize("change", ["the order", "the user", "the client"])
async def test_another_worker_hears_of_it_within_a_second(on_both: Given, make_given: MakeGiven, change: str):
    one, two = on_both, await make_given(beside=on_both)
    shop = await Shop(one).open()
    token = await shop.token()
    there = two.api.as_(await one.client_token(await one.client()))
    assert await is_active(there, token)
    administrator = await one.administrator(await one.client(), level=MFA)

    if change == "the user":
        answer = await administrator.post("/user-identities/lock", json={"userId": shop.user.id})
    else:
        what = "/product-accesses/order%201" if change == "the order" else f"/client-identities/{shop.client.id}"
        answer = await administrator.delete(what)
    assert answer.status_code == 204, answer.text

    started = time.monotonic()
    while await is_active(there, token):
        assert time.monotonic() - started < 1
        await asyncio.sleep(0.02)


async def test_a_user_has_a_hundred_live_tokens_for_an_order_at_most(given: Given):
    shop = await Shop(given).open()
    for _ in range(100):
        await shop.token()

    refused(await shop.buyer.post("/product-accesses/authorize", json=ORDER), 409, "404")

    assert await shop.token(orderId="another")
    given.later(seconds=901)
    shop.buyer = await given.person(shop.user, shop.client)
    assert await shop.token()


async def test_what_is_over_is_swept(on_both: Given):
    shop = await Shop(on_both).open()
    await shop.token()
    on_both.later(seconds=900)

    assert await on_both.run(sweep) == 1
    assert await on_both.run(sweep) == 0
