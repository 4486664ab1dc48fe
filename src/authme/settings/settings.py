"""All sections together."""

from dataclasses import dataclass, field, fields
from typing import Any

from authme.settings.proofs import CertificateSettings, FederationSettings
from authme.settings.sections import (
    DatabaseSettings,
    FactorSettings,
    LegacySettings,
    LimitSettings,
    LogSettings,
    MessageSettings,
    PasswordSettings,
    ServerSettings,
    TokenSettings,
    UserSettings,
)


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, by section."""

    database: DatabaseSettings = field(default_factory=DatabaseSettings)
    server: ServerSettings = field(default_factory=ServerSettings)
    tokens: TokenSettings = field(default_factory=TokenSettings)
    passwords: PasswordSettings = field(default_factory=PasswordSettings)
    limits: LimitSettings = field(default_factory=LimitSettings)
    users: UserSettings = field(default_factory=UserSettings)
    factors: FactorSettings = field(default_factory=FactorSettings)
    messages: MessageSettings = field(default_factory=MessageSettings)
    legacy: LegacySettings = field(default_factory=LegacySettings)
    certificates: CertificateSettings = field(default_factory=CertificateSettings)
    federation: FederationSettings = field(default_factory=FederationSettings)
    logs: LogSettings = field(default_factory=LogSettings)


SECTIONS: dict[str, type] = {
    "database": DatabaseSettings,
    "server": ServerSettings,
    "tokens": TokenSettings,
    "passwords": PasswordSettings,
    "limits": LimitSettings,
    "users": UserSettings,
    "factors": FactorSettings,
    "messages": MessageSettings,
    "legacy": LegacySettings,
    "certificates": CertificateSettings,
    "federation": FederationSettings,
    "logs": LogSettings,
}


def declared_by(kind: type) -> dict[str, Any]:
    """Return the settings of a section, by the names under which they are given."""
    return {declared.metadata.get("name", declared.name): declared for declared in fields(kind)}
