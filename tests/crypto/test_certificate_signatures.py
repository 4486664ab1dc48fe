"""Signatures by the key of a certificate."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import NameOID

from authme.crypto.certificate_signatures import ALGORITHMS, SignatureWrong, check_signature
from support.authority_keys import Kind, PrivateKey, key_of, sign

DATA = b"what was to be signed"
KINDS: tuple[Kind, ...] = ("RSA-2048", "P-256", "P-384", "P-521")
FITTING = [(kind, algorithm) for kind in KINDS for algorithm in ALGORITHMS if (algorithm[0] == "E") == (kind[0] == "P")]


def certificate_of(key: PrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "somebody")])
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key_of("P-256", "issuer"), hashes.SHA256())
    )


@pytest.mark.parametrize(("kind", "algorithm"), FITTING)
def test_every_algorithm_with_every_key_that_it_fits(kind: Kind, algorithm: str):
    key = key_of(kind)
    certificate, signature = certificate_of(key), sign(key, algorithm, DATA)

    check_signature(certificate, algorithm, DATA, signature)

    for data, other in (
        (DATA + b".", signature),
        (DATA, bytes([*signature[:-1], signature[-1] ^ 1])),
        (DATA, b""),
        (DATA, signature[:-1]),
    ):
        with pytest.raises(SignatureWrong, match="not made by the certificate's key"):
            check_signature(certificate, algorithm, data, other)


@pytest.mark.parametrize(("kind", "algorithm"), FITTING)
def test_another_key_of_the_same_kind(kind: Kind, algorithm: str):
    with pytest.raises(SignatureWrong, match="not made by the certificate's key"):
        check_signature(certificate_of(key_of(kind, "another")), algorithm, DATA, sign(key_of(kind), algorithm, DATA))


@pytest.mark.parametrize("kind", KINDS)
def test_one_algorithm_is_not_another(kind: Kind):
    key = key_of(kind)
    certificate = certificate_of(key)
    for made in (algorithm for fitting, algorithm in FITTING if fitting == kind):
        signature = sign(key, made, DATA)
        for said in ALGORITHMS:
            if said == made:
                continue
            with pytest.raises(SignatureWrong):
                check_signature(certificate, said, DATA, signature)


@pytest.mark.parametrize(
    ("kind", "algorithm"), [("RSA-2048", "ES256"), ("P-256", "RS256"), ("P-384", "PS384"), ("Ed25519", "ES256")]
)
def test_an_algorithm_of_another_kind_of_key(kind: Kind, algorithm: str):
    with pytest.raises(SignatureWrong, match="not one of the certificate's key"):
        check_signature(certificate_of(key_of(kind)), algorithm, DATA, b"\x00" * 64)


@pytest.mark.parametrize("algorithm", ["", "none", "HS256", "rs256", "RS1", "EdDSA", "ES256 "])
def test_an_algorithm_that_is_not_among_ours(algorithm: str):
    with pytest.raises(SignatureWrong, match="the algorithm is none of RS256, RS384"):
        check_signature(certificate_of(key_of()), algorithm, DATA, b"\x00" * 256)


@pytest.mark.parametrize("salt", [0, 20, 32, 222])
def test_pss_with_a_salt_of_any_length(salt: int):
    check_signature(certificate_of(key_of()), "PS256", DATA, sign(key_of(), "PS256", DATA, salt=salt))


@pytest.mark.parametrize(("kind", "width"), [("P-256", 32), ("P-384", 48), ("P-521", 66)])
def test_ecdsa_as_two_numbers_of_full_width(kind: Kind, width: int):
    key = key_of(kind)
    r, s = decode_dss_signature(sign(key, "ES512", DATA))
    raw = r.to_bytes(width, "big") + s.to_bytes(width, "big")

    check_signature(certificate_of(key), "ES512", DATA, raw)
    for wrong in (raw[:-1], raw + b"\x00", b"\x00" * len(raw), raw[width:] + raw[:width], b"\xff" * len(raw)):
        with pytest.raises(SignatureWrong):
            check_signature(certificate_of(key), "ES512", DATA, wrong)
