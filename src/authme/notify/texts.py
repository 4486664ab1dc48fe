"""What messages say, in each language.

A template gives the subject in its first line, the short message in the second, and after an empty line the paragraphs, with an
empty line between them. Its values hold no line breaks. It is filled in twice: as it is for the text, and escaped for HTML.
"""

from functools import cache
from pathlib import Path
from textwrap import fill
from typing import Any

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from authme.kernel.http.language import Language
from authme.notify.send import Message
from authme.notify.words import in_short, in_words, one_line

_FOLDER = Path(__file__).with_name("templates")
_WIDTH = 76


class Order(msgspec.Struct, frozen=True):
    """A message to be written, as it is in the outbox. `at` is when what it tells of happened, in epoch milliseconds."""

    to: str
    message: Message
    language: Language
    at: int
    values: dict[str, str | int]


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """A message as a person reads it."""

    subject: str
    short: str
    """The whole message in one line."""
    text: str
    html: str


def write(order: Order, *, product: str) -> Written:
    """Write a message."""
    values: dict[str, Any] = {
        name: one_line(value) if isinstance(value, str) else value for name, value in order.values.items()
    }
    values |= {"product": product, "when": in_words(order.at, order.language), "at": in_short(order.at, order.language)}
    name = f"{order.language}/{order.message}.j2"
    subject, short, paragraphs = _parts(_environment(escapes=False).get_template(name).render(values))
    *_, escaped = _parts(_environment(escapes=True).get_template(name).render(values))
    html = (
        _environment(escapes=True)
        .get_template("layout.html")
        .render(
            language="pt-BR" if order.language == "pt" else "en",
            subject=subject,
            paragraphs=[Markup(paragraph) for paragraph in escaped],  # noqa: S704  # was escaped as it was filled in
            code=values.get("code"),
        )
    )
    text = "\n\n".join(fill(paragraph, _WIDTH, break_on_hyphens=False, break_long_words=False) for paragraph in paragraphs)
    return Written(subject=subject, short=short, text=f"{text}\n", html=html)


@cache
def _environment(*, escapes: bool) -> Environment:
    return Environment(
        loader=FileSystemLoader(_FOLDER),
        undefined=StrictUndefined,
        autoescape=escapes,  # noqa: S701  # off for texts, which are no HTML
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _parts(filled_in: str) -> tuple[str, str, list[str]]:
    head, *paragraphs = (part.strip() for part in filled_in.strip().split("\n\n"))
    subject, short = head.split("\n")
    return subject, short, [" ".join(paragraph.split("\n")) for paragraph in paragraphs if paragraph]
