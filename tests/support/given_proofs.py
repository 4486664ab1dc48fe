"""People who were proved by a certificate or at an identity provider: what comes of it, beside how it was checked."""

import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from authme.kernel.context import Caller, Context, Origin
from authme.kernel.database import Transaction
from authme.kernel.errors import Refusal
from authme.providers.model import Provider
from authme.sign_in.caller import get_client
from authme.sign_in.enter_by_proof import Uses, enter_by_proof
from authme.sign_in.link_proof import link_to_caller
from authme.sign_in.proof import Proof
from authme.tokens.model import TokenObject
from authme.users import names
from authme.users.model import Identity
from support.given import Given, GivenClient, GivenUser, claims
from support.two_engines import rows_of

Result = TypeVar("Result")
CPF, OTHER_CPF = "52998224725", "11144477735"
EMAIL = "maria@example.com"
_numbers = itertools.count(1)


def by_certificate(cpf: str = CPF, *, cnpj: str | None = None, **values: Any) -> Proof:
    """Return what a certificate proves."""
    proof = Proof(
        name=names.certificate(names.cpf(cpf)),
        method="swk",
        first_use="LINK",
        creates_users=True,
        document=names.cpf(cpf),
        person_name="MARIA DA SILVA",
        business_document=names.cnpj(cnpj) if cnpj is not None else None,
    )
    return replace(proof, **values)


def by_account(
    provider: Provider, subject: str | None = None, *, document: str | None = None, email: str | None = None, **values: Any
) -> Proof:
    """Return what an account at a provider proves; without a subject another account at each call."""
    proof = Proof(
        name=names.federated(f"https://{provider.alias}.example.com", subject or f"subject-{next(_numbers)}"),
        method="fed",
        first_use=provider.first_use,
        creates_users=provider.creates_users,
        document=names.cpf(document) if document is not None else None,
        email=names.email(email) if email is not None else None,
        person_name="Maria da Silva",
        provider=provider,
    )
    return replace(proof, **values)


@dataclass(frozen=True)
class Proofs:
    """A server, and a client through which people are proved."""

    given: Given
    client: GivenClient

    async def enter(self, proof: Proof, *, uses: Uses | None = None) -> TokenObject | Refusal:
        """Return what whoever proves this is answered; what is raised is raised here too."""
        return await self.enter_by(lambda _: (proof, uses))

    async def enter_by(self, given: Callable[[Context], tuple[Proof, Uses | None]]) -> TokenObject | Refusal:
        """The same, of what is good once within the unit of work itself."""

        async def use_case(ctx: Context) -> TokenObject | Refusal:
            proof, uses = given(ctx)
            return await enter_by_proof(ctx, await get_client(ctx), proof, uses=uses)

        clients = [row for row in await self.rows("SELECT id, organization_id FROM client") if row[0] == self.client.id]
        return await self._run(Caller(client_id=self.client.id, organization_id=clients[0][1]), use_case)

    async def entered(self, proof: Proof) -> dict[str, Any]:
        """Return the claims of whoever is let in."""
        return claims((await self.tokens(proof)).access_token)

    async def tokens(self, proof: Proof) -> TokenObject:
        """Return the tokens of whoever is let in."""
        answer = await self.enter(proof)
        assert isinstance(answer, TokenObject), repr(answer)
        return answer

    async def refused(self, proof: Proof, code: str = "207", *, says: str = "") -> None:
        """Assert that nobody is let in, and that no user or name is more or less than before."""
        before = await self.everybody()
        answer = await self.enter(proof)
        assert isinstance(answer, Refusal), repr(answer)
        assert (answer.status, answer.code) == (401, code)
        assert says in answer.items[0].message
        assert await self.everybody() == before
        assert (await self.given.trail("user.login"))[-1]["result"] == "REFUSED"

    async def link(self, token: str, proof: Proof, *, uses: Uses | None = None) -> Identity | Refusal:
        """Return what the bearer of this token is answered who links the proof."""
        return await self._run(await self.given.caller(token), lambda ctx: link_to_caller(ctx, proof, uses=uses))

    async def person(self, user: GivenUser) -> str:
        """Return a token of somebody who just logged in with a password."""
        return await self.given.user_token(user, self.client)

    async def everybody(self) -> list[tuple[Any, ...]]:
        """Return every user and name."""
        users = await self.rows("SELECT id, status, document, is_document_vouched, organization_id FROM user_account")
        return sorted(users, key=repr) + sorted(await self.rows("SELECT user_id, type, value_key FROM identity"), key=repr)

    async def names_of(self, user_id: str) -> dict[str, str]:
        """Return a user's names by their type."""
        found = await self.rows("SELECT user_id, type, value FROM identity WHERE verified = 1")
        return {kind: value for owner, kind, value in found if owner == user_id}

    async def user(self, user_id: str) -> dict[str, Any]:
        """Return what is known of a user."""
        columns = "id, kind, status, name, document, is_document_vouched, organization_id, business_id, language"
        (row,) = [row for row in await self.rows(f"SELECT {columns} FROM user_account") if row[0] == user_id]  # noqa: S608  # no input
        return dict(zip(columns.split(", "), row, strict=True))

    async def rows(self, query: str) -> list[tuple[Any, ...]]:
        return await rows_of(self.given.env["AUTHME_DATABASE_URL"], query)

    async def _run(self, caller: Caller, use_case: Callable[[Context], Awaitable[Result]]) -> Result:
        server = self.given.server

        async def work(tx: Transaction) -> Result:
            ctx = Context(tx, caller, server.clock, server.parts, Origin(source="127.0.0.1", language="pt"))
            try:
                return await use_case(ctx)
            finally:
                ctx.close()

        return await server.database.unit(work)


async def proofs_at(given: Given, **client: Any) -> Proofs:
    """Return people who are proved at a client of this server."""
    return Proofs(given, await given.client("READ", "WRITE", **client))
