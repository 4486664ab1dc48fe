"""Start a session: every way of logging in ends here."""

from datetime import timedelta

from authme.kernel.context import Context
from authme.kernel.ids import new_id
from authme.sessions import store
from authme.sessions.model import Session
from authme.settings import TokenSettings

_MS = 1000


def start(
    ctx: Context,
    *,
    user_id: str | None,
    client_id: str,
    level: str | None,
    client_level: str,
    amr: tuple[str, ...],
    business_id: str | None = None,
    device_id: str | None = None,
    auth_at: int | None = None,
    is_kept: bool = True,
) -> Session:
    """Start a session with the unit of work.

    `auth_at` is when its user was proved, if that is not now. A session that is not kept is for tokens that are signed before
    it is known whether their proof is used up; it starts with `store.insert_session`.
    """
    now = ctx.clock.now_ms()
    proved_at = now if auth_at is None else auth_at
    life = timedelta(days=ctx.part(TokenSettings).session_days)
    started = Session(
        id=new_id(ctx.clock),
        user_id=user_id,
        client_id=client_id,
        level=level,
        client_level=client_level,
        amr=amr,
        proofs=dict.fromkeys(amr, proved_at),
        extra=(),
        business_id=business_id,
        device_id=device_id,
        auth_at=proved_at,
        created_at=now,
        expires_at=now + int(life.total_seconds()) * _MS,
    )
    if is_kept:
        store.insert_session(ctx.tx, started)
    return started
