"""Where an object stands, and who reaches it (contract section 2)."""

from dataclasses import dataclass
from typing import Literal

from authme.kernel.context import THIRD_PARTY, Caller
from authme.kernel.errors import NotFound
from authme.relation.names import ADMIN, BUSINESS_OFFICES, MAINTENANCE, PERSON


@dataclass(frozen=True, slots=True)
class Place:
    """Where an object stands."""

    organization_id: str | None = None
    business_id: str | None = None
    owner_id: str | None = None
    """The user whose own it is: a person's groups and clients, and the person."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Everything that a caller reaches: what stands at this place. A list is filtered by it.

    `EVERYWHERE` and `NOWHERE` have no id.
    """

    by: Literal["EVERYWHERE", "ORGANIZATION", "BUSINESS", "OWNER", "NOWHERE"]
    id: str = ""


_EVERYWHERE = Reach("EVERYWHERE")
_NOWHERE = Reach("NOWHERE")


def reach_of(caller: Caller) -> Reach:
    """Return what the caller reaches, by the widest of its offices.

    IAM_ADMIN_MAINTENANCE reaches everything, ADMIN its own organisation, an owner or administrator of a business that
    business, a person what is their own. A service, where its scope lets it in at all, reaches its client's organisation, or
    everything if that client belongs to none; one of a third party, which anybody makes, reaches nothing.
    """
    if caller.is_operator or caller.has(MAINTENANCE):
        return _EVERYWHERE
    if caller.user_id is None:
        if caller.client_id is None or caller.has(THIRD_PARTY):
            return _NOWHERE
        return Reach("ORGANIZATION", caller.organization_id) if caller.organization_id else _EVERYWHERE
    if caller.has(ADMIN):
        return Reach("ORGANIZATION", caller.organization_id) if caller.organization_id else _NOWHERE
    if not BUSINESS_OFFICES.isdisjoint(caller.atoms):
        return Reach("BUSINESS", caller.business_id) if caller.business_id else _NOWHERE
    return Reach("OWNER", caller.user_id) if caller.has(PERSON) else _NOWHERE


def reaches(caller: Caller, place: Place) -> bool:
    """Whether the caller reaches what stands there."""
    reach = reach_of(caller)
    if reach.by == "EVERYWHERE":
        return True
    at = {"ORGANIZATION": place.organization_id, "BUSINESS": place.business_id, "OWNER": place.owner_id}.get(reach.by)
    return at is not None and at == reach.id


def check_reaches(caller: Caller, place: Place | None) -> None:
    """Raise NotFound unless the caller reaches what stands there: outside it, it does not exist. None is not there at all."""
    if place is None or not reaches(caller, place):
        raise NotFound
