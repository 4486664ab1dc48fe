"""Forms that several operations on users take."""

from collections.abc import Callable
from typing import Annotated

from msgspec import Meta

from authme.kernel.errors import malformed
from authme.kernel.wire import Wire
from authme.users.names import Name, NameMalformed

Digits = Annotated[int, Meta(ge=0, lt=10**15)] | Annotated[str, Meta(min_length=1, max_length=32)]
"""A number or a digit string."""


class MobileParts(Wire, frozen=True, kw_only=True):
    """A mobile number in parts."""

    country_code: Digits | None = None
    area_code: Digits
    number: Digits


MobileGiven = Digits | MobileParts


def mobile_text(given: MobileGiven) -> str:
    """Return a mobile number as text, to be read by `names.mobile`."""
    if isinstance(given, MobileParts):
        return f"+{given.country_code or 55}{given.area_code}{given.number}"
    return str(given)


def read_document(text: str, form: Callable[[str], Name]) -> str:
    """Return the bare document; raise FieldsRefused (102) for one without its form or with wrong check digits."""
    try:
        return form(text).value
    except NameMalformed as error:
        raise malformed("document", str(error)) from error
