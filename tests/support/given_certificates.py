"""A server that believes the tests' authority, and what a person's software sends it."""

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from authme.kernel.clock import Clock
from support.answers import token_object
from support.api import Api
from support.authority import Issued, pem
from support.authority_profiles import CPF, Brasil
from support.given import Given, GivenClient, GivenUser, MakeGiven, claims

CHALLENGE = "/user-identities/digital-certificate/challenge"
LOGIN = "/user-identities/digital-certificate/login"
TLS_LOGIN = "/user-identities/digital-certificate/tls-login"
PROVE = "/user-identities/me/digital-certificate"


def cpf(number: int) -> str:
    """Return the CPF of this number (9 digits), with its check digits."""
    digits = f"{number:09d}"
    for _ in range(2):
        total = sum(int(digit) * weight for digit, weight in zip(digits, range(len(digits) + 1, 1, -1), strict=True))
        digits += str(total * 10 % 11 % 10)
    return digits


def certificate_settings(brasil: Brasil, folder: Path, *, is_whole: bool = False, **settings: Any) -> dict[str, Any]:
    """Return the settings of a server that believes this authority, and asks nobody whether it revoked something.

    A folder that is whole holds the authorities below the root, too.
    """
    roots = brasil.write_roots(folder / "roots")
    if is_whole:
        (roots / "others.pem").write_bytes(pem(brasil.first.certificate, brasil.issuing.certificate))
    return {"certificate_roots": roots, "certificate_revocation": "off"} | settings


@dataclass(frozen=True)
class CertificateServer:
    """A server, its authority and a client through which people log in."""

    given: Given
    brasil: Brasil
    client: GivenClient

    @property
    def visitor(self) -> Api:
        return self.given.api.as_client(self.client.id)

    async def known(self, cpf: str = CPF, **draft: Any) -> GivenUser:
        """Return somebody of whom it is known that this is their document."""
        return await self.given.user(None, document=cpf, is_document_vouched=True, **draft)

    async def asked(self, caller: Api | None = None) -> dict[str, Any]:
        """Return a challenge."""
        answer = await (caller or self.visitor).post(CHALLENGE, json={})
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def log_in(self, issued: Issued, by: str = "RS256", **changes: Any) -> httpx.Response:
        """Log in as a person's software does, signing by this algorithm, with these fields of the request changed."""
        return await self.visitor.post(LOGIN, json=signed(issued, await self.asked(), by) | changes)

    async def prove(self, caller: Api, issued: Issued, **changes: Any) -> httpx.Response:
        """Prove a certificate in the caller's session."""
        return await caller.post(PROVE, json=signed(issued, await self.asked(caller)) | changes)

    async def claims_of(self, issued: Issued, by: str = "RS256") -> dict[str, Any]:
        """Log in and return what the access token says."""
        return claims(str(token_object(await self.log_in(issued, by))["accessToken"]))


def signed(issued: Issued, asked: dict[str, Any], algorithm: str = "RS256") -> dict[str, Any]:
    """Return the request by which somebody answers a challenge with a certificate."""
    signature = issued.sign(algorithm, base64.b64decode(asked["challenge"]))
    return {
        "challengeId": asked["challengeId"],
        "certificates": [base64.b64encode(one).decode() for one in issued.chain],
        "signature": base64.b64encode(signature).decode(),
        "algorithm": algorithm,
    }


async def certificate_server(
    make_given: MakeGiven, url: str, folder: Path, clock: Clock, *, brasil: Brasil | None = None, **settings: Any
) -> CertificateServer:
    """Open such a server on this database."""
    brasil = brasil or Brasil.made(clock)
    given = await make_given(url, **certificate_settings(brasil, folder, **settings))
    return CertificateServer(given, brasil, await given.client("READ", "WRITE"))
