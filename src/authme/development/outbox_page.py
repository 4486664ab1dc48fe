"""The messages that would have been sent, on a page and for programs."""

import base64
import hashlib
from datetime import datetime
from functools import cache
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from authme.kernel.context import Context
from authme.kernel.errors import NotFound
from authme.kernel.http import Reply, Request
from authme.kernel.times import moment
from authme.kernel.wire import Answer
from authme.notify.local_store import LocalMessage, list_local_messages

_THIS_MACHINE: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_STYLE: Final = """
body { margin: 0 auto; max-width: 48rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; color: #222; background: #fff }
article { border-top: 1px solid #767676; padding: 0.5rem 0; }
h2 { font-size: 1.1rem; margin: 0.5rem 0 0; }
p { margin: 0; color: #4a4a4a; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; margin: 0.5rem 0; }
"""
_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Outbox</title>
<link rel="icon" href="data:,">
<style>{{ style | safe }}</style>
</head>
<body>
<main>
<h1>Outbox</h1>
<p>Messages are not sent in development; they are kept here, the newest first. <a href="/dev/outbox">Look again</a></p>
{% for message in messages %}
<article>
<h2>{{ message.subject or "Short message" }}</h2>
<p>{{ message.channel }} to <strong>{{ message.to }}</strong>, {{ message.created_at.isoformat(" ", "seconds") }}</p>
<pre>{{ message.text }}</pre>
</article>
{% else %}
<p>There is none yet.</p>
{% endfor %}
</main>
</body>
</html>
"""


class ShownMessage(Answer, frozen=True, kw_only=True):
    """A message, the body of a mail as text. A short message has no subject."""

    id: str
    channel: str
    to: str
    subject: str | None
    text: str
    created_at: datetime


class ShownMessages(Answer, frozen=True, kw_only=True):
    """The messages that are kept, the newest first."""

    items: tuple[ShownMessage, ...]


async def outbox_page(ctx: Context, request: Request) -> Reply:
    """Show the messages; as JSON where `Accept` asks for it.

    Only at a host name of this machine: at any other a page of somebody else's, whose name was made to lead here, would read
    the codes.
    """
    if _host(request) not in _THIS_MACHINE:
        raise NotFound
    messages = tuple(map(_shown, await list_local_messages(ctx.tx)))
    if "application/json" in request.headers.get("accept", ""):
        return Reply(msgspec.json.encode(ShownMessages(items=messages)))
    page: str = _template().render(messages=messages, style=_STYLE)
    headers = (("Content-Security-Policy", _policy()), ("Referrer-Policy", "no-referrer"))
    return Reply(page.encode(), "text/html; charset=utf-8", headers=headers)


def _host(request: Request) -> str | None:
    try:
        return urlsplit(f"//{request.headers.get('host', '')}").hostname
    except ValueError:
        return None


def _shown(message: LocalMessage) -> ShownMessage:
    return ShownMessage(
        id=message.id,
        channel=message.channel,
        to=message.address,
        subject=message.subject or None,
        text=message.text,
        created_at=moment(message.created_at),
    )


@cache
def _template() -> Any:
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415  # see notify.ways

    return Environment(undefined=StrictUndefined, autoescape=True, trim_blocks=True).from_string(_PAGE)


@cache
def _policy() -> str:
    # Nothing but the one style of the page: no script, no image, no request.
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
