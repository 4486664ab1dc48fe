"""What is expected of a SAML response, and what its assertion says once it is believed."""

from collections.abc import Mapping
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa


class AssertionRefused(Exception):
    """Which check a response failed, as a clause in plain words: `the audience is another's`.

    It names nothing of the message but codes of its status, and never a secret.
    """

    @property
    def clause(self) -> str:
        """The clause."""
        return str(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a response must agree with: its identity provider, this server, and the time."""

    entity_id: str
    """The identity provider's."""
    certificates: tuple[x509.Certificate, ...]
    """The provider's; several while it changes its key. What a message says of its own key is never believed."""
    service_entity_id: str
    acs_urls: tuple[str, ...]
    decryption_key: rsa.RSAPrivateKey | None = None
    """None: encrypted assertions are refused."""
    allows_unsolicited: bool = False
    """Whether a response may answer no request (SAML profiles section 4.1.5)."""
    now: int
    """Epoch seconds."""
    skew: int = 60
    """Seconds that the clocks may differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assertion:
    """What a provider says of one person.

    Whoever takes it uses up its `id`, and compares `in_response_to` with the requests that are open.
    """

    id: str
    response_id: str
    issuer: str
    name_id: str
    name_id_format: str | None
    in_response_to: str | None
    """The request's id; None for an unsolicited response."""
    session_index: str | None
    acs_url: str
    """Which of the expected ones it was sent to."""
    not_on_or_after: int
    """Epoch seconds: from when on it is refused as late, the skew included. Until then its id has to be remembered."""
    attributes: Mapping[str, tuple[str, ...]]
    """By their `Name`, not the friendly one. Of one that stands there several times all values count."""
    authn_context: str | None
    """The class (`AuthnContextClassRef`) of the login there."""
