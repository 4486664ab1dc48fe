"""A program that leaves streams of the database of its argument in the midst of a batch, again and again."""

import asyncio
import contextlib
import sys

from sqlalchemy import select

from authme.kernel.database import Database, Statement, connect
from kernel.items import item

# The order is made anew each time, so that the first batch takes a while.
SORTED = Statement(select(item).order_by(item.c.version, item.c.shelf, item.c.id.desc()))


async def read(database: Database) -> None:
    async for _ in database.stream(SORTED, batch=100_000):
        pass


async def main(url: str) -> None:
    database = connect(url)
    await database.open()
    for number in range(30):
        reading = asyncio.create_task(read(database))
        await asyncio.sleep(0.002 * number)
        reading.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await reading
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
