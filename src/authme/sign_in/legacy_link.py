"""Link a logon to a user: by name, by claim, and for good."""

from dataclasses import dataclass

from authme.audit import record
from authme.kernel.context import Context
from authme.kernel.database import UniqueViolation
from authme.kernel.errors import Unavailable
from authme.kernel.ids import new_id
from authme.legacy import store as logons
from authme.legacy.give import forget_failed
from authme.legacy.model import LegacyLogon
from authme.sign_in.proved_person import ChangedMeanwhile, claim, hold_unchanged, let_in, make_person
from authme.users import change_store
from authme.users.model import User
from authme.users.names import Name
from authme.users.tell import tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Who gets a logon that was nobody's."""

    user: User
    """As they are to be."""
    was: User | None
    """As they were read; None for a user who is to be made."""
    logon: Name
    directory: str
    names: tuple[Name, ...] = ()
    """What a user who is to be made is called beside the logon."""
    has_password: bool = False
    """Whether the user has a password here. What was set by somebody who had still to show who they are is none."""
    lacks_document: bool = False
    """Whether the entry has a document that a user who is to be made does not get."""
    is_named: bool = True
    """Whether the logon becomes a name of the user; False where its text is somebody else's name already."""
    failed: tuple[LegacyLogon, ...] = ()
    """What could not be made, and is in the way: the logon for somebody else, or another for the user."""
    is_vouched: bool = False
    """Whether somebody says that it is the user's, or that its document is."""
    elsewhere: str | None = None
    """The user who has that document, and is not known to be the same person."""

    @property
    def is_of_nobody(self) -> bool:
        """Whether the user is made only now, or had still to show who they are."""
        return self.was is None or self.was.status == "PENDING"

    async def write(self, ctx: Context, *, synced_at: int | None = None, rests_on: str | None = None) -> None:
        """Let the logon be the user's, and one of their names if it can; make the user if they are to be made, else tell them.

        `synced_at` is when the password here was changed, if that is the directory's; `rests_on` the contact whose code alone
        stood for a user who has other factors. Raises ChangedMeanwhile; of two who are
        given one logon the second waits for the first, and then gets that.
        """
        if self.was is None:
            await self._make(ctx)
        else:
            await self._give(ctx, self.was)
        try:
            await logons.insert_logon(ctx.tx, self._row(ctx, synced_at, rests_on))
        except UniqueViolation as error:
            # Just ordered for somebody (UI-20). The unit of work is lost on PostgreSQL.
            raise Unavailable from error
        self._record(ctx)
        if self.was is not None:
            await tell(ctx, self.user.id, "logon_linked")

    def _record(self, ctx: Context) -> None:
        user_id, is_new = self.user.id, self.was is None
        record(ctx, "logon.linked", user_id, user_id=user_id, directory=self.directory, is_new=is_new, named=self.is_named)
        for one in self.failed:
            record(ctx, "logon.order_forgotten", one.user_id, request=one.request_id)
        if self.lacks_document:
            record(ctx, "logon.document_elsewhere", user_id, user_id=user_id, elsewhere=self.elsewhere)

    async def _make(self, ctx: Context) -> None:
        await make_person(ctx, self.user, by=(self.logon,) if self.is_named else (), names=self.names)
        await self._forget_failed(ctx)

    async def _give(self, ctx: Context, was: User) -> None:
        await hold_unchanged(ctx, was)
        had = await logons.find_of_user(ctx.tx, was.id)
        has_another = had is not None and had.id not in {one.id for one in self.failed}
        if has_another or not await self._is_name_of(ctx, was):
            raise ChangedMeanwhile
        await self._forget_failed(ctx)
        await change_store.set_logon(ctx.tx, was.id, self.user.logon)
        await let_in(ctx, was)

    async def _is_name_of(self, ctx: Context, was: User) -> bool:
        """Let the logon be a name of the user, if it is to be one; False if it became another's."""
        if not self.is_named or (self.logon.type, self.logon.key) in await change_store.list_keys(ctx.tx, was.id):
            return True
        return await claim(ctx, was.id, [(self.logon, True)])

    async def _forget_failed(self, ctx: Context) -> None:
        """Forget what is in the way; what was made after all stays, and then the logon is not linked."""
        for one in sorted(self.failed, key=lambda one: one.id):
            await forget_failed(ctx, one)

    def _row(self, ctx: Context, synced_at: int | None, rests_on: str | None) -> LegacyLogon:
        now = ctx.clock.now_ms()
        return LegacyLogon(
            id=new_id(ctx.clock),
            logon=self.logon.key,
            directory=self.directory,
            user_id=self.user.id,
            status="PROVISIONED",
            synced_at=synced_at,
            rests_on=rests_on,
            created_at=now,
            updated_at=now,
        )
