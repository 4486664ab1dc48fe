"""Who may become a member of which group; pure."""

from collections.abc import Collection

from authme.groups.model import Group
from authme.kernel.context import Caller
from authme.relation import Place, reach_of, reaches


def may_join(caller: Caller, group: Group, place: Place, *, businesses: Collection[str] | None, is_person: bool) -> bool:
    """Whether whoever stands there may become a member: reached by the caller, and by the group.

    `businesses` are the only ones that the group reaches; None for a group that belongs to no business or corporate group,
    which reaches its organisation.
    """
    if not reaches(caller, place):
        return False
    if businesses is not None:
        return place.business_id in businesses
    if group.organization_id in {None, place.organization_id}:
        return True
    # People come and go, and may stand in no organisation; a company or service of another one never gets this one's roles.
    return is_person and reach_of(caller).by == "EVERYWHERE"
