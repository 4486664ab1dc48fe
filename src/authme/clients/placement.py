"""Where a new client comes to stand, and whether what it names is there."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from authme.clients.standing_store import Spot
from authme.groups import given
from authme.kernel.context import Context
from authme.kernel.database import Reader, Transaction
from authme.kernel.errors import ErrorItem, FieldsRefused, field_malformed, named_in_body_unknown
from authme.kernel.ids import is_id
from authme.organizations import store as organizations
from authme.relation import check_may_hand_on, reaches
from authme.users import store as users
from authme.users.model import User

if TYPE_CHECKING:
    from authme.clients.create import ClientDraft


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a field of the request names: found with its `place`, and held until the client is there."""

    field: str
    noun: str
    find: Callable[[Reader, str], Awaitable[Any]]
    hold: Callable[[Transaction, str], Awaitable[bool]]


async def _find_user(reader: Reader, user_id: str) -> User | None:
    found = await users.find(reader, user_id)
    return found if found is not None and found.status != "REMOVED" else None


_ORGANIZATION = _Kind("organizationId", "organisation", organizations.find_organization, organizations.hold_organization)
_UNIT = _Kind("businessUnitId", "business unit", organizations.find_business_unit, organizations.hold_business_unit)
_APPLICATION = _Kind("appId", "application", organizations.find_application, organizations.hold_application)
_SERVICE = _Kind("serviceAccountId", "service account", organizations.find_service_account, organizations.hold_service_account)
_BUSINESS = _Kind("businessId", "business", organizations.find_business, organizations.hold_business)
_USER = _Kind("userId", "user", _find_user, users.hold)
_OF_AN_ORGANIZATION = (_APPLICATION, _UNIT, _SERVICE, _BUSINESS)
"""In the order in which a client without an organisation takes theirs."""


async def place(ctx: Context, draft: "ClientDraft") -> Spot:
    """Return the organisation and unit of a new client, and keep what it names from being removed until it is there.

    Without an organisation it takes that of what it names, else its maker's; without a unit, its application's. Raises
    FieldsRefused for all that is not there for the caller (107) or is of another organisation (102), and NotOnThisTarget for a
    service account with a role that the caller may not give: whoever has the client's secret has its roles.
    """
    ids = _named(draft)
    found = {kind: await kind.find(ctx.tx, id_) for kind, id_ in ids.items()}
    # Who makes a client of their own is told by the token, and not named.
    is_told = {_USER, _BUSINESS} if draft.is_own else set()
    unknown = [kind for kind, one in found.items() if one is None or not (kind in is_told or reaches(ctx.caller, one.place))]
    if unknown:
        raise FieldsRefused(item for kind in unknown for item in named_in_body_unknown(kind.field, kind.noun).items)
    spot = _spot(ctx, ids, found)
    problems = _disagreements(found, spot)
    if problems:
        raise FieldsRefused(problems)
    if draft.service_account_id is not None:
        check_may_hand_on(ctx.caller, await given.roles_given_to_service(ctx.tx, draft.service_account_id))
    for kind, id_ in ids.items():
        if not await kind.hold(ctx.tx, id_):
            raise named_in_body_unknown(kind.field, kind.noun)
    return spot


def _named(draft: "ClientDraft") -> dict[_Kind, str]:
    """Return what the draft names, in the order in which it is held."""
    ids = {
        _ORGANIZATION: draft.organization_id,
        _UNIT: draft.business_unit_id,
        # Any other text is what the application is called at its owner's, and nothing of ours.
        _APPLICATION: draft.app_id if is_id(draft.app_id) else None,
        _USER: draft.user_id,
        _BUSINESS: draft.business_id,
        _SERVICE: draft.service_account_id,
    }
    return {kind: id_ for kind, id_ in ids.items() if id_ is not None}


def _spot(ctx: Context, ids: Mapping[_Kind, str], found: Mapping[_Kind, Any]) -> Spot:
    organization_id = ids.get(_ORGANIZATION)
    for kind in _OF_AN_ORGANIZATION:
        if organization_id is None and kind in found:
            organization_id = found[kind].organization_id
    of_application = found[_APPLICATION].business_unit_id if _APPLICATION in found else None
    return Spot(organization_id or ctx.caller.organization_id, ids.get(_UNIT, of_application))


def _disagreements(found: Mapping[_Kind, Any], spot: Spot) -> list[ErrorItem]:
    problems = [
        field_malformed(kind.field, "one of the organisation is expected")
        for kind in _OF_AN_ORGANIZATION
        if kind in found and found[kind].organization_id not in {None, spot.organization_id}
    ]
    if _APPLICATION in found and found[_APPLICATION].business_unit_id not in {None, spot.business_unit_id}:
        problems.append(field_malformed(_UNIT.field, "the business unit of the application is expected"))
    return problems
