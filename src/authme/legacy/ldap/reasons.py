"""What the messages of z/OS LDAP and RACF say beyond the result code.

Sources: z/OS IBM Tivoli Directory Server Administration and Use for z/OS (SC23-6788), "Binding using a RACF user ID and
password or password phrase" (R0001..), "Updating native passwords and password phrases" (R0041..), "Control of access to RACF
data" (messages of RACF in a result); z/OS Security Server RACF Messages and Codes (SA23-2291), messages of ALTUSER and LISTUSER
(ICH..); z/OS Security Server RACROUTE Macro Reference (SA23-2294), return codes of REQUEST=VERIFY.
"""

import re
from typing import Final, Literal

Reason = Literal["WRONG", "EXPIRED", "REVOKED", "UNKNOWN", "NOT_LET_IN", "IGNORED", "NOT_ALLOWED", "DECIDED", "UNTOLD"]
"""NOT_LET_IN: this logon is kept out of this server. IGNORED: what was asked for is so already. NOT_ALLOWED: whoever asked may
not do so. DECIDED: RACF was asked, and refused. UNTOLD: the message says nothing that is known."""

_REASONS: Final[dict[str, Reason]] = {
    "R000100": "EXPIRED",
    "R004109": "EXPIRED",
    "R000101": "WRONG",  # the new password is not valid; none is ever sent with a bind
    "R004128": "WRONG",
    "R000102": "REVOKED",
    "R004110": "REVOKED",
    "R000104": "WRONG",  # password wrong, or logon not completely defined, which includes not at all
    "R004111": "WRONG",
    "R000105": "WRONG",  # an argument of the bind is not valid: no secret of RACF's looks so
    "R004112": "WRONG",
    "ICH21009I": "UNKNOWN",  # ALTUSER finds no such user
    "ICH30001I": "UNKNOWN",  # LISTUSER finds no such user
    "ICH21019I": "IGNORED",  # RESUME of a logon that is not revoked
}
_UNEXPECTED: Final = frozenset({"R000208", "R004118"})
_CODE: Final = re.compile(r"\s*(?P<code>R\d{6}|(?:ICH|IRR|IKJ)[A-Z]?\d{3,5}[A-Z])\b")
_RACF: Final = re.compile(r"\b(?:ICH|IRR|IKJ)[A-Z]?\d{3,5}[A-Z]\b")
_NOT_ALLOWED: Final = re.compile(r"\bNOT AUTHORIZED\b", re.IGNORECASE)
_SAF: Final = re.compile(r"safRC=(?:0x)?(?P<saf>[0-9A-F]+)\s+racfRC=(?:0x)?(?P<racf>[0-9A-F]+)", re.IGNORECASE)
_SAF_NO_DECISION: Final = 4
_SAF_REFUSED: Final = 8
_RACF_NO_PROFILE: Final = 4


def code_of(message: str) -> str | None:
    """Return the code that a message begins with. The rest of it may name people and is shown to nobody."""
    found = _CODE.match(message)
    return found["code"] if found is not None else None


def reason_of(message: str) -> Reason:
    """Return what a message says."""
    code = code_of(message)
    if code in _UNEXPECTED:
        return _unexpected(message)
    known = _REASONS.get(code or "")
    if known is not None:
        return known
    if _RACF.search(message) is None:
        return "UNTOLD"
    return "NOT_ALLOWED" if _NOT_ALLOWED.search(message) else "DECIDED"


def _unexpected(message: str) -> Reason:
    """Read the return codes of RACROUTE that come with an unexpected error.

    Those by which this one logon is kept out (of this server, at this hour, of its group) say nothing of the others: if they
    counted as a directory that is down, one such logon would have everybody turned away.
    """
    found = _SAF.search(message)
    if found is None:
        return "UNTOLD"
    saf, racf = int(found["saf"], 16), int(found["racf"], 16)
    if saf == _SAF_REFUSED:
        return "UNKNOWN" if racf == _RACF_NO_PROFILE else "NOT_LET_IN"
    return "UNKNOWN" if saf == _SAF_NO_DECISION and racf == _RACF_NO_PROFILE else "UNTOLD"
