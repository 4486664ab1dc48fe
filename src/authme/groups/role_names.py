"""What roles can be called."""

import re

from authme.groups.model import ROLE_NAME
from authme.kernel.errors import NotFound, malformed
from authme.relation import BUILT_IN
from authme.tokens.mint import ROLE_PREFIX

_RESERVED = frozenset(name.upper().replace("-", "_") for name in BUILT_IN)
_FORM = re.compile(ROLE_NAME)


def check_name(name: str) -> None:
    """Raise FieldsRefused (102) for a name that no role can have.

    A role called as an office is would be that office in every requirement; in other letters people would take it for one.
    """
    if name.upper() in _RESERVED:
        raise malformed("name", "a name that is not built in is expected")
    if name.upper().startswith(ROLE_PREFIX):
        raise malformed("name", f"a name without {ROLE_PREFIX} in front, which tokens put there, is expected")


def check_in_path(name: str) -> None:
    """Raise NotFound for what is no name at all: a path may have what no store takes."""
    if _FORM.search(name) is None:
        raise NotFound
