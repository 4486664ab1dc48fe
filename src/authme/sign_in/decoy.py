"""Answers for names that nobody has, the same each time a name is asked for."""

from collections.abc import Sequence

from authme.crypto.digests import Digester
from authme.users.names import Name

_EARLIEST = 0x5E0B_E100  # 2020-01-01
_SPAN = 6 * 365 * 24 * 3600
_DOMAINS = ("gmail.com", "gmail.com", "gmail.com", "hotmail.com", "hotmail.com", "outlook.com", "yahoo.com.br", "uol.com.br")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class Decoys:
    """Derives ids and contacts from a name by a keyed hash.

    Ids have the form of real ones. A real id tells when it was made, and no invented one could lie among real ones unseen,
    so operations that must not tell whether a name exists give derived ids for every name, known or not.
    """

    def __init__(self, digester: Digester) -> None:
        self._digester = digester

    def user_id(self, name: str) -> str:
        """Return the id that stands for the name."""
        return _id(self._digester.digest("decoy-user", name))

    def factor_id(self, name: str, contact_type: str) -> str:
        """Return the id that stands for the name's main contact of this type."""
        return _id(self._digester.digest(f"decoy-factor-{contact_type}", name))

    def contacts(self, meant: Sequence[Name], name: str) -> dict[str, str]:
        """Return plausible contacts: what was typed is among them if it is one, since a real user's answer has it.

        There may be none, as some real users have none: otherwise an answer without any would tell that a name exists.
        """
        entropy = self._digester.digest("decoy-contact", name)
        typed = {one.type: one.value for one in meant[:1] if one.type in {"EMAIL", "MOBILE"}}
        has_email, has_mobile = entropy[13] % 8 < 6, entropy[14] % 2 == 1  # noqa: PLR2004  # as often as people have them
        invented = {}
        if has_email:
            letters = "".join(_LETTERS[byte % len(_LETTERS)] for byte in entropy[:12])
            invented["EMAIL"] = f"{letters[: 6 + entropy[12] % 6]}@{_DOMAINS[entropy[24] % len(_DOMAINS)]}"
        if has_mobile:
            invented["MOBILE"] = "5511" + "".join(str(byte % 10) for byte in entropy[15:24])
        return invented | typed


def _id(entropy: bytes) -> str:
    seconds = _EARLIEST + int.from_bytes(entropy[:8], "big") % _SPAN
    return seconds.to_bytes(4, "big").hex() + entropy[8:16].hex()
