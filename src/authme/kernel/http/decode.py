"""From the bytes of a body to a request struct, naming every wrong field."""

import json
from typing import Any, NoReturn

import msgspec

from authme.kernel.errors import (
    ErrorItem,
    FieldsRefused,
    NotJson,
    NotJsonContent,
    field_malformed,
    field_missing,
    field_unknown,
)
from authme.kernel.http.endpoint import Endpoint
from authme.kernel.http.request import Request
from authme.kernel.wire import expected

_EMPTY = (b"", b"{}", b"[]")
_MOST_EXPLAINED = 20
"""As many wrong fields of an array are named."""


class Decoder:
    """Decodes the body of one endpoint. Made once per endpoint, since a msgspec decoder is compiled."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._shape = endpoint.body
        self._tolerant = endpoint.tolerant
        self._is_optional = endpoint.body_optional
        self._decoder = msgspec.json.Decoder(endpoint.body)

    def decode(self, request: Request) -> Any:
        """Return the decoded body.

        Raises NotJsonContent, NotJson, or FieldsRefused with one element per wrong field.
        """
        content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        body = request.body
        is_tolerated = self._tolerant and (content_type not in {"", "application/json"} or body.strip() in _EMPTY)
        if is_tolerated or (self._is_optional and not body):
            body = b"{}"
        elif not self._tolerant and content_type != "application/json":
            raise NotJsonContent
        return self._strictly(body)

    def _strictly(self, body: bytes) -> Any:
        # The standard parser tells of a duplicate name, which msgspec lets the last one win: two readers of one body
        # could otherwise see two different requests.
        try:
            raw = _STRICT.decode(body.decode())
            if b"\\u" in body:
                _check_text(raw)
            return self._decoder.decode(body)
        except _DuplicateName as error:
            raise FieldsRefused([field_malformed(error.args[0], "the name stands twice in one object")]) from error
        except msgspec.ValidationError as error:
            _explain(raw, self._shape, error)
        except json.JSONDecodeError as error:
            raise NotJson(f"The body is not valid JSON (line {error.lineno}, column {error.colno}).") from error
        except (msgspec.DecodeError, ValueError, RecursionError) as error:
            raise NotJson from error


class _DuplicateName(Exception):
    pass


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise _DuplicateName(next(name for name in names if names.count(name) > 1))
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_STRICT = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant)


def _check_text(value: Any) -> None:
    """Refuse what no store can keep: NUL, and surrogates without a partner (RFC 8259 section 8.2)."""
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
            raise ValueError("text with NUL or a lone surrogate")
    elif isinstance(value, dict):
        for name, inner in value.items():
            _check_text(name)
            _check_text(inner)
    elif isinstance(value, list):
        for inner in value:
            _check_text(inner)


def _explain(raw: Any, shape: Any, error: msgspec.ValidationError) -> NoReturn:
    """Raise FieldsRefused with every wrong field, of an array with the first of them: msgspec itself stops at the first."""
    items = _explain_elements(raw, shape) if isinstance(raw, list) else _explain_fields("", raw, shape)
    raise FieldsRefused(items or [field_malformed("body", expected(shape) or _lower(str(error)))]) from error


def _explain_elements(raw: list[Any], shape: Any) -> list[ErrorItem]:
    info = msgspec.inspect.type_info(shape)
    array = info.type if isinstance(info, msgspec.inspect.Metadata) else info
    element = getattr(getattr(array, "item_type", None), "cls", None)
    if element is None:
        return []
    items: list[ErrorItem] = []
    for position, one in enumerate(raw):
        if not isinstance(one, dict):
            items.append(field_malformed(f"[{position}]", "an object is expected"))
        items += _explain_fields(f"[{position}].", one, element)
        if len(items) >= _MOST_EXPLAINED:
            break
    return items[:_MOST_EXPLAINED]


def _explain_fields(before: str, raw: Any, shape: Any) -> list[ErrorItem]:
    """Return every wrong field of a struct; `before` is what its fields are named by."""
    if not (isinstance(raw, dict) and isinstance(shape, type) and issubclass(shape, msgspec.Struct)):
        return []
    items: list[ErrorItem] = []
    fields = {field.encode_name: field for field in msgspec.structs.fields(shape)}
    for name, field in fields.items():
        if name in raw:
            items += _explain_value(before + name, raw[name], field.type)
        elif field.required:
            items.append(field_missing(before + name))
    if shape.__struct_config__.forbid_unknown_fields:
        items += [field_unknown(before + _shorten(name)) for name in raw if name not in fields]
    return items


def _explain_value(name: str, value: Any, kind: Any) -> list[ErrorItem]:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        text = str(error)
        if "unknown field" in text or "missing required field" in text:
            return [_explain_inner(name, text)]
        return [field_malformed(name, expected(kind) or _lower(text))]
    return []


def _explain_inner(name: str, text: str) -> ErrorItem:
    what, _, path = text.partition(" - at `$")
    inner = name + path.rstrip("`")
    quoted = what.split("`")[1]
    return field_unknown(f"{inner}.{_shorten(quoted)}") if "unknown" in what else field_missing(f"{inner}.{quoted}")


def _shorten(name: str) -> str:
    # An attacker's field name is echoed only so far.
    return "".join(character if character.isprintable() else "?" for character in name[:64])


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
