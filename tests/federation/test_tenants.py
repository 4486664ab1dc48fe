"""Microsoft's issuers that stand for those of many tenants."""

from typing import Any

import pytest

from authme.crypto.jose import ForeignToken
from authme.federation.account import Given as Brought
from authme.federation.account import check_issuer_named
from authme.federation.id_token import check_id_token
from authme.federation.metadata import Metadata, is_issuer_of
from authme.federation.model import NotAccepted
from authme.providers.model import OidcSettings

OURS, THEIRS = "3d1f3a52-0c1b-4c1e-9a50-0f6f3c0f8a11", "72f988bf-86f1-41af-91ab-2d7cd011db47"
TEMPLATE = "https://login.microsoftonline.com/{tenantid}/v2.0"
COMMON = "https://login.microsoftonline.com/common/v2.0"
NOW = 1_764_000_000


def settings(**changed: Any) -> OidcSettings:
    values = {"issuer": COMMON, "client_id": "authme", "preset": "MICROSOFT", "tenants": (OURS,)}
    return OidcSettings(**(values | changed))


def metadata(issuer: str = TEMPLATE) -> Metadata:
    return Metadata(issuer=issuer, authorization_endpoint="https://a.example.com/", jwks_uri="https://a.example.com/keys")


def issuer_of(tenant: str) -> str:
    return TEMPLATE.replace("{tenantid}", tenant)


def check(chosen: OidcSettings | None = None, *, key_issuer: str | None = None, **changed: Any) -> str:
    claims = {"iss": issuer_of(OURS), "tid": OURS, "aud": "authme", "sub": "maria", "nonce": "n", "iat": NOW, "exp": NOW + 60}
    token = ForeignToken(claims | changed, "RS256", key_issuer, "x")
    return check_id_token(token, chosen or settings(), metadata(), nonce="n", access_token=None, now=NOW)


def test_the_account_is_one_of_its_tenant():
    assert check() == issuer_of(OURS)
    assert check(settings(tenants=(OURS, THEIRS)), tid=THEIRS, iss=issuer_of(THEIRS)) == issuer_of(THEIRS)


@pytest.mark.parametrize(
    ("changed", "failed"),
    [
        ({"tid": THEIRS, "iss": issuer_of(THEIRS)}, "its tenant (tid) is none of those that are let in"),
        ({"tid": THEIRS}, "iss is not the issuer of its tenant (tid)"),
        ({"iss": issuer_of(THEIRS)}, "iss is not the issuer of its tenant (tid)"),
        ({"tid": None}, "iss is not the issuer of its tenant (tid)"),
        ({"tid": [OURS]}, "iss is not the issuer of its tenant (tid)"),
        ({"tid": "common", "iss": COMMON}, "iss is not the issuer of its tenant (tid)"),
        ({"tid": "{tenantid}", "iss": TEMPLATE}, "iss is not the issuer of its tenant (tid)"),
        ({"tid": "", "iss": issuer_of("")}, "iss is not the issuer of its tenant (tid)"),
        ({"tid": OURS.upper(), "iss": issuer_of(OURS.upper())}, "iss is not the issuer of its tenant (tid)"),
    ],
)
def test_a_token_of_another_tenant_is_nobodys(changed: dict[str, Any], failed: str):
    with pytest.raises(NotAccepted, match="the ID token: ") as caught:
        check(**changed)

    assert str(caught.value) == f"the ID token: {failed}"


def test_where_no_tenant_is_let_in_nobody_is():
    with pytest.raises(NotAccepted, match="none of those that are let in"):
        check(settings(tenants=()))


def test_the_keys_of_other_issuers_in_the_set_are_theirs():
    check(key_issuer=TEMPLATE)
    check(key_issuer=issuer_of(OURS))

    with pytest.raises(NotAccepted, match="its key is another issuer's"):
        check(key_issuer=issuer_of(THEIRS))


def test_the_template_is_that_of_microsofts_many_alone():
    assert is_issuer_of(settings(), TEMPLATE)
    assert is_issuer_of(settings(), COMMON)
    assert not is_issuer_of(settings(preset=None), TEMPLATE)
    assert not is_issuer_of(settings(issuer=issuer_of(OURS)), TEMPLATE)
    assert not is_issuer_of(settings(issuer="https://other.example.com"), TEMPLATE)
    assert not is_issuer_of(settings(), issuer_of(OURS))


def test_what_comes_with_a_code_names_a_tenant_that_is_let_in():
    check_issuer_named(settings(), metadata(), Brought("token", "n", issuer_of(OURS)))

    for other in (issuer_of(THEIRS), TEMPLATE, ""):
        with pytest.raises(NotAccepted):
            check_issuer_named(settings(), metadata(), Brought("token", "n", other))


def test_without_the_preset_there_is_no_tenant():
    with pytest.raises(NotAccepted, match="iss is not the provider's issuer"):
        check(settings(preset=None))
