"""What a person does over the years: a real server process, a real mail server, and a real gateway for short messages."""

import asyncio
import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pyotp
import pytest

from support.answers import refused
from support.api import API, basic
from support.gateway import Gateway
from support.given import Given, GivenClient, claims, environment
from support.mail import MailServer
from support.outside import wait_until
from support.serving import Serving, serving
from support.two_engines import rows_of

MARIA, MOBILE = "maria.silva@example.com", "5511912345678"
PASSWORD, NEW_PASSWORD = "correct horse battery", "staple of the new horse"
DEVICE = "maria's telephone"
USERS, ME = "/user-identities", "/user-identities/me"
FACTORS = f"{ME}/authentication-factors"
SUBJECTS = [
    "Seu código para confirmar seu contato ou definir sua senha",
    "Seu código para concluir seu acesso",
    "Um fator de autenticação foi adicionado",
    "Um fator de autenticação foi adicionado",
    "Um novo dispositivo foi associado à sua conta",
    "Seu código para confirmar seu contato ou definir sua senha",
    "Sua senha foi alterada",
    "Sua conta foi removida",
]


@pytest.fixture
def mail(tmp_path: Path) -> Iterator[MailServer]:
    with MailServer(tmp_path / "mail") as running:
        yield running


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    with Gateway(tmp_path / "gateway") as running:
        yield running


@pytest.fixture
def env(url: str, mail: MailServer, gateway: Gateway) -> dict[str, str]:
    settings = mail.settings() | gateway.settings() | {"message_timeout_seconds": 1}
    return environment(url, ISSUER="http://127.0.0.1:8080", VERIFY_CONTACT="true", **settings)


@dataclass
class Application:
    """A first-party application as it calls the API."""

    server: Serving
    client: GivenClient

    def call(self, path: str, body: object = None, *, bearer: str | None = None, **options: Any) -> httpx.Response:
        """Call an operation as the person with this token, or without one before a login."""
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        return httpx.request(
            options.pop("method", "POST"),
            f"{self.server.url}{API}{path}",
            params={} if bearer else {"clientId": self.client.id},
            headers=headers | options.pop("headers", {}),
            json=body,
            **options,
        )

    def get_from(self, path: str, body: object = None, *, status: int = 200, **options: Any) -> Any:
        """Call an operation that has to succeed; return what it answers."""
        answer = self.call(path, body, **options)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    def log_in(self, password: str, **body: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.get_from(f"{USERS}/login", body, headers={"Authorization": basic(MARIA, password)})
        return found

    def ask(self, bearer: str, **which: str) -> str:
        """Ask for a second factor; return the challenge."""
        return str(self.get_from(f"{ME}/leverage-mfa", which, bearer=bearer, status=201)["challengeId"])

    def fulfil(self, bearer: str, challenge: str, code: str) -> str:
        """Answer it; return the token of the raised session."""
        raised = self.get_from(f"{ME}/fulfill-mfa", {"challengeId": challenge, "token": code}, bearer=bearer)
        assert claims(raised["accessToken"])["acr"] == "AUTH-MFA"
        return str(raised["accessToken"])

    def confirm(self, bearer: str, factor: str, code: Callable[[], str]) -> None:
        """Have a code sent to a factor and give it back."""
        asked = self.get_from(f"{FACTORS}/{factor}/send-token", bearer=bearer, status=201)
        body = {"challengeId": asked["challengeId"], "token": code()}
        assert self.get_from(f"{FACTORS}/{factor}/validate-token", body, bearer=bearer)["validated"] is True


@dataclass
class App:
    """An authenticator app whose owner never types a code that was used."""

    otpauth_uri: str
    used: list[int] = field(default_factory=lambda: [0])

    def code(self) -> str:
        step = wait_until(self._next_step, "time stands still", seconds=30)
        self.used.append(step)
        secret = parse_qs(urlsplit(self.otpauth_uri).query)["secret"][0]
        return pyotp.HOTP(secret).at(step)

    def _next_step(self) -> int:
        # One step before and one after are taken, too; the one before not for long, when its successor is about to end.
        now, into = divmod(int(time.time()), 30)
        step = max(self.used[-1] + 1, now - 1 if into < 25 else now)
        return step if step <= now + 1 else 0


@pytest.fixture
def application(env: dict[str, str], prepare: Any, tmp_path: Path) -> Iterator[Application]:
    async def made(given: Given) -> GivenClient:
        return await given.client("READ", "WRITE")

    client = prepare(made)
    with serving(env, tmp_path) as server:
        yield Application(server, client)


@pytest.fixture
def service(prepare: Any, application: Application) -> str:
    """The token of a service that may remove people."""

    async def made(given: Given) -> GivenClient:
        return await given.client("identity_remove")

    client = prepare(made)
    answer = application.call("/client-identities/login", headers={"Authorization": basic(client.id, client.secret)})
    return str(answer.json()["accessToken"])


def register(application: Application, mail: MailServer, name: str = MARIA, language: str = "pt-BR") -> None:
    made = application.get_from(USERS, {"username": name}, status=201, headers={"Accept-Language": language})
    assert made["status"] == "PENDING"
    body = {"username": name, "token": mail.code_for(name), "password": PASSWORD}
    assert claims(application.get_from(f"{USERS}/password", body, status=201)["accessToken"])["acr"] == "AUTH-BASIC"


def raise_by_mail(application: Application, mail: MailServer) -> str:
    bearer = application.log_in(PASSWORD)["accessToken"]
    challenge = application.ask(bearer, contactType="EMAIL")
    return application.fulfil(bearer, challenge, mail.code_for(MARIA, count=2))


def add_mobile_and_app(application: Application, mail: MailServer, gateway: Gateway, bearer: str) -> App:
    wanted = [{"contactType": "MOBILE", "mobile": MOBILE}, {"contactType": "TOTP", "name": "Telephone"}]
    mobile, totp = application.get_from(FACTORS, {"authenticationFactors": wanted}, bearer=bearer, status=201)
    application.confirm(bearer, mobile["id"], lambda: short_code(gateway))
    app = App(totp["otpauthUri"])
    application.confirm(bearer, totp["id"], app.code)
    mail.wait_for(MARIA, count=4)
    return app


def short_code(gateway: Gateway) -> str:
    sent = json.loads(gateway.wait_for()[-1]["body"])
    assert sent["to"] == MOBILE
    return re.findall(r"\b\d{6}\b", sent["text"])[0]


def be_remembered(application: Application, mail: MailServer, app: App) -> tuple[str, str]:
    """Log in on a device, raise the session, associate the device, and come back; return a token and what remembers."""
    tokens = application.log_in(PASSWORD, deviceId=DEVICE, rememberMe=True)
    bearer = application.fulfil(tokens["accessToken"], application.ask(tokens["accessToken"], contactType="TOTP"), app.code())
    application.get_from(f"{ME}/associate-user-device", {"deviceId": DEVICE, "name": "Telephone"}, bearer=bearer, status=201)
    mail.wait_for(MARIA, count=5)
    body = {"rememberMeToken": tokens["rememberMeToken"], "deviceId": DEVICE}
    again = application.get_from(f"{USERS}/remember-me", body)
    assert claims(again["accessToken"])["acr"] == "AUTH-BASIC"
    assert claims(again["accessToken"])["amr"] == ["device"]
    return again["accessToken"], again["rememberMeToken"]


def recover(application: Application, mail: MailServer) -> None:
    application.get_from(f"{USERS}/retrieve-identity", {"userName": MARIA}, status=201)
    body = {"username": MARIA, "token": mail.code_for(MARIA, count=6), "newPassword": NEW_PASSWORD}
    assert claims(application.get_from(f"{USERS}/reset-password", body)["accessToken"])["acr"] == "AUTH-BASIC"
    mail.wait_for(MARIA, count=7)


def be_removed(application: Application, mail: MailServer, user_id: str, service: str) -> None:
    application.get_from(f"{USERS}/{user_id}", method="DELETE", bearer=service, status=204)
    mail.wait_for(MARIA, count=8)


def test_from_registration_to_removal(application: Application, mail: MailServer, gateway: Gateway, service: str):
    register(application, mail)
    raised = raise_by_mail(application, mail)
    app = add_mobile_and_app(application, mail, gateway, raised)
    remembered, token = be_remembered(application, mail, app)

    recover(application, mail)
    for old in (raised, remembered):
        refused(application.call(f"{ME}/logout", bearer=old), 401, "204")
    refused(application.call(f"{USERS}/remember-me", {"rememberMeToken": token, "deviceId": DEVICE}), 401, "206")
    refused(application.call(f"{USERS}/login", headers={"Authorization": basic(MARIA, PASSWORD)}), 401, "203")
    bearer = application.log_in(NEW_PASSWORD)["accessToken"]
    assert claims(bearer)["acr"] == "AUTH-BASIC"
    refused(application.call(f"{ME}/leverage-mfa", {"contactType": "EMAIL"}, bearer=bearer), 409, "404")
    bearer = application.fulfil(bearer, application.ask(bearer, contactType="TOTP"), app.code())

    be_removed(application, mail, claims(bearer)["user_id"], service)
    refused(application.call(f"{ME}/logout", bearer=bearer), 401, "204")
    refused(application.call(f"{USERS}/login", headers={"Authorization": basic(MARIA, NEW_PASSWORD)}), 401, "203")
    assert [one.subject for one in mail.messages(MARIA)] == SUBJECTS
    assert len(gateway.requests()) == 1
    for one in mail.messages(MARIA):
        assert one.is_encrypted
        assert "://" not in one.text


def test_messages_are_in_the_language_that_was_liked_best_at_the_registration(application: Application, mail: MailServer):
    liked = {"ana@example.com": "en-GB,en;q=0.9,pt;q=0.8", "bia@example.com": "pt-BR", "eva@example.com": "de"}
    for name, language in liked.items():
        register(application, mail, name, language)

    # Not in that of a later request: whoever knows a name would choose the language of somebody else's messages.
    for name in liked:
        body = {"userName": name}
        application.get_from(f"{USERS}/retrieve-identity", body, status=201, headers={"Accept-Language": "en"})

    subjects = [{one.subject for one in mail.wait_for(name, count=2)} for name in liked]
    assert subjects == [{"Your code to confirm your address or set your password"}, {SUBJECTS[0]}, {SUBJECTS[0]}]


def test_kill_9_between_the_request_and_its_mail_loses_and_doubles_nothing(
    application: Application, mail: MailServer, env: dict[str, str], tmp_path: Path
):
    register(application, mail)
    mail.stop()
    application.get_from(f"{USERS}/retrieve-identity", {"userName": MARIA}, status=201)
    application.server.kill()

    mail.start()
    with serving(env, tmp_path) as again:
        code = mail.code_for(MARIA, count=2, seconds=30)
        wait_until(lambda: states_in_the_outbox(env) == {"SENT"}, "it was not noted that it is sent")
        body = {"username": MARIA, "token": code, "newPassword": NEW_PASSWORD}
        Application(again, application.client).get_from(f"{USERS}/reset-password", body)
        mail.wait_for(MARIA, count=3)

    assert len(mail.messages()) == 3


def states_in_the_outbox(env: dict[str, str]) -> set[object]:
    return {state for (state,) in asyncio.run(rows_of(env["AUTHME_DATABASE_URL"], "SELECT state FROM outbox"))}
