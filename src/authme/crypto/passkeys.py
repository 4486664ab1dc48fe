"""Passkeys (W3C Web Authentication Level 3): what a browser is asked, and whether its answer holds.

User verification is always required, attestation never: which make an authenticator is of decides nothing here.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


class PasskeyRefused(Exception):
    """An answer of a browser does not hold; the text names the failed check and never holds a secret."""


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """Whose passkeys they are."""

    id: str
    name: str
    origins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Passkey:
    """A registered passkey."""

    credential_id: bytes
    public_key: bytes
    sign_count: int


def creation_options(
    party: RelyingParty, *, challenge: bytes, user_id: str, user_name: str, exclude: Sequence[bytes]
) -> dict[str, Any]:
    """Return PublicKeyCredentialCreationOptions in their JSON form (section 5.4).

    `exclude` are the user's passkeys: an authenticator that has one of them is not registered twice.
    """
    # The library is only needed by people who use passkeys, and heavy.
    from webauthn import generate_registration_options, options_to_json  # noqa: PLC0415
    from webauthn.helpers.structs import (  # noqa: PLC0415
        AuthenticatorSelectionCriteria,
        PublicKeyCredentialDescriptor,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    options = generate_registration_options(
        rp_id=party.id,
        rp_name=party.name,
        user_id=user_id.encode(),
        user_name=user_name,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=one) for one in exclude],
    )
    found: dict[str, Any] = json.loads(options_to_json(options))
    return found


def request_options(party: RelyingParty, *, challenge: bytes, allow: Sequence[bytes]) -> dict[str, Any]:
    """Return PublicKeyCredentialRequestOptions in their JSON form (section 5.5)."""
    from webauthn import generate_authentication_options, options_to_json  # noqa: PLC0415  # as above
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor, UserVerificationRequirement  # noqa: PLC0415

    options = generate_authentication_options(
        rp_id=party.id,
        challenge=challenge,
        allow_credentials=[PublicKeyCredentialDescriptor(id=one) for one in allow],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    found: dict[str, Any] = json.loads(options_to_json(options))
    return found


def verify_attestation(party: RelyingParty, answer: dict[str, Any], *, challenge: bytes) -> Passkey:
    """Return the new passkey (section 7.1); raise PasskeyRefused."""
    from webauthn import verify_registration_response  # noqa: PLC0415  # as above

    try:
        verified = verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=list(party.origins),
            require_user_verification=True,
        )
        _check_frame(answer)
    except Exception as error:  # what parsers of five formats raise for what a stranger sent has no common base
        raise PasskeyRefused(_reason(error)) from error
    return Passkey(verified.credential_id, verified.credential_public_key, verified.sign_count)


def credential_id_of(answer: dict[str, Any]) -> bytes | None:
    """Return which passkey an answer names, None if it names none."""
    from webauthn import base64url_to_bytes  # noqa: PLC0415  # as above

    try:
        return bytes(base64url_to_bytes(str(answer.get("id", ""))))
    except ValueError:
        return None


def verify_assertion(party: RelyingParty, answer: dict[str, Any], passkey: Passkey, *, challenge: bytes) -> int:
    """Return the passkey's new signature counter (section 7.2); raise PasskeyRefused, also for a counter that went back."""
    from webauthn import verify_authentication_response  # noqa: PLC0415  # as above

    try:
        verified = verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=list(party.origins),
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
        _check_frame(answer)
    except Exception as error:  # what parsers of five formats raise for what a stranger sent has no common base
        raise PasskeyRefused(_reason(error)) from error
    return verified.new_sign_count


def _check_frame(answer: dict[str, Any]) -> None:
    """Raise ValueError for what was made in a frame of another site's page (section 7.2, step 14), which the library leaves.

    Whoever shows our page in theirs could have a person touch the authenticator for something else.
    """
    from webauthn import base64url_to_bytes  # noqa: PLC0415  # as above

    said = json.loads(base64url_to_bytes(answer["response"]["clientDataJSON"]))
    if said.get("crossOrigin") or said.get("topOrigin"):
        raise ValueError("made in a frame of another origin")


def load() -> None:
    """Load the library, which takes a moment: on a thread, so that nobody else waits."""
    import webauthn  # noqa: F401, PLC0415  # as above


_REASONS = (
    ("challenge", "it answers another challenge"),
    ("origin", "it was made for another origin"),
    ("rp id", "it was made for another domain"),
    ("sign count", "its counter went back"),
    ("verification is required", "the user was not verified"),
    ("not verified", "the user was not verified"),
    ("could not verify", "the signature is wrong"),
    ("was not present", "the user was not present"),
)


def _reason(error: Exception) -> str:
    """Return what failed, in words of ours: the library's may repeat what was sent."""
    text = str(error).lower()
    return next((reason for sign, reason in _REASONS if sign in text), "it is malformed")
