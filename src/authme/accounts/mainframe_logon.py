"""UI-20: have a logon of the mainframe made for a user, and see what became of it."""

from dataclasses import dataclass

from authme.accounts.logon_taken import is_taken
from authme.accounts.target import hold_managed
from authme.audit import record
from authme.kernel.context import Context
from authme.kernel.database import UniqueViolation
from authme.kernel.errors import (
    AlreadyExists,
    ErrorItem,
    FieldsRefused,
    NotFound,
    StateForbids,
    field_malformed,
    named_in_body_unknown,
)
from authme.kernel.wire import Answer, Id, Text, Wire
from authme.legacy import store as logons
from authme.legacy.choose import NoLogonLeft, choose
from authme.legacy.directories import Directories
from authme.legacy.give import forget, give
from authme.legacy.logon import read_logon
from authme.legacy.model import LegacyLogon, LogonStatus, NewLogon
from authme.legacy.show import state_of
from authme.users import names, policy, store
from authme.users.contacts import main_contacts
from authme.users.model import User
from authme.users.taken import check_free


class MainframeLogonRequest(Wire, frozen=True):
    """UI-20: the logon, made up without one, its group, else the directory's own, and the user's business it is for."""

    logon: Text | None = None
    group: Text | None = None
    business_id: Id | None = None


class MainframeLogon(Answer, frozen=True):
    """A user's logon. `requestId` is the command that makes it, null for one that was there before."""

    logon: str
    status: LogonStatus
    request_id: str | None


@dataclass(frozen=True, slots=True)
class _Wanted:
    logon: str | None
    group: str | None
    business_id: str | None

    def is_for(self, logon: LegacyLogon) -> bool:
        """Whether this asks for the logon that there is; what is not named may be anything."""
        return (
            self.logon in {None, logon.logon}
            and self.group in {None, logon.group}
            and self.business_id in {None, logon.business_id}
        )


async def order_logon(ctx: Context, user_id: str, body: MainframeLogonRequest) -> MainframeLogon:
    """Have a logon made for a user, by a command that is tried until its outcome is known.

    Asking again for the same, or for nothing special, is answered with what there is; what FAILED is begun anew, as another
    command. Raises AlreadyExists (409) for a logon that is somebody's, StateForbids (409) for a user who has another one or is
    locked, (107) for a business that is not the user's.
    """
    wanted = _read(ctx, body)
    target = await hold_managed(ctx, user_id)
    had = await logons.find_of_user(ctx.tx, target.id)
    status = await state_of(ctx.tx, had) if had is not None else "FAILED"
    if had is not None and status != "FAILED":
        if not wanted.is_for(had):
            raise StateForbids("The user has another logon, or it is being made.")
        return _shown(had, status)
    if target.status == "LOCKED":
        raise StateForbids("The user is locked.")
    if wanted.business_id not in {None, target.business_id}:
        raise named_in_body_unknown("businessId", "business")
    if had is not None:
        await forget(ctx, target.id)
    return _shown(await _give(ctx, target, wanted, former=had), "PENDING")


async def show_logon(ctx: Context, user_id: str) -> MainframeLogon:
    """Return the user's logon; 404 also for a user who has none."""
    target = await store.get(ctx.tx, user_id)
    policy.check_may_see(ctx.caller, target)
    had = await logons.find_of_user(ctx.tx, target.id)
    if had is None:
        raise NotFound
    return _shown(had, await state_of(ctx.tx, had))


def _read(ctx: Context, body: MainframeLogonRequest) -> _Wanted:
    """Return what is asked for, in capitals; raise FieldsRefused with every malformed field."""
    problems: list[ErrorItem] = []
    logon = None if body.logon is None else read_logon(body.logon)
    group = None if body.group is None else read_logon(body.group)
    if body.logon is not None and logon is None:
        problems.append(field_malformed("logon", "1 to 8 letters, digits and #@$ are expected, the first not a digit"))
    if logon is not None and ctx.part(Directories).rules.name_for(logon) is None:
        problems.append(field_malformed("logon", "a logon of a directory that is known here is expected"))
    if body.group is not None and group is None:
        problems.append(field_malformed("group", "1 to 8 letters, digits and #@$ are expected, the first not a digit"))
    if problems:
        raise FieldsRefused(problems)
    return _Wanted(logon, group, body.business_id)


async def _give(ctx: Context, target: User, wanted: _Wanted, *, former: LegacyLogon | None) -> LegacyLogon:
    logon = wanted.logon
    if logon is None:
        logon = await _made_up(ctx, target)
    else:
        await check_free(ctx, [names.logon(logon)], for_user=target.id)
    rules = ctx.part(Directories).rules
    try:
        made = await give(
            ctx,
            target.id,
            await _new(ctx, target, logon, wanted.group),
            directory=rules.name_for(logon) or rules.new_in,
            business_id=wanted.business_id,
            is_chosen=wanted.logon is not None,
            former=former,
        )
    except UniqueViolation as error:
        raise AlreadyExists("The logon is taken.") from error
    record(ctx, "logon.ordered", target.id, request=made.request_id, directory=made.directory)
    return made


async def _made_up(ctx: Context, target: User) -> str:
    try:
        return await choose(ctx, target.name, is_taken)
    except NoLogonLeft as error:
        raise StateForbids("No logon is left; name one.") from error


async def _new(ctx: Context, target: User, logon: str, group: str | None) -> NewLogon:
    """Return what the directory is to know of the user: what somebody vouches for, or they have shown to be theirs."""
    contacts = main_contacts(one for one in await store.list_identities(ctx.tx, target.id) if one.verified)
    return NewLogon(
        logon=logon,
        name=target.name,
        # Whose document stands in the directory is taken for theirs from there: what anybody may type must not get there.
        document=target.document if target.is_document_vouched else None,
        email=contacts["EMAIL"].value if "EMAIL" in contacts else None,
        mobile=contacts["MOBILE"].value if "MOBILE" in contacts else None,
        group=group,
    )


def _shown(logon: LegacyLogon, status: LogonStatus) -> MainframeLogon:
    return MainframeLogon(logon=logon.logon, status=status, request_id=logon.request_id)
