"""What a directory's entry says of a person, and the user that is made of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from authme.kernel.context import Context
from authme.kernel.ids import new_id
from authme.legacy.model import Entry
from authme.users import names
from authme.users.model import User
from authme.users.names import Name, NameMalformed


@dataclass(frozen=True, slots=True)
class Said:
    """What an entry says, as names; what has not the form that it should have is left out."""

    logon: Name
    document: Name | None
    contacts: tuple[Name, ...]

    @property
    def names(self) -> tuple[Name, ...]:
        """Everything that the person can be called."""
        return (self.logon, *([self.document] if self.document is not None else []), *self.contacts)


def read_entry(entry: Entry) -> Said:
    """Return what the entry says."""
    document = next(_read(names.document, entry.document), None)
    contacts = (*_read(names.email, entry.email), *_read(names.mobile, entry.mobile))
    return Said(names.logon(entry.logon), document, contacts)


def new_user(ctx: Context, entry: Entry, document: str | None) -> User:
    """Return the user that is to be made, for whose document the operator's directory vouches."""
    now = ctx.clock.now_ms()
    return User(
        id=new_id(ctx.clock),
        kind="PERSON",
        status="ACTIVE",
        name=entry.name or None,
        document=document,
        business_id=None,
        organization_id=ctx.caller.organization_id,
        customer_id=None,
        language=ctx.origin.language,
        authorities=(),
        created_at=now,
        updated_at=now,
        last_login_at=None,
        locked_at=None,
        logon=entry.logon,
        is_document_vouched=document is not None,
    )


def _read(form: Callable[[str], Name], text: str | None) -> Iterator[Name]:
    try:
        if text is not None:
            yield form(text)
    except NameMalformed:
        return
