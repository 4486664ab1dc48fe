"""Challenges at rest. Whatever changes one is a single conditional statement: of two that race, one changes it."""

from sqlalchemy import and_, bindparam, delete, func, insert, select, update

from authme.challenges.model import TRIES, Challenge, Purpose
from authme.challenges.tables import challenge
from authme.kernel.clock import CLOCK_SKEW_MS
from authme.kernel.database import Reader, Row, Statement, Transaction

_INSERT = Statement(insert(challenge).values({column.name: bindparam(column.name) for column in challenge.c}).inline())
_FIND = Statement(select(challenge).where(challenge.c.id == bindparam("of_challenge")))
_of_session = func.coalesce(challenge.c.session_id, "") == bindparam("of_session")
_is_unused = and_(
    challenge.c.subject == bindparam("of_subject"),
    challenge.c.purpose == bindparam("of_purpose"),
    challenge.c.factor_id == bindparam("of_factor"),
    _of_session,
    challenge.c.used_at.is_(None),
)
_LATEST = Statement(select(challenge).where(_is_unused).order_by(challenge.c.created_at.desc(), challenge.c.id.desc()).limit(1))
_END_PREVIOUS = Statement(update(challenge).where(_is_unused).values(used_at=bindparam("now")))
_is_open = and_(
    challenge.c.id == bindparam("of_challenge"),
    challenge.c.used_at.is_(None),
    challenge.c.validated_at.is_(None),
    challenge.c.tries < TRIES,
    challenge.c.expires_at > bindparam("now"),
    challenge.c.created_at <= bindparam("latest"),
)
_MISS = Statement(update(challenge).where(_is_open).values(tries=challenge.c.tries + 1))
_USE = Statement(update(challenge).where(_is_open).values(used_at=bindparam("now")))
_VALIDATE = Statement(update(challenge).where(_is_open).values(validated_at=bindparam("now")))
_USE_VALIDATED = Statement(
    update(challenge)
    .where(
        and_(
            challenge.c.id == bindparam("of_challenge"),
            challenge.c.purpose == bindparam("of_purpose"),
            challenge.c.subject == bindparam("of_subject"),
            challenge.c.session_id == bindparam("of_session"),
            challenge.c.used_at.is_(None),
            challenge.c.validated_at >= bindparam("since"),
            challenge.c.validated_at <= bindparam("latest"),
        )
    )
    .values(used_at=bindparam("now"))
)
_waiting = (
    select(challenge.c.expires_at)
    .where(
        and_(
            challenge.c.subject == bindparam("of_subject"),
            challenge.c.purpose == bindparam("of_purpose"),
            challenge.c.used_at.is_(None),
            challenge.c.expires_at > bindparam("now"),
        )
    )
    .limit(bindparam("at_most"))
    .subquery()
)
_FIRST_END = Statement(
    select(func.count().label("count"), func.min(_waiting.c.expires_at).label("first_ends_at")).select_from(_waiting)
)
_END_OF_FACTOR = Statement(
    delete(challenge).where(
        and_(challenge.c.subject == bindparam("of_subject"), challenge.c.factor_id == bindparam("of_factor"))
    )
)
_END_ALL = Statement(delete(challenge).where(challenge.c.subject == bindparam("of_subject")))
_over = select(challenge.c.id).where(challenge.c.expires_at <= bindparam("before")).order_by(challenge.c.expires_at)
_SWEEP = Statement(delete(challenge).where(challenge.c.id.in_(_over.limit(bindparam("at_most")))))


def _challenge(row: Row) -> Challenge:
    return Challenge(
        id=row["id"],
        purpose=row["purpose"],
        subject=row["subject"],
        session_id=row["session_id"],
        client_id=row["client_id"],
        factor_id=row["factor_id"],
        code_hash=row["code_hash"],
        data=row["data"],
        tries=row["tries"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        validated_at=row["validated_at"],
        used_at=row["used_at"],
    )


def insert_challenge(tx: Transaction, opened: Challenge) -> None:
    """Insert the challenge with the unit of work."""
    tx.defer(
        _INSERT,
        id=opened.id,
        purpose=opened.purpose,
        subject=opened.subject,
        session_id=opened.session_id,
        client_id=opened.client_id,
        factor_id=opened.factor_id,
        code_hash=opened.code_hash,
        data=opened.data,
        tries=opened.tries,
        created_at=opened.created_at,
        expires_at=opened.expires_at,
        validated_at=opened.validated_at,
        used_at=opened.used_at,
    )


async def find(reader: Reader, challenge_id: str) -> Challenge | None:
    """Return the challenge, whatever its state."""
    row = await reader.one(_FIND, of_challenge=challenge_id)
    return _challenge(row) if row else None


async def find_latest(
    reader: Reader, *, purpose: Purpose, subject: str, factor_id: str, session_id: str | None
) -> Challenge | None:
    """Return the newest challenge of this purpose for a factor in a session that was not used: only its code is good.

    It may be out of time or tries.
    """
    row = await reader.one(_LATEST, of_subject=subject, of_purpose=purpose, of_factor=factor_id, of_session=session_id or "")
    return _challenge(row) if row else None


async def find_first_end(reader: Reader, *, purpose: Purpose, subject: str, now: int, at_most: int) -> int | None:
    """Return when the first of the subject's open challenges ends, if there are `at_most` of them; None if there are fewer."""
    row = await reader.one(_FIRST_END, of_subject=subject, of_purpose=purpose, now=now, at_most=at_most)
    return int(row["first_ends_at"]) if row is not None and row["count"] >= at_most else None


def end_previous(tx: Transaction, opened: Challenge) -> None:
    """End what the new challenge stands in the place of, with the unit of work and before the new one is inserted."""
    tx.defer(
        _END_PREVIOUS,
        of_subject=opened.subject,
        of_purpose=opened.purpose,
        of_factor=opened.factor_id,
        of_session=opened.session_id or "",
        now=opened.created_at,
    )


async def miss(tx: Transaction, challenge_id: str, *, now: int) -> bool:
    """Count a wrong answer; False if the challenge could not be answered any more."""
    return await tx.run(_MISS, of_challenge=challenge_id, now=now, latest=now + CLOCK_SKEW_MS) == 1


async def use(tx: Transaction, challenge_id: str, *, now: int) -> bool:
    """Use the challenge up; False if it could not be answered any more."""
    return await tx.run(_USE, of_challenge=challenge_id, now=now, latest=now + CLOCK_SKEW_MS) == 1


async def validate(tx: Transaction, challenge_id: str, *, now: int) -> bool:
    """Note the right answer, to be used later; False if the challenge could not be answered any more."""
    return await tx.run(_VALIDATE, of_challenge=challenge_id, now=now, latest=now + CLOCK_SKEW_MS) == 1


async def use_validated(
    tx: Transaction, challenge_id: str, *, purpose: Purpose, subject: str, session_id: str, since: int, now: int
) -> bool:
    """Use up a challenge that was validated in this session at `since` or later."""
    used = await tx.run(
        _USE_VALIDATED,
        of_challenge=challenge_id,
        of_purpose=purpose,
        of_subject=subject,
        of_session=session_id,
        since=since,
        now=now,
        latest=now + CLOCK_SKEW_MS,
    )
    return used == 1


async def end_all(tx: Transaction, subject: str) -> None:
    """End whatever a user was asked."""
    await tx.run(_END_ALL, of_subject=subject)


async def end_of_factor(tx: Transaction, subject: str, factor_id: str) -> None:
    """End whatever a user was asked for a factor that goes or leads elsewhere: a code that is under way is good no more."""
    await tx.run(_END_OF_FACTOR, of_subject=subject, of_factor=factor_id)


async def sweep(tx: Transaction, *, before: int, at_most: int) -> int:
    """Delete up to `at_most` challenges that ended before this time; return how many."""
    return await tx.run(_SWEEP, before=before, at_most=at_most)
