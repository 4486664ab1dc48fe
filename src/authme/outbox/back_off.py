"""How long to wait before something is tried again."""

import secrets
from typing import Final

FIRST_MS: Final = 1_000
LONGEST_MS: Final = 300_000
_DOUBLINGS: Final = 20


def delay_ms(failures: int, *, longest_ms: int = LONGEST_MS) -> int:
    """Return 1 s after the first failure and twice as long after each further one, less up to a half by chance.

    By chance, so that what failed together does not come back together.
    """
    ceiling = min(FIRST_MS << min(failures - 1, _DOUBLINGS), longest_ms)
    return ceiling - secrets.randbelow(ceiling // 2 + 1)
