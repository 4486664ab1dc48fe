"""Ids: 24 lowercase hex digits, ordered by time (4 bytes seconds, 5 random, 3 counter)."""

import itertools
import os
import re
import secrets

from authme.kernel.clock import Clock

_FORM = re.compile(r"[0-9a-f]{24}")
_counter = itertools.count(secrets.randbelow(1 << 24))


def new_id(clock: Clock) -> str:
    """Return an id that no other process makes."""
    # The random part is drawn anew for each id: worker processes forked from one parent would share a stored one.
    return f"{clock.now() & 0xFFFFFFFF:08x}{os.urandom(5).hex()}{next(_counter) & 0xFFFFFF:06x}"


def is_id(text: str) -> bool:
    """Whether `text` has the form of an id."""
    return _FORM.fullmatch(text) is not None
