"""Businesses on the wire."""

from datetime import datetime

from authme.kernel.times import moment
from authme.kernel.wire import Answer, Id, Text, Title, Wire
from authme.organizations.model import Business


class CreateBusinessRequest(Wire, frozen=True):
    """A new business. `businessId` is for one that users carry already; its organisation is the caller's if none is named."""

    document: Text
    name: Title
    organization_id: Id | None = None
    corporate_group_id: Id | None = None
    business_id: Id | None = None


class ChangeBusinessRequest(Wire, frozen=True):
    """What a business becomes: without `corporateGroupId` it is in none. It stays in its organisation."""

    document: Text
    name: Title
    corporate_group_id: Id | None = None


class BusinessAnswer(Answer, frozen=True):
    """A business. The document is a CNPJ, bare."""

    business_id: str
    organization_id: str | None
    document: str
    name: str
    corporate_group_id: str | None
    created_at: datetime
    updated_at: datetime


class BusinessPage(Answer, frozen=True):
    """A page of businesses."""

    items: tuple[BusinessAnswer, ...]
    next_cursor: str | None


def shown(business: Business) -> BusinessAnswer:
    """Return the wire form of a business."""
    return BusinessAnswer(
        business_id=business.id,
        organization_id=business.organization_id,
        document=business.document,
        name=business.name,
        corporate_group_id=business.corporate_group_id,
        created_at=moment(business.created_at),
        updated_at=moment(business.updated_at),
    )
