"""What an assertion proves of somebody, as far as its provider's word is taken."""

from typing import Final

from authme.providers.model import Provider, SamlSettings
from authme.saml.model import Assertion, AssertionRefused
from authme.sign_in.proof import Proof
from authme.users import names
from authme.users.names import Name, NameMalformed

_TRANSIENT: Final = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
_LONGEST: Final = 256
"""Characters: what a persistent NameID may have (SAML core section 8.3.7), and somebody's name here."""
_LONGEST_KEY: Final = 2000
"""Bytes that an index takes (PostgreSQL: 2,704 for everything that it says of a row)."""


def proof_of(provider: Provider, settings: SamlSettings, assertion: Assertion) -> Proof:
    """Return the proof. Raises AssertionRefused for a NameID that names no account, and for a document that is none.

    The NameID is compared as it stands, with the provider: there it is whose account this is. An e-mail address and a document
    are taken from attributes alone, and only where the operator said that the provider's word is good for them.
    """
    if assertion.name_id_format == _TRANSIENT:
        raise AssertionRefused(
            "the NameID is a transient one, which names no account; the provider has to send a persistent one"
        )
    name, claims = names.saml(provider.id, assertion.issuer, assertion.name_id), settings.claims
    if len(assertion.name_id) > _LONGEST or len(name.key.encode()) > _LONGEST_KEY:
        raise AssertionRefused(f"the NameID is longer than {_LONGEST} characters")
    person_name = _only(assertion, claims.name)
    return Proof(
        name=name,
        method="saml",
        first_use=provider.first_use,
        creates_users=provider.creates_users,
        document=_document(assertion, claims.document) if settings.trusts_document else None,
        email=_email(assertion, claims.email) if settings.trusts_email else None,
        person_name=person_name[:_LONGEST] if person_name is not None else None,
        provider=provider,
        groups=_groups(settings, assertion),
    )


def _document(assertion: Assertion, attribute: str | None) -> Name | None:
    """Return the CPF or CNPJ, if there is one. What is none is refused: its person would become somebody else."""
    if not assertion.attributes.get(attribute or "", ()):
        return None
    try:
        return names.document(_only(assertion, attribute) or "")
    except NameMalformed as error:
        raise AssertionRefused(f"the attribute {attribute} is not one CPF or CNPJ") from error


def _email(assertion: Assertion, attribute: str | None) -> Name | None:
    """Return the address; None if there is none, it has not the form of one, or it is compared as one of another mailbox."""
    try:
        found = names.email(_only(assertion, attribute) or "")
    except NameMalformed:
        return None
    return found if found.is_unmistakable else None


def _only(assertion: Assertion, attribute: str | None) -> str | None:
    """Return an attribute's value. Of several nobody knows which is the person's own: then it is none."""
    values = {value.strip() for value in assertion.attributes.get(attribute or "", ())} - {""}
    return values.pop() if len(values) == 1 else None


def _groups(settings: SamlSettings, assertion: Assertion) -> tuple[str, ...] | None:
    """Return the groups of ours. Many providers leave out the attribute of whoever is in none: that takes the groups away."""
    if settings.claims.groups is None:
        return None
    asserted = assertion.attributes.get(settings.claims.groups, ())
    return tuple(dict.fromkeys(settings.group_map[one] for one in asserted if one in settings.group_map))
