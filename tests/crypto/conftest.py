"""Keys that take long to make, and a hand that signs whatever it is told to."""

import base64
import json
from collections.abc import Callable

import pytest

from authme.crypto import jose

Forge = Callable[..., str]


@pytest.fixture(scope="session")
def signing_keys() -> dict[str, jose.PrivateKey]:
    return {alg: jose.generate(alg) for alg in jose.ALGORITHMS}


@pytest.fixture
def key(signing_keys: dict[str, jose.PrivateKey]) -> jose.PrivateKey:
    return signing_keys["ES256"]


@pytest.fixture
def keys(signing_keys: dict[str, jose.PrivateKey]) -> dict[str, jose.PublicKey]:
    return {key.kid: key.public for key in signing_keys.values()}


@pytest.fixture
def forge() -> Forge:
    """Sign any header and payload with a key, as an attacker who holds one could."""

    def make(key: jose.PrivateKey, header: dict[str, object] | bytes, payload: bytes = b'{"sub":"maria"}') -> str:
        protected = header if isinstance(header, bytes) else json.dumps(header).encode()
        message = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in (protected, payload))
        return (message + b"." + base64.urlsafe_b64encode(key.sign_bytes(message)).rstrip(b"=")).decode()

    return make
