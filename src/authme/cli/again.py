"""What failed in the outbox, tried again: messages and commands alike."""

from authme.cli.output import checked, fail, in_office, show
from authme.kernel.wire import Id
from authme.outbox.again import retry, retry_all


def try_again(kind: str, row_id: str | None, *, every: bool, as_json: bool) -> None:
    """Have one row of this kind that failed tried again, or every one; say how many."""
    if (row_id is None) != every:
        fail("an ID or --all is expected")
    if row_id is None:
        count = in_office(lambda server: server.run(lambda ctx: retry_all(ctx, kind)))
    else:
        given = checked("ID", row_id, Id)
        in_office(lambda server: server.run(lambda ctx: retry(ctx, kind, given)))
        count = 1
    show({"retried": count}, as_json=as_json, text=f"{count} to be tried again.")
