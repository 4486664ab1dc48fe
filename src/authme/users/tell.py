"""Tell a user what happened to their account."""

from authme.kernel.context import Context
from authme.notify.send import Message, Recipient, recipient_at, send
from authme.users import store
from authme.users.contacts import first_contact


async def tell(ctx: Context, user_id: str, message: Message, *, also: Recipient | None = None, **values: str | int) -> None:
    """Send a notice to the user's verified main e-mail address, else mobile number, else nobody, with the unit of work.

    `also` is told the same: a contact that is being replaced or removed, whose owner may not be who does it. To be called
    before a removal takes the contacts away.
    """
    user = await store.find(ctx.tx, user_id)
    language = user.language if user else None
    contact = first_contact(await store.list_identities(ctx.tx, user_id), verified=True)
    to = recipient_at(contact.type, contact.value) if contact is not None else None
    send(ctx, to, message, user_id=user_id, language=language, **values)
    if also is not None and also != to:
        send(ctx, also, message, user_id=user_id, language=language, **values)
