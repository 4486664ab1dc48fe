"""What a caller brings from a provider, and what is known once it is believed."""

from dataclasses import dataclass

from authme.users.names import Name


class NotAccepted(Exception):
    """Which check failed, as a clause in plain words: `the nonce of the ID token is another one`.

    `is_guess` is False where the caller did nothing wrong that they could do better: a provider or its row is set up wrongly.
    """

    def __init__(self, text: str, *, is_guess: bool = True) -> None:
        super().__init__(text)
        self.is_guess = is_guess


@dataclass(frozen=True, slots=True)
class Code:
    """An authorization code, as the provider sent it to the application (RFC 6749 section 4.1.2)."""

    code: str
    redirect_uri: str
    code_verifier: str


@dataclass(frozen=True, slots=True)
class Account:
    """An account at a provider, and what the provider's word is taken for. Nothing in it is merely typed."""

    issuer: str
    subject: str
    fingerprint: str
    """Of the ID token."""
    good_until: int
    """When the ID token would be refused anyway, in epoch milliseconds."""
    document: Name | None = None
    email: Name | None = None
    person_name: str | None = None
    groups: tuple[str, ...] | None = None
    """Ids of our groups; None where the provider says nothing of groups."""
