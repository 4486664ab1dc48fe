"""UA-01, UA-04, BA-01, SA-01: who is in a group."""

from authme.accesses import list_store
from authme.accesses.wire import (
    BusinessMember,
    BusinessMembers,
    ServiceMember,
    ServiceMembers,
    UserMember,
    UserMembers,
)
from authme.groups import target
from authme.groups.member_store import MemberType
from authme.kernel.context import Context
from authme.kernel.http import Request
from authme.kernel.paging import PageRequest
from authme.organizations.model import Business, ServiceAccount
from authme.relation import reaches
from authme.users.model import User


async def list_users(ctx: Context, group_id: str, request: Request) -> UserMembers:
    """List the users in the group, in the order of their ids. Those of its business who are in it as such are UA-04's."""
    return await _users(ctx, group_id, "USER", request)


async def list_business_users(ctx: Context, group_id: str, request: Request) -> UserMembers:
    """List the users who are in the group as users of its business, in the order of their ids."""
    return await _users(ctx, group_id, "BUSINESS_USER", request)


async def list_businesses(ctx: Context, group_id: str, request: Request) -> BusinessMembers:
    """List the businesses in the group, in the order of their ids."""
    page = PageRequest.from_query(request.query)
    group = await target.get(ctx, group_id)
    found = await list_store.list_businesses(ctx.tx, group.id, page)
    return BusinessMembers(
        items=tuple(_business(ctx, *one) for one in found[: page.limit]),
        next_cursor=page.next_cursor([member_id for member_id, _ in found]),
    )


async def list_services(ctx: Context, group_id: str, request: Request) -> ServiceMembers:
    """List the service accounts in the group, in the order of their ids."""
    page = PageRequest.from_query(request.query)
    group = await target.get(ctx, group_id)
    found = await list_store.list_services(ctx.tx, group.id, page)
    return ServiceMembers(
        items=tuple(_service(ctx, *one) for one in found[: page.limit]),
        next_cursor=page.next_cursor([member_id for member_id, _ in found]),
    )


async def _users(ctx: Context, group_id: str, member_type: MemberType, request: Request) -> UserMembers:
    page = PageRequest.from_query(request.query)
    group = await target.get(ctx, group_id)
    found = await list_store.list_users(ctx.tx, group.id, member_type, page)
    return UserMembers(
        items=tuple(_user(ctx, *one) for one in found[: page.limit]),
        next_cursor=page.next_cursor([member_id for member_id, _ in found]),
    )


# Who reaches a group sees who is in it, and no more of them than elsewhere.


def _user(ctx: Context, user_id: str, user: User | None) -> UserMember:
    if user is None or not reaches(ctx.caller, user.place):
        return UserMember(user_id=user_id)
    return UserMember(user_id=user_id, name=user.name, status=user.status)


def _business(ctx: Context, business_id: str, business: Business | None) -> BusinessMember:
    if business is None or not reaches(ctx.caller, business.place):
        return BusinessMember(business_id=business_id)
    return BusinessMember(business_id=business_id, name=business.name, document=business.document)


def _service(ctx: Context, service_id: str, service: ServiceAccount | None) -> ServiceMember:
    if service is None or not reaches(ctx.caller, service.place):
        return ServiceMember(service_id=service_id)
    return ServiceMember(service_id=service_id, name=service.name)
