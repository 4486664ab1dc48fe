"""UI-24: add names to a user."""

from typing import Annotated, Literal

from msgspec import Meta

from authme.accounts.names import insert_names, new_identity
from authme.accounts.target import hold_managed
from authme.audit import record
from authme.kernel.context import Context
from authme.kernel.errors import ErrorItem, FieldsRefused, field_malformed
from authme.kernel.wire import Text, Wire
from authme.legacy import store as logons
from authme.users import change_store, policy
from authme.users.model import User
from authme.users.names import Name, NameMalformed, logon_among, of_type
from authme.users.show import UserAnswer, shown
from authme.users.taken import check_free


class NameGiven(Wire, frozen=True):
    """A name to log in by."""

    type: Literal["EMAIL", "MOBILE", "CPF", "CNPJ", "LOGON", "USERNAME"]
    value: Text


class AddNamesRequest(Wire, frozen=True):
    """UI-24."""

    identities: Annotated[tuple[NameGiven, ...], Meta(min_length=1, max_length=20)]


async def add_names(ctx: Context, user_id: str, body: AddNamesRequest) -> UserAnswer:
    """Add names to a user: all of them, or none if one is taken. A name that the user has already is left as it is.

    Contacts are unverified until the user asks for a code and gives it back (UI-39, UI-40). A logon of the mainframe is the
    user's by the word of a caller who may give logons, and is linked at their first login by it; by anybody else's word, and of
    whoever has one, it is a mere name.
    """
    wanted = _read(body)
    target = await hold_managed(ctx, user_id)
    had = await change_store.list_keys(ctx.tx, target.id)
    new = [name for name in wanted if (name.type, name.key) not in had]
    await check_free(ctx, new, for_user=target.id)
    types = {name_type for name_type, _ in had}
    made = []
    for name in new:
        made.append((await new_identity(ctx, target.id, name, main=name.type not in types), name))
        types.add(name.type)
    await insert_names(ctx, made)
    for identity, _ in made:
        record(ctx, "identity.added", target.id, identity=identity.id, type=identity.type)
    await _vouch(ctx, target, wanted)
    return await shown(ctx, target)


async def _vouch(ctx: Context, target: User, wanted: list[Name]) -> None:
    """Let a logon be the user's, also one that was a mere name of theirs so far."""
    logon = logon_among(wanted)
    if logon is None or not policy.may_give_logons(ctx.caller, logon):
        return
    if target.logon is not None or await logons.find_of_user(ctx.tx, target.id) is not None:
        return
    held = await logons.find_by_logon(ctx.tx, logon)
    if held is not None and held.status == "PROVISIONED":
        # Linked to somebody else, of whom it is no name.
        return
    await change_store.set_logon(ctx.tx, target.id, logon)
    record(ctx, "logon.vouched", target.id)


def _read(body: AddNamesRequest) -> list[Name]:
    """Return the distinct names; raise FieldsRefused with every malformed one."""
    found: dict[tuple[str, str], Name] = {}
    problems: list[ErrorItem] = []
    for position, given in enumerate(body.identities):
        try:
            name = of_type(given.type, given.value)
            found.setdefault((name.type, name.key), name)
        except NameMalformed as error:
            problems.append(field_malformed(f"identities[{position}].value", str(error)))
    if problems:
        raise FieldsRefused(problems)
    return list(found.values())
