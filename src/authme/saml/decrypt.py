"""Decryption of assertions (XML Encryption 1.1): RSA-OAEP and AES, in GCM or, where somebody vouches for it, CBC.

CBC has no tag: whoever may send texts to be decrypted reads others' from the answers (Jager and Somorovsky, "How to break XML
encryption"). The same holds for RSA PKCS #1 v1.5, which is refused. And whatever fails here fails with one clause.
"""

import base64
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Final, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from lxml import etree

from authme.saml.xml import DS, SAML, XENC, XENC11, Element, XmlRefused, name, read_message, serialize, text_of

_GCM: Final = {f"{XENC11}aes128-gcm": 16, f"{XENC11}aes192-gcm": 24, f"{XENC11}aes256-gcm": 32}
_CBC: Final = {f"{XENC}aes128-cbc": 16, f"{XENC}aes192-cbc": 24, f"{XENC}aes256-cbc": 32}
_OAEP_SHA1_MASK: Final = f"{XENC}rsa-oaep-mgf1p"
_OAEP: Final = f"{XENC11}rsa-oaep"
_HASHES: Final[dict[str | None, Callable[[], hashes.HashAlgorithm]]] = {
    None: hashes.SHA1,
    "http://www.w3.org/2000/09/xmldsig#sha1": hashes.SHA1,
    f"{XENC}sha256": hashes.SHA256,
    "http://www.w3.org/2001/04/xmldsig-more#sha384": hashes.SHA384,
    f"{XENC}sha512": hashes.SHA512,
}
_MASKS: Final[dict[str | None, Callable[[], hashes.HashAlgorithm]]] = {
    None: hashes.SHA1,
    f"{XENC11}mgf1sha1": hashes.SHA1,
    f"{XENC11}mgf1sha256": hashes.SHA256,
    f"{XENC11}mgf1sha384": hashes.SHA384,
    f"{XENC11}mgf1sha512": hashes.SHA512,
}
_RECIPIENTS: Final = 4
"""Each costs an operation with the private key."""
_NONCE_BYTES: Final = 12
_BLOCK_BYTES: Final = 16


def decrypt(encrypted: Element, key: rsa.RSAPrivateKey | None, *, is_vouched_for: bool) -> Element:
    """Return the assertion in an `EncryptedAssertion`; with `is_vouched_for`, CBC is let through.

    `is_vouched_for` says that this element stands in a response whose signature was verified. Raises XmlRefused.
    """
    if key is None:
        raise XmlRefused("the assertion is encrypted, and this server has no key for it")
    data = encrypted.findall(name(XENC, "EncryptedData"))
    if len(data) != 1:
        raise XmlRefused("the EncryptedAssertion has not one EncryptedData")
    algorithm = _algorithm(data[0])
    size = (_GCM | _CBC if is_vouched_for else _GCM).get(algorithm)
    if size is None:
        is_known = algorithm in _CBC
        raise XmlRefused(
            "the assertion is encrypted by CBC in a response without a signature"
            if is_known
            else "the assertion's encryption is not accepted"
        )
    decipher = _decipher_gcm if algorithm in _GCM else _decipher_cbc
    content = _cipher_value(data[0])
    for content_key in _content_keys(encrypted, key):
        plain = decipher(content_key, content) if len(content_key) == size else None
        if plain is not None:
            return _read_assertion(plain, encrypted)
    raise XmlRefused("the assertion cannot be decrypted")


def _content_keys(encrypted: Element, key: rsa.RSAPrivateKey) -> Sequence[bytes]:
    """Return what this key opens of the keys that stand with the data or beside it (SAML core section 2.3.4)."""
    found = list(islice(encrypted.iter(name(XENC, "EncryptedKey")), _RECIPIENTS + 1))
    if len(found) > _RECIPIENTS:
        raise XmlRefused("the assertion is encrypted for too many recipients")
    schemes = [(_oaep(each), _cipher_value(each)) for each in found]
    opened: list[bytes] = []
    for scheme, value in schemes:
        try:
            opened.append(key.decrypt(value, scheme))
        except ValueError:
            continue
    return opened


def _oaep(encrypted_key: Element) -> padding.OAEP:
    algorithm = _algorithm(encrypted_key)
    if algorithm not in {_OAEP, _OAEP_SHA1_MASK}:
        raise XmlRefused("the encryption of the assertion's key is not RSA-OAEP")
    method = encrypted_key.find(name(XENC, "EncryptionMethod"))
    digest = _HASHES.get(_parameter(method, name(DS, "DigestMethod")))
    mask = _MASKS.get(_parameter(method, name(XENC11, "MGF")) if algorithm == _OAEP else None)
    label = method.find(name(XENC, "OAEPparams")) if method is not None else None
    if digest is None or mask is None or label is not None:
        raise XmlRefused("the encryption of the assertion's key has parameters that are not accepted")
    return padding.OAEP(mgf=padding.MGF1(mask()), algorithm=digest(), label=None)


def _algorithm(element: Element) -> str:
    method = element.find(name(XENC, "EncryptionMethod"))
    return "" if method is None else method.get("Algorithm", "")


def _parameter(method: Element | None, of: str) -> str | None:
    found = method.find(of) if method is not None else None
    return None if found is None else found.get("Algorithm", "")


def _cipher_value(element: Element) -> bytes:
    """Return the bytes that stand there; what stands elsewhere (`CipherReference`) is not fetched."""
    found = element.find(f"{name(XENC, 'CipherData')}/{name(XENC, 'CipherValue')}")
    if found is None:
        raise XmlRefused("the encrypted assertion has no CipherValue")
    try:
        return base64.b64decode("".join(text_of(found).split()), validate=True)
    except ValueError:
        raise XmlRefused("the encrypted assertion is not base64") from None


def _decipher_gcm(key: bytes, content: bytes) -> bytes | None:
    try:
        return AESGCM(key).decrypt(content[:_NONCE_BYTES], content[_NONCE_BYTES:], None)
    except (InvalidTag, ValueError):
        return None


def _decipher_cbc(key: bytes, content: bytes) -> bytes | None:
    """Return the text without its padding, whose last byte alone says its length (XML Encryption 1.1 section 5.2)."""
    if len(content) < 2 * _BLOCK_BYTES or len(content) % _BLOCK_BYTES:
        return None
    decryptor = Cipher(algorithms.AES(key), modes.CBC(content[:_BLOCK_BYTES])).decryptor()
    padded = decryptor.update(content[_BLOCK_BYTES:]) + decryptor.finalize()
    return padded[: -padded[-1]] if 1 <= padded[-1] <= _BLOCK_BYTES else None


def _read_assertion(plain: bytes, encrypted: Element) -> Element:
    """Return the assertion, read with the namespaces of where it stood (XML Encryption 1.1 section 4.4.3)."""
    namespaces = cast("dict[str, str]", encrypted.nsmap)  # the stub forgets the default one, whose prefix is None
    opening = etree.tostring(etree.Element("context", nsmap=namespaces)).removesuffix(b"/>")
    try:
        context = read_message(opening + b">" + plain + b"</context>")
    except XmlRefused:
        # Also the clause would tell those who send texts to be decrypted something of the plain text.
        raise XmlRefused("the assertion cannot be decrypted") from None
    found = list(context)
    if (
        len(found) != 1
        or found[0].tag != name(SAML, "Assertion")
        or (context.text or "").strip()
        or (found[0].tail or "").strip()
    ):
        raise XmlRefused("the assertion cannot be decrypted")
    return read_message(serialize(found[0]))
