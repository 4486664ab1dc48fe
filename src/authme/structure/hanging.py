"""What may hang on what stands in the structure, and keeps it from being removed."""

from sqlalchemy import BindParameter, ColumnElement, Exists, and_, bindparam, exists, select

from authme.clients.tables import client
from authme.customers.tables import customer
from authme.groups.tables import access_group, role
from authme.kernel.database import Statement
from authme.organizations.tables import application, business, business_unit, corporate_group, service_account
from authme.providers.tables import identity_provider
from authme.users.tables import user_account

_sought: BindParameter[str] = bindparam("sought")


def _is_client(of: ColumnElement[str]) -> Exists:
    return exists().where(and_(of == _sought, client.c.status != "REMOVED"))


_OF_ORGANIZATION: dict[str, Exists] = {
    "business units": exists().where(business_unit.c.organization_id == _sought),
    "applications": exists().where(application.c.organization_id == _sought),
    "service accounts": exists().where(service_account.c.organization_id == _sought),
    "businesses": exists().where(business.c.organization_id == _sought),
    "corporate groups": exists().where(corporate_group.c.organization_id == _sought),
    "groups": exists().where(access_group.c.organization_id == _sought),
    "roles": exists().where(role.c.organization_id == _sought),
    "clients": _is_client(client.c.organization_id),
    "users": exists().where(and_(user_account.c.organization_id == _sought, user_account.c.status != "REMOVED")),
    "customers": exists().where(customer.c.organization_id == _sought),
    "identity providers": exists().where(identity_provider.c.organization_id == _sought),
}
_OF_UNIT: dict[str, Exists] = {
    "applications": exists().where(application.c.business_unit_id == _sought),
    "clients": _is_client(client.c.business_unit_id),
}
_OF_APPLICATION: dict[str, Exists] = {
    "service accounts": exists().where(service_account.c.application_id == _sought),
    "clients": _is_client(client.c.app_id),
}
_OF_SERVICE: dict[str, Exists] = {"clients": _is_client(client.c.service_account_id)}
_OF_BUSINESS: dict[str, Exists] = {
    "users": exists().where(user_account.c.business_id == _sought),
    "groups": exists().where(access_group.c.business_id == _sought),
    "service accounts": exists().where(service_account.c.business_id == _sought),
    "clients": _is_client(client.c.business_id),
    "customers": exists().where(customer.c.business_id == _sought),
}
_OF_CORPORATE_GROUP: dict[str, Exists] = {
    "groups": exists().where(access_group.c.corporate_group_id == _sought),
    "customers": exists().where(customer.c.corporate_group_id == _sought),
}


def _statement(things: dict[str, Exists]) -> tuple[Statement, tuple[str, ...]]:
    return Statement(select(*(there.label(name) for name, there in things.items()))), tuple(things)


OF_ORGANIZATION = _statement(_OF_ORGANIZATION)
OF_UNIT = _statement(_OF_UNIT)
OF_APPLICATION = _statement(_OF_APPLICATION)
OF_SERVICE = _statement(_OF_SERVICE)
OF_BUSINESS = _statement(_OF_BUSINESS)
OF_CORPORATE_GROUP = _statement(_OF_CORPORATE_GROUP)
