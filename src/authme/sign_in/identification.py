"""UI-04: name a person, proving nothing."""

from typing import Annotated

import msgspec
from msgspec import Meta

from authme.audit import record
from authme.kernel.context import IDENTIFIED, Context
from authme.kernel.wire import SparseAnswer, Text, Wire
from authme.sign_in.caller import get_client
from authme.sign_in.decoy import Decoys
from authme.sign_in.even_time import even_time
from authme.tokens.mint import mint
from authme.tokens.model import TokenObject
from authme.users import names
from authme.users import store as users
from authme.users.masking import mask_email, mask_mobile

_Short = Annotated[str, Meta(max_length=256, description="a text of up to 256 characters")]


class IdentificationRequest(Wire, frozen=True):
    """Who somebody says they are."""

    username: Text
    device_id: _Short | None = None
    ip: _Short | None = None


class MaskedFactor(SparseAnswer, frozen=True, kw_only=True):
    """Something a person can prove themselves with, its contact masked."""

    id: str
    contact_type: str
    email: str | None = None
    mobile: str | None = None
    default: bool


class IdentificationAnswer(TokenObject, frozen=True, kw_only=True):
    """The token object at `AUTH-IDENTIFIED`, and what this person can log in with."""

    factors: tuple[MaskedFactor, ...]


async def identify(ctx: Context, body: IdentificationRequest) -> IdentificationAnswer:
    """Return a token at `AUTH-IDENTIFIED` and the masked main contacts.

    An unknown name is answered exactly as a known one: the subject and the factor ids of both are derived from the name by a
    keyed hash, and a name without a user gets contacts derived likewise. The token stands for the name, not for a session.
    """
    client = await get_client(ctx)
    decoys = ctx.part(Decoys)
    meant = names.candidates(body.username)
    name = meant[0].key if meant else body.username
    async with even_time():
        found = await users.find_by_name(ctx.tx, meant)
        # Asked for both, so that both take the same way.
        identities = await users.list_identities(ctx.tx, found.user.id if found else decoys.user_id(name))
    contacts: dict[str, str] = {identity.type: identity.value for identity in identities if identity.main and identity.verified}
    if found is None or found.user.status not in {"ACTIVE", "LOCKED"}:
        contacts = decoys.contacts(meant, name)
    record(ctx, "user.identified", found.user.id if found else None)
    subject = decoys.user_id(name)
    token = await mint(
        ctx,
        client.token_profile,
        subject=subject,
        scope=client.scopes,
        atoms=client.atoms("CLI-AUTH-IDENTIFIED") | {IDENTIFIED},
        app_id=client.app_id,
        user_id=subject,
        acr=IDENTIFIED,
    )
    return IdentificationAnswer(**msgspec.structs.asdict(token), factors=_factors(decoys, name, contacts))


def _factors(decoys: Decoys, name: str, contacts: dict[str, str]) -> tuple[MaskedFactor, ...]:
    factors = []
    if "EMAIL" in contacts:
        factors.append(
            MaskedFactor(
                id=decoys.factor_id(name, "EMAIL"), contact_type="EMAIL", email=mask_email(contacts["EMAIL"]), default=True
            )
        )
    if "MOBILE" in contacts:
        factors.append(
            MaskedFactor(
                id=decoys.factor_id(name, "MOBILE"),
                contact_type="MOBILE",
                mobile=mask_mobile(contacts["MOBILE"]),
                default=not factors,
            )
        )
    return tuple(factors)
