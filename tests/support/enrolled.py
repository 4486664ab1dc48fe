"""Somebody who has a factor of every kind, written as facts."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import pyotp

from authme.crypto.digests import Digester
from authme.crypto.passkeys import RelyingParty, creation_options, verify_attestation
from authme.crypto.sealing import MasterKey
from authme.crypto.totp import new_totp_secret
from authme.devices import store as devices
from authme.devices.model import Device
from authme.factors import store as factors
from authme.factors.answer import totp_context
from authme.factors.codes import code_hash_of, new_codes
from authme.factors.model import Factor
from authme.kernel.context import Context
from authme.kernel.ids import new_id
from authme.users import names
from support.authenticator import Authenticator
from support.given import Given, GivenUser

DEVICE = "their telephone"
_PARTY, _CHALLENGE = RelyingParty("localhost", "AuthMe", ("http://localhost:8080",)), b"c" * 32
_numbers = itertools.count()


@dataclass
class Enrolled:
    """A user of a firm with e-mail, mobile, app, passkey, recovery codes and a device; each factor's id by its type."""

    user: GivenUser
    firm: str
    mobile: str
    ids: dict[str, str]
    app: pyotp.TOTP
    authenticator: Authenticator
    codes: Iterator[str]


async def enrolled(given: Given, authenticator: Authenticator | None = None) -> Enrolled:
    """Write somebody like this."""
    number, authenticator = next(_numbers), authenticator or Authenticator()
    email, mobile = f"enrolled{number}@example.com", f"55119{number:08d}"
    firm = await given.business()
    user = await given.user(email, names=(names.email(email), names.mobile(mobile)), business_id=firm)
    secret, codes = new_totp_secret(), new_codes()
    options = creation_options(_PARTY, challenge=_CHALLENGE, user_id=user.id, user_name=email, exclude=[])
    passkey = verify_attestation(_PARTY, authenticator.create(options), challenge=_CHALLENGE)

    async def write(ctx: Context) -> dict[str, str]:
        now = ctx.clock.now_ms()
        app = _factor(ctx, user, "TOTP")
        sealed = ctx.part(MasterKey).seal(secret.encode(), context=totp_context(app["id"]))
        key, recovery = _factor(ctx, user, "PASSKEY"), _factor(ctx, user, "RECOVERY_CODES")
        await factors.insert_factor(ctx.tx, Factor(**app, secret_sealed=sealed), value_key=app["id"], verified_at=now)
        await factors.insert_factor(ctx.tx, Factor(**key), value_key=key["id"], verified_at=None)
        await factors.register_passkey(
            ctx.tx,
            key["id"],
            credential_id=passkey.credential_id,
            public_key=passkey.public_key,
            sign_count=passkey.sign_count,
            now=now,
        )
        await factors.insert_factor(ctx.tx, Factor(**recovery), value_key="RECOVERY_CODES", verified_at=now)
        hashes = [bytes(code_hash_of(ctx.part(Digester), recovery["id"], code)) for code in codes]
        await factors.insert_codes(ctx.tx, recovery["id"], hashes)
        await devices.associate(ctx.tx, _device(user, now))
        return {one.contact_type: one.id for one in await factors.list_factors(ctx.tx, user.id)}

    ids = await given.run(write)
    return Enrolled(user, firm, mobile, ids, pyotp.TOTP(secret), authenticator, iter(codes))


def _factor(ctx: Context, user: GivenUser, contact_type: str) -> dict[str, str | int | bool]:
    return {
        "id": new_id(ctx.clock),
        "user_id": user.id,
        "contact_type": contact_type,
        "is_verified": True,
        "created_at": ctx.clock.now_ms(),
    }


def _device(user: GivenUser, now: int) -> Device:
    return Device(
        user_id=user.id, device_id=DEVICE, device_token_id=None, version=None, name=None, associated_at=now, last_used_at=now
    )
