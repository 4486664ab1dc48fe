"""A server, an application of it, and a SAML identity provider that says and signs whatever it is told to."""

import itertools
from dataclasses import dataclass, replace
from typing import Any

import httpx

from authme.providers.model import Provider, SamlSettings
from authme.saml.keys import read_certificate
from support.answers import refusal, token_object
from support.api import Api
from support.given import Given, GivenClient, claims
from support.saml_idp import Said, SamlIdp

USERS = "/user-identities"
BEGIN, EXCHANGE = f"{USERS}/saml/authentication-request", f"{USERS}/saml/renew-app-token"
LINK, RENEW = f"{USERS}/me/saml-accounts", f"{USERS}/renew-token"
ACS, OTHER_ACS = "https://app.example.com/acs", "https://app.example.com/other"
CPF, OTHER_CPF = "52998224725", "11144477735"
_numbers = itertools.count(1)


@dataclass
class SamlWorld:
    """What a test needs to log in somebody by SAML."""

    given: Given
    client: GivenClient
    provider: Provider
    idp: SamlIdp

    @property
    def visitor(self) -> Api:
        """The application, before anybody logs in."""
        return self.given.api.as_client(self.client.id)

    @property
    def settings(self) -> SamlSettings:
        assert isinstance(self.provider.settings, SamlSettings)
        return self.provider.settings

    async def begin(self, caller: Api | None = None, **body: Any) -> dict[str, Any]:
        """Ask for a request."""
        answer = await (caller or self.visitor).post(BEGIN, json={"provider": self.provider.alias} | body)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def said(self, request_id: str | None, **changes: Any) -> Said:
        """Return what the provider says of somebody, in an assertion that has an id of its own."""
        number = next(_numbers)
        usual = Said(
            now=self.given.clock.now(),
            issuer=self.idp.entity_id,
            acs_url=ACS,
            audience=self.settings.service_entity_id,
            request_id=request_id,
            response_id=f"_response{number}",
            assertion_id=f"_assertion{number}",
            attributes=(),
        )
        return replace(usual, **changes)

    async def response(self, begun: dict[str, Any] | None = None, *, how: dict[str, Any] | None = None, **said: Any) -> str:
        """Return the response to a request, or to a new one."""
        begun = begun or await self.begin()
        return self.idp.field(self.said(begun["requestId"], **said), **(how or {}))

    def unsolicited(self, **said: Any) -> str:
        """Return a response that answers no request."""
        return self.idp.field(self.said(None, **said))

    async def exchange(self, response: str, caller: Api | None = None, **body: Any) -> httpx.Response:
        """Exchange a response for a renew-app token."""
        return await (caller or self.visitor).post(EXCHANGE, json={"samlResponse": response} | body)

    async def enter(self, answer: httpx.Response, caller: Api | None = None) -> httpx.Response:
        """Begin the session with what was exchanged."""
        assert answer.status_code == 200, answer.text
        return await (caller or self.visitor).post(RENEW, json={"renewAppToken": answer.json()["renewAppToken"]})

    async def log_in(self, **said: Any) -> dict[str, Any]:
        """Log somebody in from the beginning to the end; return the claims of their token."""
        found = token_object(await self.enter(await self.exchange(await self.response(**said))))
        return claims(str(found["accessToken"]))

    async def refused(self, response: str, clause: str, **body: Any) -> None:
        """Assert that this response is refused for this check."""
        refused_for(await self.exchange(response, **body), clause)


def refused_for(answer: httpx.Response, clause: str) -> None:
    """Assert that a response was refused for this check, and that the answer says so."""
    assert refusal(answer) == (401, ["207"]), answer.text
    message = answer.json()[0]["message"]
    assert clause in message, message


def service_certificate(settings: SamlSettings) -> Any:
    """Return the certificate that this server has at a provider."""
    return read_certificate(settings.service_certificate)


async def saml_world(given: Given, **values: Any) -> SamlWorld:
    """Return a world in which the provider's row has these values."""
    number = next(_numbers)
    idp = SamlIdp(entity_id=values.pop("entity_id", f"https://idp{number}.test/saml"))
    usual = {"entity_id": idp.entity_id, "certificates": (idp.certificate_base64,), "acs_urls": (ACS, OTHER_ACS)}
    provider = await given.saml_provider(**(usual | values))
    return SamlWorld(given, await given.client("READ", "WRITE"), provider, idp)
