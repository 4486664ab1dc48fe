"""Recovery codes: ten, each good once, for when everything else is lost."""

import secrets

from authme.crypto.digests import Digester, TokenHash

HOW_MANY = 10
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_LENGTH = 12
_GROUP = 4


def new_codes() -> list[str]:
    """Return new codes such as `K7WQ-2MXE-P4TB`: 60 random bits each, without letters that look like digits."""
    return ["-".join("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_LENGTH // _GROUP))
            for _ in range(HOW_MANY)]  # fmt: skip


def code_hash_of(digester: Digester, factor_id: str, code: str) -> TokenHash:
    """Return the stored form of a code, however it is typed: case, spaces and dashes do not count."""
    bare = "".join(character for character in code.upper() if character.isalnum())
    return digester.digest("recovery-code", f"{factor_id}:{bare}")
