"""What a provider says of a person beside the ID token (OpenID Connect Core section 5.3)."""

from typing import Any, Final

from authme.federation.metadata import Metadata
from authme.federation.model import NotAccepted
from authme.federation.openid_providers import OpenIdProviders, json_of

_OK: Final = 200


async def ask_user_info(providers: OpenIdProviders, metadata: Metadata, access_token: str, *, subject: str) -> dict[str, Any]:
    """Return the claims of this subject; nothing from a provider without the endpoint. Raises NotAccepted or Unavailable."""
    if metadata.userinfo_endpoint is None:
        return {}
    headers = {"Authorization": f"Bearer {access_token}", "Accept": "application/json"}
    answer = await providers.asker.ask(metadata.userinfo_endpoint, headers=headers)
    # Without it a person might be taken for somebody who has no document, and become two users.
    if answer.status != _OK:
        raise NotAccepted(f"the provider does not give its user information ({answer.status})", is_guess=False)
    found = json_of(answer.body)
    if found is None:
        raise NotAccepted("the provider's user information is not a JSON object", is_guess=False)
    if found.get("sub") != subject:
        # Section 5.3.2: of another subject it must not be used, or tokens could be exchanged.
        raise NotAccepted("the user information is about another sub than the ID token")
    return found
