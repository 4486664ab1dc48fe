"""Nobody hands on, or manages, an authority that they do not hold (contract section 2)."""

from collections.abc import Mapping

from authme.kernel.context import Caller
from authme.kernel.errors import NotOnThisTarget
from authme.relation.names import ADMIN, BELOW, MAINTENANCE


def holds(caller: Caller, authority: str) -> bool:
    """Whether the caller holds the authority: itself, or by an office that stands above it."""
    if caller.is_operator or caller.has(authority):
        return True
    return any(authority in below for office, below in BELOW.items() if caller.has(office))


def check_may_hand_on(caller: Caller, roles: Mapping[str, str | None]) -> None:
    """Raise NotOnThisTarget naming a role that the caller may not hand on.

    `roles` says of each in which organisation it is registered, None for everywhere: IAM_ADMIN_MAINTENANCE holds every
    registered role, and ADMIN those of its organisation, since these offices register them.
    """
    for role, organization_id in sorted(roles.items()):
        if not (holds(caller, role) or _registers(caller, organization_id)):
            raise NotOnThisTarget(f"A role can be given only by whoever holds it: {role}.")


def _registers(caller: Caller, organization_id: str | None) -> bool:
    if caller.has(MAINTENANCE):
        return True
    return caller.has(ADMIN) and organization_id is not None and organization_id == caller.organization_id
