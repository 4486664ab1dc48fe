"""What is the same for everybody at Google, Microsoft, Apple and gov.br."""

from dataclasses import dataclass, field
from typing import Final

from authme.providers.model import Claims, ClientAuthentication, Preset, Worth

_MICROSOFT: Final = "https://login.microsoftonline.com/{tenant}/v2.0"
OF_ALL_TENANTS: Final = frozenset(_MICROSOFT.format(tenant=name) for name in ("common", "organizations"))
"""Microsoft's issuers that stand for those of many tenants: a token says which (`tid`)."""
LEVELS: Final = ("bronze", "prata", "ouro")
"""gov.br's levels, the lowest first."""
LEVEL_NAMES: Final = {"bronze": "bronze", "silver": "prata", "gold": "ouro", "prata": "prata", "ouro": "ouro"}
"""How gov.br's claim `reliability_info.level` calls each, which is there by the scope `govbr_confiabilidades_idtoken`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """What a provider's settings are where nothing else is asked for."""

    issuer: str | None = None
    client_authentication: ClientAuthentication = "client_secret_basic"
    scopes: tuple[str, ...] = ("openid", "email", "profile")
    claims: Claims = Claims(email="email", name="name")  # noqa: RUF009  # frozen
    trusts_email: bool = False
    trusts_document: bool = False
    levels: dict[str, Worth] = field(default_factory=dict)


PLAIN: Final = Defaults()
"""Of a provider that is no preset: its word on addresses and documents is taken if that is said."""
PRESETS: Final[dict[Preset, Defaults]] = {
    "GOOGLE": Defaults(issuer="https://accounts.google.com", trusts_email=True),
    # `email` is whatever a tenant's administrator wrote there: it is believed for the domains that the tenant owns
    # (`xms_edov`), and never by `email_verified`.
    "MICROSOFT": Defaults(trusts_email=True),
    # The name comes beside the token, unsigned, and once.
    "APPLE": Defaults(
        issuer="https://appleid.apple.com",
        client_authentication="apple",
        scopes=("openid", "email", "name"),
        claims=Claims(email="email"),
        trusts_email=True,
    ),
    # The issuer ends with a slash, as its tokens say it. `sub` is the CPF.
    "GOV_BR": Defaults(
        issuer="https://sso.acesso.gov.br/",
        scopes=("openid", "email", "profile", "govbr_confiabilidades", "govbr_confiabilidades_idtoken"),
        claims=Claims(document="sub", email="email", name="name"),
        trusts_email=True,
        trusts_document=True,
        levels={"bronze": "LOGIN", "prata": "DOCUMENT", "ouro": "DOCUMENT"},
    ),
}


def defaults_of(preset: Preset | None) -> Defaults:
    """Return what settings without a word of their own become."""
    return PRESETS[preset] if preset is not None else PLAIN


def issuer_of(preset: Preset | None, tenants: tuple[str, ...]) -> str | None:
    """Return the issuer where none is named: of Microsoft that of the one tenant, or of all where several are let in."""
    if preset == "MICROSOFT":
        return _MICROSOFT.format(tenant=tenants[0] if len(tenants) == 1 else "common")
    return defaults_of(preset).issuer
