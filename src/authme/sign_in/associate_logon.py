"""UI-30 and UI-31: a code to a contact that a legacy logon is to be associated with."""

from datetime import datetime

import msgspec

from authme import challenges
from authme.audit import record
from authme.credentials.attempts import SEND, Attempts
from authme.kernel.context import Context
from authme.kernel.errors import CredentialsWrong, Refusal, malformed
from authme.kernel.http import Request
from authme.kernel.times import moment
from authme.kernel.wire import Answer, Text, Wire
from authme.notify.send import recipient_at
from authme.sign_in.caller import get_client
from authme.sign_in.decoy import Decoys
from authme.sign_in.legacy import ProvedLogon, prove_legacy
from authme.sign_in.legacy_store import Known
from authme.sign_in.recover_logon import masked
from authme.users import names
from authme.users.names import Name, NameMalformed
from authme.users.wire import MobileGiven, mobile_text


class AssociateByEmailRequest(Wire, frozen=True):
    """UI-30."""

    email: Text


class AssociateByMobileRequest(Wire, frozen=True):
    """UI-31."""

    mobile: MobileGiven


class Association(Answer, frozen=True):
    """What UI-32 completes by the code."""

    association_id: str
    contact: str
    expires_at: datetime


class Ground(msgspec.Struct, frozen=True):
    """What the proof of a logon rests on: whose it is, and which password it has. Whatever changes it ends the proof."""

    user_id: str
    changed_at: int | None
    """Of the password that is kept here."""
    password_no: int


class Associating(msgspec.Struct, frozen=True):
    """Stored with the challenge: the logon whose password was proved, and the contact that the code was sent to."""

    logon: str
    contact_type: str
    contact: str
    ground: Ground | None = None
    """None for a logon that was nobody's."""


def ground_of(known: Known | None) -> Ground | None:
    """Return what a proof of this logon rests on; None for one that is nobody's, which its directory alone knows."""
    return Ground(known.user.id, known.password_changed_at, known.link.password_no) if known is not None else None


async def associate_by_email(ctx: Context, request: Request, body: AssociateByEmailRequest) -> Association | Refusal:
    """Prove a legacy logon by HTTP Basic as at UI-06, and send a code to the e-mail address that it is to belong to."""
    try:
        contact = names.email(body.email)
    except NameMalformed as error:
        raise malformed("email", str(error)) from error
    return await _associate(ctx, request, contact)


async def associate_by_mobile(ctx: Context, request: Request, body: AssociateByMobileRequest) -> Association | Refusal:
    """Prove a legacy logon by HTTP Basic as at UI-06, and send a code to the mobile number that it is to belong to."""
    try:
        contact = names.mobile(mobile_text(body.mobile))
    except NameMalformed as error:
        raise malformed("mobile", str(error)) from error
    return await _associate(ctx, request, contact)


async def _associate(ctx: Context, request: Request, contact: Name) -> Association | Refusal:
    """Whose the contact is, is told to nobody before the code has come back."""
    client, given = await get_client(ctx), request.basic(bare=True)
    if given is None:
        raise CredentialsWrong
    proved = await prove_legacy(ctx, client, given)
    if isinstance(proved, Refusal):
        return proved
    await _count(ctx, proved, contact, client.id)
    # By logon and type: the newest code is the one that is good.
    factor_id = ctx.part(Decoys).factor_id(proved.logon, contact.type)
    opened = challenges.send_code(
        ctx,
        purpose="LOGON",
        subject=proved.user.id if proved.user is not None else ctx.part(Decoys).user_id(proved.logon),
        factor_id=factor_id,
        to=recipient_at(contact.type, contact.value),
        language=proved.user.language if proved.user is not None else ctx.origin.language,
        data=msgspec.json.encode(Associating(proved.logon, contact.type, contact.value, ground_of(proved.known))).decode(),
    )
    record(ctx, "logon.association_begun", proved.user.id if proved.user is not None else None)
    return Association(association_id=opened.id, contact=masked(contact), expires_at=moment(opened.expires_at))


async def _count(ctx: Context, proved: ProvedLogon, contact: Name, client_id: str) -> None:
    """Count the code for the logon, apart from what strangers ask for, and for the contact, whoever's it is."""
    attempts = ctx.part(Attempts)
    sending = await attempts.begin(ctx, proved.logon, client_id=client_id, kind=SEND, of="LOGON")
    to_contact = await attempts.begin(ctx, f"{contact.type}:{contact.key}", client_id=client_id, kind=SEND)
    attempts.failed(ctx, sending)
    attempts.failed(ctx, to_contact, everywhere=False)
