"""UI-17: a user as administrators and services see it, and as they see themselves."""

from collections.abc import Iterable
from datetime import datetime

from authme.kernel.context import Context
from authme.kernel.times import moment
from authme.kernel.wire import Answer
from authme.sessions import store as sessions
from authme.users import policy, store
from authme.users.masking import mask_document
from authme.users.model import Identity, User


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
    return await shown(ctx, user)


async def show_me(ctx: Context) -> UserAnswer:
    """Return the caller as others see them: their names, documents masked, and the roles that they hold."""
    return await shown(ctx, await store.get(ctx.tx, ctx.caller.user_id or ""))


async def shown(ctx: Context, user: User) -> UserAnswer:
    """Return the wire form of a user, with the names that they have now."""
    identities = await store.list_identities(ctx.tx, user.id)
    return user_answer(user, identities, latest_session=await sessions.find_last_login(ctx.tx, user.id))


def user_answer(user: User, identities: Iterable[Identity], *, latest_session: int | None) -> UserAnswer:
    """Return the wire form of what was read. Of the last login either the sessions or, after them, the user knows."""
    last_login_at = max(filter(None, (latest_session, user.last_login_at)), default=None)
    return UserAnswer(
        user_id=user.id,
        status=user.status,
        name=user.name,
        document=mask_document(user.document),
        business_id=user.business_id,
        identities=tuple(map(identity_answer, identities)),
        roles=tuple(sorted(user.atoms)),
        last_login_at=None if last_login_at is None else moment(last_login_at),
        locked_at=None if user.locked_at is None else moment(user.locked_at),
    )


def identity_answer(identity: Identity) -> IdentityAnswer:
    """Return the wire form of a name."""
    shown = identity.value
    if identity.type in {"CPF", "CNPJ"}:
        shown = mask_document(identity.value) or ""
    elif identity.type == "CERTIFICATE":
        kind, _, document = identity.value.partition(":")
        shown = f"{kind}:{mask_document(document)}"
    return IdentityAnswer(
        identity_id=identity.id,
        type=identity.type,
        value=shown,
        verified=identity.verified,
        created_at=moment(identity.created_at),
    )
