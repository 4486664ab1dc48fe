"""Logs: one JSON object a line, on standard error."""

import logging
import os
import sys
from typing import Any

import msgspec
import structlog

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
_SECRETS = ("password", "secret", "token", "authorization", "assertion", "cookie", "code_verifier", "api_key")
_HIDDEN = "(hidden)"
_encode = msgspec.json.Encoder(enc_hook=str).encode


def configure(level: str, form: str) -> None:
    """Set up logging for this process: `json`, or `console` for people."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        hide_secrets,
    ]
    rendered: list[Any] = (
        [structlog.processors.format_exc_info, _to_json]
        if form == "json"
        else [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    )
    structlog.configure(
        processors=shared + rendered,
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def hide_secrets(_logger: object, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Hide whatever is logged under the name of a secret: the last line of defence, nobody should log it at all."""
    for name in event:
        if any(secret in name.lower() for secret in _SECRETS):
            event[name] = _HIDDEN
    return event


def _to_json(_logger: object, _method: str, event: dict[str, Any]) -> str:
    return _encode(event).decode()


class AccessLog:
    """One line for each answered request, written directly: the general logger would cost more than many a request."""

    __slots__ = ("_descriptor", "_is_on")

    def __init__(self, level: str) -> None:
        self._is_on = level in {"debug", "info"}
        self._descriptor = sys.stderr.fileno() if self._is_on else -1

    def write(self, **event: str | float | None) -> None:
        """Write the line; a reader of the log that went away does not take a request with it."""
        if self._is_on:
            try:
                os.write(self._descriptor, _encode(event) + b"\n")
            except OSError:
                self._is_on = False
