"""PA-01, PA-02 and the cancelling of orders: tokens of products."""

import asyncio
import time
from typing import Any

import httpx
import pytest

from authme.kernel.context import MFA
from authme.products.sweep import sweep
from support.answers import refused
from support.api import Api
from support.given import Given, GivenClient, GivenUser, MakeGiven, at_once
from support.two_engines import rows_of

ORDER = {"orderId": "order 1", "isExternalOrder": False, "productId": "p1", "sku": "sku", "billingType": "PREPAID"}


class Shop:
    """A client that sells, a client that serves, and somebody who buys."""

    def __init__(self, given: Given) -> None:
        self.given = given

    async def open(self, **place: Any) -> "Shop":
        given = self.given
        self.client: GivenClient = await given.client(organization_id=place.get("organization_id"))
        self.server = await given.service()
        self.user: GivenUser = await given.user(**place)
        self.buyer: Api = await given.person(self.user, self.client)
        return self

    async def token(self, **more: Any) -> str:
        answer = await self.buyer.post("/product-accesses/authorize", json=ORDER | more)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["opaqueToken"])


@pytest.fixture
async def shop(on_both: Given) -> Shop:
    return await Shop(on_both).open()


async def validity(server: Api, token: str) -> Any:
    answer = await server.post("/product-accesses/validate", json={"opaqueToken": token})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def is_active(server: Api, token: str) -> bool:
    return bool((await validity(server, token))["active"])


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


class TestCancelling:
    @pytest.fixture
    async def administrator(self, shop: Shop) -> Api:
        return await shop.given.administrator(shop.client)

    async def test_a_cancelled_order_is_dead_at_once_and_stays_so(self, shop: Shop, administrator: Api):
        token, other = await shop.token(), await shop.token(orderId="order/2 ü")
        assert await is_active(shop.server, token)

        for _ in range(2):
            assert (await administrator.delete("/product-accesses/order%201")).status_code == 204

        assert await validity(shop.server, token) == {"active": False}
        refused(await shop.buyer.post("/product-accesses/authorize", json=ORDER), 409, "404")
        assert await is_active(shop.server, other)
        assert (await administrator.delete("/product-accesses/order%2F2%20%C3%BC")).status_code == 204
        assert not await is_active(shop.server, other)
        assert len(await shop.given.trail("order.cancelled")) == 2

    async def test_an_order_nobody_heard_of_is_cancelled_too(self, shop: Shop, administrator: Api):
        assert (await administrator.delete("/product-accesses/unheard")).status_code == 204
        refused(await shop.buyer.post("/product-accesses/authorize", json=ORDER | {"orderId": "unheard"}), 409, "404")

    @pytest.mark.parametrize("order", ["x" * 257, "%00", "*"])
    async def test_an_order_of_no_form(self, administrator: Api, order: str):
        answer = await administrator.delete(f"/product-accesses/{order}")
        assert answer.status_code == (204 if order == "*" else 404)

    async def test_orders_of_two_organisations_may_be_called_alike(self, on_both: Given):
        here, there = await on_both.organization(), await on_both.organization()
        shop = await Shop(on_both).open(organization_id=here)
        other = await Shop(on_both).open(organization_id=there)
        admin = await on_both.person(await on_both.user(None, "ADMIN", organization_id=there), other.client)
        ours, theirs = await shop.token(), await other.token()

        assert (await admin.delete("/product-accesses/order%201")).status_code == 204

        assert await is_active(shop.server, ours)
        assert not await is_active(shop.server, theirs)
        assert await shop.token()

    async def test_an_order_of_whoever_is_of_no_organisation_stands_in_the_shops(self, on_both: Given):
        here, there = await on_both.organization(), await on_both.organization()
        shop = await Shop(on_both).open()
        shop.client = await on_both.client(organization_id=here)
        shop.buyer = await on_both.person(shop.user, shop.client)
        token = await shop.token()
        theirs, ours = [await on_both.user(None, "ADMIN", organization_id=one) for one in (there, here)]

        assert (await (await on_both.person(theirs, shop.client)).delete("/product-accesses/order%201")).status_code == 204
        assert await is_active(shop.server, token)
        assert (await (await on_both.person(ours, shop.client)).delete("/product-accesses/order%201")).status_code == 204
        assert not await is_active(shop.server, token)

    async def test_an_administrator_of_no_organisation_cancels_nothing(self, on_both: Given):
        shop = await Shop(on_both).open()
        admin = await on_both.person(await on_both.user(None, "ADMIN"), shop.client)
        token = await shop.token()

        refused(await admin.delete("/product-accesses/order%201"), 404, "401")

        assert await is_active(shop.server, token)

    async def test_a_token_issued_while_the_order_is_cancelled_is_inactive(self, shop: Shop, administrator: Api):
        buying = [shop.buyer.post("/product-accesses/authorize", json=ORDER) for _ in range(8)]

        *bought, cancelled = await at_once(*buying, administrator.delete("/product-accesses/order%201"))

        assert cancelled.status_code == 204
        for answer in bought:
            assert answer.status_code in {200, 409}
            if answer.status_code == 200:
                assert not await is_active(shop.server, answer.json()["opaqueToken"])


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
