"""Requirements: boolean expressions over what a caller has proved.

    expression = term   { "or" term }
    term       = factor { "and" factor }
    factor     = "!" factor | "(" expression ")" | NAME | "scope:" NAME

`public` alone means that no token is needed. An expression is kept as its disjunctive normal form, so that a check is a
few set comparisons. The text is what OpenAPI publishes as `x-requirement`; there is no second copy of a rule.
"""

import re
from dataclasses import dataclass
from typing import Self

PUBLIC = "public"
_SPACES = re.compile(r"\s*")
_TOKEN = re.compile(r"\(|\)|!|scope:[A-Za-z0-9_.:-]+|[A-Za-z0-9_-]+")

Clause = tuple[frozenset[str], frozenset[str]]


class RequirementInvalid(ValueError):
    """A requirement text that cannot be parsed: the server must not start with it."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """A parsed requirement. Built only by `parse`, so that an endpoint without a requirement cannot exist."""

    text: str
    clauses: tuple[Clause, ...]
    """Alternatives: each names the atoms that must be there and those that must not."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse `text`; raise `RequirementInvalid` if it is not an expression."""
        if text == PUBLIC:
            return cls(text, ((frozenset(), frozenset()),))
        parser = _Parser(text)
        clauses = parser.expression(negated=False)
        parser.end()
        return cls(text, tuple(dict.fromkeys(clauses)))

    @property
    def is_public(self) -> bool:
        """Whether the operation is reached without a token."""
        return self.text == PUBLIC

    @property
    def atoms(self) -> frozenset[str]:
        """Every name that the expression mentions."""
        return frozenset[str]().union(*(needed | barred for needed, barred in self.clauses))

    def is_met_by(self, atoms: frozenset[str]) -> bool:
        """Whether a caller with these atoms satisfies the expression."""
        return any(needed <= atoms and barred.isdisjoint(atoms) for needed, barred in self.clauses)


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._next = self._advance()

    def _advance(self) -> str | None:
        spaces = _SPACES.match(self._text, self._at)
        self._at = spaces.end() if spaces else self._at
        if self._at == len(self._text):
            return None
        found = _TOKEN.match(self._text, self._at)
        if found is None:
            raise RequirementInvalid(f"{self._text!r}: unexpected character at {self._at}")
        self._at = found.end()
        return found.group()

    def _take(self) -> str:
        if self._next is None:
            raise RequirementInvalid(f"{self._text!r}: ends too early")
        taken, self._next = self._next, self._advance()
        return taken

    def end(self) -> None:
        if self._next is not None:
            raise RequirementInvalid(f"{self._text!r}: unexpected {self._next!r}")

    # Negation is pushed down to the names as the text is read (De Morgan), so each method yields clauses directly.
    def expression(self, *, negated: bool) -> list[Clause]:
        clauses = self._term(negated=negated)
        while self._next == "or":
            self._take()
            right = self._term(negated=negated)
            clauses = _both(clauses, right) if negated else clauses + right
        return clauses

    def _term(self, *, negated: bool) -> list[Clause]:
        clauses = self._factor(negated=negated)
        while self._next == "and":
            self._take()
            right = self._factor(negated=negated)
            clauses = clauses + right if negated else _both(clauses, right)
        return clauses

    def _factor(self, *, negated: bool) -> list[Clause]:
        taken = self._take()
        if taken == "!":
            return self._factor(negated=not negated)
        if taken == "(":
            clauses = self.expression(negated=negated)
            if self._take() != ")":
                raise RequirementInvalid(f"{self._text!r}: a bracket is not closed")
            return clauses
        if taken in {")", "and", "or", PUBLIC}:
            raise RequirementInvalid(f"{self._text!r}: unexpected {taken!r}")
        name = frozenset({taken})
        return [(frozenset(), name)] if negated else [(name, frozenset())]


def _both(left: list[Clause], right: list[Clause]) -> list[Clause]:
    return [(a_needed | b_needed, a_barred | b_barred) for a_needed, a_barred in left for b_needed, b_barred in right]
