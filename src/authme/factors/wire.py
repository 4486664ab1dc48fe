"""What is sent about a factor, read."""

import json
from typing import Annotated

import msgspec
from msgspec import Meta

from authme.factors.model import ContactType
from authme.kernel.errors import FieldsRefused, field_malformed, field_missing, field_unknown
from authme.kernel.wire import Text, Wire
from authme.users import names
from authme.users.names import Name, NameMalformed
from authme.users.wire import MobileGiven, mobile_text

Label = Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]{1,64}$", description="a line of 1 to 64 characters")]
Tag = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.:-]+$", description="letters, digits, _.:-")]
Tags = Annotated[tuple[Tag, ...], Meta(max_length=16)]
TagsGiven = Tags | Annotated[str, Meta(max_length=2048, description="an array of tags, or a string that holds one")]


class FactorGiven(Wire, frozen=True):
    """One whole factor: a contact, or what beyond the published ones a person can have."""

    contact_type: ContactType
    email: Text | None = None
    mobile: MobileGiven | None = None
    tags: TagsGiven | None = None
    name: Label | None = None


class FactorDraft(msgspec.Struct, frozen=True):
    """The same, read: `contact` is there for contacts and for nothing else."""

    contact_type: ContactType
    contact: Name | None
    tags: tuple[str, ...]
    name: str | None


def read_factor(given: FactorGiven, at: str = "") -> FactorDraft:
    """Return what was sent, contacts in their form; raise FieldsRefused. `at` is where it stands in the body."""
    wanted = {"EMAIL": "email", "MOBILE": "mobile"}.get(given.contact_type)
    for field, value in (("email", given.email), ("mobile", given.mobile)):
        if value is None and field == wanted:
            raise FieldsRefused([field_missing(at + field)])
        if value is not None and field != wanted:
            raise FieldsRefused([field_unknown(at + field)])
    return FactorDraft(given.contact_type, read_contact(given.email, given.mobile, at), read_tags(given.tags, at), given.name)


def read_contact(email: str | None, mobile: MobileGiven | None, at: str = "") -> Name | None:
    """Return the contact that was sent, if any; raise FieldsRefused."""
    field = "email" if email is not None else "mobile"
    try:
        if email is not None:
            return names.email(email)
        return None if mobile is None else names.mobile(mobile_text(mobile))
    except NameMalformed as error:
        raise FieldsRefused([field_malformed(at + field, str(error))]) from error


def read_tags(given: TagsGiven | None, at: str = "") -> tuple[str, ...]:
    """Return the tags, each once: sent as an array, or as a string that holds a JSON array (contract section 4, UI-35)."""
    if given is None or given == "":
        return ()
    try:
        listed = msgspec.convert(json.loads(given), Tags) if isinstance(given, str) else given
    except (ValueError, RecursionError) as error:
        raise FieldsRefused([field_malformed(f"{at}tags", "an array of tags, or a string that holds one")]) from error
    return tuple(dict.fromkeys(listed))
