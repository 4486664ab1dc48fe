"""How much somebody was given to sign, at rest."""

from sqlalchemy import and_, bindparam, func, select

from authme.challenges.model import Purpose
from authme.challenges.tables import challenge
from authme.kernel.database import Reader, Statement

_open = (
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
_OPEN = Statement(select(func.count().label("count"), func.min(_open.c.expires_at).label("first_ends_at")).select_from(_open))


async def find_first_end(reader: Reader, *, purpose: Purpose, subject: str, now: int, at_most: int) -> int | None:
    """Return when the first of the subject's open challenges ends, if there are `at_most` of them; None if there are fewer."""
    row = await reader.one(_OPEN, of_subject=subject, of_purpose=purpose, now=now, at_most=at_most)
    return int(row["first_ends_at"]) if row is not None and row["count"] >= at_most else None
