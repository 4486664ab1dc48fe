"""Shapes on the wire: what request and answer structs have in common, and the field types that many share."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

Id = Annotated[str, Meta(pattern="^[0-9a-f]{24}$", max_length=24, description="24 lowercase hex digits")]
Text = Annotated[str, Meta(min_length=1, max_length=256, description="a text of 1 to 256 characters")]
Title = Annotated[
    str, Meta(min_length=1, max_length=256, pattern=r"\S", description="a text of 1 to 256 characters that is not blank")
]
"""What something is called."""
LongText = Annotated[str, Meta(min_length=1, max_length=4096, description="a text of 1 to 4096 characters")]
Token = Annotated[str, Meta(min_length=1, max_length=16384, description="a token of 1 to 16384 characters")]
Moment = Annotated[datetime, Meta(tz=True, description="a time with its offset from UTC (RFC 3339)")]
Password = Annotated[str, Meta(min_length=1, max_length=1024, description="a text of 1 to 1024 characters")]
"""What a caller may offer as a password; what is accepted as a *new* one is the policy's decision."""


class Wire(msgspec.Struct, rename="camel", forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A request body: camelCase, unknown fields refused (code 106)."""


class TolerantWire(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """A request body of an operation with tolerant input: unknown fields are ignored."""


class Answer(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """An answer body: every field is written, an absent value as null."""


class SparseAnswer(msgspec.Struct, rename="camel", frozen=True, kw_only=True, omit_defaults=True):
    """An answer body in which a field without a value is left out."""


def expected(kind: Any) -> str | None:
    """Return what a value of this type has to be, as a clause for a message; None where the type has no description."""
    info = msgspec.inspect.type_info(kind)
    options = info.types if isinstance(info, msgspec.inspect.UnionType) else (info,)
    for option in options:
        if isinstance(option, msgspec.inspect.Metadata) and (option.extra_json_schema or {}).get("description"):
            return f"{(option.extra_json_schema or {})['description']} is expected"
    return None
