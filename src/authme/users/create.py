"""UI-01: make a user."""

from collections.abc import Iterable

import msgspec

from authme import challenges
from authme.audit import record
from authme.credentials import store as credentials
from authme.credentials.pool import PasswordPool
from authme.crypto.password_policy import PasswordRefused, check_password
from authme.kernel.context import Context
from authme.kernel.database import UniqueViolation
from authme.kernel.errors import AlreadyExists, PasswordNotAccepted
from authme.kernel.http.language import Language
from authme.kernel.ids import new_id
from authme.notify.send import recipient_at
from authme.settings import PasswordSettings
from authme.users import policy, store
from authme.users.contacts import first_contact, main_names
from authme.users.model import Identity, User, UserKind, UserStatus
from authme.users.named_business import get_named_business, hold_named_business
from authme.users.names import Name, logon_among
from authme.users.taken import check_free, release

_CONTACTS = frozenset({"EMAIL", "MOBILE"})


class UserDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What a new user is to be. `names` are distinct; the first is the one they are known by."""

    names: tuple[Name, ...]
    user_id: str | None = None
    kind: UserKind = "PERSON"
    name: str | None = None
    language: Language | None = None
    document: str | None = None
    is_document_vouched: bool = False
    business_id: str | None = None
    organization_id: str | None = None
    authorities: tuple[str, ...] = ()
    contacts_are_verified: bool = False


async def create(ctx: Context, draft: UserDraft, password: str | None) -> tuple[User, list[Identity]]:
    """Make a user with its names.

    Without a password the user is PENDING until one is made; with one, until its contact is verified, unless contacts are
    taken as verified. A code goes to the main contact of whoever is to come back with it. A user of a business stands in the
    business's organisation. A logon of the mainframe among the names is the user's by the word of whoever may say so. Raises
    AlreadyExists (409) for a taken name or id, PasswordNotAccepted, NotOnThisTarget, and (107) for a business that is not there
    for the caller.
    """
    policy.check_may_create(ctx.caller, draft.kind, draft.authorities, draft.business_id)
    draft = await _placed(ctx, draft)
    await check_free(ctx, draft.names)
    password_hash = await hash_new_password(ctx, password, draft.names) if password is not None else None
    user = _user(ctx, draft, status=_status(draft, has_password=password is not None))
    identities = [_identity(ctx, draft, user, name, is_main=is_main) for name, is_main in main_names(draft.names)]
    if user.business_id is not None:
        await hold_named_business(ctx, user.business_id)
    try:
        await store.insert_users(ctx.tx, [user])
        await release(ctx, [name.key for name in draft.names])
        await store.insert_identities(
            ctx.tx, [(identity, name.key) for identity, name in zip(identities, draft.names, strict=True)]
        )
    except UniqueViolation as error:
        raise AlreadyExists("The user exists, or a name is taken.") from error
    if password_hash is not None:
        credentials.put(ctx.tx, user.id, password_hash, ctx.clock.now_ms())
    send_first_code(ctx, user, identities)
    record(ctx, "user.created", user.id, status=user.status)
    return user, identities


def send_first_code(ctx: Context, user: User, identities: list[Identity]) -> None:
    """Send the main contact of a pending user the code that makes the password, unless the contact is verified already."""
    contact = first_contact(identities, verified=False)
    if user.status != "PENDING" or contact is None or contact.verified:
        return
    challenges.send_code(
        ctx,
        purpose="ACCOUNT",
        subject=user.id,
        factor_id=contact.id,
        to=recipient_at(contact.type, contact.value),
        language=user.language,
    )


async def hash_new_password(ctx: Context, password: str, names: Iterable[Name | Identity]) -> str:
    """Return the hash of a new password that the policy accepts; raise PasswordNotAccepted (501) otherwise."""
    check_new_password(ctx, password, names)
    return await ctx.part(PasswordPool).hash(password)


def check_new_password(ctx: Context, password: str, names: Iterable[Name | Identity]) -> None:
    """Raise PasswordNotAccepted (501) for a new password that the policy does not accept, the user's names among it."""
    try:
        check_password(password, minimum=ctx.part(PasswordSettings).minimum, forbidden=[name.value for name in names])
    except PasswordRefused as error:
        raise PasswordNotAccepted(error.message) from error


async def _placed(ctx: Context, draft: UserDraft) -> UserDraft:
    if draft.business_id is None:
        return draft
    business = await get_named_business(ctx, draft.business_id)
    return msgspec.structs.replace(draft, organization_id=business.organization_id or draft.organization_id)


def _status(draft: UserDraft, *, has_password: bool) -> UserStatus:
    has_contact = any(name.type in _CONTACTS for name in draft.names)
    if not has_password or (has_contact and not draft.contacts_are_verified):
        return "PENDING"
    return "ACTIVE"


def _user(ctx: Context, draft: UserDraft, *, status: UserStatus) -> User:
    now = ctx.clock.now_ms()
    return User(
        id=draft.user_id or new_id(ctx.clock),
        kind=draft.kind,
        status=status,
        name=draft.name,
        document=draft.document,
        is_document_vouched=draft.is_document_vouched,
        logon=logon_among(draft.names) if policy.vouches_for_documents(ctx.caller) else None,
        business_id=draft.business_id,
        organization_id=draft.organization_id,
        customer_id=None,
        language=draft.language,
        authorities=draft.authorities,
        created_at=now,
        updated_at=now,
        last_login_at=None,
        locked_at=None,
    )


def _identity(ctx: Context, draft: UserDraft, user: User, name: Name, *, is_main: bool) -> Identity:
    return Identity(
        id=new_id(ctx.clock),
        user_id=user.id,
        type=name.type,
        value=name.value,
        verified=name.type not in _CONTACTS or draft.contacts_are_verified,
        main=is_main,
        created_at=user.created_at,
    )
