"""Every refusal the API can give, as one tree.

Refusal
├── BadInput 400
│   ├── FieldsRefused 101, 102, 106, 107   one element per wrong field
│   ├── NotJson 103
│   ├── CodeOrUsernameWrong 8
│   ├── PasswordNotAccepted 501
│   └── ChallengeOver 502
├── BodyTooLarge 104 (413)
├── NotJsonContent 105 (415)
├── Unauthenticated 401
│   ├── ClientCredentialsWrong 9
│   ├── BearerMissing 201, BearerExpired 202
│   ├── CredentialsWrong 203
│   ├── SessionEnded 204
│   ├── CredentialLocked 205
│   ├── TokenNotValid 206
│   ├── ProofNotAccepted 207
│   └── PasswordDue 208
├── Forbidden 403
│   ├── RequirementNotMet 301
│   └── NotOnThisTarget 302
├── NotFound 401 (404), NoSuchPath 402 (404), NoSuchMethod 402 (405)
├── Conflict 409
│   ├── AlreadyExists 403
│   ├── StateForbids 404
│   └── DependencyCycle 405
├── TooManyTries 601 (429)
├── Unexpected 901 (500)
└── Unavailable 902 (503)

A use case *raises* a refusal to undo its unit of work and *returns* one to keep it: a failed login is refused and counted.
The message is for the caller; the chained cause is for the log. Only `kernel.http` renders them.
"""

from collections.abc import Iterable
from typing import ClassVar

import msgspec


class ErrorItem(msgspec.Struct, frozen=True):
    """One element of the error array."""

    code: str
    message: str


class Refusal(Exception):
    """What a caller is told when a request is not carried out."""

    code: ClassVar[str]
    status: ClassVar[int]
    message: ClassVar[str]
    challenge: ClassVar[str | None] = None
    """The `WWW-Authenticate` header (RFC 6750 section 3), only where a bearer token is what is missing."""

    def __init__(self, message: str | None = None, *, retry_after: int | None = None) -> None:
        super().__init__(message or self.message)
        self.items: tuple[ErrorItem, ...] = (ErrorItem(self.code, message or self.message),)
        self.retry_after = retry_after
        """Seconds for the `Retry-After` header."""
        self.allow: str | None = None
        """Methods for the `Allow` header."""


class BadInput(Refusal):
    """The request itself is wrong."""

    status = 400
    code = "102"
    message = "The request is not valid."


class FieldsRefused(BadInput):
    """One or more fields are missing, malformed, unknown or name something that does not exist."""

    def __init__(self, items: Iterable[ErrorItem]) -> None:
        super().__init__()
        self.items = tuple(items)


def field_missing(name: str) -> ErrorItem:
    """Code 101."""
    return ErrorItem("101", f"`{name}` is required.")


def field_malformed(name: str, expected: str) -> ErrorItem:
    """Code 102. `expected` is a clause such as `24 lowercase hex digits are expected`."""
    return ErrorItem("102", f"`{name}`: {expected}.")


def field_unknown(name: str) -> ErrorItem:
    """Code 106."""
    return ErrorItem("106", f"`{name}` is not known here.")


def missing(name: str) -> FieldsRefused:
    """Refuse for one missing field."""
    return FieldsRefused([field_missing(name)])


def malformed(name: str, expected: str) -> FieldsRefused:
    """Refuse for one malformed field."""
    return FieldsRefused([field_malformed(name, expected)])


def named_in_body_unknown(name: str, noun: str) -> FieldsRefused:
    """Code 107: the `noun` that the field `name` names does not exist (or is not visible to the caller)."""
    return FieldsRefused([ErrorItem("107", f"`{name}`: there is no such {noun}.")])


class NotJson(BadInput):
    """The body cannot be parsed as JSON (RFC 8259)."""

    code = "103"
    message = "The body is not valid JSON."


class CodeOrUsernameWrong(BadInput):
    """A validation code, or the name it was sent for, is wrong."""

    code = "8"
    message = "Validation code or username is not valid."


class PasswordNotAccepted(BadInput):
    """A new password does not meet the policy; the message says which rule."""

    code = "501"
    message = "The password is not accepted."


class ChallengeOver(BadInput):
    """A challenge is expired, used or out of tries."""

    code = "502"
    message = "The challenge is expired, used or out of tries."


class BodyTooLarge(Refusal):
    """The body is larger than the operation takes."""

    status = 413
    code = "104"
    message = "The body is too large."


class NotJsonContent(Refusal):
    """The body is not declared as JSON where JSON is needed."""

    status = 415
    code = "105"
    message = "Content-Type must be application/json."


class Unauthenticated(Refusal):
    """Who is calling is not proved."""

    status = 401
    code = "201"
    message = "A valid bearer token is required."


class ClientCredentialsWrong(Unauthenticated):
    """The client's credentials are wrong, missing or unknown."""

    code = "9"
    message = "Wrong Client Id or Client Secret."


class BearerMissing(Unauthenticated):
    """There is no bearer token, or not a valid one."""

    challenge = "Bearer"


class BearerExpired(Unauthenticated):
    """The bearer token is past its time."""

    code = "202"
    challenge = 'Bearer error="invalid_token"'
    message = "The bearer token is expired."


class CredentialsWrong(Unauthenticated):
    """The one answer to an unknown name, a wrong password, and a locked account with a wrong password."""

    code = "203"
    message = "Wrong username or password."


class SessionEnded(Unauthenticated):
    """The session behind the token is over."""

    code = "204"
    challenge = 'Bearer error="invalid_token"'
    message = "The session has ended."


class CredentialLocked(Unauthenticated):
    """The credential is locked; said only after the right password."""

    code = "205"
    message = "The credential is locked."


class TokenNotValid(Unauthenticated):
    """A refresh, remember-me, param or opaque token is not valid."""

    code = "206"
    message = "The token is not valid."


class ProofNotAccepted(Unauthenticated):
    """A certificate, assertion or federated token is not accepted; the message names the failed check."""

    code = "207"
    message = "The proof of identity is not accepted."


class PasswordDue(Unauthenticated):
    """The password must be created or changed first."""

    code = "208"
    message = "The password must be changed first."


class Forbidden(Refusal):
    """The caller is known and may not."""

    status = 403
    code = "301"
    message = "The requirement of this operation is not met."


class RequirementNotMet(Forbidden):
    """The caller's levels and authorities do not satisfy the requirement."""


class NotOnThisTarget(Forbidden):
    """The caller may do this, but not to this user, role or client."""

    code = "302"
    message = "Not on this target."


class NotFound(Refusal):
    """There is no such resource, or it is not visible to the caller."""

    status = 404
    code = "401"
    message = "There is no such resource."


class NoSuchPath(Refusal):
    """No operation has this path."""

    status = 404
    code = "402"
    message = "There is no such path."


class NoSuchMethod(Refusal):
    """The path has no operation of this method."""

    status = 405
    code = "402"
    message = "The method is not allowed here."


class Conflict(Refusal):
    """The request collides with what is stored."""

    status = 409
    code = "404"
    message = "The state does not allow this."


class AlreadyExists(Conflict):
    """What is to be created exists already."""

    code = "403"
    message = "It already exists."


class StateForbids(Conflict):
    """It changed meanwhile, or its state does not allow the operation."""


class DependencyCycle(Conflict):
    """A group would come to depend on itself."""

    code = "405"
    message = "This would make a dependency cycle."


class TooManyTries(Refusal):
    """Too many tries; `retry_after` says when the next is taken."""

    status = 429
    code = "601"
    message = "Too many tries."


class Unexpected(Refusal):
    """A defect; the log has the cause under the request id."""

    status = 500
    code = "901"
    message = "Unexpected error."


class Unavailable(Refusal):
    """A needed system does not answer."""

    status = 503
    code = "902"
    message = "A needed system does not answer."

    def __init__(self, message: str | None = None, *, retry_after: int = 1) -> None:
        super().__init__(message, retry_after=retry_after)
