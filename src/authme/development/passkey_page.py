"""A page to try passkeys with: log in, register one, and raise the session by it."""

from functools import cache
from html import escape
from importlib import resources

from authme.kernel.context import Context
from authme.kernel.errors import NotFound
from authme.kernel.http import Reply
from authme.settings import FactorSettings

# The page runs scripts of this server's and talks to this server only.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = (("Content-Security-Policy", _POLICY), ("Referrer-Policy", "no-referrer"))
_SCRIPT, _STYLE = "text/javascript; charset=utf-8", "text/css; charset=utf-8"
_FILES = {"passkey.js": _SCRIPT, "api.js": _SCRIPT, "webauthn.js": _SCRIPT, "passkey.css": _STYLE}


async def passkey_page(ctx: Context) -> Reply:
    """Show the page. It says so itself if it is opened at a host that this server's passkeys do not belong to."""
    settings = ctx.part(FactorSettings)
    shown = _read("passkey.html").decode() % {
        "rp_id": escape(settings.passkey_rp_id or ""),
        "origins": escape(" ".join(settings.passkey_origins)),
    }
    return Reply(shown.encode(), "text/html; charset=utf-8", headers=_HEADERS)


async def passkey_file(_ctx: Context, file: str) -> Reply:
    """Return a file of the page."""
    if file not in _FILES:
        raise NotFound
    return Reply(_read(file), _FILES[file])


@cache
def _read(file: str) -> bytes:
    return resources.files("authme.development").joinpath("static", file).read_bytes()
