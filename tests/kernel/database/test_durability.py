import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from authme.kernel.database import Database
from kernel import commit_numbers
from kernel.items import ADD, new, places
from support.two_engines import rows_of

TESTS = Path(__file__).parents[2]


async def test_what_was_said_to_be_committed_is_there_after_a_kill(
    url: str, open_database: Callable[[], Awaitable[Database]]
) -> None:
    process = subprocess.Popen(  # noqa: ASYNC220  # nothing else happens meanwhile
        [sys.executable, str(commit_numbers.__file__), url],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(TESTS)},
    )
    assert process.stdout is not None
    with process:
        said = [process.stdout.readline() for _ in range(40)]
        process.kill()
        said += process.stdout.readlines()

    committed = await places(url)
    # The last line may have been cut off in the middle.
    assert {int(line) for line in said if line.endswith(b"\n")} <= set(committed)
    labelled = {item_id for (item_id,) in await rows_of(url, "SELECT item_id FROM label")}
    assert labelled == {f"i{place}" for place in committed}
    database = await open_database()
    await database.unit(lambda tx: tx.run(ADD, **new(-1)))
    assert -1 in await places(url)
