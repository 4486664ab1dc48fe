"""Private keys with which this server is to prove itself to a provider, when they are given."""

import time

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from authme.providers.client_key import ClientKeyRefused, read_client_key


def pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def made_of(p: int, q: int, d: int) -> str:
    """Return a key of these numbers, whether they are one or not."""
    numbers = rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), 1, rsa.RSAPublicNumbers(65537, p * q))
    return pem(numbers.private_key(unsafe_skip_rsa_key_validation=True))


def test_a_key_whose_numbers_do_not_fit_is_none():
    """Whoever signs by it later does not look again."""
    good = rsa.generate_private_key(65537, 2048).private_numbers()

    with pytest.raises(ClientKeyRefused, match=r"^a private key in PEM is expected$"):
        read_client_key(made_of(good.p, good.q, good.d + 2))


def test_a_key_that_is_too_long_is_refused_before_it_is_checked():
    """To check the numbers of one of 8192 bits takes seconds, and whoever manages a provider brings it."""
    half = 1 << 4095
    text = made_of(half + 159, half + 231, half + 1)

    started = time.process_time()
    with pytest.raises(ClientKeyRefused, match="at most 4096"):
        read_client_key(text)

    assert time.process_time() - started < 0.1
