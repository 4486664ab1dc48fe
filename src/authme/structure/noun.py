"""What all nouns of the structure have in common: found, held, listed and removed alike."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from authme.audit import record
from authme.kernel.context import Context
from authme.kernel.database import Reader, Statement, Transaction
from authme.kernel.errors import NotFound, StateForbids, malformed, named_in_body_unknown
from authme.kernel.http import Request
from authme.kernel.paging import PageRequest
from authme.relation import Place, Reach, check_reaches, reach_of


class Standing(Protocol):
    """Something that stands in an organisation."""

    @property
    def id(self) -> str:
        """Its id."""
        ...

    @property
    def place(self) -> Place:
        """Where it stands."""
        ...


class _List(Protocol):
    """Reads a page of what is reached."""

    def __call__(self, reader: Reader, reach: Reach, *, after: str, limit: int) -> Awaitable[list[Any]]: ...


Kind = TypeVar("Kind", bound=Standing)
_PAGE = 200


@dataclass(frozen=True, slots=True)
class Noun(Generic[Kind]):
    """One noun: its store, and what may hang on one of it.

    `hanging` has one column for each kind of thing, named as it is said, and the parameter `sought`; None: nothing can.
    """

    name: str
    find: Callable[[Reader, str], Awaitable[Kind | None]]
    take: Callable[[Transaction, str], Awaitable[bool]]
    delete: Callable[[Transaction, str], Awaitable[bool]]
    page: _List
    hanging: Statement | None = None
    hanging_nouns: tuple[str, ...] = ()

    async def get(self, ctx: Context, sought: str) -> Kind:
        """Return the one with this id; raise NotFound for one that is not there for the caller."""
        found = await self.find(ctx.tx, sought)
        if found is None:
            raise NotFound
        check_reaches(ctx.caller, found.place)
        return found

    async def hold(self, ctx: Context, sought: str) -> Kind:
        """Return the same, which nobody else changes or removes until the unit of work is over."""
        await self.get(ctx, sought)
        if not await self.take(ctx.tx, sought):
            raise NotFound
        return await self.get(ctx, sought)

    async def hold_named(self, ctx: Context, field: str, sought: str, *, of: str | None) -> Kind:
        """Return the same for one that a field of the body names, and that has to stand in the organisation `of`, or in none.

        Raises FieldsRefused: (107) for one that is not there for the caller, else (102) for one that stands elsewhere.
        """
        try:
            found = await self.hold(ctx, sought)
        except NotFound as error:
            raise named_in_body_unknown(field, self.name.replace("_", " ")) from error
        if found.place.organization_id != of:
            raise malformed(field, "one of the same organisation is expected")
        return found

    async def list_page(self, ctx: Context, request: Request) -> tuple[list[Kind], str | None]:
        """Return a page of those that the caller reaches, the oldest first, and the cursor of the next one."""
        page = PageRequest.from_query(request.query)
        found: list[Kind] = await self.page(ctx.tx, reach_of(ctx.caller), after=page.after, limit=page.limit + 1)
        return found[: page.limit], page.next_cursor([one.id for one in found])

    async def list_all(self, ctx: Context) -> list[Kind]:
        """Return all that the caller reaches, the oldest first."""
        reach = reach_of(ctx.caller)
        found: list[Kind] = []
        while page := await self.page(ctx.tx, reach, after=found[-1].id if found else "", limit=_PAGE):
            found += page
        return found

    async def remove(self, ctx: Context, sought: str) -> None:
        """Remove one; raise StateForbids (409) while something hangs on it."""
        target = await self.hold(ctx, sought)
        row = await ctx.tx.one(self.hanging, sought=target.id) if self.hanging is not None else None
        hanging = [noun for noun in self.hanging_nouns if row is not None and row[noun]]
        if hanging:
            raise StateForbids(f"There are {', '.join(hanging)} of it.")
        await self.delete(ctx.tx, target.id)
        record(ctx, f"{self.name}.removed", target.id)
