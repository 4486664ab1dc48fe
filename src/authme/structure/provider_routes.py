"""Identity providers in the table of operations."""

from authme.kernel.http import API, Endpoint
from authme.kernel.paging import PAGE
from authme.relation.requirements import ADMINISTRATION
from authme.structure.provider_change import change
from authme.structure.provider_create import create
from authme.structure.provider_find import list_page, show
from authme.structure.provider_remove import remove
from authme.structure.provider_test import test
from authme.structure.provider_wire import (
    ChangeIdentityProviderRequest,
    CreateIdentityProviderRequest,
    IdentityProviderAnswer,
    IdentityProviderPage,
    IdentityProviderTest,
)

_TAGS = ("Identity Providers",)
_ALL = f"{API}/identity-providers"
_ONE = f"{_ALL}/{{identityProviderId}}"

# Bodies up to the bulk limit: metadata may be long.
ENDPOINTS = [
    Endpoint(
        "X-create-identity-provider", "POST", _ALL, ADMINISTRATION, create, "Create an identity provider", _TAGS,
        body=CreateIdentityProviderRequest, answer=IdentityProviderAnswer, status=201, refusals=(409,), bulk=True,
    ),
    Endpoint(
        "X-identity-providers", "GET", _ALL, ADMINISTRATION, list_page, "List identity providers", _TAGS,
        answer=IdentityProviderPage, wants_request=True, query=PAGE, refusals=(400,),
    ),
    Endpoint(
        "X-identity-provider", "GET", _ONE, ADMINISTRATION, show, "Get an identity provider", _TAGS,
        answer=IdentityProviderAnswer,
    ),
    Endpoint(
        "X-change-identity-provider", "PUT", _ONE, ADMINISTRATION, change, "Change an identity provider", _TAGS,
        body=ChangeIdentityProviderRequest, answer=IdentityProviderAnswer, refusals=(409,), bulk=True,
    ),
    Endpoint(
        "X-remove-identity-provider", "DELETE", _ONE, ADMINISTRATION, remove, "Remove an identity provider", _TAGS,
        status=204,
    ),
    Endpoint(
        "X-test-identity-provider", "POST", f"{_ONE}/test", ADMINISTRATION, test, "Test an identity provider", _TAGS,
        answer=IdentityProviderTest,
    ),
]  # fmt: skip
