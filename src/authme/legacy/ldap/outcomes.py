"""What an answer of the directory means for the port."""

from typing import Final, NamedTuple, NoReturn

from authme.legacy.directory import LogonTaken, LogonUnknown, NotUnderstood, Refused, Unreachable
from authme.legacy.ldap.reasons import code_of, reason_of
from authme.legacy.model import Verdict

# Result codes of RFC 4511 section 4.1.9 and appendix A.
SUCCESS: Final = 0
OPERATIONS_ERROR: Final = 1
NO_SUCH_OBJECT: Final = 32
INAPPROPRIATE_AUTHENTICATION: Final = 48
INVALID_CREDENTIALS: Final = 49
INSUFFICIENT_ACCESS: Final = 50
ENTRY_ALREADY_EXISTS: Final = 68
OTHER: Final = 80
_REFUSALS: Final = {
    16: "an attribute is not there",
    17: "an attribute is not known there",
    18: "an attribute cannot be compared so",
    19: "a value is not allowed",
    20: "a value is there already",
    21: "a value has not the form of its attribute",
    34: "a name has not the form of names",
    50: "this server's logon may not do this",
    53: "it is not willing to do this",
    64: "the name does not suit the entry",
    65: "the entry does not suit its class",
    66: "the entry has others below it",
    67: "the name cannot be changed",
    69: "the class cannot be changed",
    71: "it concerns several servers",
}
_FAILURES: Final = {
    1: "something went wrong there",
    2: "it does not understand the question",
    3: "it took too long there",
    7: "it does not take passwords",
    8: "it wants a stronger authentication",
    10: "it refers to another server, which is not followed",
    11: "a limit of its administrator is reached",
    13: "it wants a confidential connection",
    51: "it is busy",
    52: "it is not available",
    80: "something else went wrong there",
}
"""Of these an operator or a later time may rid us; so they are no answers."""
_OF_THE_WAY: Final = frozenset({3, 8, 13, 51, 52})
"""These say nothing of an entry: they would be answered for every other one, too."""
_MAY_BE_RACF: Final = frozenset({OPERATIONS_ERROR, OTHER})
"""What a failed command of RACF is told by; then RACF's message comes with it."""


class Answer(NamedTuple):
    """The result of an operation; `message` is for `reasons` and shown to nobody."""

    code: int
    message: str


def verdict_of(answer: Answer, *, tells_revoked_to_all: bool) -> Verdict:
    """Return what a bind says of the password. Raises NotUnderstood or Unreachable for an answer that says nothing of it."""
    verdict = verdict_in(answer, tells_revoked_to_all=tells_revoked_to_all)
    if verdict is None:
        fail("The directory does not say what a password is worth", answer)
    return verdict


def verdict_in(answer: Answer, *, tells_revoked_to_all: bool) -> Verdict | None:
    """Return what a bind says of the password, None if it says nothing of it."""
    reason = reason_of(answer.message)
    if answer.code == SUCCESS:
        return "RIGHT"
    if answer.code == NO_SUCH_OBJECT or (answer.code == OPERATIONS_ERROR and reason == "UNKNOWN"):
        return "UNKNOWN"
    if answer.code == INAPPROPRIATE_AUTHENTICATION:
        return "WRONG"
    if answer.code == INVALID_CREDENTIALS and reason == "EXPIRED":
        return "EXPIRED"
    is_kept_out = (
        (answer.code == INVALID_CREDENTIALS and reason == "REVOKED")
        or (answer.code == OPERATIONS_ERROR and reason == "NOT_LET_IN")
        or answer.code == INSUFFICIENT_ACCESS
    )
    if is_kept_out:
        return "WRONG" if tells_revoked_to_all else "REVOKED"
    return "WRONG" if answer.code == INVALID_CREDENTIALS else None


def is_absent(answer: Answer) -> bool:
    """Whether the answer to a question for an entry is that there is none."""
    return answer.code == NO_SUCH_OBJECT or (answer.code in _MAY_BE_RACF and reason_of(answer.message) == "UNKNOWN")


def is_withheld(answer: Answer) -> bool:
    """Whether the answer to a question for an entry is that this server's logon may not see it."""
    is_said_by_racf = answer.code in _MAY_BE_RACF and reason_of(answer.message) == "NOT_ALLOWED"
    return answer.code == INSUFFICIENT_ACCESS or is_said_by_racf


def check_changed(answer: Answer) -> None:
    """Raise what a change came to, unless it is done or was so already."""
    if answer.code == SUCCESS or (answer.code in _MAY_BE_RACF and reason_of(answer.message) == "IGNORED"):
        return
    if is_absent(answer):
        raise LogonUnknown("There is no such logon.")
    _refuse("The directory did not change the logon", answer)


def check_added(answer: Answer) -> None:
    """Raise what the making of a logon came to, unless it is made."""
    if answer.code == SUCCESS:
        return
    if answer.code == ENTRY_ALREADY_EXISTS:
        raise LogonTaken("There is such a logon.")
    if answer.code == NO_SUCH_OBJECT:
        raise Refused("The directory did not make the logon: there is no such suffix, or no such group.")
    _refuse("The directory did not make the logon", answer)


def fail(what: str, answer: Answer) -> NoReturn:
    """Raise what the answer says, as far as an operator may read it: Unreachable if it is the way's, else NotUnderstood."""
    reason = f"{what}: {said_by(answer)}."
    if answer.code in _OF_THE_WAY:
        raise Unreachable(reason)
    raise NotUnderstood(reason, code=answer.code)


def said_by(answer: Answer) -> str:
    """Return what an answer says, without the server's own words."""
    words = _REFUSALS.get(answer.code) or _FAILURES.get(answer.code) or "it answered something unexpected"
    return f"{words} ({', '.join(filter(None, [f'result {answer.code}', code_of(answer.message)]))})"


def _refuse(what: str, answer: Answer) -> NoReturn:
    # A message of RACF's own says that it decided, whatever the result code.
    is_decided = answer.code in _MAY_BE_RACF and reason_of(answer.message) in {"DECIDED", "NOT_ALLOWED"}
    if answer.code in _REFUSALS or is_decided:
        raise Refused(f"{what}: {said_by(answer)}.")
    fail(what, answer)
