"""What the directory says of a logon whose user gave the right password."""

from dataclasses import dataclass

from authme.kernel.context import Context
from authme.kernel.errors import Unavailable
from authme.legacy import store
from authme.legacy.directories import Directories
from authme.legacy.model import LegacyLogon
from authme.legacy.on_its_way import is_standing_on_its_way
from authme.users.model import User


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a logon is revoked."""

    link: LegacyLogon | None
    """As it was before the directory was asked; None for a logon that is nobody's."""
    is_revoked: bool
    is_news: bool = False

    async def note(self, ctx: Context) -> None:
        """Remember what the directory said, with the unit of work; for whoever asks while it is down."""
        if self.link is not None and self.is_news:
            await store.note_seen(ctx.tx, self.link, revoked=self.is_revoked, now=ctx.clock.now_ms())


async def find_link(ctx: Context, user: User) -> LegacyLogon | None:
    """Return the user's logon, None without one, which costs nothing."""
    return await store.find_of_user(ctx.tx, user.id) if user.logon is not None else None


async def read_standing(ctx: Context, link: LegacyLogon) -> Standing:
    """Return how a logon stands at its directory; what is remembered where that does not answer, or is asked no more.

    What was ordered here counts from then on: while the directory is still to do it, it is the user's own status that says who
    is locked. What failed or was taken back counts no more than if it had not been ordered. A logon that is gone is revoked,
    one that is still to be made is not. To be asked before the first write.
    """
    if await is_standing_on_its_way(ctx.tx, link):
        return Standing(link, is_revoked=False)
    directory = ctx.part(Directories).to_ask(ctx, link.logon)
    if directory is None:
        return Standing(link, link.is_revoked)
    try:
        entry = await directory.find(link.logon)
    except Unavailable:
        return Standing(link, link.is_revoked)
    is_revoked = entry.is_revoked if entry is not None else link.status == "PROVISIONED"
    return said(link, is_revoked=is_revoked)


def said(link: LegacyLogon, *, is_revoked: bool) -> Standing:
    """Return what the directory said of a logon."""
    return Standing(link, is_revoked, is_news=is_revoked != link.is_revoked)
