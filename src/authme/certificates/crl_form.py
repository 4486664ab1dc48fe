"""The form of a list of revoked certificates, as far as one has to go beside the library.

The library keeps every other thread waiting while it reads a list, writes it anew to check the signature, and goes through it
for each question: with some MiB the event loop would stand still. So a list is cut here into what is signed, the entries, and
the same list without entries, which the library reads. (DER: X.690 sections 8 and 10; RFC 5280 section 5.1.)
"""

from dataclasses import dataclass
from typing import Final

from authme.certificates.revocation_words import NotLearnt

SEQUENCE: Final = 0x30
INTEGER: Final = 0x02
BOOLEAN: Final = 0x01
OBJECT_IDENTIFIER: Final = 0x06
OCTET_STRING: Final = 0x04
_UTC_TIME: Final = 0x17
_GENERALIZED_TIME: Final = 0x18
TIMES: Final = frozenset({_UTC_TIME, _GENERALIZED_TIME})
_LONG: Final = 0x80
_LONGEST_LENGTH: Final = 4
_LARGEST_REST: Final = 64 << 10
"""Bytes of a list beside its entries; a thousand are usual. They are read before the signature is checked: whoever stands
between this server and an authority's, which publishes by plain HTTP, could fill them with millions of names."""


@dataclass(frozen=True, slots=True)
class CutList:
    """A list of revoked certificates in parts."""

    signed: memoryview
    entries: memoryview
    """What stands in `revokedCertificates`."""
    rest: bytes
    """The list without entries, whose signature therefore means nothing."""


def element(data: bytes | memoryview, at: int, end: int) -> tuple[int, int, int]:
    """Return tag, begin and end of the content of the element at `at`; raise NotLearnt unless it ends by `end`.

    The next element begins where this one's content ends.
    """
    if at + 2 > end:
        raise malformed()
    tag, length, begin = data[at], data[at + 1], at + 2
    if length >= _LONG:
        size = length - _LONG
        if not 1 <= size <= _LONGEST_LENGTH or begin + size > end:
            raise malformed()
        length, begin = int.from_bytes(data[begin : begin + size], "big"), begin + size
        # Only the shortest form of a length is DER.
        if length < _LONG or length >> 8 * (size - 1) == 0:
            raise malformed()
    if begin + length > end:
        raise malformed()
    return tag, begin, begin + length


def cut(der: bytes) -> CutList:
    """Return the parts of a list; raise NotLearnt if it has not the form of one."""
    whole = memoryview(der)
    tag, begin, end = element(whole, 0, len(whole))
    if tag != SEQUENCE or end != len(whole):
        raise malformed()
    tag, at, signed_end = element(whole, begin, end)
    if tag != SEQUENCE:
        raise malformed()
    first = at
    while at < signed_end:
        tag, _, after = element(whole, at, signed_end)
        at = after
        if tag in TIMES:
            break
        if at - first > _LARGEST_REST:
            raise malformed()
    if at < signed_end and whole[at] in TIMES:
        at = element(whole, at, signed_end)[2]
    entries, after = whole[:0], at
    if at < signed_end and whole[at] == SEQUENCE:
        _, entries_begin, after = element(whole, at, signed_end)
        entries = whole[entries_begin:after]
    if len(whole) - len(entries) > _LARGEST_REST:
        raise malformed()
    kept = bytes(whole[first:at]) + bytes(whole[after:signed_end])
    rest = _sequence(_sequence(kept) + bytes(whole[signed_end:end]))
    return CutList(whole[begin:signed_end], entries, rest)


def malformed() -> NotLearnt:
    """Return the one thing to say of what has not the form of a list."""
    return NotLearnt("it has not the form of a list")


def _sequence(content: bytes) -> bytes:
    size = len(content)
    if size < _LONG:
        return bytes((SEQUENCE, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((SEQUENCE, _LONG | len(length))) + length + content
