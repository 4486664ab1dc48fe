"""Keyset pages: `?limit=` and `?cursor=` in, `items` and `nextCursor` out (contract section 1)."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Self

from msgspec import Meta

from authme.kernel.errors import malformed
from authme.kernel.http import Parameter

DEFAULT_LIMIT = 50
MAXIMUM_LIMIT = 200
PAGE = (Parameter("limit", Annotated[int, Meta(ge=1, le=MAXIMUM_LIMIT)]), Parameter("cursor"))
"""What an operation that pages knows."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page is asked for: at most `limit` rows whose key is greater than `after`."""

    limit: int = DEFAULT_LIMIT
    after: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Self:
        """Read `limit` and `cursor`; raise FieldsRefused (102) when one is malformed."""
        given = query.get("limit", str(DEFAULT_LIMIT))
        # isdecimal alone would take digits of other scripts, and int() would take them too.
        if not (given.isascii() and given.isdecimal() and 1 <= int(given[:9]) <= MAXIMUM_LIMIT):
            raise malformed("limit", f"a number from 1 to {MAXIMUM_LIMIT} is expected")
        cursor = query.get("cursor", "")
        try:
            after = base64.b64decode(cursor.encode("ascii"), altchars=b"-_", validate=True).decode()
        except (binascii.Error, ValueError) as error:
            raise malformed("cursor", "the nextCursor of an earlier page is expected") from error
        if "\0" in after:
            raise malformed("cursor", "the nextCursor of an earlier page is expected")
        return cls(int(given), after)

    def next_cursor(self, keys: Sequence[str]) -> str | None:
        """Return the cursor behind the last of `keys`, the keys of the rows read with `LIMIT limit + 1`."""
        if len(keys) <= self.limit:
            return None
        return base64.urlsafe_b64encode(keys[self.limit - 1].encode()).decode()
