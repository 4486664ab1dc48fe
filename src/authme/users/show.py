"""UI-17: a user as administrators and services see it."""

from datetime import UTC, datetime

from authme.kernel.context import Context
from authme.kernel.wire import Answer
from authme.sessions import store as sessions
from authme.users import policy, store
from authme.users.masking import mask_document
from authme.users.model import Identity, User

_MS = 1000


class IdentityAnswer(Answer, frozen=True):
    """One name of a user."""

    identity_id: str
    type: str
    value: str
    verified: bool
    created_at: datetime


class UserAnswer(Answer, frozen=True):
    """A user. The document is masked; times are RFC 3339 in UTC."""

    user_id: str
    status: str
    name: str | None
    document: str | None
    business_id: str | None
    identities: tuple[IdentityAnswer, ...]
    roles: tuple[str, ...]
    last_login_at: datetime | None
    locked_at: datetime | None


async def show(ctx: Context, user_id: str) -> UserAnswer:
    """Return the user with its names and roles. Outside the caller's relation a user does not exist (404)."""
    user = await store.get(ctx.tx, user_id)
    policy.check_may_see(ctx.caller, user)
    latest = await sessions.find_last_login(ctx.tx, user_id)
    return UserAnswer(
        user_id=user.id,
        status=user.status,
        name=user.name,
        document=mask_document(user.document),
        business_id=user.business_id,
        identities=tuple(map(identity_answer, await store.list_identities(ctx.tx, user_id))),
        roles=tuple(sorted(user.atoms)),
        last_login_at=_time(max(filter(None, (latest, user.last_login_at)), default=None)),
        locked_at=_time(user.locked_at),
    )


def identity_answer(identity: Identity) -> IdentityAnswer:
    """Return the wire form of a name."""
    shown = identity.value
    if identity.type in {"CPF", "CNPJ"}:
        shown = mask_document(identity.value) or ""
    return IdentityAnswer(
        identity_id=identity.id,
        type=identity.type,
        value=shown,
        verified=identity.verified,
        created_at=datetime.fromtimestamp(identity.created_at / _MS, UTC),
    )


def _time(at_ms: int | None) -> datetime | None:
    return None if at_ms is None else datetime.fromtimestamp(at_ms / _MS, UTC)


def display_name(user: User, identities: list[Identity]) -> str:
    """Return what an operator recognises the user by."""
    return user.name or (identities[0].value if identities else user.id)
