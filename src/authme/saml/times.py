"""Instants in a message, and whether they hold now."""

import re
from datetime import datetime
from typing import Final

from authme.saml.model import AssertionRefused, Expected
from authme.saml.xml import Element, local_name

MAX_AGE: Final = 300
"""Seconds from the making of a message to its arrival: a browser carries it from one server to the next."""
_INSTANT: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.[0-9]{1,18})?(?:Z|[+-]00:00)")


def find_instant(element: Element, attribute: str) -> int | None:
    """Return epoch seconds, parts of a second dropped; None without the attribute.

    SAML core section 1.3.3: an instant is in UTC. Raises AssertionRefused.
    """
    text = element.get(attribute)
    if text is None:
        return None
    match = _INSTANT.fullmatch(text.strip(" \t\r\n"))
    try:
        return int(datetime.fromisoformat(f"{match[1]}+00:00").timestamp()) if match else _refuse(element, attribute)
    except ValueError:
        return _refuse(element, attribute)


def get_instant(element: Element, attribute: str) -> int:
    """Return epoch seconds. Raises AssertionRefused."""
    found = find_instant(element, attribute)
    if found is None:
        raise AssertionRefused(f"the {local_name(element)} has no {attribute}")
    return found


def get_issue_instant(element: Element, expected: Expected) -> int:
    """Return when the message was made: lately. Raises AssertionRefused."""
    issued_at = get_instant(element, "IssueInstant")
    if issued_at > expected.now + expected.skew:
        raise AssertionRefused(f"the {local_name(element)} is from the future")
    if issued_at + MAX_AGE + expected.skew <= expected.now:
        raise AssertionRefused(f"the {local_name(element)} was made too long ago")
    return issued_at


def check_begun(element: Element, attribute: str, expected: Expected) -> None:
    """Let through what holds already; without the attribute it always has. Raises AssertionRefused."""
    begin = find_instant(element, attribute)
    if begin is not None and begin > expected.now + expected.skew:
        raise AssertionRefused(f"the {local_name(element)} holds only later ({attribute})")


def find_end(element: Element, attribute: str, expected: Expected) -> int | None:
    """Return the instant from which the element no longer holds, if it still does. Raises AssertionRefused."""
    end = find_instant(element, attribute)
    if end is not None and end + expected.skew <= expected.now:
        raise AssertionRefused(f"the {local_name(element)} is over ({attribute})")
    return end


def _refuse(element: Element, attribute: str) -> int:
    raise AssertionRefused(f"the {attribute} of the {local_name(element)} is not an instant in UTC")
