"""Which passwords may be chosen (NIST SP 800-63B-4 section 3.1.1.2): long enough, not guessed first."""

import itertools
import unicodedata
from collections.abc import Iterable
from typing import Final, Literal

from authme.crypto import blocklist
from authme.crypto.passwords import normalize

Reason = Literal["length", "characters", "blocklist", "pattern", "personal"]

LONGEST: Final = 128
_FORBIDDEN_CATEGORIES: Final = frozenset({"Cc", "Cs"})
_LONGEST_REPEATED: Final = 4
_SHORTEST_NAME: Final = 3
_PADDING: Final = 4


class PasswordRefused(Exception):
    """A password that may not be chosen. `message` is for the person, `reason` for programs; neither holds the password."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


def check_password(password: str, *, minimum: int, forbidden: Iterable[str] = ()) -> None:
    """Raise PasswordRefused unless the password may be chosen. Length is counted in code points after NFKC.

    `forbidden` are words known of the user: user name, e-mail address, own names, document. A password is refused when nothing
    but such words and a few more characters is in it; to contain one is no fault. There are no composition rules.
    """
    normalized = normalize(password)
    if len(normalized) < minimum:
        raise PasswordRefused("length", f"The password must have at least {minimum} characters.")
    if len(normalized) > LONGEST:
        raise PasswordRefused("length", f"The password must have at most {LONGEST} characters.")
    if any(unicodedata.category(character) in _FORBIDDEN_CATEGORIES for character in normalized):
        raise PasswordRefused("characters", "The password must not contain control characters.")
    folded = normalized.casefold()
    if blocklist.is_common(folded):
        raise PasswordRefused("blocklist", "The password is too common.")
    if _is_repetition(folded) or _is_sequence(folded):
        raise PasswordRefused("pattern", "The password is a simple pattern.")
    if _is_made_of(folded, forbidden):
        raise PasswordRefused("personal", "The password must not be made of your own names.")


def _is_repetition(text: str) -> bool:
    """Whether the whole is one character, or up to four, again and again."""
    return any(
        len(text) > period and text == (text[:period] * (len(text) // period + 1))[: len(text)]
        for period in range(1, min(_LONGEST_REPEATED, len(text) // 2) + 1)
    )


def _is_sequence(text: str) -> bool:
    """Whether each character follows the one before, up or down, 0 following 9."""
    steps = {ord(after) - ord(before) for before, after in itertools.pairwise(text)}
    return steps in ({1}, {-1}) or (text.isdecimal() and steps in ({1, -9}, {-1, 9}))


def _is_made_of(folded: str, forbidden: Iterable[str]) -> bool:
    rest = bare = _letters_and_digits(folded)
    words = {_letters_and_digits(part) for word in forbidden for part in _parts(normalize(word).casefold())}
    for word in sorted(words, key=len, reverse=True):
        if len(word) >= _SHORTEST_NAME:
            rest = rest.replace(word, "")
    return rest != bare and len(rest) <= _PADDING


def _parts(word: str) -> list[str]:
    """Return the word, what stands before its @, and each piece between its punctuation."""
    pieces = "".join(character if character.isalnum() else " " for character in word).split()
    return [word, word.partition("@")[0], *pieces]


def _letters_and_digits(text: str) -> str:
    return "".join(character for character in text if character.isalnum())
