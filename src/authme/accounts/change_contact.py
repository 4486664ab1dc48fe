"""Change a user's main contact: the old one stays until the new one is shown to be theirs."""

from authme.accounts.names import insert_names, new_identity, reached_at
from authme.factors.confirmation import send_confirmation
from authme.kernel.context import Context
from authme.users import change_store, contact_store, store
from authme.users.contacts import first_contact, main_contacts
from authme.users.create import send_first_code
from authme.users.model import Identity, User
from authme.users.names import Name
from authme.users.tell import tell


async def change_contact(ctx: Context, user: User, contact: Name) -> bool:
    """Make this the user's main contact of its type, once its code came back (UI-40); False if there is nothing to change.

    A change that was awaited before gives way to this one; asking for the contact of today takes it back. A contact that the
    user has verified already takes the place at once.
    """
    identities = [one for one in await store.list_identities(ctx.tx, user.id) if one.type == contact.type]
    main = main_contacts(identities).get(contact.type)
    awaited = [one for one in identities if one.main and not one.verified]
    its_id = (await change_store.list_keys(ctx.tx, user.id)).get((contact.type, contact.key))
    its_own = next((one for one in identities if one.id == its_id), None)
    if main is not None and its_own == main and main.verified:
        return await _take_back(ctx, awaited)
    if its_own in awaited:
        return False
    await tell(ctx, user.id, "contact_changed", also=reached_at(main) if main else None, contact=contact.type)
    await _take_back(ctx, awaited)
    if its_own is None:
        its_own = await new_identity(ctx, user.id, contact, main=True)
        await insert_names(ctx, [(its_own, contact)])
    else:
        await change_store.make_main(ctx.tx, user.id, its_own.id)
    if its_own.verified:
        replaced = main.id if main is not None and main.id != its_own.id else None
        await contact_store.take_place(ctx.tx, user.id, contact.type, its_own.id, of_identity=replaced)
    else:
        await _send_code(ctx, user, its_own)
    return True


async def _take_back(ctx: Context, awaited: list[Identity]) -> bool:
    for one in awaited:
        await change_store.delete_name(ctx.tx, one.user_id, one.id)
    return bool(awaited)


async def _send_code(ctx: Context, user: User, contact: Identity) -> None:
    """Send the code that is wanted next: of whoever cannot log in yet that is the one for the password (UI-14)."""
    identities = await store.list_identities(ctx.tx, user.id)
    first = first_contact(identities, verified=False)
    if user.status == "PENDING" and first is not None and contact.id == first.id:
        send_first_code(ctx, user, identities)
    else:
        send_confirmation(ctx, user, factor_id=contact.id, contact_type=contact.type, address=contact.value)
