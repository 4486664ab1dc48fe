"""Groups and registered roles."""

from typing import Annotated

import msgspec
from msgspec import Meta

from authme.relation import Place

# $ alone would let a line feed through at the end.
ROLE_NAME = r"^[A-Za-z_][A-Za-z0-9_]{0,63}(?!\n)$"
RoleName = Annotated[str, Meta(pattern=ROLE_NAME, description="a word of letters, digits and _")]


class Role(msgspec.Struct, frozen=True, kw_only=True):
    """A registered role: for one organisation, or for everywhere. Times are epoch milliseconds."""

    name: str
    organization_id: str | None
    description: str | None
    created_at: int

    @property
    def place(self) -> Place:
        """Where the role is registered."""
        return Place(self.organization_id)

    @property
    def is_of_everywhere(self) -> bool:
        """Whether groups of any organisation can carry it."""
        return self.organization_id is None


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Carries roles, and reaches no further than its business or corporate group. Times are epoch milliseconds."""

    id: str
    organization_id: str | None
    business_id: str | None
    corporate_group_id: str | None
    owner_id: str | None
    """The person whose own group it is."""
    name: str
    description: str | None
    created_at: int
    updated_at: int

    @property
    def is_open(self) -> bool:
        """Whether anybody in its organisation may be in it: it is no business's, corporate group's or person's own."""
        return self.business_id is None and self.corporate_group_id is None and self.owner_id is None

    @property
    def place(self) -> Place:
        """Where the group stands."""
        return Place(self.organization_id, self.business_id, self.owner_id)
