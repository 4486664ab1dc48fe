"""The conditions of an assertion (SAML core section 2.5): when it holds, and for whom."""

from typing import Final

from authme.saml.model import AssertionRefused, Expected
from authme.saml.times import check_begun, find_end
from authme.saml.xml import SAML, Element, XmlRefused, children, name, uri_of

_AUDIENCES: Final = name(SAML, "AudienceRestriction")
_AUDIENCE: Final = name(SAML, "Audience")
_UNDERSTOOD: Final = (_AUDIENCES, name(SAML, "OneTimeUse"), name(SAML, "ProxyRestriction"))
"""Each assertion is good once here, and none is the ground of another one: the last two always hold."""


def check_conditions(conditions: Element, expected: Expected) -> int | None:
    """Return from when on the conditions no longer hold, epoch seconds without the skew; None if they do not say.

    Without a restriction to an audience an assertion for another service would be good here (SAML profiles section 4.1.4.2).
    Raises AssertionRefused.
    """
    check_begun(conditions, "NotBefore", expected)
    end = find_end(conditions, "NotOnOrAfter", expected)
    try:
        found = children(conditions, many=_UNDERSTOOD)
    except XmlRefused:
        # Core section 2.5.1.1: an assertion with a condition that is not understood is not valid.
        raise AssertionRefused("the assertion has a condition that is not understood") from None
    if not found[_AUDIENCES]:
        raise AssertionRefused("the assertion names no audience")
    for restriction in found[_AUDIENCES]:
        audiences = children(restriction, many=(_AUDIENCE,))[_AUDIENCE]
        if expected.service_entity_id not in map(uri_of, audiences):
            raise AssertionRefused("the audience is another's")
    return end
