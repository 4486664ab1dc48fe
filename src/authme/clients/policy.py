"""Who may do what to which client."""

from authme.clients.model import DEFAULT_SCOPES, Client
from authme.kernel.context import Caller
from authme.kernel.errors import NotOnThisTarget
from authme.relation import BUSINESS_OFFICES, MAINTENANCE, PERSON, check_reaches, reach_of


def check_may_give(caller: Caller, scopes: tuple[str, ...]) -> None:
    """Raise NotOnThisTarget for a scope that the calling token does not carry, unless the caller gives any.

    A scope is permission: nobody below IAM_ADMIN_MAINTENANCE hands out one that they do not have.
    """
    if not _gives_any_scope(caller):
        check_carries(caller, scopes)


def check_carries(caller: Caller, scopes: tuple[str, ...]) -> None:
    """Raise NotOnThisTarget for a scope that the calling token does not carry, whoever calls."""
    if not set(scopes) <= set(caller.scopes):
        raise NotOnThisTarget("A client cannot be given a scope that the caller does not have.")


def default_scopes(caller: Caller) -> tuple[str, ...]:
    """Return the scopes of a client for which none are asked: the usual ones, but none that the caller may not give."""
    return DEFAULT_SCOPES if _gives_any_scope(caller) else carried_scopes(caller)


def carried_scopes(caller: Caller) -> tuple[str, ...]:
    """Return the usual scopes, as far as the calling token carries them; all that it carries if it carries none of those.

    Raises NotOnThisTarget when it carries none at all: without any, a client would be taken for one that has the usual ones.
    """
    found = tuple(scope for scope in DEFAULT_SCOPES if scope in caller.scopes) or caller.scopes
    if not found:
        raise NotOnThisTarget("The caller has no scope that a client could be given.")
    return found


def check_may_place(caller: Caller, organization_id: str | None, *, first_party: bool) -> None:
    """Raise NotOnThisTarget for a client of ours that belongs to no organisation: as a service it reaches all of them."""
    if first_party and organization_id is None and reach_of(caller).by != "EVERYWHERE":
        raise NotOnThisTarget("A client without an organisation is made only by whoever reaches every organisation.")


def check_may_manage(caller: Caller, target: Client) -> None:
    """Raise NotFound unless the relation reaches the client: outside it, it does not exist."""
    check_reaches(caller, target.place)


def owner_of_new(caller: Caller) -> tuple[str | None, str | None]:
    """Return the user and the business whose a client is that the caller makes as their own; raise NotOnThisTarget.

    What an owner or administrator of a business makes is the business's. What another person makes while acting for it is the
    business's too, and theirs as long as they belong to it.
    """
    if caller.business_id is not None and _holds_business_office(caller):
        return None, caller.business_id
    if caller.has(PERSON):
        return caller.user_id, caller.acts_for
    raise NotOnThisTarget("A client of one's own is a person's or a business's.")


def is_own(caller: Caller, target: Client) -> bool:
    """Whether the client is the caller's own: a third party's, made by the person, or of the business they administer."""
    if target.first_party:
        # An administrator made it, and only an administrator takes it away.
        return False
    if target.user_id == caller.user_id:
        return target.business_id in {None, caller.business_id}
    return target.business_id is not None and target.business_id == administered_business(caller)


def administered_business(caller: Caller) -> str | None:
    """Return the business that the caller owns or administers."""
    return caller.business_id if _holds_business_office(caller) else None


def _holds_business_office(caller: Caller) -> bool:
    return not BUSINESS_OFFICES.isdisjoint(caller.atoms)


def _gives_any_scope(caller: Caller) -> bool:
    return caller.is_operator or caller.has(MAINTENANCE)
