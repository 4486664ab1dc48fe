"""Identity providers that a server's database is given."""

import itertools
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any, TypeVar

from authme.crypto.sealing import MasterKey
from authme.kernel.context import Context
from authme.kernel.ids import new_id
from authme.providers import store
from authme.providers.model import OidcSettings, Provider, ProviderKind, SamlSettings
from authme.saml.keys import new_service_key
from support.two_engines import NOON

Result = TypeVar("Result")
_numbers = itertools.count(1)
_OF_PROVIDER = frozenset(Provider.__struct_fields__)


@cache
def service_key() -> tuple[str, str]:
    """Return one private key and certificate for all providers of a run of tests: to make one takes long."""
    return new_service_key("AuthMe", NOON // 1000)


class GivenProviders:
    """Makes rows as the operator. What is named is the provider's or of its settings; `secret` is sealed."""

    async def run(self, use_case: Callable[[Context], Awaitable[Result]]) -> Result:
        raise NotImplementedError

    async def oidc_provider(self, *, secret: str | None = "the client's secret", **values: Any) -> Provider:
        """Return an OpenID provider that is enabled; it links at the first use and makes users unless told otherwise."""
        number = next(_numbers)
        settings = {"issuer": f"https://openid{number}.example.com", "client_id": f"client-{number}"}
        return await self._provider("OIDC", number, OidcSettings, settings, secret, values)

    async def saml_provider(self, *, secret: str | None = None, **values: Any) -> Provider:
        """Return a SAML identity provider that is enabled, with a key of this server for it."""
        number, (private_key, certificate) = next(_numbers), service_key()
        settings = {
            "entity_id": f"https://saml{number}.example.com/metadata",
            "redirect_url": f"https://saml{number}.example.com/sso",
            "post_url": f"https://saml{number}.example.com/sso",
            "service_entity_id": f"http://127.0.0.1:8080/security/iam/v1/saml/provider-{number}/metadata",
            "acs_urls": ("https://app.example.com/acs",),
            "service_certificate": certificate,
        }
        return await self._provider("SAML", number, SamlSettings, settings, secret or private_key, values)

    async def _provider(
        self,
        kind: ProviderKind,
        number: int,
        form: type[OidcSettings | SamlSettings],
        settings: dict[str, Any],
        secret: str | None,
        values: dict[str, Any],
    ) -> Provider:
        of_provider = {name: value for name, value in values.items() if name in _OF_PROVIDER}
        of_settings = {name: value for name, value in values.items() if name not in _OF_PROVIDER}

        async def work(ctx: Context) -> Provider:
            now = ctx.clock.now_ms()
            chosen = {
                "id": new_id(ctx.clock),
                "organization_id": None,
                "alias": f"provider-{number}",
                "name": f"Provider {number}",
                "is_enabled": True,
                "first_use": "LINK",
                "creates_users": True,
                "created_at": now,
                "updated_at": now,
            }
            made = Provider(kind=kind, settings=form(**settings | of_settings), **chosen | of_provider)
            await store.insert_provider(ctx.tx, made, secret, ctx.part(MasterKey))
            return made

        return await self.run(work)
