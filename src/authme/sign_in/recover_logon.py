"""UI-33: a code to whoever has a legacy logon, by which its password is reset."""

from authme import challenges
from authme.audit import record
from authme.credentials.attempts import SEND, Attempts
from authme.crypto.digests import Digester, TokenHash
from authme.crypto.secrets import new_secret
from authme.kernel.context import Context
from authme.kernel.wire import Answer, Text, Wire
from authme.sign_in.logon_reach import ReachedLogon, reach_logon
from authme.sign_in.quiet_turn import quiet_turn
from authme.sign_in.reach import logon_key_of
from authme.users import names
from authme.users.masking import mask_email, mask_mobile
from authme.users.names import Name
from authme.users.wire import read_document


class RetrieveLogonRequest(Wire, frozen=True):
    """UI-33: who somebody says they are; with a `document`, a code is sent only if it is the logon's owner's."""

    logon: Text
    document: Text | None = None


class RetrievedLogon(Answer, frozen=True):
    """What binds the code to this request, and where it went, if the logon is anybody's."""

    hash: str
    contacts: tuple[str, ...]


async def retrieve_logon(ctx: Context, body: RetrieveLogonRequest) -> RetrievedLogon:
    """Send a code to the main contact of whoever has this logon, else to the one that its directory knows.

    A logon that nobody has, one that is revoked or whose user is locked, one without a contact and one of another document
    are answered exactly as any other, after the same work; nothing is sent. The contacts that are shown hang on the logon
    alone: what stands for those of a logon that nobody has is the same each time. Raises TooManyTries when codes are asked for
    again and again, and Unavailable while the directory does not answer, for any logon alike.
    """
    document = read_document(body.document, names.document) if body.document is not None else None
    attempts, client_id = ctx.part(Attempts), ctx.caller.client_id or ""
    sending = await attempts.begin(ctx, logon_key_of(body.logon), client_id=client_id, kind=SEND)
    reached = await reach_logon(ctx, body.logon)
    if document is not None and not reached.is_known_by(document):
        reached = reached.as_nobody(ctx)
    attempts.failed(ctx, sending)
    to_contact = await quiet_turn(ctx, *reached.counted_as, client_id=client_id, kind=SEND)
    if to_contact is None:
        reached = reached.as_nobody(ctx)
    else:
        attempts.failed(ctx, to_contact, everywhere=False)
    secret = new_secret()
    opened = challenges.send_code(
        ctx,
        purpose="LOGON_PASSWORD",
        subject=reached.subject,
        factor_id=reached.factor_id,
        to=reached.recipient,
        language=reached.user.language if reached.user else None,
        data=binding_of(ctx, secret, reached).hex(),
    )
    record(ctx, "logon.code_sent", reached.user.id if reached.user else None)
    return RetrievedLogon(hash=f"{opened.id}.{secret}", contacts=tuple(map(masked, reached.shown)))


def binding_of(ctx: Context, secret: str, reached: ReachedLogon) -> TokenHash:
    """Return what a challenge keeps of the hash that was handed out, and of the contact that its code was sent to."""
    contact = reached.contact
    where = f"{contact.type}:{contact.key}" if contact is not None else ""
    return ctx.part(Digester).digest("logon-password", f"{secret}:{where}")


def masked(contact: Name) -> str:
    """Return a contact as it is shown to whoever may not know it."""
    return mask_email(contact.value) if contact.type == "EMAIL" else mask_mobile(contact.value)
