"""Organisations, business units, applications and services in the table of operations."""

from collections.abc import Callable
from typing import Any

from authme.kernel.http import API, Endpoint
from authme.kernel.paging import PAGE
from authme.relation.requirements import ADMINISTRATION
from authme.structure import applications, business_units, organizations, services
from authme.structure.nouns import APPLICATION, BUSINESS_UNIT


def _rows(
    path: str,
    parameter: str,
    noun: str,
    tag: str,
    use_cases: Any,
    remove: Callable[..., Any],
    *,
    creation: Any,
    change: Any,
    answer: Any,
    page: Any,
) -> list[Endpoint]:
    """Return the five operations on one noun, which all nouns have in the same form."""
    every, one, singular = f"{API}/{path}", f"{API}/{path}/{{{parameter}}}", path.removesuffix("s")
    tags = (tag,)
    return [
        Endpoint(
            f"X-create-{singular}", "POST", every, ADMINISTRATION, use_cases.create, f"Create {noun}", tags,
            body=creation, answer=answer, status=201, refusals=(409,) if singular == "organization" else (),
        ),
        Endpoint(
            f"X-{path}", "GET", every, ADMINISTRATION, use_cases.list_page, f"List {tag.lower()}", tags,
            answer=page, wants_request=True, query=PAGE, refusals=(400,),
        ),
        Endpoint(f"X-{singular}", "GET", one, ADMINISTRATION, use_cases.show, f"Get {noun}", tags, answer=answer),
        Endpoint(
            f"X-change-{singular}", "PUT", one, ADMINISTRATION, use_cases.change, f"Change {noun}", tags,
            body=change, answer=answer,
        ),
        Endpoint(
            f"X-remove-{singular}", "DELETE", one, ADMINISTRATION, remove, f"Remove {noun}", tags,
            status=204, refusals=(409,),
        ),
    ]  # fmt: skip


ENDPOINTS = [
    *_rows(
        "organizations", "organizationId", "an organisation", "Organisations", organizations, organizations.remove,
        creation=organizations.CreateOrganizationRequest, change=organizations.ChangeOrganizationRequest,
        answer=organizations.OrganizationAnswer, page=organizations.OrganizationPage,
    ),
    *_rows(
        "business-units", "businessUnitId", "a business unit", "Business Units", business_units, BUSINESS_UNIT.remove,
        creation=business_units.CreateBusinessUnitRequest, change=business_units.ChangeBusinessUnitRequest,
        answer=business_units.BusinessUnitAnswer, page=business_units.BusinessUnitPage,
    ),
    *_rows(
        "applications", "applicationId", "an application", "Applications", applications, APPLICATION.remove,
        creation=applications.CreateApplicationRequest, change=applications.ChangeApplicationRequest,
        answer=applications.ApplicationAnswer, page=applications.ApplicationPage,
    ),
    *_rows(
        "services", "serviceId", "a service account", "Services", services, services.remove,
        creation=services.CreateServiceRequest, change=services.ChangeServiceRequest,
        answer=services.ServiceAnswer, page=services.ServicePage,
    ),
]  # fmt: skip
