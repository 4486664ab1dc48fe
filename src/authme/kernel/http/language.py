"""Which language a caller reads (RFC 9110 section 12.5.4)."""

from functools import lru_cache
from typing import Literal

Language = Literal["pt", "en"]
LANGUAGES: tuple[Language, ...] = ("pt", "en")
_LONGEST = 200


@lru_cache(maxsize=256)
def language_of(accepted: str | None) -> Language | None:
    """Return the language of ours that the caller likes best; None when it names none of them.

    Of two liked alike the first named wins. A header longer than browsers send is not read.
    """
    if not accepted or len(accepted) > _LONGEST:
        return None
    liked = [
        (weight, language)
        for tag, weight in map(_read, accepted.split(","))
        for language in LANGUAGES
        if language == tag and weight > 0
    ]
    return max(liked, key=lambda one: one[0])[1] if liked else None


def _read(part: str) -> tuple[str, float]:
    tag, _, parameter = part.strip().partition(";")
    return tag.strip().lower().partition("-")[0], _weight(parameter)


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
