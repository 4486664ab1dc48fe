"""Encrypts assertions as an identity provider does (XML Encryption 1.1), in good ways and bad ones."""

import base64
import os
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from lxml import etree

XENC = "http://www.w3.org/2001/04/xmlenc#"
XENC11 = "http://www.w3.org/2009/xmlenc11#"
DS = "http://www.w3.org/2000/09/xmldsig#"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
OAEP_SHA1 = f"{XENC}rsa-oaep-mgf1p"
OAEP = f"{XENC11}rsa-oaep"
RSA_1_5 = f"{XENC}rsa-1_5"
AES_256_GCM = f"{XENC11}aes256-gcm"
SIZES = {
    f"{XENC11}aes128-gcm": 16,
    f"{XENC11}aes192-gcm": 24,
    AES_256_GCM: 32,
    f"{XENC}aes128-cbc": 16,
    f"{XENC}aes192-cbc": 24,
    f"{XENC}aes256-cbc": 32,
}
_DIGESTS: dict[str | None, hashes.HashAlgorithm] = {
    None: hashes.SHA1(),  # noqa: S303  # the standard's default
    f"{XENC}sha256": hashes.SHA256(),
    f"{XENC}sha512": hashes.SHA512(),
}
_MASKS: dict[str | None, hashes.HashAlgorithm] = {
    None: hashes.SHA1(),  # noqa: S303  # the standard's default
    f"{XENC11}mgf1sha256": hashes.SHA256(),
    f"{XENC11}mgf1sha384": hashes.SHA384(),
}


def encrypt(
    plain: bytes,
    key: rsa.RSAPublicKey,
    *,
    content: str = AES_256_GCM,
    transport: str = OAEP,
    digest: str | None = f"{XENC}sha256",
    mask: str | None = f"{XENC11}mgf1sha256",
    is_beside: bool = False,
    others: tuple[rsa.RSAPublicKey, ...] = (),
) -> Any:
    """Return an `EncryptedAssertion`.

    `is_beside`: the keys stand after the data, not in it. `others` are given keys before this one.
    """
    content_key = os.urandom(SIZES[content])
    keys = [_encrypted_key(content_key, each, transport, digest, mask) for each in (*others, key)]
    ciphered = base64.b64encode(encipher(plain, content_key, content)).decode()
    inside = "" if is_beside else f'<ds:KeyInfo xmlns:ds="{DS}">{"".join(keys)}</ds:KeyInfo>'
    return etree.fromstring(
        f'<saml:EncryptedAssertion xmlns:saml="{SAML}"><xenc:EncryptedData xmlns:xenc="{XENC}" Type="{XENC}Element">'
        f'<xenc:EncryptionMethod Algorithm="{content}"/>{inside}'
        f"<xenc:CipherData><xenc:CipherValue>{ciphered}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>"
        f"{''.join(keys) if is_beside else ''}</saml:EncryptedAssertion>"
    )


def encipher(plain: bytes, key: bytes, algorithm: str) -> bytes:
    """Return the nonce and the ciphered text."""
    if algorithm.endswith("gcm"):
        nonce = os.urandom(12)
        return nonce + AESGCM(key).encrypt(nonce, plain, None)
    start = os.urandom(16)
    length = 16 - len(plain) % 16
    encryptor = Cipher(algorithms.AES(key), modes.CBC(start)).encryptor()
    return start + encryptor.update(plain + os.urandom(length - 1) + bytes([length])) + encryptor.finalize()


def _encrypted_key(content_key: bytes, key: rsa.RSAPublicKey, transport: str, digest: str | None, mask: str | None) -> str:
    if transport == RSA_1_5:
        ciphered = key.encrypt(content_key, padding.PKCS1v15())
        parameters = ""
    else:
        mask_used = _MASKS[mask if transport == OAEP else None]
        scheme = padding.OAEP(mgf=padding.MGF1(mask_used), algorithm=_DIGESTS[digest], label=None)
        ciphered = key.encrypt(content_key, scheme)
        parameters = f'<ds:DigestMethod xmlns:ds="{DS}" Algorithm="{digest}"/>' if digest else ""
        if transport == OAEP and mask:
            parameters += f'<xenc11:MGF xmlns:xenc11="{XENC11}" Algorithm="{mask}"/>'
    value = base64.b64encode(ciphered).decode()
    return (
        f'<xenc:EncryptedKey xmlns:xenc="{XENC}"><xenc:EncryptionMethod Algorithm="{transport}">{parameters}'
        f"</xenc:EncryptionMethod><xenc:CipherData><xenc:CipherValue>{value}</xenc:CipherValue></xenc:CipherData>"
        f"</xenc:EncryptedKey>"
    )
