"""A user's main contacts."""

from collections.abc import Iterable

from authme.users.model import Identity
from authme.users.names import Name

CONTACT_TYPES = ("EMAIL", "MOBILE")


def main_names(names: Iterable[Name]) -> list[tuple[Name, bool]]:
    """Return the names of a new user, each with whether it is the main one of its type.

    That is the last of a type: where the user name is a contact too, the one that was given as contact.
    """
    given = list(names)
    last = {name.type: name for name in given}
    return [(name, last[name.type] is name) for name in given]


def first_contact(identities: Iterable[Identity], *, verified: bool) -> Identity | None:
    """Return the main contact that a person is reached at first: the e-mail address, else the mobile number.

    One that was shown to be theirs comes before one that was not, which with `verified` does not count at all: whoever
    corrects an address must not become whose account it is.
    """
    contacts = main_contacts(identities)
    known = [contacts[one] for one in CONTACT_TYPES if one in contacts]
    shown = [one for one in known if one.verified]
    return next(iter(shown if verified else shown + known), None)


def main_contacts(identities: Iterable[Identity]) -> dict[str, Identity]:
    """Return the main contact of each type that has one: the verified one, else the oldest of those that are not.

    While a main contact is being replaced there are two, and the one before stays until the new one is verified.
    """
    found: dict[str, Identity] = {}
    for identity in sorted(identities, key=lambda one: (not one.verified, one.created_at, one.id)):
        if identity.main and identity.type in CONTACT_TYPES:
            found.setdefault(identity.type, identity)
    return found
