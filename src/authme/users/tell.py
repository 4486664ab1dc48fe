"""Tell a user what happened to their account."""

from authme.kernel.context import Context
from authme.notify.send import Message, Recipient, send
from authme.users import store
from authme.users.contacts import main_contacts
from authme.users.model import Identity


async def tell(ctx: Context, user_id: str, message: Message, *, also: Recipient | None = None, **values: str | int) -> None:
    """Send a notice to the user's verified main e-mail address, else mobile number, else nobody, with the unit of work.

    `also` is told the same: a contact that is being replaced or removed, whose owner may not be who does it. To be called
    before a removal takes the contacts away.
    """
    user = await store.find(ctx.tx, user_id)
    language = user.language if user else None
    to = _recipient(await store.list_identities(ctx.tx, user_id))
    send(ctx, to, message, user_id=user_id, language=language, **values)
    if also is not None and also != to:
        send(ctx, also, message, user_id=user_id, language=language, **values)


def _recipient(identities: list[Identity]) -> Recipient | None:
    contacts = main_contacts(identities)
    for contact_type, channel in (("EMAIL", "EMAIL"), ("MOBILE", "SMS")):
        contact = contacts.get(contact_type)
        if contact is not None and contact.verified:
            return Recipient("EMAIL" if channel == "EMAIL" else "SMS", contact.value)
    return None
