"""Settings: frozen, loaded once, passed down. Each is declared once, with its meaning, its default and an example.

A setting NAME is given as the environment variable AUTHME_NAME, or as `name` in the TOML file that AUTHME_CONFIG names
(without it `./authme.toml`, if there is one). The environment wins. `python -m authme.settings` prints them all. Does not own
what a setting does: each part of the server is given its section.
"""

from authme.settings.example import example
from authme.settings.load import load
from authme.settings.problems import SettingsInvalid
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
from authme.settings.settings import SECTIONS, Settings

__all__ = [
    "SECTIONS",
    "CertificateSettings",
    "DatabaseSettings",
    "FactorSettings",
    "FederationSettings",
    "LegacySettings",
    "LimitSettings",
    "LogSettings",
    "MessageSettings",
    "PasswordSettings",
    "ServerSettings",
    "Settings",
    "SettingsInvalid",
    "TokenSettings",
    "UserSettings",
    "example",
    "load",
]
