"""A logon's entry as the port tells it."""

from collections.abc import Mapping, Sequence

from authme.legacy.ldap import attributes
from authme.legacy.ldap.names import racfid_of
from authme.legacy.model import Entry
from authme.legacy.standing import is_revoked
from authme.settings.legacy import LdapDirectory

Values = Mapping[str, Sequence[str]]
"""Values by the names of their attributes in small letters."""


def wanted(given: LdapDirectory) -> list[str]:
    """Return the attributes to ask for."""
    fixed = (
        attributes.WORDS,
        attributes.DEFAULT_GROUP,
        attributes.GROUPS,
        attributes.REVOKE_DATE,
        attributes.RESUME_DATE,
    )
    configured = (
        given.name_attribute,
        given.mark_attribute,
        given.email_attribute,
        given.mobile_attribute,
        given.document_attribute,
    )
    return list(dict.fromkeys([*fixed, *filter(None, configured)]))


def entry_of(logon: str, values: Values, given: LdapDirectory, *, now: int) -> Entry:
    """Return what an entry says. `now` is in epoch milliseconds."""
    # Words come as values of their own or as one value, by the age of the front end.
    words = {word.upper() for value in values.get(attributes.WORDS.lower(), ()) for word in value.split()}
    default_group = racfid_of(_first(values, attributes.DEFAULT_GROUP) or "")
    connected = (racfid_of(name) for name in values.get(attributes.GROUPS.lower(), ()))
    return Entry(
        logon=logon,
        name=attributes.told_name(_first(values, given.name_attribute)),
        document=_first(values, given.document_attribute),
        email=_first(values, given.email_attribute),
        mobile=_first(values, given.mobile_attribute),
        default_group=default_group,
        groups=tuple(dict.fromkeys(group for group in (default_group, *connected) if group)),
        is_revoked=is_revoked(
            flag="REVOKED" in words or "REVOKE" in words,
            revoke_at=attributes.day_in(_first(values, attributes.REVOKE_DATE)),
            resume_at=attributes.day_in(_first(values, attributes.RESUME_DATE)),
            now=now,
        ),
        mark=attributes.mark_in(marked_value(values, given)),
    )


def marked_value(values: Values, given: LdapDirectory) -> str:
    """Return what stands in the attribute of the mark, the mark and all else."""
    return " ".join(values.get(given.mark_attribute.lower(), ()))


def _first(values: Values, attribute: str | None) -> str | None:
    found = values.get(attribute.lower(), ()) if attribute else ()
    return found[0].strip() or None if found else None
