"""A caller of the API: requests through the ASGI application, with real authentication."""

import base64
from typing import Any, Self

import httpx

API = "/security/iam/v1"
_BESIDE_THE_API = ("/healthz", "/readyz", "/metrics", "/docs", "/openapi", "/dev/", "/security")


def basic(name: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()


class Api:
    """Sends requests as somebody; `as_…` returns another caller on the same server."""

    def __init__(self, application: Any, headers: dict[str, str] | None = None, query: dict[str, str] | None = None) -> None:
        self._application = application
        self._headers = headers or {}
        self._query = query or {}

    def as_(self, token: str) -> Self:
        return type(self)(self._application, {"Authorization": f"Bearer {token}"})

    def as_client(self, client_id: str) -> Self:
        """Name a client, as operations before a login do."""
        return type(self)(self._application, query={"clientId": client_id})

    async def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self._application, client=("127.0.0.1", 40000))
        url = path if path.startswith(_BESIDE_THE_API) else API + path
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as http:
            headers = self._headers | options.pop("headers", {})
            params = self._query | options.pop("params", {})
            return await http.request(method, url, headers=headers, params=params, **options)

    async def get(self, path: str, **options: Any) -> httpx.Response:
        return await self.request("GET", path, **options)

    async def post(self, path: str, **options: Any) -> httpx.Response:
        return await self.request("POST", path, **options)

    async def patch(self, path: str, **options: Any) -> httpx.Response:
        return await self.request("PATCH", path, **options)

    async def put(self, path: str, **options: Any) -> httpx.Response:
        return await self.request("PUT", path, **options)

    async def delete(self, path: str, **options: Any) -> httpx.Response:
        return await self.request("DELETE", path, **options)

    async def login(self, name: str, password: str, **options: Any) -> httpx.Response:
        return await self.post("/user-identities/login", headers={"Authorization": basic(name, password)}, **options)

    async def login_client(self, client_id: str, secret: str) -> httpx.Response:
        return await self.post("/client-identities/login", headers={"Authorization": basic(client_id, secret)})
