"""What a provider's word about a person is taken for."""

from collections.abc import Mapping
from typing import Any, Final

from authme.federation.model import NotAccepted
from authme.providers.model import OidcSettings, Worth
from authme.providers.presets import LEVEL_NAMES, LEVELS
from authme.users import names
from authme.users.names import Name, NameMalformed

_VERIFIED: Final = "email_verified"
_LONGEST_NAME: Final = 256


class Said:
    """The claims of an ID token, and of the user information beside it. What the token says counts."""

    def __init__(self, settings: OidcSettings, token: Mapping[str, Any]) -> None:
        self._settings = settings
        self._token = token
        self._beside: Mapping[str, Any] = {}
        self._is_all = False

    def lacks_claims(self) -> bool:
        """Whether something that is asked for and would be believed is not in the token."""
        settings, wanted = self._settings, self._settings.claims
        needed = [wanted.name]
        if settings.trusts_email and wanted.email is not None:
            needed += [wanted.email, self._verified]
        if settings.trusts_document and settings.preset != "GOV_BR":
            needed.append(wanted.document)
        if settings.group_map:
            needed.append(wanted.groups)
        return any(name is not None and name not in self._token for name in needed)

    def add(self, user_info: Mapping[str, Any]) -> None:
        """Take what the user information says beside the token: all that there is, then."""
        self._beside, self._is_all = user_info, True

    @property
    def _verified(self) -> str:
        # What an administrator of a tenant wrote there is verified by nobody, unless the tenant owns the domain.
        return "xms_edov" if self._settings.preset == "MICROSOFT" else _VERIFIED

    def document(self) -> Name | None:
        """Return the document that the provider vouches for, where that is believed; raise NotAccepted if it is none."""
        settings = self._settings
        if settings.preset == "GOV_BR":
            cpf = _document(names.cpf, self._token.get("sub"), "sub")
            return cpf if self._worth() == "DOCUMENT" else None
        claim = settings.claims.document
        said = self._of(claim)
        if not settings.trusts_document or claim is None or said is None:
            return None
        return _document(names.document, said, claim)

    def _worth(self) -> Worth:
        """Return what the account's level is worth; raise NotAccepted for nothing. gov.br has levels, others have not."""
        info = self._token.get("reliability_info")
        said = info.get("level") if isinstance(info, dict) else None
        level = LEVEL_NAMES.get(said, LEVELS[0]) if isinstance(said, str) else LEVELS[0]
        worth = self._settings.levels.get(level, "NOTHING")
        if worth == "NOTHING":
            raise NotAccepted(f"the account's level at the provider ({level}) is not enough here", is_guess=False)
        return worth

    def email(self) -> Name | None:
        """Return the address, if the provider verified it and is believed."""
        claim = self._settings.claims.email
        if not self._settings.trusts_email or claim is None:
            return None
        # From one place both: an address of the one is not verified by the other.
        told_whole = claim in self._token and self._verified in self._token
        source = self._token if told_whole or claim not in self._beside else self._beside
        address = source.get(claim)
        if not self._is_verified(source.get(self._verified)) or not isinstance(address, str) or not address.isprintable():
            return None
        try:
            found = names.email(address)
        except NameMalformed:
            return None
        # Of several spellings that are one address here the provider verified this one, and no other mailbox.
        return found if found.is_unmistakable else None

    def _is_verified(self, said: object) -> bool:
        if said is True:
            return True
        # Texts where providers are known to write them.
        if self._settings.preset == "APPLE":
            return said == "true"
        return self._settings.preset == "MICROSOFT" and (said in {"1", "true"} if isinstance(said, str) else said == 1)

    def person_name(self) -> str | None:
        """Return what the person is called, for show only."""
        said = self._of(self._settings.claims.name)
        if not isinstance(said, str):
            return None
        return "".join(one for one in said if one.isprintable()).strip()[:_LONGEST_NAME].strip() or None

    def groups(self) -> tuple[str, ...] | None:
        """Return the ids of our groups that the provider's stand for; None where it says nothing of groups.

        Many providers leave out the claim of whoever is in none: that takes the groups away, unless the claim may be elsewhere
        (OpenID Connect Core section 5.6.2).
        """
        claim, known = self._settings.claims.groups, self._settings.group_map
        said = self._of(claim)
        listed = [said] if isinstance(said, str) else said
        if claim is not None and said is None and self._is_all and not self._is_elsewhere(claim):
            listed = []
        if not known or not isinstance(listed, list):
            return None
        return tuple(dict.fromkeys(known[one] for one in listed if isinstance(one, str) and one in known))

    def _is_elsewhere(self, claim: str) -> bool:
        sources = [claims.get("_claim_names", {}) for claims in (self._token, self._beside)]
        return any(not isinstance(one, Mapping) or claim in one for one in sources)

    def _of(self, claim: str | None) -> Any:
        if claim is None:
            return None
        return self._token[claim] if claim in self._token else self._beside.get(claim)


def _document(read: Any, said: object, claim: str) -> Name:
    if not isinstance(said, str) or not said.isascii():
        raise NotAccepted(f"the claim `{claim}` is not a document")
    try:
        found: Name = read(said)
    except NameMalformed as error:
        raise NotAccepted(f"the claim `{claim}` is not a document: {error}") from error
    return found
