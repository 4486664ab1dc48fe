"""Somebody on their way through operations that give or raise a token, and what their token must say then.

That is computed here, from a table of its own, by what they proved.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import httpx

from support.answers import refused
from support.api import Api
from support.enrolled import Enrolled
from support.given import Given, GivenClient, claims

KINDS = {
    "pwd": {"known"},
    "otp": {"had"},
    "sms": {"had"},
    "pop": {"had", "been"},
    "device": {"had"},
    "swk": {"had"},
    "hwk": {"had"},
    "fed": {"known"},
    "saml": {"known"},
}
LADDER = ["AUTH-IDENTIFIED", "AUTH-BASIC", "AUTH-MFA"]


def level_of(methods: set[str]) -> str:
    kinds = set[str]().union(*(KINDS[method] for method in methods))
    return LADDER[min(len(kinds), 2)]


@dataclass
class Walk:
    """Somebody on their way: what they hold, and what they have proved with it."""

    given: Given
    clients: tuple[GivenClient, GivenClient]
    person: Enrolled
    proved: set[str] = field(default_factory=set)
    is_smart: bool = False
    mailbox_set_the_password: bool = False
    password: str = ""
    client: int = 0
    token: str = ""
    refresh_token: str | None = None

    @property
    def me(self) -> Api:
        return self.given.api.as_(self.token)

    @property
    def visitor(self) -> Api:
        return self.given.api.as_client(self.clients[self.client].id)

    @property
    def level(self) -> str:
        return level_of(self.proved)

    @property
    def may_go_on(self) -> bool:
        """Whether they may call what needs a login."""
        return self.level != "AUTH-IDENTIFIED"

    def holds(self, answer: httpx.Response) -> None:
        """Take the tokens of an answer."""
        assert answer.status_code in {200, 201}, answer.text
        self.token, self.refresh_token = answer.json()["accessToken"], answer.json().get("refreshToken")

    def begins(self, answer: httpx.Response, *proved: str) -> None:
        """Take the tokens of a new session."""
        self.holds(answer)
        self.proved, self.is_smart = set(proved), False

    def check(self) -> None:
        """Compare what the token says with what was proved."""
        said = claims(self.token)
        reached = set(LADDER[: LADDER.index(self.level) + 1])
        authorities = {authority.removeprefix("ROLE_") for authority in said["authorities"]}
        assert said["acr"] == self.level
        assert set(said.get("amr", ())) == self.proved | ({"mfa"} if self.level == "AUTH-MFA" else set())
        assert {one for one in authorities if one.startswith("AUTH-")} == reached | ({"AUTH-SMART"} if self.is_smart else set())
        assert ("USER" in authorities) is self.may_go_on

    def is_refused(self, answer: httpx.Response) -> bool:
        """Whether they must be, and were, refused what needs a login."""
        if not self.may_go_on:
            refused(answer, 403, "301")
        return not self.may_go_on


Step = Callable[[Walk], Awaitable[None]]
STEPS: dict[str, Step] = {}
GIVES: dict[str, tuple[str, str, str]] = {}
"""What each operation does to the session, proves and reaches, as the document shows it."""


def step(name: str, session: str = "", proof: str = "", reaches: str = "") -> Callable[[Step], Step]:
    """Keep a step of this name; one that is refused in every state has no more than that."""

    def keep(taken: Step) -> Step:
        STEPS[name] = taken
        if session:
            methods = {method for method in KINDS if method in proof.split()[:1]}
            same = "AUTH-MFA, or refused" if proof else "as before"
            GIVES[name] = session, proof, reaches or (same if session == "same" else level_of(methods))
        return taken

    return keep
