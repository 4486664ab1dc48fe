"""Which request a response says that it answers, and whose it says that it is, before anything of it is believed."""

from dataclasses import dataclass

from authme.saml.xml import SAML, SAMLP, decode, name, read_message, uri_of


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a response claims. It chooses by which provider's keys the response is checked, and nothing else."""

    in_response_to: str | None
    issuer: str | None


def read_claimed(xml_base64: str) -> Claimed:
    """Return what the response claims. Raises XmlRefused for what is no XML."""
    root = read_message(decode(xml_base64))
    # A response may leave its issuer to its assertion (SAML profiles section 4.1.4.2).
    path = (f"./{name(SAML, 'Issuer')}", f"./{name(SAML, 'Assertion')}/{name(SAML, 'Issuer')}")
    issuer = next((found for one in path if (found := root.find(one)) is not None), None)
    in_response_to = root.get("InResponseTo") if root.tag == name(SAMLP, "Response") else None
    return Claimed(in_response_to, uri_of(issuer) if issuer is not None else None)
