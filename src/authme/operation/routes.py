"""The operation pages on the wire."""

from typing import Any

from authme.kernel.context import Context
from authme.kernel.http import Endpoint, Reply
from authme.kernel.metrics import exposition
from authme.kernel.requirement import Requirement
from authme.operation.docs import asset, openapi, page
from authme.operation.health import Health, Readiness, healthz, readyz

_PUBLIC = Requirement.parse("public")
_TAGS = ("Operation",)
_HTML = ("text/html",)
_FILES = ("text/javascript", "text/css")


async def metrics(_ctx: Context) -> Reply:
    """Return the metrics of all worker processes in the Prometheus text format."""
    return Reply(*exposition())


ENDPOINTS = [
    Endpoint("X-healthz", "GET", "/healthz", _PUBLIC, healthz, "Process is up", _TAGS, answer=Health),
    Endpoint("X-readyz", "GET", "/readyz", _PUBLIC, readyz, "Server can answer", _TAGS, answer=Readiness),
    Endpoint("X-metrics", "GET", "/metrics", _PUBLIC, metrics, "Metrics", _TAGS, media_types=("text/plain",)),
    Endpoint("X-openapi", "GET", "/openapi.json", _PUBLIC, openapi, "OpenAPI document", _TAGS, answer=dict[str, Any]),
    Endpoint("X-docs", "GET", "/docs", _PUBLIC, page, "API pages", _TAGS, media_types=_HTML),
    Endpoint("X-docs-file", "GET", "/docs/{file}", _PUBLIC, asset, "A file of the API pages", _TAGS, media_types=_FILES),
]
