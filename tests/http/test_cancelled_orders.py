"""X-cancel-order: an order that is cancelled gives access no more."""

import pytest

from support.answers import refused
from support.api import Api
from support.given import Given, at_once
from support.shop import ORDER, Shop, is_active, validity


@pytest.fixture
async def shop(on_both: Given) -> Shop:
    return await Shop(on_both).open()


@pytest.fixture
async def administrator(shop: Shop) -> Api:
    return await shop.given.administrator(shop.client)


async def test_a_cancelled_order_is_dead_at_once_and_stays_so(shop: Shop, administrator: Api):
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


async def test_an_order_nobody_heard_of_is_cancelled_too(shop: Shop, administrator: Api):
    assert (await administrator.delete("/product-accesses/unheard")).status_code == 204
    refused(await shop.buyer.post("/product-accesses/authorize", json=ORDER | {"orderId": "unheard"}), 409, "404")


@pytest.mark.parametrize("order", ["x" * 257, "%00", "*"])
async def test_an_order_of_no_form(administrator: Api, order: str):
    answer = await administrator.delete(f"/product-accesses/{order}")
    assert answer.status_code == (204 if order == "*" else 404)


async def test_orders_of_two_organisations_may_be_called_alike(on_both: Given):
    here, there = await on_both.organization(), await on_both.organization()
    shop = await Shop(on_both).open(organization_id=here)
    other = await Shop(on_both).open(organization_id=there)
    admin = await on_both.person(await on_both.user(None, "ADMIN", organization_id=there), other.client)
    ours, theirs = await shop.token(), await other.token()

    assert (await admin.delete("/product-accesses/order%201")).status_code == 204

    assert await is_active(shop.server, ours)
    assert not await is_active(shop.server, theirs)
    assert await shop.token()


async def test_an_order_of_whoever_is_of_no_organisation_stands_in_the_shops(on_both: Given):
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


async def test_an_administrator_of_no_organisation_cancels_nothing(on_both: Given):
    shop = await Shop(on_both).open()
    admin = await on_both.person(await on_both.user(None, "ADMIN"), shop.client)
    token = await shop.token()

    refused(await admin.delete("/product-accesses/order%201"), 404, "401")

    assert await is_active(shop.server, token)


async def test_a_token_issued_while_the_order_is_cancelled_is_inactive(shop: Shop, administrator: Api):
    buying = [shop.buyer.post("/product-accesses/authorize", json=ORDER) for _ in range(8)]

    *bought, cancelled = await at_once(*buying, administrator.delete("/product-accesses/order%201"))

    assert cancelled.status_code == 204
    for answer in bought:
        assert answer.status_code in {200, 409}
        if answer.status_code == 200:
            assert not await is_active(shop.server, answer.json()["opaqueToken"])
