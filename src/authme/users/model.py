"""Users and their names."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from authme.relation import Place
from authme.users.names import NameType

UserStatus = Literal["PENDING", "ACTIVE", "LOCKED", "REMOVED"]
UserKind = Literal["USER", "PERSON", "BUSINESSUSER"]
Authority = Annotated[str, Meta(pattern="^[A-Za-z_][A-Za-z0-9_]{0,63}(?!\\n)$", description="a word of letters, digits and _")]
"""An office, or a role held directly."""


class User(msgspec.Struct, frozen=True, kw_only=True):
    """One person or machine account. Times are epoch milliseconds."""

    id: str
    kind: UserKind
    status: UserStatus
    name: str | None
    document: str | None
    business_id: str | None
    organization_id: str | None
    customer_id: int | None
    language: str | None
    """Of messages to them, if it is known."""
    authorities: tuple[str, ...]
    """Offices and roles held directly, beside what `kind` gives."""
    created_at: int
    updated_at: int
    last_login_at: int | None
    locked_at: int | None
    logon: str | None = None
    """The legacy logon that is theirs: linked to them, or by the word of an administrator or operator until it is."""
    is_document_vouched: bool = False
    """Whether an administrator or operator says that the document is theirs; who registers may name any."""

    @property
    def atoms(self) -> frozenset[str]:
        """Kind, offices and roles, as requirements name them."""
        return frozenset({"USER", self.kind, *self.authorities})

    def is_known_by(self, document: str) -> bool:
        """Whether this is their document by the word of an administrator or operator; a mere name may be anybody's CPF."""
        return self.is_document_vouched and self.document == document

    @property
    def place(self) -> Place:
        """Where the user stands: a person is their own."""
        return Place(self.organization_id, self.business_id, self.id)


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """One of the names by which a user is recognised."""

    id: str
    user_id: str
    type: NameType
    value: str
    verified: bool
    main: bool
    created_at: int
