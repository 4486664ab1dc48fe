"""A row of the endpoint table, and the replies that are more than an answer struct."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from authme.kernel.requirement import Requirement

API = "/security/iam/v1"
_PARAMETER = re.compile(r"\{([^}]+)\}")


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer whose bytes, media type or headers a use case decides itself."""

    body: bytes = b""
    media_type: str = "application/json"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Parameter:
    """A query parameter or header, for the documentation: `run` reads it from the request."""

    name: str
    kind: Any = str
    required: bool = False


UseCase = Callable[..., Awaitable[Any]]
"""`run(ctx, *path_values[, request][, body])`: see `Endpoint`. Returns what `answer` says, a `Reply` or a `Refusal`."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One operation: the whole HTTP surface is the table of these.

    Routing, authentication, the requirement check, decoding, OpenAPI and the tests over all operations read the row.
    """

    id: str
    """The operation's id in the contract, or `X-…` for an operation of our own."""
    method: str
    path: str
    requirement: Requirement
    run: UseCase
    summary: str
    tags: tuple[str, ...]
    body: type[msgspec.Struct] | Any | None = None
    answer: Any = None
    status: int = 200
    tolerant: bool = False
    """Tolerant input (contract section 1): unknown fields, a missing body and a missing content type are fine."""
    bulk: bool = False
    """Takes a body up to the bulk limit."""
    wants_request: bool = False
    """`run` is given the `Request` after the path values: it reads headers or credentials itself."""
    body_optional: bool = False
    """A request without a body is one with `{}`: for operations whose fields are all optional."""
    takes_basic: bool = False
    """`run` reads HTTP Basic itself: it is a person's, or the operation is public and it is the client's."""
    query: tuple[Parameter, ...] = ()
    """Query parameters that the operation knows; `run` reads them from the request."""
    headers: tuple[Parameter, ...] = ()
    """Headers that the operation knows; the same."""
    free_parameters: tuple[str, ...] = ()
    """Parameters of the path that are named as ids are and have no form of ours: a caller chose the value."""
    deprecated: bool = False
    media_types: tuple[str, ...] = ("application/json",)
    unlisted_statuses: tuple[int, ...] = ()
    """Success statuses besides `status` (304 for a conditional GET)."""
    refusals: tuple[int, ...] = ()
    """Statuses of refusals beside those that follow from the row, for the documentation."""
    parameters: tuple[str, ...] = field(init=False)
    """Names in braces in the path, in order."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", tuple(_PARAMETER.findall(self.path)))

    @property
    def reads_body(self) -> bool:
        """Whether a request may have a body, which is then read up to the limit."""
        return self.body is not None or self.method not in {"GET", "DELETE"}

    @property
    def names_client(self) -> bool:
        """Whether a `clientId` in the query is enough to speak for a client: the operations before a login."""
        return self.requirement.text == "CLI-1STPARTY and CLI-AUTH-IDENTIFIED"

    def route(self) -> str:
        """Return the path with parameters named by position: one name may stand for another in the contract.

        A free parameter at the end takes whatever follows: a slash may be in what a caller chose, however it is escaped.
        """
        positions = iter(range(len(self.parameters)))
        route = _PARAMETER.sub(lambda _: f"{{p{next(positions)}}}", self.path)
        ends_free = self.path.endswith("}") and self.parameters[-1] in self.free_parameters
        return f"{route[:-1]}:path}}" if ends_free else route
