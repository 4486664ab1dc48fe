"""What each proof is worth. This table is the only place that says so; `docs/security/levels.md` shows it.

| method | proof | kinds |
|---|---|---|
| `pwd` | a password | known |
| `otp` | a code by mail, of an authenticator app, or a recovery code | had |
| `sms` | a code by short message | had |
| `pop` | a passkey with user verification | had, been |
| `device` | a remember-me token on an associated device | had |
| `swk` | a signature by a digital certificate's key, kept in software | had |
| `hwk` | the same, kept in hardware | had |
| `fed` | an account at an OpenID provider | known |
| `saml` | an account at a SAML identity provider | known |

One proof is `AUTH-BASIC`. Proofs of two different kinds are `AUTH-MFA`: two e-mail addresses are not two factors. How a
provider logs people in is not known here, so its word is worth a password and no more. Methods are those of RFC 8176 where
it has them; `mfa` is added when a session reaches `AUTH-MFA`.
"""

from collections.abc import Iterable
from typing import Literal

from authme.kernel.context import BASIC, IDENTIFIED, MFA

Kind = Literal["known", "had", "been"]
Method = Literal["pwd", "otp", "sms", "pop", "device", "swk", "hwk", "fed", "saml"]

KINDS: dict[str, frozenset[Kind]] = {
    "pwd": frozenset({"known"}),
    "otp": frozenset({"had"}),
    "sms": frozenset({"had"}),
    "pop": frozenset({"had", "been"}),
    "device": frozenset({"had"}),
    "swk": frozenset({"had"}),
    "hwk": frozenset({"had"}),
    "fed": frozenset({"known"}),
    "saml": frozenset({"known"}),
}
MULTIPLE = "mfa"


def level_of(methods: Iterable[str]) -> str:
    """Return the rung that these proofs reach together."""
    kinds = frozenset[Kind]().union(*(KINDS.get(method, frozenset()) for method in methods))
    if len(kinds) > 1:
        return MFA
    return BASIC if kinds else IDENTIFIED


def with_method(methods: tuple[str, ...], method: Method) -> tuple[str, ...]:
    """Return the methods of a session after one more proof."""
    proved = dict.fromkeys((*methods, method))
    if level_of(proved) == MFA:
        proved[MULTIPLE] = None
    return tuple(proved)
