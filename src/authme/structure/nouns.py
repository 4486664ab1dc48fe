"""Organisations, business units, applications and services; businesses and corporate groups have modules of their own."""

from authme.organizations import store
from authme.organizations.model import Application, BusinessUnit, Organization, ServiceAccount
from authme.structure import hanging
from authme.structure.noun import Noun

ORGANIZATION: Noun[Organization] = Noun(
    "organization",
    store.find_organization,
    store.hold_organization,
    store.delete_organization,
    store.list_organizations,
    *hanging.OF_ORGANIZATION,
)
BUSINESS_UNIT: Noun[BusinessUnit] = Noun(
    "business_unit",
    store.find_business_unit,
    store.hold_business_unit,
    store.delete_business_unit,
    store.list_business_units,
    *hanging.OF_UNIT,
)
APPLICATION: Noun[Application] = Noun(
    "application",
    store.find_application,
    store.hold_application,
    store.delete_application,
    store.list_applications,
    *hanging.OF_APPLICATION,
)
SERVICE: Noun[ServiceAccount] = Noun(
    "service",
    store.find_service_account,
    store.hold_service_account,
    store.delete_service_account,
    store.list_service_accounts,
    *hanging.OF_SERVICE,
)
