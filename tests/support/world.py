"""Two organisations with one of everything in each, made through stores, and callers of every kind in them."""

from dataclasses import dataclass, field
from typing import Any

from authme.kernel.context import MFA
from support.api import Api
from support.given import Given, GivenClient


@dataclass
class Half:
    """One organisation: the ids of what stands in it, by the name that paths have for them, and its callers."""

    ids: dict[str, str]
    sibling: dict[str, str]
    """The same of a second business, of a second person and of the organisation beside them, in the same organisation."""
    client: GivenClient
    callers: dict[str, Api] = field(default_factory=dict)


async def half(given: Given, name: str) -> Half:
    """Return an organisation with everything in it."""
    organization = await given.organization(name)
    client = await given.client("READ", "WRITE", organization_id=organization)
    unit = await given.business_unit(organization)
    own = await _things(given, organization, unit, name)
    sibling = await _things(given, organization, unit, name)
    made = Half(own, sibling, client)

    async def caller(level: str, *authorities: str, **draft: Any) -> Api:
        user = await given.user(None, *authorities, organization_id=organization, **draft)
        token = await (given.mfa_token if level == MFA else given.user_token)(user, client)
        return given.api.as_(token)

    made.callers = {
        "ADMIN": await caller(MFA, "ADMIN"),
        "BUSINESSOWNER": await caller(MFA, "BUSINESSOWNER", kind="BUSINESSUSER", business_id=own["businessId"]),
        "BUSINESSADMIN": await caller(MFA, "BUSINESSADMIN", kind="BUSINESSUSER", business_id=own["businessId"]),
        "PERSON": given.api.as_(own.pop("personToken")),
    }
    sibling.pop("personToken")
    return made


async def _things(given: Given, organization: str, unit: str, name: str) -> dict[str, str]:
    corporate = await given.corporate_group(organization)
    business = await given.business(organization, corporate_group_id=corporate)
    application = await given.registered_application(organization, business_unit_id=unit)
    client = await given.client(organization_id=organization)
    person = await given.user(organization_id=organization)
    employee = await given.user(organization_id=organization, kind="BUSINESSUSER", business_id=business)
    service = await given.service_account(organization, business_id=business)
    role = await given.role(organization_id=organization)
    base = await given.group(organization_id=organization)
    group = await given.group(role, organization_id=organization, depends_on=(base,))
    of_business = await given.group(organization_id=organization, business_id=business)
    of_person = await given.group(organization_id=organization, owner_id=person.id)
    await given.member(group, "USER", person.id)
    await given.member(group, "SERVICE", service)
    await given.member(group, "BUSINESS", business)
    await given.member(of_business, "BUSINESS_USER", employee.id)
    return {
        "organizationId": organization,
        "businessUnitId": unit,
        "applicationId": application,
        "corporateGroupId": corporate,
        "businessId": business,
        "clientId": client.id,
        "userId": person.id,
        "employeeId": employee.id,
        "serviceId": service,
        "roleName": role,
        "groupId": group,
        "dependencyGroupId": base,
        "businessGroupId": of_business,
        "personGroupId": of_person,
        "personToken": await given.mfa_token(person, await given.client(organization_id=organization)),
    }


async def maintenance(given: Given, client: GivenClient) -> Api:
    """Return somebody who reaches everything."""
    user = await given.user(None, "IAM_ADMIN_MAINTENANCE", "ADMIN")
    return given.api.as_(await given.mfa_token(user, client))
