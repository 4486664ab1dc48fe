"""The list of common passwords that the package carries."""

import bisect
import functools
import hashlib
from importlib import resources
from typing import Final

# Stored format of data/blocklist.bin, written by scripts/build_blocklist.py: the first five bytes of the SHA-256 of each entry
# (casefolded, UTF-8), sorted, nothing between them. It is not compressed: digests do not compress. Of random passwords, one in
# ten million is refused by chance.
PREFIX_BYTES: Final = 5


def digest_prefix(folded: str) -> bytes:
    """Return what stands in the list for a password that was normalised and casefolded."""
    return hashlib.sha256(folded.encode("utf-8", "surrogatepass")).digest()[:PREFIX_BYTES]


def is_common(folded: str) -> bool:
    """Whether a password, normalised and casefolded, is in the list. The first call reads the list (half a megabyte)."""
    packed = _packed()
    wanted = digest_prefix(folded)
    size = len(packed) // PREFIX_BYTES
    place = bisect.bisect_left(range(size), wanted, key=lambda index: _entry(packed, index))
    return place < size and _entry(packed, place) == wanted


@functools.cache
def _packed() -> bytes:
    return resources.files("authme.crypto").joinpath("data/blocklist.bin").read_bytes()


def _entry(packed: bytes, index: int) -> bytes:
    return packed[index * PREFIX_BYTES : (index + 1) * PREFIX_BYTES]
