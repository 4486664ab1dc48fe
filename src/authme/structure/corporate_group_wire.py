"""Corporate groups on the wire."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from msgspec import Meta

from authme.kernel.times import moment
from authme.kernel.wire import Answer, Id, LongText, Title, Wire
from authme.organizations.model import CorporateGroup
from authme.structure.corporate_group_businesses import MOST

_BusinessIds = Annotated[tuple[Id, ...], Meta(max_length=MOST, description=f"an array of up to {MOST} ids")]


class CorporateGroupRequest(Wire, frozen=True):
    """CG-01 and CG-04."""

    name: Title
    business_ids: _BusinessIds
    description: LongText | None = None


class CorporateGroupAnswer(Answer, frozen=True):
    """A corporate group and the businesses in it, in the order of their ids."""

    corporate_group_id: str
    name: str
    description: str | None
    business_ids: tuple[str, ...]
    created_at: datetime
    updated_at: datetime


class CorporateGroupPage(Answer, frozen=True):
    """A page of corporate groups."""

    items: tuple[CorporateGroupAnswer, ...]
    next_cursor: str | None


def shown(group: CorporateGroup, business_ids: Sequence[str]) -> CorporateGroupAnswer:
    """Return the wire form of a corporate group."""
    return CorporateGroupAnswer(
        corporate_group_id=group.id,
        name=group.name,
        description=group.description,
        business_ids=tuple(sorted(business_ids)),
        created_at=moment(group.created_at),
        updated_at=moment(group.updated_at),
    )
