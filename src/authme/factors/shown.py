"""Factors on the wire."""

from collections.abc import Sequence

from authme.factors.model import CONTACTS, MARK, ContactType, Factor
from authme.kernel.wire import SparseAnswer


class FactorAnswer(SparseAnswer, frozen=True, kw_only=True):
    """One factor, its contact masked. `verified` is only shown where it is false."""

    id: str
    contact_type: ContactType
    email: str | None = None
    mobile: str | None = None
    name: str | None = None
    tags: tuple[str, ...]
    credential: bool
    """Whether it is a name that its user logs in with."""
    default: bool
    """Whether it is asked for where none is named."""
    verified: bool = True
    otpauth_uri: str | None = None
    """What an authenticator app reads, this once."""
    recovery_codes: tuple[str, ...] | None = None
    """The codes, this once."""


def default_of(factors: Sequence[Factor]) -> Factor | None:
    """Return the factor that is asked for where none is named: the main e-mail, the main mobile, then the oldest other."""
    verified = [one for one in factors if one.is_verified]
    return next((one for one in verified if one.is_main), verified[0] if verified else None)


def visible(factors: Sequence[Factor], visibility: str) -> list[Factor]:
    """Return what a client of this visibility sees (contract section 4, UI-36)."""
    if visibility == "UNRESTRICTED":
        return list(factors)
    if visibility == "MARKED_RESOURCES":
        return [one for one in factors if one.contact_type in CONTACTS and MARK in one.tags]
    return [one for one in factors if one.is_main]


def factor_answer(
    factor: Factor,
    *,
    is_default: bool = False,
    otpauth_uri: str | None = None,
    recovery_codes: tuple[str, ...] | None = None,
) -> FactorAnswer:
    """Return the wire form of a factor."""
    return FactorAnswer(
        id=factor.id,
        contact_type=factor.contact_type,
        email=factor.masked if factor.contact_type == "EMAIL" else None,
        mobile=factor.masked if factor.contact_type == "MOBILE" else None,
        name=factor.name,
        tags=factor.tags,
        credential=factor.is_credential,
        default=is_default,
        verified=factor.is_verified,
        otpauth_uri=otpauth_uri,
        recovery_codes=recovery_codes,
    )
