"""Organisations and what stands in them. Times are epoch milliseconds."""

import msgspec

from authme.relation import Place


class Organization(msgspec.Struct, frozen=True, kw_only=True):
    """A company or public body that runs applications here."""

    id: str
    name: str
    created_at: int
    updated_at: int

    @property
    def place(self) -> Place:
        """It stands in itself."""
        return Place(organization_id=self.id)


class BusinessUnit(msgspec.Struct, frozen=True, kw_only=True):
    """A part of an organisation."""

    id: str
    organization_id: str
    name: str
    created_at: int
    updated_at: int

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(organization_id=self.organization_id)


class Application(msgspec.Struct, frozen=True, kw_only=True):
    """What clients are the credentials of."""

    id: str
    organization_id: str
    business_unit_id: str | None
    name: str
    created_at: int
    updated_at: int

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(organization_id=self.organization_id)


class ServiceAccount(msgspec.Struct, frozen=True, kw_only=True):
    """What a client acts as where no person does: a member of groups."""

    id: str
    organization_id: str | None
    business_id: str | None
    application_id: str | None
    name: str
    created_at: int
    updated_at: int

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(organization_id=self.organization_id, business_id=self.business_id)


class Business(msgspec.Struct, frozen=True, kw_only=True):
    """A company, known by its CNPJ, that people act for."""

    id: str
    organization_id: str | None
    document: str
    name: str
    corporate_group_id: str | None
    created_at: int
    updated_at: int

    @property
    def place(self) -> Place:
        """Where it stands; its owners and administrators reach it."""
        return Place(organization_id=self.organization_id, business_id=self.id)


class CorporateGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Businesses that belong together."""

    id: str
    organization_id: str | None
    name: str
    description: str | None
    created_at: int
    updated_at: int

    @property
    def place(self) -> Place:
        """Where it stands: above its businesses, whose owners do not reach it."""
        return Place(organization_id=self.organization_id)
