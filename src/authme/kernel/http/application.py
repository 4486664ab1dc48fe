"""The endpoint table as a Falcon application: the one place that reads requests, commits, and renders answers."""

import os
import re
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl

import falcon
import falcon.asgi
import msgspec
import structlog

from authme.kernel import errors
from authme.kernel.clock import Clock
from authme.kernel.context import Caller, Context, Origin, Parts
from authme.kernel.database import Database, DatabaseUnavailable, Transaction
from authme.kernel.http.client_certificate import NO_CERTIFICATES, CertificateSource, certificate_of
from authme.kernel.http.cors import OriginCheck, cors_headers
from authme.kernel.http.decode import Decoder
from authme.kernel.http.endpoint import Endpoint, Reply
from authme.kernel.http.language import language_of
from authme.kernel.http.request import Request
from authme.kernel.http.source import Network, source_of
from authme.kernel.ids import is_id

Authenticator = Callable[[Request, Endpoint], Awaitable[Caller]]
Observer = Callable[[str, str, Request, int, float], None]
"""`observer(endpoint_id, caller_client, request, status, seconds)`, called once per answered request."""

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_log = structlog.get_logger(__name__)
_STATUS_LINES = {
    status: falcon.code_to_http_status(status)
    for status in (200, 201, 204, 304, 400, 401, 403, 404, 405, 409, 413, 415, 429, 500, 503)
}
_BODILESS = frozenset({204, 304})
_ALWAYS = (("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"))
_ENCODER = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What every operation needs from the composition root."""

    database: Database
    clock: Clock
    parts: Parts
    authenticate: Authenticator
    allowed_origin: OriginCheck
    observe: Observer
    body_limit: int
    bulk_body_limit: int
    trusted_proxies: Sequence[Network] = ()
    certificate_source: CertificateSource = NO_CERTIFICATES


def build(endpoints: Sequence[Endpoint], surroundings: Surroundings, *, lifecycle: Any = None) -> Any:
    """Return the ASGI application that serves exactly these endpoints.

    `lifecycle` may have `process_startup` and `process_shutdown`, awaited with the ASGI lifespan.
    """
    application: Any = _Application(middleware=[lifecycle] if lifecycle else None, cors_enable=False)
    application.req_options.auto_parse_form_urlencoded = False
    faults = _Faults(surroundings)
    application.add_error_handler(falcon.HTTPError, faults.on_http_error)
    application.add_error_handler(Exception, faults.on_exception)
    by_route: dict[str, list[Endpoint]] = defaultdict(list)
    for endpoint in endpoints:
        by_route[endpoint.route()].append(endpoint)
    for route, here in by_route.items():
        application.add_route(route, _resource(here, surroundings))
    return application


class _Application(falcon.asgi.App):  # type: ignore[type-arg]  # generic over its request and response types
    """Falcon's application, for HTTP/1.0 too: the server calls it `1`, and proxies still speak it by default."""

    def __call__(self, scope: Any, receive: Any, send: Any) -> Any:  # type: ignore[override]  # wider than the base class, on purpose
        if scope.get("http_version") == "1":
            scope["http_version"] = "1.0"
        return super().__call__(scope, receive, send)


def _resource(endpoints: Sequence[Endpoint], surroundings: Surroundings) -> object:
    methods = {endpoint.method for endpoint in endpoints}
    if len(methods) != len(endpoints):
        raise ValueError(f"two operations share one method: {endpoints[0].path}")
    allow = ", ".join(sorted(methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())))
    responders: dict[str, Any] = {}
    for endpoint in endpoints:
        operation = Operation(endpoint, surroundings)
        responders[f"on_{endpoint.method.lower()}"] = operation.respond
        if endpoint.method == "GET":
            responders["on_head"] = operation.respond
    responders["on_options"] = _Options(allow, surroundings).respond
    return SimpleNamespace(**responders)


class Operation:
    """One endpoint's path from bytes to bytes."""

    def __init__(self, endpoint: Endpoint, surroundings: Surroundings) -> None:
        self._endpoint = endpoint
        self._around = surroundings
        self._requirement = endpoint.requirement
        self._decoder = Decoder(endpoint) if endpoint.body is not None else None
        self._limit = surroundings.bulk_body_limit if endpoint.bulk else surroundings.body_limit
        self._reads_body = endpoint.reads_body
        self._status_line = _STATUS_LINES[endpoint.status]

    async def respond(self, req: Any, resp: Any, **path: str) -> None:
        """Answer one request."""
        started = time.perf_counter()
        request = _request(req, self._around)
        client = ""
        try:
            if self._reads_body:
                request.body = await _body(req, request, self._limit)
            caller = await self._around.authenticate(request, self._endpoint)
            client = caller.client_id or ""
            outcome = await self._run(request, caller, path)
        except errors.Refusal as refusal:
            outcome = refusal
        except (DatabaseUnavailable, OSError, TimeoutError) as fault:
            # One line: while a system is down there are many of them.
            reason = str(fault) or type(fault).__name__
            _log.warning("unavailable", operation=self._endpoint.id, request_id=request.id, reason=reason)
            outcome = errors.Unavailable()
        except Exception as defect:  # noqa: BLE001  # the border: whatever it is, the caller gets the error array
            _log.error("unexpected", operation=self._endpoint.id, request_id=request.id, exc_info=defect)
            outcome = errors.Unexpected()
        if "origin" in request.headers:
            await _allow_origin(request, resp, self._around)
        status = self._render(request, resp, outcome)
        self._around.observe(self._endpoint.id, client, request, status, time.perf_counter() - started)

    async def _run(self, request: Request, caller: Caller, path: dict[str, str]) -> Any:
        if not self._requirement.is_met_by(caller.atoms):
            raise errors.RequirementNotMet(f"This operation requires: {self._requirement.text}.")
        arguments: list[Any] = self._path_values(path) if path else []
        if self._endpoint.wants_request:
            arguments.append(request)
        if self._decoder:
            arguments.append(self._decoder.decode(request))
        around, origin = self._around, Origin(request.source, request.id, language_of(request.headers.get("accept-language")))

        context: Context | None = None

        async def work(tx: Transaction) -> Any:
            nonlocal context
            context = Context(tx, caller, around.clock, around.parts, origin)
            return await self._endpoint.run(context, *arguments)

        try:
            return await around.database.unit(work)
        finally:
            if context is not None:
                context.close()

    def _path_values(self, path: dict[str, str]) -> list[Any]:
        values = [path[f"p{position}"] for position in range(len(self._endpoint.parameters))]
        for name, value in zip(self._endpoint.parameters, values, strict=True):
            # No stored id has another form, so nothing can be there.
            if name.lower().endswith("id") and name not in self._endpoint.free_parameters and not is_id(value):
                raise errors.NotFound
        return values

    def _render(self, request: Request, resp: Any, outcome: Any) -> int:
        resp.set_headers((("X-Request-Id", request.id), *_ALWAYS))
        if isinstance(outcome, errors.Refusal):
            return _refuse(resp, outcome)
        if isinstance(outcome, Reply):
            resp.status = _STATUS_LINES[outcome.status]
            resp.set_headers(outcome.headers)
            if outcome.status not in _BODILESS:
                resp.content_type = outcome.media_type
                resp.data = outcome.body
            return outcome.status
        resp.status = self._status_line
        if self._endpoint.status not in _BODILESS:
            resp.content_type = falcon.MEDIA_JSON
            resp.data = _ENCODER.encode(outcome)
        return self._endpoint.status


class _Options:
    """`OPTIONS`: works everywhere and needs no token (contract section 1)."""

    def __init__(self, allow: str, surroundings: Surroundings) -> None:
        self._allow = allow
        self._around = surroundings

    async def respond(self, req: Any, resp: Any, **_path: str) -> None:
        started = time.perf_counter()
        request = _request(req, self._around)
        await _allow_origin(request, resp, self._around, preflight="access-control-request-method" in request.headers)
        resp.set_headers((("X-Request-Id", request.id), ("Allow", self._allow), *_ALWAYS))
        resp.status = _STATUS_LINES[204]
        self._around.observe("options", "", request, 204, time.perf_counter() - started)


class _Faults:
    """What Falcon itself refuses, in the contract's form."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._around = surroundings

    async def on_http_error(self, req: Any, resp: Any, error: Any, _params: dict[str, str]) -> None:
        refusal: errors.Refusal
        if isinstance(error, falcon.HTTPMethodNotAllowed) or req.method not in falcon.HTTP_METHODS:
            refusal = errors.NoSuchMethod()
            refusal.allow = (error.headers or {}).get("Allow")
        elif isinstance(error, falcon.HTTPNotFound):
            refusal = errors.NoSuchPath()
        else:
            refusal = errors.BadInput()
        await self._answer(req, resp, refusal)

    async def on_exception(self, req: Any, resp: Any, defect: Exception, _params: dict[str, str]) -> None:
        _log.error("unexpected", path=req.path, exc_info=defect)
        await self._answer(req, resp, errors.Unexpected())

    async def _answer(self, req: Any, resp: Any, refusal: errors.Refusal) -> None:
        started = time.perf_counter()
        request = _request(req, self._around)
        await _allow_origin(request, resp, self._around)
        resp.set_headers((("X-Request-Id", request.id), *_ALWAYS))
        status = _refuse(resp, refusal)
        self._around.observe("none", "", request, status, time.perf_counter() - started)


def _refuse(resp: Any, refusal: errors.Refusal) -> int:
    resp.status = _STATUS_LINES[refusal.status]
    resp.content_type = falcon.MEDIA_JSON
    resp.data = _ENCODER.encode(refusal.items)
    if refusal.retry_after is not None:
        resp.set_header("Retry-After", str(refusal.retry_after))
    if refusal.challenge is not None:
        resp.set_header("WWW-Authenticate", refusal.challenge)
    if refusal.allow is not None:
        resp.set_header("Allow", refusal.allow)
    return refusal.status


async def _allow_origin(request: Request, resp: Any, around: Surroundings, *, preflight: bool = False) -> None:
    origin = request.headers.get("origin")
    if origin:
        resp.set_headers(await cors_headers(origin, around.allowed_origin, preflight=preflight))


def _request(req: Any, around: Surroundings) -> Request:
    scope = req.scope
    given = scope["headers"]
    headers: dict[str, str] = {name.decode("latin-1"): value.decode("latin-1") for name, value in given}
    if len(headers) != len(given):
        headers = _joined(given)
    query: dict[str, str] = {}
    if req.query_string:
        for name, value in parse_qsl(req.query_string, keep_blank_values=True):
            query.setdefault(name, value)
    peer = (scope.get("client") or (None,))[0]
    given_id = headers.get("x-request-id", "")
    return Request(
        method=req.method,
        path=req.path,
        headers=headers,
        query=query,
        body=b"",
        source=source_of(peer, headers.get("x-forwarded-for"), around.trusted_proxies),
        id=given_id if given_id and _REQUEST_ID.fullmatch(given_id) else os.urandom(8).hex(),
        peer=peer,
        client_certificate=certificate_of(scope, headers, peer, around.certificate_source),
    )


def _joined(given: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Join headers of one name, so that a doubled Authorization is no valid credential instead of a choice."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in given:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


async def _body(req: Any, request: Request, limit: int) -> bytes:
    """Read the body up to `limit` bytes; a longer one is refused without being read to its end."""
    declared = request.headers.get("content-length", "")
    if declared == "0":
        return b""
    if declared.isdecimal() and int(declared[:18]) > limit:
        raise errors.BodyTooLarge
    body: bytes = await req.stream.read(limit + 1)
    if len(body) > limit:
        raise errors.BodyTooLarge
    return body
