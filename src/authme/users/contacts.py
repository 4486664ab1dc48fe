"""A user's main contacts."""

from collections.abc import Iterable

from authme.users.model import Identity

CONTACT_TYPES = ("EMAIL", "MOBILE")


def main_contacts(identities: Iterable[Identity]) -> dict[str, Identity]:
    """Return the main contact of each type that has one: the verified one, else the oldest of those that are not.

    While a main contact is being replaced there are two, and the one before stays until the new one is verified.
    """
    found: dict[str, Identity] = {}
    for identity in sorted(identities, key=lambda one: (not one.verified, one.created_at, one.id)):
        if identity.main and identity.type in CONTACT_TYPES:
            found.setdefault(identity.type, identity)
    return found
