"""Who a request speaks for."""

from functools import lru_cache

from authme.authentication.client_proofs import API_KEY_HEADER, ClientProof, ClientProofs
from authme.authentication.sessions import SessionStates
from authme.clients.directory import Clients
from authme.clients.model import Client
from authme.groups.held import HeldRoles
from authme.kernel.context import (
    ANONYMOUS,
    BASIC,
    CLIENT_BASIC,
    CLIENT_IDENTIFIED,
    CLIENT_LADDER,
    FIRST_PARTY,
    SMART,
    THIRD_PARTY,
    USER_LADDER,
    Caller,
)
from authme.kernel.database import Database
from authme.kernel.errors import BearerMissing, ClientCredentialsWrong, SessionEnded
from authme.kernel.http import Endpoint, Request
from authme.relation import ACTING, BUSINESS
from authme.sessions import SessionState
from authme.tokens.mint import ROLE_PREFIX
from authme.tokens.model import AccessClaims
from authme.tokens.verify import AccessTokens

_PROVED = frozenset({*CLIENT_LADDER, FIRST_PARTY, THIRD_PARTY, *USER_LADDER, SMART})
"""Atoms that a token proves by itself; all others hold only as long as the user holds them."""
_REMEMBERED = 10_000


class Authentication:
    """Authenticates requests."""

    def __init__(
        self,
        database: Database,
        tokens: AccessTokens,
        clients: Clients,
        sessions: SessionStates,
        roles: HeldRoles,
        proofs: ClientProofs,
    ) -> None:
        self._reader = database.reader()
        self._roles = roles
        self._tokens = tokens
        self._clients = clients
        self._sessions = sessions
        self._proofs = proofs

    async def authenticate(self, request: Request, endpoint: Endpoint) -> Caller:
        """Return the caller.

        The first of these counts: a bearer token, the client's own HTTP Basic, its `X-Api-Key`, and where a `clientId` is
        enough that. Raises BearerMissing (201), BearerExpired (202), SessionEnded (204), or ClientCredentialsWrong (9) where
        the client's credentials prove nothing, or not the client that `clientId` names.
        """
        if endpoint.requirement.is_public:
            return ANONYMOUS
        token = request.bearer()
        if token is not None:
            return await self._by_token(token)
        scheme = request.headers.get("authorization", "")[:7].lower()
        if scheme == "bearer ":
            raise BearerMissing
        if scheme.startswith("basic ") and not endpoint.takes_basic:
            given = request.basic()
            return await self._by_proof(request, await self._proofs.by_basic(self._reader, given) if given else None)
        if API_KEY_HEADER in request.headers:
            return await self._by_proof(request, await self._proofs.by_key(self._reader, request.headers[API_KEY_HEADER]))
        if not endpoint.names_client:
            raise BearerMissing
        return await self._by_name(request.query.get("clientId", ""))

    async def _by_proof(self, request: Request, proof: ClientProof | None) -> Caller:
        """Return the caller that a client's token would be, with the roles that its service account holds now."""
        if proof is None or request.query.get("clientId", proof.client.id) != proof.client.id:
            raise ClientCredentialsWrong
        client = proof.client
        roles = await self._roles.of_service(self._reader, client.service_account_id)
        return Caller(
            atoms=client.atoms(CLIENT_BASIC) | roles | {f"scope:{scope}" for scope in client.scopes},
            client_id=client.id,
            organization_id=client.organization_id,
            scopes=client.scopes,
        )

    async def _by_name(self, client_id: str) -> Caller:
        client = await self._clients.find_active(self._reader, client_id)
        if client is None:
            raise ClientCredentialsWrong
        return Caller(
            atoms=client.atoms(CLIENT_IDENTIFIED),
            client_id=client.id,
            organization_id=client.organization_id,
            scopes=client.scopes,
        )

    async def _by_token(self, token: str) -> Caller:
        claims = await self._tokens.check(self._reader, token)
        client = await self._clients.find_active(self._reader, claims.client_id)
        if client is None:
            raise BearerMissing
        return await self._caller(claims, client)

    async def _caller(self, claims: AccessClaims, client: Client) -> Caller:
        said = _said(claims.authorities)
        held: frozenset[str] = frozenset()
        organization_id = client.organization_id
        business_id = acts_for = state = None
        if claims.sid is not None:
            state = await self._sessions.find_open(self._reader, claims.sid)
            if state is None or state.user_id != claims.user_id:
                raise SessionEnded
            organization_id = state.organization_id if claims.user_id is not None else organization_id
            # A business that the user has left is theirs no more, nor do they act for it.
            business_id = claims.business_id if claims.business_id == state.business_id else None
            acts_for = business_id if BUSINESS in said and BUSINESS not in state.user_atoms else None
            held = _held(said, state, acts_for)
        unsettled = said - _PROVED - held
        if unsettled and (claims.user_id is None or BASIC in said):
            held |= unsettled & await self._roles_of(claims, client, state)
        return Caller(
            atoms=_atoms(said, held, claims.scope, FIRST_PARTY if client.first_party else THIRD_PARTY),
            client_id=client.id,
            user_id=claims.user_id,
            session_id=claims.sid,
            organization_id=organization_id,
            business_id=business_id,
            scopes=claims.scope,
            acts_for=acts_for,
        )

    async def _roles_of(self, claims: AccessClaims, client: Client, state: SessionState | None) -> frozenset[str]:
        """Return the roles that the token's user, or its client's service account, holds through groups today."""
        if claims.user_id is None:
            return await self._roles.of_service(self._reader, client.service_account_id)
        return await self._roles.of_user(self._reader, claims.user_id, state.business_id) if state else frozenset()


# Both follow from their arguments alone, which are the same in each request with a token: what they return is remembered.


@lru_cache(_REMEMBERED)
def _said(authorities: tuple[str, ...]) -> frozenset[str]:
    return frozenset(authority.removeprefix(ROLE_PREFIX) for authority in authorities)


@lru_cache(_REMEMBERED)
def _atoms(said: frozenset[str], held: frozenset[str], scopes: tuple[str, ...], party: str) -> frozenset[str]:
    # A role that was taken away is gone at once; one that was given comes with the next token.
    standing = (said & (_PROVED | held)) - {FIRST_PARTY, THIRD_PARTY}
    return standing | {party} | {f"scope:{scope}" for scope in scopes}


def _held(said: frozenset[str], state: SessionState, acts_for: str | None) -> frozenset[str]:
    """Return the kind, offices and roles that a token may speak of: none for somebody who has proved nothing."""
    if BASIC not in said:
        return frozenset()
    return state.user_atoms | ACTING if acts_for else state.user_atoms
