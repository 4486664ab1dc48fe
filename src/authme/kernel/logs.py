"""Logs: one JSON object a line, on standard error."""

import contextlib
import logging
import logging.config
import os
import sys
from datetime import UTC, datetime
from functools import partial
from typing import Any, TextIO

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
    logging.config.dictConfig(library_logging(level, form))
    structlog.configure(
        processors=shared + rendered,
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=partial(_Lines, sys.stderr),
        cache_logger_on_first_use=False,
    )


def hide_secrets(_logger: object, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Hide whatever is logged under the name of a secret: the last line of defence, nobody should log it at all."""
    for name in event:
        if any(secret in name.lower() for secret in _SECRETS):
            event[name] = _HIDDEN
    return event


class _Lines:
    """Writes lines; a log that nobody reads any more is no reason to fail."""

    def __init__(self, stream: TextIO, *_: object) -> None:
        self._stream = stream

    def msg(self, line: str) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._stream.write(line + "\n")
            self._stream.flush()

    debug = info = warning = error = critical = msg


class JsonFormatter(logging.Formatter):
    """What libraries log, in the same form."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        event: dict[str, Any] = {"timestamp": _now(), "level": record.levelname.lower(), "event": record.getMessage()}
        event["logger"] = record.name
        if record.exc_info:
            event["exception"] = self.formatException(record.exc_info)
        return _encode(event).decode()


class StandardError(logging.Handler):
    """Writes to what is standard error at the time."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write the line."""
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(self.format(record) + "\n")


def library_logging(level: str, form: str) -> dict[str, Any]:
    """Return the configuration of the standard library's loggers: one handler, to standard error, in our form."""
    formatter = {"()": JsonFormatter} if form == "json" else {"format": "%(asctime)s [%(levelname)s] %(name)s: %(message)s"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"ours": formatter},
        "handlers": {"ours": {"()": StandardError, "formatter": "ours"}},
        # What libraries say when all is well is theirs to know.
        "root": {"handlers": ["ours"], "level": "ERROR" if level == "error" else "WARNING"},
        # The HTTP server's own; what it says of each request is said by the access log.
        "loggers": {"_granian": {}, "granian.access": {"level": "CRITICAL"}},
    }


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _to_json(_logger: object, _method: str, event: dict[str, Any]) -> str:
    return _encode(event).decode()


class AccessLog:
    """One line for each answered request, written directly: the general logger would cost more than many a request."""

    __slots__ = ("_descriptor", "is_on")

    def __init__(self, level: str) -> None:
        self.is_on = level in {"debug", "info"}
        """Whether lines are written at all."""
        self._descriptor = sys.stderr.fileno() if self.is_on else -1

    def write(self, **event: str | float | None) -> None:
        """Write the line; a reader of the log that went away does not take a request with it."""
        try:
            os.write(self._descriptor, _encode({"timestamp": _now(), "level": "info", **event}) + b"\n")
        except OSError:
            self.is_on = False
