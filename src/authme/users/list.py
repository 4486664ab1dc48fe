"""All users, for an operator."""

from authme.kernel.database import Reader
from authme.users import store
from authme.users.model import User
from authme.users.names import candidates

_PAGE = 200


async def list_users(reader: Reader) -> list[User]:
    """Return every user, the oldest first."""
    found: list[User] = []
    while page := await store.list_users(reader, after=found[-1].id if found else "", limit=_PAGE):
        found += page
    return found


async def find_by_id_or_name(reader: Reader, given: str) -> User | None:
    """Return the user whose id, or verified name, an operator typed."""
    found = await store.find(reader, given)
    if found is None:
        login = await store.find_by_name(reader, candidates(given))
        found = login.user if login else None
    return found
