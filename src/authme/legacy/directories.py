"""The directories that are configured, and which logon goes to which."""

import asyncio
from collections.abc import Mapping

from authme.kernel.context import Context
from authme.legacy.directory import Directory
from authme.legacy.guarded import Guarded
from authme.settings.legacy import LegacyDirectories


class Directories:
    """The directories of a worker process, by their names.

    `seconds` is for how long each is waited for; one without them takes as long as it takes.
    """

    def __init__(self, rules: LegacyDirectories, directories: Mapping[str, Directory], *, seconds: Mapping[str, float]) -> None:
        self.rules = rules
        self.all = directories
        self._guarded = {name: Guarded(name, one, seconds=seconds.get(name)) for name, one in directories.items()}

    def to_ask(self, ctx: Context, logon: str) -> Guarded | None:
        """Return the directory of a logon, None if it is none's. A unit of work asks before it writes anything."""
        if ctx.tx.writing:
            # Without this, everybody on SQLite would wait for a mainframe.
            raise RuntimeError("a directory is not asked after the first write")
        name = self.rules.name_for(logon)
        return self._guarded.get(name) if name is not None else None

    async def close(self) -> None:
        """Let go of all connections."""
        await asyncio.gather(*(one.close() for one in self.all.values()))
