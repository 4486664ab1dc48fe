"""This server, as the commands to a directory see it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from authme.kernel.clock import Clock
from authme.kernel.context import OPERATOR, Context, Parts
from authme.kernel.database import Database, Transaction
from authme.legacy.choose import IsTaken
from authme.legacy.model import LegacyLogon

Result = TypeVar("Result")
OnProvisioned = Callable[[Context, LegacyLogon], Awaitable[bool]]
"""Make a logon that its directory has by now a name of its user, in the unit of work that notes it. False, and nothing changed,
if the name is another's by now, or the user is gone."""


@dataclass(frozen=True, slots=True)
class Here:
    """Where outcomes are noted, and what lies above and is asked through the composition root."""

    database: Database
    clock: Clock
    parts: Parts
    on_provisioned: OnProvisioned
    is_taken: IsTaken

    async def unit(self, use_case: Callable[[Context], Awaitable[Result]]) -> Result:
        """Run a use case as the operator in a unit of work of its own."""

        async def work(tx: Transaction) -> Result:
            ctx = Context(tx, OPERATOR, self.clock, self.parts)
            try:
                return await use_case(ctx)
            finally:
                ctx.close()

        return await self.database.unit(work)
