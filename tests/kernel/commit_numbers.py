"""A program that commits one numbered item after another to the database of its argument, and says each that is committed."""

import asyncio
import itertools
import sys

from authme.kernel.database import Database, Transaction, connect
from kernel.items import ADD, ADD_LABEL, new


async def go_on(database: Database, numbers: "itertools.count[int]") -> None:
    for number in numbers:

        async def work(tx: Transaction, number: int = number) -> None:
            await tx.run(ADD, **new(number))
            tx.defer(ADD_LABEL, id=f"l{number}", item_id=f"i{number}")

        await database.unit(work)
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


async def main(url: str) -> None:
    database = connect(url)
    await database.open()
    numbers = itertools.count()
    await asyncio.gather(*(go_on(database, numbers) for _ in range(4)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
