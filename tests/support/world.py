"""Two organisations with everything in each, twice, and callers of every kind in the first of them."""

from dataclasses import dataclass
from typing import Any

from authme.kernel.context import MFA
from support.api_keys import given_key
from support.given import Given, GivenUser

Ids = dict[str, str]
OFFICES = ("IAM_ADMIN_MAINTENANCE", "ADMIN", "BUSINESSOWNER", "BUSINESSADMIN", "PERSON", "BUSINESSUSER", "service")


@dataclass(frozen=True)
class World:
    """What stands where, by the names that paths have for it: of the callers, beside it, and elsewhere."""

    own: Ids
    sibling: Ids
    """In the same organisation: of another business, and of another person."""
    foreign: Ids
    """In another organisation."""
    tokens: Ids
    """Of a caller of each kind, at AUTH-MFA where it is a user."""


async def make_world(given: Given) -> World:
    here, there = await given.organization("Here"), await given.organization("There")
    client = await given.client("READ", "WRITE", organization_id=here)
    person = await given.user(organization_id=here)
    own = await _things(given, here, person)
    sibling = await _things(given, here, await given.user(organization_id=here))
    foreign = await _things(given, there, await given.user(organization_id=there))

    async def token(*authorities: str, **draft: Any) -> str:
        return await given.mfa_token(await given.user(None, *authorities, organization_id=here, **draft), client)

    of_business = {"kind": "BUSINESSUSER", "business_id": own["businessId"]}
    tokens = {
        "IAM_ADMIN_MAINTENANCE": await token("IAM_ADMIN_MAINTENANCE", kind="USER"),
        "ADMIN": await token("ADMIN", kind="USER"),
        "BUSINESSOWNER": await token("BUSINESSOWNER", **of_business),
        "BUSINESSADMIN": await token("BUSINESSADMIN", **of_business),
        "BUSINESSUSER": await token(**of_business),
        "PERSON": await given.mfa_token(person, client),
        "service": await given.client_token(client),
    }
    return World(own, sibling, foreign, tokens)


def ids_for(things: Ids, caller: str) -> Ids:
    """Return the ids with the group and the user that a caller of this kind would name: each kind has groups of its own."""
    if caller in {"BUSINESSOWNER", "BUSINESSADMIN", "BUSINESSUSER"}:
        group, user = things["businessGroupId"], things["employeeId"]
    elif caller == "PERSON":
        group, user = things["personGroupId"], things["userId"]
    else:
        group, user = things["groupId"], things["userId"]
    return things | {"groupId": group, "userId": user, "id": user}


async def _things(given: Given, organization: str, person: GivenUser) -> Ids:
    unit = await given.business_unit(organization)
    corporate = await given.corporate_group(organization)
    business = await given.business(organization, corporate_group_id=corporate)
    application = await given.registered_application(organization, business_unit_id=unit)
    client = await given.client(organization_id=organization)
    own_client = await given.client(
        organization_id=organization, user_id=person.id, first_party=False, grant_types=("client_credentials",)
    )
    employee = await given.user(organization_id=organization, kind="BUSINESSUSER", business_id=business)
    service = await given.service_account(organization, business_id=business)
    role, base = await given.role(organization_id=organization), await given.group(organization_id=organization)
    made = {"organization_id": organization, "depends_on": (base,)}
    groups = {
        "groupId": await given.group(role, **made),
        "businessGroupId": await given.group(role, **made, business_id=business),
        "personGroupId": await given.group(**made, owner_id=person.id),
    }
    for group in groups.values():
        await given.member(group, "USER", person.id)
        await given.member(group, "USER", employee.id)
        await given.member(group, "BUSINESS_USER", employee.id)
        await given.member(group, "BUSINESS", business)
        await given.member(group, "SERVICE", service)
    return groups | {
        "organizationId": organization,
        "businessUnitId": unit,
        "applicationId": application,
        "corporateGroupId": corporate,
        "businessId": business,
        "clientId": client.id,
        "ownClientId": own_client.id,
        "userId": person.id,
        "employeeId": employee.id,
        "serviceId": service,
        "roleName": role,
        "dependencyGroupId": base,
        "apiKeyId": (await given_key(given, client)).id,
        "identityId": "0" * 24,
        "factorId": "0" * 24,
        "identityProviderId": (await given.oidc_provider(organization_id=organization)).id,
    }


__all__ = ["MFA", "OFFICES", "Ids", "World", "ids_for", "make_world"]
