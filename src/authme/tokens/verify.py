"""Check access tokens."""

from collections import OrderedDict

import msgspec

from authme.crypto import jose
from authme.kernel.clock import Clock
from authme.kernel.database import Reader
from authme.kernel.errors import BearerExpired, BearerMissing
from authme.keys.keyring import Keyring
from authme.settings import TokenSettings
from authme.tokens.model import ACCESS_TOKEN_TYPE, AccessClaims

_REMEMBERED = 10_000


class AccessTokens:
    """Verifies access tokens of this server and remembers those found good.

    A signature stays good for as long as its key is trusted, so only the time is looked at again; whether the session, user
    and client behind the token still stand is not decided here. Forgets everything when the keys change.
    """

    def __init__(self, keyring: Keyring, settings: TokenSettings, clock: Clock) -> None:
        self._keyring = keyring
        self._settings = settings
        self._clock = clock
        self._good: OrderedDict[str, AccessClaims] = OrderedDict()
        self._generation = keyring.generation

    async def check(self, reader: Reader, token: str) -> AccessClaims:
        """Return the token's claims; raise BearerMissing (201) or BearerExpired (202)."""
        try:
            return await self._check(reader, token)
        except jose.InvalidToken as error:
            raise BearerMissing from error

    async def _check(self, reader: Reader, token: str) -> AccessClaims:
        keys = await self._keyring.verification_keys(reader)
        if self._generation != self._keyring.generation:
            self._good.clear()
            self._generation = self._keyring.generation
        claims = self._good.get(token)
        if claims is None:
            try:
                claims = self._verify(token, keys)
            except jose.UnknownKey:
                # Another worker process may have begun to sign with a key that it made a moment ago.
                await self._keyring.load(reader)
                claims = self._verify(token, await self._keyring.verification_keys(reader))
            self._good[token] = claims
            if len(self._good) > _REMEMBERED:
                self._good.popitem(last=False)
        if claims.exp <= self._clock.now():
            self._good.pop(token, None)
            raise BearerExpired
        return claims

    def _verify(self, token: str, keys: "jose.PublicKeys") -> AccessClaims:
        try:
            claims = msgspec.convert(jose.verify(token, keys, typ=ACCESS_TOKEN_TYPE), AccessClaims)
        except msgspec.ValidationError as error:
            raise BearerMissing from error
        if claims.iss != self._settings.issuer or claims.aud != self._settings.audience:
            raise BearerMissing
        return claims
