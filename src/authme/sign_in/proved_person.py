"""Users by what was proved of them elsewhere: made, or held as they were read."""

from collections.abc import Collection, Iterable, Sequence

import msgspec

from authme.audit import record
from authme.credentials import store as credentials
from authme.kernel.context import Context
from authme.kernel.errors import StateForbids
from authme.kernel.ids import new_id
from authme.sign_in import legacy_store as store
from authme.users import change_store
from authme.users import store as users
from authme.users.contacts import main_names
from authme.users.model import Identity, User
from authme.users.names import Name
from authme.users.taken import release

Chosen = tuple[Name, bool]
"""A name, and whether it is the main one of its type."""


class ChangedMeanwhile(StateForbids):
    """What was proved became somebody's, or the user is not what they were; nothing was written of it."""


async def make_person(
    ctx: Context, user: User, *, by: Sequence[Name], names: Iterable[Name] = (), unverified: Collection[Name] = ()
) -> None:
    """Make a user who gets all the names `by` which the proof says who they are, and those of `names` that are free.

    Those that are `unverified` too they have still to show to be theirs.
    Raises ChangedMeanwhile if one of `by` is somebody's by now, and nothing is left of the user then: of two who prove the
    same the second waits for the first, and then finds that user. A document that is not free among `names` is left to
    whoever has it.
    """
    await users.insert_users(ctx.tx, [user])
    if not await claim(ctx, user.id, main_names(by), unverified=unverified):
        await store.withdraw_user(ctx.tx, user.id)
        raise ChangedMeanwhile
    record(ctx, "user.created", user.id, user_id=user.id, status=user.status)
    for name, is_main in _in_order(main_names(names)):
        if not await claim(ctx, user.id, [(name, is_main)]) and name.value == user.document:
            await _do_without_document(ctx, user)


async def claim(ctx: Context, user_id: str, chosen: Iterable[Chosen], *, unverified: Collection[Name] = ()) -> bool:
    """Give the user names that were proved to be theirs; False, and none of them, if one is somebody's."""
    given: list[str] = []
    for name, is_main in _in_order(chosen):
        await release(ctx, [name.key], for_user=user_id)
        made = _identity(ctx, user_id, name, is_main=is_main, is_verified=name not in unverified)
        if not await store.claim_name(ctx.tx, made, key=name.key):
            for identity_id in given:
                await change_store.delete_name(ctx.tx, user_id, identity_id)
            return False
        given.append(made.id)
    return True


async def hold_unchanged(ctx: Context, was: User) -> None:
    """Let nobody else change the user until the unit of work is over; raise ChangedMeanwhile if somebody did since then."""
    is_held = await users.hold(ctx.tx, was.id)
    now_is = await users.find(ctx.tx, was.id)
    seen = (was.status, was.updated_at, was.logon)
    if not is_held or now_is is None or (now_is.status, now_is.updated_at, now_is.logon) != seen:
        raise ChangedMeanwhile


async def let_in(ctx: Context, was: User) -> None:
    """Let a user who had still to show who they are be active, now that they did; the user is held.

    Whoever set their password did not show it, and must not be let in by what their victim proves.
    """
    if was.status == "PENDING":
        await users.change_status(ctx.tx, was.id, was=("PENDING",), becomes="ACTIVE", now=ctx.clock.now_ms())
        await credentials.delete_password(ctx.tx, was.id)


def _in_order(chosen: Iterable[Chosen]) -> list[Chosen]:
    """In one order for everybody: two units that want the same names do not wait for each other."""
    return sorted(chosen, key=lambda one: (one[0].type, one[0].key))


def _identity(ctx: Context, user_id: str, name: Name, *, is_main: bool, is_verified: bool) -> Identity:
    return Identity(
        id=new_id(ctx.clock),
        user_id=user_id,
        type=name.type,
        value=name.value,
        verified=is_verified,
        main=is_main,
        created_at=ctx.clock.now_ms(),
    )


async def _do_without_document(ctx: Context, user: User) -> None:
    """Leave it to whoever was given the name since the plan was made."""
    without = msgspec.structs.replace(user, document=None, is_document_vouched=False)
    await change_store.change(ctx.tx, without, now=user.updated_at)
