"""UI-43 to UI-45: administrators manage the contacts of others."""

from msgspec import UNSET, UnsetType

from authme.factors.add import add_factors
from authme.factors.change import change_factor, get_changeable, remove_factor
from authme.factors.confirmation import send_confirmation
from authme.factors.mine import AddFactorsRequest
from authme.factors.model import CONTACTS, Factor
from authme.factors.shown import FactorAnswer, default_of, factor_answer
from authme.factors.wire import Label, TagsGiven, read_contact, read_factor, read_tags
from authme.kernel.context import Context
from authme.kernel.errors import FieldsRefused, field_unknown, malformed, missing
from authme.kernel.wire import Text, Wire
from authme.users import policy
from authme.users import store as users
from authme.users.model import User
from authme.users.wire import MobileGiven


class ChangeFactorRequest(Wire, frozen=True):
    """UI-44: what is not named stays as it is."""

    email: Text | None = None
    mobile: MobileGiven | None = None
    tags: TagsGiven | None = None
    name: Label | UnsetType | None = UNSET


async def add_to(ctx: Context, user_id: str, body: AddFactorsRequest) -> list[FactorAnswer]:
    """Add contacts to a user: all or none. A code goes to each, and it is unverified until the user gives it back (UI-40).

    Only contacts: the secret of an app or a recovery code is for its owner's eyes.
    """
    user = await _get(ctx, user_id)
    at = "authenticationFactors"
    drafts = [read_factor(one, f"{at}[{position}].") for position, one in enumerate(body.authentication_factors)]
    for position, draft in enumerate(drafts):
        if draft.contact_type not in CONTACTS:
            raise malformed(f"{at}[{position}].contactType", "EMAIL or MOBILE is expected")
    added = await add_factors(ctx, user, drafts)
    for one in added:
        _confirm(ctx, user, one.factor)
    return [factor_answer(one.factor) for one in added]


async def change_of(ctx: Context, user_id: str, factor_id: str, body: ChangeFactorRequest) -> FactorAnswer:
    """Change a factor of a user in part. Another contact gets a code, and is unverified until the user gives it back.

    409 for a contact that is also a name of the user.
    """
    if body.email is None and body.mobile is None and body.tags is None and body.name is UNSET:
        raise missing("email, mobile, tags or name")
    user = await _get(ctx, user_id)
    found, others = await get_changeable(ctx, user.id, factor_id)
    for field, value, contact_type in (("email", body.email, "EMAIL"), ("mobile", body.mobile, "MOBILE")):
        if value is not None and found.contact_type != contact_type:
            raise FieldsRefused([field_unknown(field)])
    becomes = await change_factor(
        ctx,
        user,
        found,
        others,
        contact=read_contact(body.email, body.mobile),
        tags=found.tags if body.tags is None else read_tags(body.tags),
        name=found.name if isinstance(body.name, UnsetType) else body.name,
    )
    if becomes.value != found.value:
        _confirm(ctx, user, becomes)
    return factor_answer(becomes, is_default=default_of([*others, becomes]) is becomes)


async def remove_of(ctx: Context, user_id: str, factor_id: str) -> None:
    """Remove a factor of a user, and tell them. 409 for a contact that is also a name."""
    user = await _get(ctx, user_id)
    found, _ = await get_changeable(ctx, user.id, factor_id)
    await remove_factor(ctx, user, found)


async def _get(ctx: Context, user_id: str) -> User:
    user = await users.get(ctx.tx, user_id)
    policy.check_may_see(ctx.caller, user)
    policy.check_may_manage(ctx.caller, user)
    return user


def _confirm(ctx: Context, user: User, factor: Factor) -> None:
    send_confirmation(ctx, user, factor_id=factor.id, contact_type=factor.contact_type, address=factor.value or "")
