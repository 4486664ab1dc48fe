"""UI-35 and UI-43: add factors to a user."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from authme.audit import record
from authme.challenges import store as challenges
from authme.crypto.digests import Digester
from authme.crypto.sealing import MasterKey
from authme.crypto.totp import new_totp_secret, otpauth_uri
from authme.factors import store
from authme.factors.answer import totp_context
from authme.factors.codes import code_hash_of, new_codes
from authme.factors.model import AT_MOST, CONTACTS, MARK, Factor
from authme.factors.wire import FactorDraft
from authme.kernel.context import Context
from authme.kernel.database import UniqueViolation
from authme.kernel.errors import AlreadyExists, NotFound, StateForbids
from authme.kernel.ids import new_id
from authme.settings import MessageSettings
from authme.users import store as users
from authme.users.model import User
from authme.users.tell import tell


@dataclass(frozen=True, slots=True)
class Added:
    """A new factor, and what of it is shown this once."""

    factor: Factor
    otpauth_uri: str | None = None
    recovery_codes: tuple[str, ...] | None = None


async def add_factors(ctx: Context, user: User, drafts: Sequence[FactorDraft]) -> list[Added]:
    """Add these, all or none, and tell the user. Each is unverified until it was answered for, but recovery codes are good.

    New recovery codes stand in the place of the old; an app or a passkey that was begun and never answered for goes with the
    next one. Raises AlreadyExists for a contact that the user has, StateForbids for too many.
    """
    if not await users.hold(ctx.tx, user.id):
        raise NotFound
    had = await store.list_factors(ctx.tx, user.id)
    added: list[Added] = []
    for draft in drafts:
        had = await _without_replaced(ctx, draft, had)
        check_mark(draft.tags, draft.contact_type, had)
        if len([one for one in had if not one.is_main]) >= AT_MOST:
            raise StateForbids(f"A user has at most {AT_MOST} factors.")
        made = await _add(ctx, user, draft, had)
        added.append(made)
        had = [*had, made.factor]
        record(ctx, "factor.added", user.id, factor=made.factor.id, contact_type=made.factor.contact_type)
        await tell(ctx, user.id, "factor_added", factor=made.factor.contact_type)
    return added


def check_mark(tags: Sequence[str], contact_type: str, others: Sequence[Factor]) -> None:
    """Raise StateForbids if another contact of this type is marked already: one e-mail and one mobile at most are."""
    if MARK in tags and any(one.contact_type == contact_type and MARK in one.tags for one in others):
        raise StateForbids(f"Another contact of this type has the tag {MARK}.")


def check_new(contact_type: str, key: str, others: Sequence[Factor]) -> None:
    """Raise AlreadyExists if the contact is a name of the user: the same mailbox twice would be two factors and one proof.

    Of contacts that are no names the database keeps each once.
    """
    if any(one.is_credential and one.contact_type == contact_type and one.key == key for one in others):
        raise AlreadyExists("The contact is there already.")


async def _without_replaced(ctx: Context, draft: FactorDraft, had: Sequence[Factor]) -> list[Factor]:
    if draft.contact_type in CONTACTS:
        return list(had)
    replaced = [
        one
        for one in had
        if one.contact_type == draft.contact_type and (draft.contact_type == "RECOVERY_CODES" or not one.is_verified)
    ]
    for one in replaced:
        await challenges.end_of_factor(ctx.tx, one.user_id, one.id)
        await store.delete_factor(ctx.tx, one)
    return [one for one in had if one not in replaced]


async def _add(ctx: Context, user: User, draft: FactorDraft, had: Sequence[Factor]) -> Added:
    made = Factor(
        id=new_id(ctx.clock),
        user_id=user.id,
        contact_type=draft.contact_type,
        value=draft.contact.value if draft.contact else None,
        name=draft.name,
        tags=draft.tags,
        is_verified=draft.contact_type == "RECOVERY_CODES",
        created_at=ctx.clock.now_ms(),
    )
    match draft.contact_type:
        case "TOTP":
            return await _add_app(ctx, user, made, had)
        case "RECOVERY_CODES":
            return await _add_codes(ctx, made)
        case "PASSKEY":
            await store.insert_factor(ctx.tx, made, value_key=made.id, verified_at=None)
            return Added(made)
    assert draft.contact is not None
    await _add_contact(ctx, made, draft.contact.key, had)
    return Added(made)


async def _add_contact(ctx: Context, made: Factor, key: str, had: Sequence[Factor]) -> None:
    check_new(made.contact_type, key, had)
    try:
        await store.insert_factor(ctx.tx, made, value_key=key, verified_at=None)
    except UniqueViolation as error:
        raise AlreadyExists("The contact is there already.") from error


async def _add_app(ctx: Context, user: User, made: Factor, had: Sequence[Factor]) -> Added:
    secret = new_totp_secret()
    sealed = ctx.part(MasterKey).seal(secret.encode(), context=totp_context(made.id))
    made = msgspec.structs.replace(made, secret_sealed=sealed)
    await store.insert_factor(ctx.tx, made, value_key=made.id, verified_at=None)
    account = next((one.value for one in had if one.is_main and one.value), None) or user.name or user.id
    return Added(made, otpauth_uri=otpauth_uri(secret, account=account, issuer=ctx.part(MessageSettings).product_name))


async def _add_codes(ctx: Context, made: Factor) -> Added:
    codes = new_codes()
    await store.insert_factor(ctx.tx, made, value_key="RECOVERY_CODES", verified_at=made.created_at)
    await store.insert_codes(ctx.tx, made.id, [code_hash_of(ctx.part(Digester), made.id, code) for code in codes])
    return Added(made, recovery_codes=tuple(codes))
