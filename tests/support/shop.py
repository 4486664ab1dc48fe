"""Somebody who buys at a shop, and whoever serves them."""

from typing import Any

from support.api import Api
from support.given import Given, GivenClient, GivenUser

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


async def validity(server: Api, token: str) -> Any:
    answer = await server.post("/product-accesses/validate", json={"opaqueToken": token})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def is_active(server: Api, token: str) -> bool:
    return bool((await validity(server, token))["active"])
