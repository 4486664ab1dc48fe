"""Whether a logon is revoked: the flag, and the days from which it is revoked and resumed."""


def is_revoked(*, flag: bool, revoke_at: int | None, resume_at: int | None, now: int) -> bool:
    """Say whether a logon is revoked now. Times are epoch milliseconds; a day counts from its beginning.

    Of two days that have come the later one counts, on the same day the revocation. A day of resumption that has come also ends
    a revocation by hand or by failures, which has no day.
    """
    has_resumed = resume_at is not None and resume_at <= now
    if revoke_at is not None and revoke_at <= now:
        return not (has_resumed and resume_at is not None and resume_at > revoke_at)
    return flag and not has_resumed
