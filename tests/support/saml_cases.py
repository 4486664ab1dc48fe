"""One identity provider, one service, one response that is right, and what becomes of wrong ones."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from authme.saml.model import Assertion, AssertionRefused, Expected
from authme.saml.response import check_response
from support.authority_keys import key_of
from support.saml_idp import Said, SamlIdp, field

NOW = 1_800_000_000
ACS = "https://app.test/acs"
SERVICE = "https://authme.test/saml"
IDP = SamlIdp()
OTHER = SamlIdp(entity_id="https://other.test/saml", owner="other-idp")
SAID = Said(now=NOW, issuer=IDP.entity_id, acs_url=ACS, audience=SERVICE)
BOTH = ("Response", "Assertion")


def service_key() -> rsa.RSAPrivateKey:
    """Return the key that assertions are encrypted for."""
    key = key_of("RSA-2048", "saml-service")
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def expected(**changes: Any) -> Expected:
    """Return what is expected, but for the changes."""
    usual = Expected(
        entity_id=IDP.entity_id,
        certificates=(IDP.certificate,),
        service_entity_id=SERVICE,
        acs_urls=("https://app.test/other", ACS),
        decryption_key=service_key(),
        now=NOW,
    )
    return replace(usual, **changes)


def accepted(message: Any, **changes: Any) -> Assertion:
    """Return what is believed of a message."""
    return check_response(message if isinstance(message, str) else field(message), expected(**changes))


def refused(message: Any, **changes: Any) -> str:
    """Return why a message is refused."""
    with pytest.raises(AssertionRefused) as caught:
        accepted(message, **changes)
    return caught.value.clause


def said(change: Callable[[Said], dict[str, Any]] | None = None, **changes: Any) -> Any:
    """Return a response whose assertion is signed, and that says something else than the right one."""
    return IDP.respond(replace(SAID, **changes, **(change(SAID) if change else {})))
