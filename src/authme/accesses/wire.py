"""Members on the wire."""

from typing import Annotated

from msgspec import Meta

from authme.kernel.wire import Answer, Id, SparseAnswer, Wire

_SEVERAL = Meta(min_length=1, max_length=1000, description="an array of 1 to 1000 members")


class UserGiven(Wire, frozen=True):
    """A user."""

    user_id: Id


class BusinessGiven(Wire, frozen=True):
    """A business."""

    business_id: Id


class ServiceGiven(Wire, frozen=True):
    """A service account."""

    service_id: Id


UsersGiven = Annotated[tuple[UserGiven, ...], _SEVERAL]
BusinessesGiven = Annotated[tuple[BusinessGiven, ...], _SEVERAL]
ServicesGiven = Annotated[tuple[ServiceGiven, ...], _SEVERAL]


class Added(Answer, frozen=True):
    """All of them are members."""


class UserMember(SparseAnswer, frozen=True):
    """A user in a group; what they are called and their status where the caller reaches them."""

    user_id: str
    name: str | None = None
    status: str | None = None


class BusinessMember(SparseAnswer, frozen=True):
    """A business in a group; name and document (CNPJ) where the caller reaches it."""

    business_id: str
    name: str | None = None
    document: str | None = None


class ServiceMember(SparseAnswer, frozen=True):
    """A service account in a group; its name where the caller reaches it."""

    service_id: str
    name: str | None = None


class UserMembers(Answer, frozen=True):
    """A page of users in a group."""

    items: tuple[UserMember, ...]
    next_cursor: str | None


class BusinessMembers(Answer, frozen=True):
    """A page of businesses in a group."""

    items: tuple[BusinessMember, ...]
    next_cursor: str | None


class ServiceMembers(Answer, frozen=True):
    """A page of service accounts in a group."""

    items: tuple[ServiceMember, ...]
    next_cursor: str | None


class EffectiveRole(Answer, frozen=True):
    """A role, and the shortest path to each group that carries it; no path for one that is held directly."""

    role: str
    groups: tuple[tuple[str, ...], ...]


class EffectiveRoles(Answer, frozen=True):
    """The roles that somebody holds."""

    items: tuple[EffectiveRole, ...]
