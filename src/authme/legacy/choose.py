"""Make up a logon that nobody has."""

import secrets
import string
import unicodedata
from collections.abc import Awaitable, Callable
from typing import Final

from authme.kernel.context import Context
from authme.legacy import store
from authme.legacy.directories import Directories

IsTaken = Callable[[Context, str], Awaitable[bool]]
"""Whether a logon is somebody's name here, or is kept free; `users` knows."""

_LENGTH: Final = 8
_FROM_NAME: Final = 3
_BY_CHANCE: Final = 4
"""Characters by chance at least: 160,000 people of one name, or of one long prefix."""
_TRIES: Final = 64
_TRIES_WITH_NAME: Final = 16
# Without vowels no word comes out, and without these none is read as another: B 8, G 6, I L 1, O 0, S 5, Z 2.
_LETTERS: Final = "CDFHJKMNPQRTVWXY"
_CHARACTERS: Final = _LETTERS + "3479"


class NoLogonLeft(Exception):
    """So many logons of this prefix are taken that none was found."""


async def choose(ctx: Context, name: str | None, is_taken: IsTaken) -> str:
    """Return a logon for new logons by the settings, made of a person's name and of chance. Raises NoLogonLeft.

    It is free at this moment: of two who are given the same one, the second fails when it is inserted.
    """
    rules = ctx.part(Directories).rules
    known = _capitals(name or "")[: max(0, min(_FROM_NAME, _LENGTH - _BY_CHANCE - len(rules.new_prefix)))]
    for number in range(_TRIES):
        # Where a name is used up, or its letters belong to another directory, chance has to do.
        logon = _made(rules.new_prefix, known if number < _TRIES_WITH_NAME else "")
        if rules.name_for(logon) != rules.new_in or await store.find_by_logon(ctx.tx, logon):
            continue
        if not await is_taken(ctx, logon):
            return logon
    raise NoLogonLeft


def _made(prefix: str, known: str) -> str:
    # A logon does not begin with a digit.
    made = (prefix + known) or secrets.choice(_LETTERS)
    return made + "".join(secrets.choice(_CHARACTERS) for _ in range(_LENGTH - len(made)))


def _capitals(name: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFKD", name).upper() if one in string.ascii_uppercase)
