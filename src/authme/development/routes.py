"""The pages for development on the wire. They are in the table of a server in development only."""

from authme.development.outbox_page import ShownMessages, outbox_page
from authme.development.passkey_page import passkey_file, passkey_page
from authme.kernel.http import Endpoint
from authme.kernel.requirement import Requirement

_PUBLIC = Requirement.parse("public")
_TAGS = ("Development",)
_HTML = ("text/html",)
_FILES = ("text/javascript", "text/css")

ENDPOINTS = [
    Endpoint(
        "X-dev-outbox", "GET", "/dev/outbox", _PUBLIC, outbox_page, "Messages that would have been sent", _TAGS,
        answer=ShownMessages, wants_request=True, media_types=(*_HTML, "application/json"),
    ),
    Endpoint("X-dev-passkey", "GET", "/dev/passkey", _PUBLIC, passkey_page, "Try passkeys", _TAGS, media_types=_HTML),
    Endpoint(
        "X-dev-passkey-file", "GET", "/dev/passkey/{file}", _PUBLIC, passkey_file, "A file of the passkey page", _TAGS,
        media_types=_FILES,
    ),
]  # fmt: skip
