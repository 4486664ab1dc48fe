"""The entries of a list of revoked certificates (RFC 5280 sections 5.1.2.6 and 5.3), found by serial number."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import Final
from zlib import crc32

from authme.certificates.crl_form import (
    BOOLEAN,
    INTEGER,
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    SEQUENCE,
    TIMES,
    element,
    malformed,
)
from authme.certificates.revocation_words import NotLearnt

_REASON: Final = bytes.fromhex("551d15")  # 2.5.29.21
_INVALIDITY: Final = bytes.fromhex("551d18")  # 2.5.29.24
_ISSUER: Final = bytes.fromhex("551d1d")  # 2.5.29.29
_REMOVED: Final = bytes.fromhex("0a0108")  # removeFromCRL
_TRUE: Final = b"\xff"
_MOST_FORMS: Final = 1024
_LONGEST_SERIAL: Final = 64
"""Bytes. RFC 5280 section 4.1.2.2 has 20; each takes as much as the longest one of its part."""
_PARTS: Final = 256


class Serials:
    """Serial numbers by their bytes, sorted and joined: a hundred thousand take two MiB, and one is found in some steps.

    They are kept in 256 parts, so that no single step of sorting them keeps other threads waiting; by a checksum, for an
    authority may count in a way that makes any one byte of them the same.
    """

    def __init__(self, serials: Iterable[bytes]) -> None:
        parts: list[list[bytes]] = [[] for _ in range(_PARTS)]
        for serial in serials:
            parts[crc32(serial) % _PARTS].append(serial)
        self._parts = [_Part(parts.pop()) for _ in range(_PARTS)][::-1]

    def __len__(self) -> int:
        return sum(part.count for part in self._parts)

    def __contains__(self, serial: int) -> bool:
        # A negative one, which RFC 5280 forbids and authorities have issued, is sought by the bytes that stand for it.
        sought = _shortest(serial.to_bytes(serial.bit_length() // 8 + 1, "big", signed=True))
        return sought in self._parts[crc32(sought) % _PARTS]

    def size(self) -> int:
        """Return the bytes that they take."""
        return sum(part.size for part in self._parts)


class _Part:
    """Sorted numbers of one width."""

    def __init__(self, serials: list[bytes]) -> None:
        self._width = width = max(map(len, serials), default=1)
        self._joined = b"".join(sorted([serial.rjust(width, b"\0") for serial in serials]))
        self.count = len(serials)
        self.size = len(self._joined)

    def __contains__(self, sought: bytes) -> bool:
        width, joined = self._width, self._joined
        if len(sought) > width:
            return False
        sought = sought.rjust(width, b"\0")
        at = bisect_left(range(self.count), sought, key=lambda position: joined[position * width : (position + 1) * width])
        return joined[at * width : (at + 1) * width] == sought


def _shortest(content: bytes) -> bytes:
    return content.lstrip(b"\0") or b"\0"


def read_entries(entries: memoryview) -> Serials:
    """Return the serial numbers of what is revoked; raise NotLearnt for entries that mean something else.

    Those are entries of other issuers (an indirect list), and entries with critical extensions that are not known.
    """
    return Serials(_serials(entries))


def _serials(entries: memoryview) -> Iterator[bytes]:
    forms: dict[bytes, bool] = {}
    data = bytes(entries)
    at, end = 0, len(data)
    while at < end:
        tag, begin, at = element(data, at, end)
        number_tag, number, number_end = element(data, begin, at)
        if tag != SEQUENCE or number_tag != INTEGER or not 0 < number_end - number <= _LONGEST_SERIAL:
            raise malformed()
        time_tag, _, extensions = element(data, number_end, at)
        if time_tag not in TIMES:
            raise malformed()
        if extensions < at:
            raw = data[extensions:at]
            counts = forms.get(raw)
            if counts is None:
                if len(forms) >= _MOST_FORMS:
                    forms.clear()
                counts = forms[raw] = _counts(raw)
            if not counts:
                continue
        yield _shortest(data[number:number_end])


def _counts(raw: bytes) -> bool:
    """Whether an entry with these extensions is a revoked one: not if it was taken off the list (section 6.3.3 k)."""
    tag, at, end = element(raw, 0, len(raw))
    if tag != SEQUENCE or end != len(raw):
        raise malformed()
    counts = True
    while at < end:
        oid, is_critical, value, at = _extension(raw, at, end)
        if oid == _ISSUER or (is_critical and oid not in {_REASON, _INVALIDITY}):
            raise NotLearnt("it has entries of a kind that is not accepted")
        if oid == _REASON and value == _REMOVED:
            counts = False
    return counts


def _extension(raw: bytes, at: int, end: int) -> tuple[bytes, bool, bytes, int]:
    tag, begin, after = element(raw, at, end)
    oid_tag, oid, oid_end = element(raw, begin, after)
    if tag != SEQUENCE or oid_tag != OBJECT_IDENTIFIER:
        raise malformed()
    value_tag, value, value_end = element(raw, oid_end, after)
    is_critical = False
    if value_tag == BOOLEAN:
        is_critical = raw[value:value_end] == _TRUE
        value_tag, value, value_end = element(raw, value_end, after)
    if value_tag != OCTET_STRING or value_end != after:
        raise malformed()
    return raw[oid:oid_end], is_critical, raw[value:value_end], after
