"""UI-19: change what is known of a user."""

import msgspec
from msgspec import UNSET, UnsetType

from authme.accounts import belonging
from authme.accounts.change_contact import change_contact
from authme.accounts.names import check_another_remains, insert_names, new_identity
from authme.accounts.target import hold_managed
from authme.audit import record
from authme.kernel.context import Context
from authme.kernel.errors import ErrorItem, FieldsRefused, field_malformed, missing
from authme.kernel.wire import Id, Text, Wire
from authme.users import change_store, names, policy, store
from authme.users.model import User, UserKind
from authme.users.named_business import get_named_business, hold_named_business
from authme.users.names import Name, NameMalformed
from authme.users.show import UserAnswer, shown
from authme.users.taken import check_free
from authme.users.wire import MobileGiven, mobile_text

_KNOWN = ("name", "document", "business_id", "kind")


class ChangeUserRequest(Wire, frozen=True):
    """UI-19: what is not named stays as it is; null takes a name, a document or a business away."""

    name: Text | UnsetType | None = UNSET
    email: Text | UnsetType = UNSET
    mobile: MobileGiven | UnsetType = UNSET
    document: Text | UnsetType | None = UNSET
    business_id: Id | UnsetType | None = UNSET
    kind: UserKind | UnsetType = UNSET


async def change_user(ctx: Context, user_id: str, body: ChangeUserRequest) -> UserAnswer:
    """Change what is known of a user.

    Another e-mail address or mobile number is unverified until its code, which is sent at once, comes back (UI-40); until
    then the one of before stays beside it and is told of the change. What is the same as before changes nothing. With a
    business its offices go. Raises (107) for a business that is not there for the caller.
    """
    if body == ChangeUserRequest():
        raise missing("name, email, mobile, document, businessId or kind")
    wanted = _read(body)
    target = await hold_managed(ctx, user_id)
    becomes = _with(ctx, target, body, wanted.get("document"))
    policy.check_may_place(ctx.caller, target, becomes)
    becomes = await _placed(ctx, target, becomes)
    await check_free(ctx, list(wanted.values()), for_user=target.id)
    changed = _changed(target, becomes)
    if changed:
        await _change(ctx, target, becomes, wanted.get("document"))
    contacts = [field for field in ("email", "mobile") if field in wanted]
    changed += [field for field in contacts if await change_contact(ctx, becomes, wanted[field])]
    if changed:
        record(ctx, "user.changed", target.id, fields=" ".join(changed))
    return await shown(ctx, becomes)


def _read(body: ChangeUserRequest) -> dict[str, Name]:
    """Return the names of the request by field; raise FieldsRefused with every malformed one."""
    found: dict[str, Name] = {}
    problems: list[ErrorItem] = []
    for field, value, form in (
        ("email", body.email, names.email),
        ("mobile", body.mobile if isinstance(body.mobile, UnsetType) else mobile_text(body.mobile), names.mobile),
        ("document", body.document, names.document),
    ):
        if value is None or isinstance(value, UnsetType):
            continue
        try:
            found[field] = form(value)
        except NameMalformed as error:
            problems.append(field_malformed(field, str(error)))
    if problems:
        raise FieldsRefused(problems)
    return found


def _with(ctx: Context, target: User, body: ChangeUserRequest, document: Name | None) -> User:
    given = {field: value for field in _KNOWN if (value := getattr(body, field)) is not UNSET}
    if document is not None:
        given |= {"document": document.value, "is_document_vouched": policy.vouches_for_documents(ctx.caller)}
    elif "document" in given:
        given["is_document_vouched"] = False
    return msgspec.structs.replace(target, **given)


def _changed(was: User, becomes: User) -> list[str]:
    """Return the fields that change; so does a document for which somebody vouches only now."""
    is_vouched_now = becomes.is_document_vouched != was.is_document_vouched
    return [
        field
        for field in (*_KNOWN, "authorities")
        if getattr(becomes, field) != getattr(was, field) or (field == "document" and is_vouched_now)
    ]


async def _placed(ctx: Context, target: User, becomes: User) -> User:
    """Return what the user becomes, with what goes and comes with another business, which is held."""
    if becomes.business_id == target.business_id:
        return becomes
    if becomes.business_id is None:
        return belonging.moved(becomes, to=None)
    business = await get_named_business(ctx, becomes.business_id)
    belonging.check_may_belong(target, business)
    await hold_named_business(ctx, business.id)
    return belonging.moved(becomes, to=business)


async def _change(ctx: Context, target: User, becomes: User, document: Name | None) -> None:
    if becomes.document != target.document:
        await _change_document(ctx, target, document)
    await belonging.change(ctx, target, becomes)


async def _change_document(ctx: Context, target: User, becomes: Name | None) -> None:
    """Let the name that goes with the document change with it."""
    identities = await store.list_identities(ctx.tx, target.id)
    documents = [one for one in identities if one.type in {"CPF", "CNPJ"}]
    if becomes is not None and becomes.value not in {one.value for one in documents}:
        made = await new_identity(ctx, target.id, becomes, main=True)
        await insert_names(ctx, [(made, becomes)])
        identities.append(made)
    for one in documents:
        if one.value == target.document:
            check_another_remains(identities, one)
            await change_store.delete_name(ctx.tx, target.id, one.id)
