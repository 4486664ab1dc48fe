"""Metrics in the Prometheus form, over all worker processes.

Worker processes share their figures through files in the folder that PROMETHEUS_MULTIPROC_DIR names. Labels are the ids of
operations and classes of status: never anything a caller can choose.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from authme.kernel.http import Request
from authme.kernel.logs import AccessLog

_BESIDE = ("none", "options")
"""What is counted apart from operations: paths that no operation has, and `OPTIONS`."""
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_CLASSES = ("2xx", "3xx", "4xx", "5xx")


@dataclass(frozen=True, slots=True)
class _Instruments:
    registry: Any
    requests: Any
    seconds: Any


@cache
def _instruments() -> _Instruments:
    # The library looks for the folder when it is imported, so each worker process imports it for itself.
    from prometheus_client import CollectorRegistry, Counter, Histogram  # noqa: PLC0415

    registry = CollectorRegistry()
    return _Instruments(
        registry,
        Counter("authme_requests", "Answered requests.", ("operation", "status"), registry=registry),
        Histogram(
            "authme_request_seconds", "Time to answer, by operation.", ("operation",), buckets=_BUCKETS, registry=registry
        ),
    )


class Observer:
    """Counts and logs answered requests. What is counted is resolved once, not for each request."""

    def __init__(self, operations: Iterable[str], log: AccessLog) -> None:
        names = [*operations, *_BESIDE]
        made = _instruments()
        self._counters = {(name, status): made.requests.labels(name, status) for name in names for status in _CLASSES}
        self._histograms = {name: made.seconds.labels(name) for name in names}
        self._log = log

    def observe(self, operation: str, client_id: str, request: Request, status: int, seconds: float) -> None:
        """Count one request. `operation` is `none` where no operation has the path, and `options` for that method."""
        self._counters[operation, _CLASSES[status // 100 - 2]].inc()
        self._histograms[operation].observe(seconds)
        if self._log.is_on:
            self._log.write(
                event="request",
                operation=operation,
                method=request.method,
                status=status,
                ms=round(seconds * 1000, 3),
                request_id=request.id,
                source=request.source,
                client_id=client_id or None,
            )


def exposition() -> tuple[bytes, str]:
    """Return the figures of all worker processes in the text format, and its media type."""
    from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest  # noqa: PLC0415  # as above
    from prometheus_client.multiprocess import MultiProcessCollector  # noqa: PLC0415

    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(_instruments().registry), CONTENT_TYPE_LATEST
    shared = CollectorRegistry()
    MultiProcessCollector(shared)  # type: ignore[no-untyped-call]  # the library has no annotations here
    return generate_latest(shared), CONTENT_TYPE_LATEST
