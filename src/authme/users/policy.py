"""Who may do what to which user."""

from authme.kernel.context import BASIC, CLIENT_BASIC, Caller
from authme.kernel.errors import NotOnThisTarget
from authme.legacy.logon import read_logon
from authme.relation import ADMIN, ADMINISTRATIVE, MAINTENANCE, check_reaches, holds, reach_of
from authme.users.model import User, UserKind

_PLAIN = frozenset({"USER", "PERSON"})


def check_may_see(caller: Caller, target: User) -> None:
    """Raise NotFound unless the relation reaches the user."""
    check_reaches(caller, target.place)


def check_may_manage(caller: Caller, target: User) -> None:
    """Raise NotOnThisTarget if the user stands above the caller, or is the caller."""
    if caller.is_operator:
        return
    if caller.user_id is None:
        # Without this, whoever holds a service's secret could lock out every administrator.
        if not ADMINISTRATIVE.isdisjoint(target.authorities):
            raise NotOnThisTarget
        return
    if target.id == caller.user_id or not all(holds(caller, authority) for authority in target.authorities):
        raise NotOnThisTarget


def check_may_create(caller: Caller, kind: UserKind, authorities: tuple[str, ...], business_id: str | None = None) -> None:
    """Raise NotOnThisTarget for a kind or an authority that the caller may not give.

    Anybody makes plain persons and users; a business's user needs an administrator's bearer. Which business it is, and whether
    the caller reaches it, is asked after that.
    """
    if caller.is_operator:
        return
    if (kind not in _PLAIN or business_id is not None) and not _is_administrator(caller):
        raise NotOnThisTarget("A user of a business is made with an administrator's token.")
    if not all(holds(caller, authority) for authority in authorities):
        raise NotOnThisTarget


def check_may_place(caller: Caller, was: User, becomes: User) -> None:
    """Raise NotOnThisTarget for a kind or a business that the caller may not give; taking them away is like any change."""
    gets_kind = becomes.kind != was.kind and becomes.kind not in _PLAIN
    gets_business = becomes.business_id not in {was.business_id, None}
    # Without this, a service that may correct names could let anybody act for any business.
    if (gets_kind or gets_business) and not (caller.is_operator or _is_administrator(caller)):
        raise NotOnThisTarget("A user comes to a business with an administrator's token.")


def vouches_for_documents(caller: Caller) -> bool:
    """Whether a document is a person's because the caller says so: whoever may also set it with UI-19.

    Without this, whoever registers with a stranger's document would be given what is known of the stranger elsewhere.
    """
    is_maintenance = caller.has(BASIC) and caller.has(MAINTENANCE)
    is_service = caller.has(CLIENT_BASIC) and caller.has("scope:identity_update")
    return caller.is_operator or is_maintenance or is_service


def may_give_logons(caller: Caller, logon: str) -> bool:
    """Whether the caller may say whose a logon is; of what no directory has anybody may.

    Without this, whoever registers with a stranger's logon would be given the stranger at their first login by it.
    """
    return read_logon(logon) is None or vouches_for_documents(caller)


def organization_searched(caller: Caller) -> str | None:
    """Return the one organisation in which the caller may find users, None for everywhere; "" is nowhere."""
    reach = reach_of(caller)
    if reach.by == "EVERYWHERE":
        return None
    return reach.id if reach.by == "ORGANIZATION" else ""


def _is_administrator(caller: Caller) -> bool:
    return caller.has(BASIC) and (caller.has(ADMIN) or caller.has(MAINTENANCE))
