"""Which form of the keys a caller asks for, and whether it has it already."""

import re
from collections.abc import Mapping

PEM = "application/x-pem-file"
JSON = "application/json"
_TAG = re.compile(r'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')
_Q = re.compile(r"(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")


def prefers_pem(accept: str) -> bool:
    """Whether `Accept` (RFC 9110 section 12.5.1) names PEM, and JSON not rather.

    Wildcards are for JSON; a type that we do not have gets JSON too, for a key in the wrong form is of more use than none.
    """
    weights = _weights(accept)
    return weights.get(PEM, 0) > 0 and weights[PEM] >= weights.get(JSON, 0)


def is_match(if_none_match: str | None, etag: str) -> bool:
    """Whether `If-None-Match` (RFC 9110 section 13.1.2) names the validator, by weak comparison, or is `*`."""
    if if_none_match is None:
        return False
    return if_none_match.strip() == "*" or etag in _TAG.findall(if_none_match)


def _weights(accept: str) -> Mapping[str, float]:
    weights: dict[str, float] = {}
    for part in accept.lower().split(","):
        media_type, *parameters = (piece.strip() for piece in part.split(";"))
        weight = 1.0
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name.strip() == "q":
                weight = float(value) if _Q.fullmatch(value.strip()) else 0.0
        weights[media_type] = max(weight, weights.get(media_type, 0.0))
    return weights
