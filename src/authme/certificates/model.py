"""What a certificate says, once it is believed."""

from dataclasses import dataclass
from typing import Literal

from authme.users.names import Name

CertificateMethod = Literal["swk", "hwk"]
"""RFC 8176: the key is kept in software or in hardware, as the policy says."""


class NotAccepted(Exception):
    """Which check a certificate failed, as a clause in plain words: `the certificate is revoked`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """For whom a certificate speaks."""

    cpf: Name
    """The person's: the holder's, or the company's responsible person's."""
    cnpj: Name | None
    """The company's; None for a personal certificate."""
    name: str | None
    """As the certificate calls the person, without the document; for show only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A certificate that is believed."""

    holder: Holder
    method: CertificateMethod
    serial: str
    """Hex, of the leaf."""
    issuer: str
    """RFC 4514, of the leaf."""
