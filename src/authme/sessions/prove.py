"""Raise what a session has proved.

In two steps, since a token is signed in between, which is slow: what the session becomes, and keeping that.
"""

import msgspec

from authme.kernel.context import Context
from authme.kernel.errors import StateForbids
from authme.sessions import store
from authme.sessions.levels import Method, level_of, with_method
from authme.sessions.model import Session


def with_proof(ctx: Context, session: Session, method: Method) -> Session:
    """Return the session as it is after one more proof: its level follows, and its time of proof is now."""
    methods, now = with_method(session.amr, method), ctx.clock.now_ms()
    proofs = session.proofs | {method: now}
    return msgspec.structs.replace(session, amr=methods, proofs=proofs, level=level_of(methods), auth_at=now)


def with_grant(session: Session, atom: str) -> Session:
    """Return the session as it is once an atom is granted to it alone."""
    return msgspec.structs.replace(session, extra=tuple(dict.fromkeys((*session.extra, atom))))


async def keep(ctx: Context, was: Session, becomes: Session) -> None:
    """Keep what `with_proof` or `with_grant` returned.

    Raises StateForbids, which undoes the use of the proof, when the session ended or was raised meanwhile.
    """
    if not await store.change_proofs(ctx.tx, was=was, becomes=becomes):
        raise StateForbids("The session was changed meanwhile.")
