"""What a certificate or an identity provider proves of somebody."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from authme.providers.model import FirstUse, Provider
from authme.sessions.levels import Method
from authme.users.names import Name


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A proof of who somebody is, checked, and what it says of them. Nothing in it is merely typed."""

    name: Name
    """CERTIFICATE, FEDERATED or SAML: by which the same proof is known the next time."""
    method: Method
    first_use: FirstUse
    creates_users: bool
    document: Name | None = None
    """CPF or CNPJ that the proof vouches for; None where its word is not taken."""
    email: Name | None = None
    """An address that the provider verified, where that is believed."""
    person_name: str | None = None
    provider: Provider | None = None
    """Whose word it is; None for a certificate, whose authorities are the operator's choice for everybody."""
    business_document: Name | None = None
    """The CNPJ for which the person acts by this proof; the session is theirs, its tokens act for the business."""
    groups: tuple[str, ...] | None = None
    """Ids of the groups that the provider's names stand for, among those in its map; None where it says nothing of groups."""
    recorded: Mapping[str, str] = field(default_factory=dict)
    """What the audit says of the proof beside its method and provider: which it was, and not whose."""

    @property
    def contacts(self) -> tuple[Name, ...]:
        """What the provider verified to be theirs."""
        return (self.email,) if self.email is not None else ()

    @property
    def holds_everywhere(self) -> bool:
        """Whether what is said of documents and addresses is good beyond one organisation.

        Whoever manages an organisation's provider has it say what they like. Without this, they would have it prove a
        stranger's document or address to be a user's of theirs, and wait for the stranger's certificate, account or logon of
        the mainframe to find that user.
        """
        return self.provider is None or self.provider.organization_id is None

    @property
    def provider_id(self) -> str | None:
        """Who vouches; None for a certificate."""
        return self.provider.id if self.provider is not None else None

    @property
    def provider_name(self) -> str:
        """What people call whoever vouches; empty for a certificate."""
        return self.provider.name if self.provider is not None else ""
