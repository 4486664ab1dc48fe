"""Times and typed texts as messages show them."""

import re
from datetime import datetime
from typing import Final

from authme.kernel.http.language import Language
from authme.kernel.times import moment

_LONGEST: Final = 60
# Between a dot, colon, slash or at sign and a letter: `example.com`, `mailto:`, `/path`, `@example`.
_LINK: Final = re.compile(r"(?<=[.:/@])(?=[^\W\d_])")
_MONTHS: Final[dict[Language, tuple[str, ...]]] = {
    "pt": (
        "janeiro", "fevereiro", "março", "abril", "maio", "junho",
        "julho", "agosto", "setembro", "outubro", "novembro", "dezembro",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
}  # fmt: skip


def in_words(at_ms: int, language: Language) -> str:
    """Return a time such as `24 de novembro de 2025, 16h05 (UTC)`; the system's own languages need not be installed."""
    at = moment(at_ms)
    month = _MONTHS[language][at.month - 1]
    if language == "pt":
        return f"{_day(at)} de {month} de {at.year}, {at:%Hh%M} (UTC)"
    return f"{at.day} {month} {at.year}, {at:%H:%M} (UTC)"


def in_short(at_ms: int, language: Language) -> str:
    """Return a time that takes little room, such as `24/11/2025 16:05 UTC`."""
    at = moment(at_ms)
    if language == "pt":
        return f"{at:%d/%m/%Y %H:%M} UTC"
    return f"{at.day} {_MONTHS[language][at.month - 1][:3]} {at.year} {at:%H:%M} UTC"


def one_line(typed: str) -> str:
    """Return what somebody typed as one line of visible characters, cut to what a message has room for.

    Mail programs make links of what looks like one. Without this, whoever gets into an account could name a device so that
    our own message leads its owner to a page of theirs.
    """
    visible = "".join(character if character.isprintable() else " " for character in typed)
    line = " ".join(_LINK.sub(" ", visible.replace("://", " ")).split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1].rstrip()}…"


def _day(at: datetime) -> str:
    return "1º" if at.day == 1 else str(at.day)
