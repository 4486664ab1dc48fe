"""Challenges: one question to one person, answered once."""

from typing import Literal

import msgspec

from authme.kernel.clock import CLOCK_SKEW_MS

Purpose = Literal[
    "ACCOUNT", "MFA", "VERIFY", "SMART", "HAND_OVER", "LOGON", "LOGON_PASSWORD", "CERTIFICATE", "FEDERATED", "SAML", "RENEW_APP"
]
"""ACCOUNT makes or resets a password, MFA raises a session, VERIFY confirms a new factor, SMART is the risk challenge,
HAND_OVER carries a session to another client, LOGON associates a legacy logon with a contact, LOGON_PASSWORD resets its
password, CERTIFICATE is signed by a certificate's key, FEDERATED and SAML are requests to a provider, RENEW_APP is the value
that UI-29 gives for UI-13. An answer is good for the purpose that it was asked for and no other."""

TRIES = 5
"""Answers to one challenge, right or wrong (contract section 4, UI-02)."""


class Challenge(msgspec.Struct, frozen=True, kw_only=True):
    """One challenge. Times are epoch milliseconds.

    Stored format of a code: the keyed digest of the challenge's id, a colon and the code: a code fits its challenge only.
    """

    id: str
    purpose: Purpose
    subject: str
    """The user's id, or what stands for a name that nobody has."""
    session_id: str | None
    client_id: str | None
    factor_id: str | None
    code_hash: bytes | None
    """None where the answer is no code that was sent: an authenticator app, a passkey, a recovery code."""
    data: str | None
    """What else the answer is checked against, in the form of the factor or purpose."""
    tries: int
    created_at: int
    expires_at: int
    validated_at: int | None
    used_at: int | None

    def is_open(self, now: int) -> bool:
        """Whether it can be answered at this time.

        One from the future was made before the clock was moved back: it would live longer than it may, so it is over.
        """
        is_in_time = self.created_at - CLOCK_SKEW_MS <= now < self.expires_at
        return is_in_time and self.used_at is None and self.validated_at is None and self.tries < TRIES
