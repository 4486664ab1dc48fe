"""A passkey authenticator in software (W3C Web Authentication Level 3, sections 5.8.1, 6.1 and 8.7)."""

import base64
import hashlib
import json
import os
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

_PRESENT, _VERIFIED, _HAS_KEY = 1, 4, 64


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Authenticator:
    """Holds one passkey."""

    def __init__(self, origin: str = "http://localhost:8080", *, verifies_user: bool = True, counts: bool = True) -> None:
        self.origin = origin
        self.counter = 0
        self._counts = counts
        self._flags = _PRESENT | (_VERIFIED if verifies_user else 0)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.credential_id = os.urandom(32)

    def create(self, options: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """Answer `navigator.credentials.create`."""
        numbers = self._key.public_key().public_numbers()
        key = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        attested = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + cbor2.dumps(key)
        data = self._data(changes.get("rp_id", options["rp"]["id"]), _HAS_KEY) + attested
        statement = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", options["challenge"], **changes)
        return self._answer({"clientDataJSON": encode(client), "attestationObject": encode(statement)})

    def get(self, options: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """Answer `navigator.credentials.get`."""
        if self._counts:
            self.counter += 1
        data = self._data(changes.get("rp_id", options["rpId"]), 0)
        client = self._client("webauthn.get", options["challenge"], **changes)
        signature = self._key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer(
            {"clientDataJSON": encode(client), "authenticatorData": encode(data), "signature": encode(signature)}
        )

    def _data(self, rp_id: str, flags: int) -> bytes:
        return hashlib.sha256(rp_id.encode()).digest() + bytes([self._flags | flags]) + self.counter.to_bytes(4, "big")

    def _client(self, kind: str, asked: str, **changes: Any) -> bytes:
        said = {"type": kind, "challenge": asked, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said | {name: value for name, value in changes.items() if name in said}).encode()

    def _answer(self, response: dict[str, str]) -> dict[str, Any]:
        id_ = encode(self.credential_id)
        return {"id": id_, "rawId": id_, "type": "public-key", "response": response, "clientExtensionResults": {}}
