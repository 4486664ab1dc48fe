"""A logon that is to be made, as an entry."""

import secrets
import string
from typing import Final

from authme.legacy.ldap import attributes
from authme.legacy.ldap.names import group_name
from authme.legacy.model import NewLogon
from authme.settings.legacy import LdapDirectory

OBJECT_CLASS: Final = "racfUser"
_LETTERS: Final = "BCDFGHJKLMNPQRSTVWXZ"
_LENGTH: Final = 8


def new_entry(new: NewLogon, given: LdapDirectory, *, mark: str) -> dict[str, str]:
    """Return the attributes of the entry, those that have a value. Raises ValueError for a group that cannot be one."""
    group = new.group or given.default_group
    owner = given.default_group or group
    values = {
        given.name_attribute: _name(new.name, given.name_attribute),
        attributes.PASSWORD: _password(),
        attributes.DEFAULT_GROUP: group_name(group, given.suffix) if group else None,
        attributes.OWNER: group_name(owner, given.suffix) if owner else None,
        given.email_attribute: new.email,
        given.mobile_attribute: new.mobile,
        given.document_attribute: new.document,
        given.mark_attribute: attributes.with_mark("", mark),
    }
    return {attribute: value for attribute, value in values.items() if attribute and value and value.isprintable()}


def _name(name: str | None, attribute: str) -> str | None:
    if name is None or attribute.lower() != attributes.NAME.lower():
        return name
    return attributes.programmer_name(name)


def _password() -> str:
    """Return a password that nobody knows, and that the rules of most installations let pass: a letter, and digits."""
    while True:
        rest = "".join(secrets.choice(_LETTERS + string.digits) for _ in range(_LENGTH - 1))
        password = secrets.choice(_LETTERS) + rest
        if any(one.isdigit() for one in rest) and all(a != b for a, b in zip(password, rest, strict=False)):
            return password
