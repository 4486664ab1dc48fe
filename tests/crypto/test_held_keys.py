"""Private keys that were given for another system."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from authme.crypto import jose
from authme.crypto.jose import held_keys


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def inconsistent(key: rsa.RSAPrivateKey) -> str:
    """Return the key with a number that is not its own, as only a check of them all would find."""
    numbers = key.private_numbers()
    public = rsa.RSAPublicNumbers(numbers.public_numbers.e, numbers.public_numbers.n)
    wrong = rsa.RSAPrivateNumbers(numbers.p, numbers.q, numbers.d + 2, numbers.dmp1, numbers.dmq1, numbers.iqmp, public)
    return pem(wrong.private_key(unsafe_skip_rsa_key_validation=True))


def test_the_numbers_of_a_key_are_not_checked_again():
    """A login must not take the time of that: of 4096 bits half a second, in which nobody else is served."""
    alg, _ = held_keys.read_held_key(inconsistent(rsa.generate_private_key(65537, 2048)))

    assert alg == "RS256"


@pytest.mark.parametrize("text", ["", "no key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_what_is_no_key_is_refused(text: str):
    with pytest.raises(jose.KeyRefused, match=r"^pem: "):
        jose.read_held_key(text)


def test_keys_that_nobody_takes_are_refused():
    for key in (ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65537, 1024)):  # noqa: S505  # what is refused
        with pytest.raises(jose.KeyRefused, match=r"^pem: "):
            jose.read_held_key(pem(key))
