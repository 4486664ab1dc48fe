"""The status of a response (SAML core section 3.2.2)."""

from typing import Final

from authme.saml.model import AssertionRefused
from authme.saml.xml import SAMLP, Element, name

_CODE: Final = name(SAMLP, "StatusCode")
_PREFIX: Final = "urn:oasis:names:tc:SAML:2.0:status:"
_KNOWN: Final = frozenset(
    {
        "Requester",
        "Responder",
        "VersionMismatch",
        "AuthnFailed",
        "InvalidAttrNameOrValue",
        "InvalidNameIDPolicy",
        "NoAuthnContext",
        "NoAvailableIDP",
        "NoPassive",
        "NoSupportedIDP",
        "PartialLogout",
        "ProxyCountExceeded",
        "RequestDenied",
        "RequestUnsupported",
        "RequestVersionDeprecated",
        "RequestVersionTooHigh",
        "RequestVersionTooLow",
        "ResourceNotRecognized",
        "TooManyResponses",
        "UnknownAttrProfile",
        "UnknownPrincipal",
        "UnsupportedBinding",
    }
)


def check_status(status: Element) -> None:
    """Let through success alone. Raises AssertionRefused, which names the codes of the standard, and no others."""
    code = status.find(_CODE)
    if code is not None and code.get("Value") == f"{_PREFIX}Success":
        return
    codes = [each.get("Value", "").removeprefix(_PREFIX) for each in status.iter(_CODE)]
    known = [each for each in codes if each in _KNOWN]
    said = ", ".join(known[:2]) or "a status that is not known"
    raise AssertionRefused(f"the identity provider did not log the person in ({said})")
