"""Interactive API pages from packaged files: nothing is fetched from another host."""

from functools import cache
from importlib.metadata import distribution
from pathlib import Path

from authme.kernel.context import Context
from authme.kernel.errors import NotFound
from authme.kernel.http import Reply
from authme.operation.parts import Running

# Swagger UI sets styles from its script; everything else comes from this server, and the page talks to this server only.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>AuthMe API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="page"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""
_START = """SwaggerUIBundle({
  url: "/openapi.json", dom_id: "#page", deepLinking: true, docExpansion: "list", validatorUrl: null, tryItOutEnabled: true,
});
"""
_PACKAGED = {"swagger-ui.css": "text/css; charset=utf-8", "swagger-ui-bundle.js": "text/javascript; charset=utf-8"}


async def page(_ctx: Context) -> Reply:
    """Show every operation, to read and to try."""
    headers = (("Content-Security-Policy", _POLICY), ("Referrer-Policy", "no-referrer"))
    return Reply(_PAGE.encode(), "text/html; charset=utf-8", headers=headers)


async def asset(_ctx: Context, file: str) -> Reply:
    """Return a file of the pages."""
    if file == "start.js":
        return Reply(_START.encode(), "text/javascript; charset=utf-8")
    if file not in _PACKAGED:
        raise NotFound
    return Reply(_read(file), _PACKAGED[file], headers=(("Cache-Control", "public, max-age=86400"),))


async def openapi(ctx: Context) -> Reply:
    """Return the OpenAPI 3.1 document of every operation."""
    return Reply(ctx.part(Running).openapi())


@cache
def _read(file: str) -> bytes:
    # Read as data, without importing the package that carries it.
    return Path(str(distribution("swagger-ui-py").locate_file(f"swagger_ui/static/{file}"))).read_bytes()
