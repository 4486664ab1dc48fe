"""KE-01: whoever verifies tokens needs nothing else."""

import base64
import json

import pytest
from joserfc import jwt
from joserfc.jwk import JWKRegistry

from support.given import Given


# The contract names the algorithm so; RFC 9864 has a new name for it.
@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
async def test_a_library_verifies_our_tokens_with_the_published_keys(given: Given):
    for alg in ("RS512", "RS256", "PS256", "ES256", "EdDSA"):
        token = await given.client_token(await given.client(alg=alg))
        published = {key["kid"]: key for key in (await given.api.get("/keys")).json()["keys"]}
        header = json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))

        found = jwt.decode(token, JWKRegistry.import_key(published[header["kid"]]), algorithms=[alg])

        assert found.header["typ"] == "at+jwt"
        assert found.claims["iss"] == given.settings.tokens.issuer
        assert found.claims["client_id"] == found.claims["sub"]


async def test_it_may_be_kept_and_asked_for_again(given: Given):
    first = await given.api.get("/keys")

    assert first.headers["cache-control"] == "public, max-age=300"
    again = await given.api.get("/keys", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_nothing_private_is_published(given: Given):
    await given.client(alg="RS256")
    await given.client(alg="EdDSA")

    for key in (await given.api.get("/keys")).json()["keys"]:
        assert not {"d", "p", "q", "dp", "dq", "qi", "k"} & key.keys()
        assert key["use"] == "sig"
