"""Whom a proof lets in: planned before anything is written, and then written."""

from dataclasses import dataclass

from authme.audit import record
from authme.kernel.context import Context
from authme.kernel.errors import ProofNotAccepted
from authme.organizations import store as organizations
from authme.providers import store as providers
from authme.sign_in import legacy_store
from authme.sign_in.known_person import is_known
from authme.sign_in.proof import Proof
from authme.sign_in.proof_groups import Memberships
from authme.sign_in.proved_person import ChangedMeanwhile, claim, hold_unchanged, let_in, make_person
from authme.sign_in.standing import Standing
from authme.users import change_store
from authme.users import store as users
from authme.users.model import User
from authme.users.names import Name
from authme.users.tell import tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The user whom a proof lets in, known by it, linked to it now, or made now."""

    proof: Proof
    user: User
    """As they are to be."""
    was: User | None
    """As they were read; None for a user who is to be made."""
    is_linked: bool
    """Whether the proof is theirs already."""
    rests_on_its_word: bool = False
    """Whether only what the proof says shows that they are the person it is about."""
    names: tuple[Name, ...] = ()
    """What a user who is to be made is called beside the proof, and what an old one is called besides from now on."""
    acts_for: str | None = None
    """The business for which they act by this proof."""
    standing: Standing | None = None
    """How their logon of the mainframe stands, if they have one."""
    memberships: Memberships | None = None
    """Which groups the provider says they are in; None where it says nothing."""

    @property
    def roles(self) -> frozenset[str] | None:
        """The roles that come to them through groups once that is written, if groups change."""
        return self.memberships.roles if self.memberships is not None else None

    async def write(self, ctx: Context) -> User:
        """Make the user, or let the proof be theirs, or see that it still is; return the user as they are now.

        From then on nobody changes the user until the unit of work is over. Nothing slow may come between this and its end.
        Raises ChangedMeanwhile, after which a new plan shows what is so now, and ProofNotAccepted where the provider is not any
        more what its word was taken for.
        """
        if self.was is None:
            await self._make(ctx)
        elif self.is_linked:
            await self._check_still(ctx, self.was)
        else:
            await self._link(ctx, self.was)
        await self._check_provider(ctx)
        if self.standing is not None:
            await self.standing.note(ctx)
        if self.memberships is not None:
            await self.memberships.write(ctx, self.user.id)
        return self.user

    async def _check_provider(self, ctx: Context) -> None:
        """Without this, whoever keeps this server waiting would log people in after their provider was disabled or removed."""
        provider = self.proof.provider
        if provider is not None and await providers.find(ctx.tx, provider.id) != provider:
            raise ProofNotAccepted("The identity provider was changed meanwhile.")

    async def _make(self, ctx: Context) -> None:
        business_id = self.user.business_id
        if business_id is not None and not await organizations.hold_business(ctx.tx, business_id):
            raise ChangedMeanwhile
        proof = self.proof
        unverified = () if proof.holds_everywhere else proof.contacts
        await make_person(ctx, self.user, by=(proof.name, *self.names), unverified=unverified)
        self._record(ctx, is_new=True)

    async def _check_still(self, ctx: Context, was: User) -> None:
        # What is read before the first write may be over by then, on SQLite; and whoever becomes active is written themselves.
        if was.status == "PENDING" or not ctx.tx.writing:
            await hold_unchanged(ctx, was)
        elif not await legacy_store.is_unchanged(ctx.tx, was):
            raise ChangedMeanwhile
        # Whoever takes the proof from them takes their row first.
        named = await users.find_by_name(ctx.tx, [self.proof.name])
        if named is None or named.user.id != was.id:
            raise ChangedMeanwhile
        await let_in(ctx, was)

    async def _link(self, ctx: Context, was: User) -> None:
        await hold_unchanged(ctx, was)
        proof = self.proof
        # A contact that was taken away meanwhile shows nothing any more.
        if self.rests_on_its_word and not await is_known(ctx, was, document=proof.document, contacts=proof.contacts):
            raise ChangedMeanwhile
        if not await claim(ctx, was.id, [(name, True) for name in (proof.name, *self.names)]):
            raise ChangedMeanwhile
        if self.user.is_document_vouched != was.is_document_vouched:
            await change_store.change(ctx.tx, self.user, now=ctx.clock.now_ms())
        await let_in(ctx, was)
        self._record(ctx, is_new=False)
        await tell(ctx, was.id, "account_linked", account=proof.name.type, provider=proof.provider_name)

    def _record(self, ctx: Context, *, is_new: bool) -> None:
        user_id, proof = self.user.id, self.proof
        record(ctx, "proof.linked", user_id, user_id=user_id, type=proof.name.type, provider=proof.provider_id, is_new=is_new)
