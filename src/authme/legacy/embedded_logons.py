"""Logons of the embedded directory, as an operator makes and changes them: what is done at the console of a mainframe."""

from datetime import UTC, date, datetime
from typing import Final

from authme.audit import record
from authme.credentials.pool import PasswordPool
from authme.kernel.context import Context
from authme.kernel.database import UniqueViolation
from authme.kernel.errors import AlreadyExists, NotFound, PasswordNotAccepted, malformed
from authme.legacy import embedded_store as store
from authme.legacy.logon import read_logon
from authme.legacy.model import NewLogon
from authme.legacy.secret import SecretNotTaken, check_new_secret, hash_secret

_LOGON_FORM: Final = "1 to 8 of letters, digits and #@$ are expected, the first not a digit"


async def add_embedded_logon(
    ctx: Context,
    logon: str,
    secret: str,
    *,
    name: str | None = None,
    document: str | None = None,
    email: str | None = None,
    mobile: str | None = None,
    groups: tuple[str, ...] = (),
    is_expired: bool = False,
) -> str:
    """Add a logon with its password or phrase, and return it in capitals.

    The first group is its default. With `is_expired` the secret has to be changed before it is worth anything. Raises
    AlreadyExists, PasswordNotAccepted, and FieldsRefused for what has not the form of a logon or group.
    """
    key, grouped = _logon(logon), tuple(dict.fromkeys(_group(group) for group in groups))
    try:
        check_new_secret(secret)
    except SecretNotTaken as error:
        raise PasswordNotAccepted(str(error)) from error
    secret_hash, now = await hash_secret(ctx.part(PasswordPool), secret), ctx.clock.now_ms()
    new = NewLogon(logon=key, name=name, document=document, email=email, mobile=mobile, group=grouped[0] if grouped else None)
    try:
        await store.insert_logon(ctx.tx, new, groups=grouped, mark=None, now=now)
    except UniqueViolation as error:
        raise AlreadyExists("There is such a logon.") from error
    await store.set_secret(ctx.tx, key, secret_hash, expired=is_expired, mark=None, now=now)
    record(ctx, "embedded_logon.added", key)
    return key


async def expire_embedded_logon(ctx: Context, logon: str) -> None:
    """Have the secret of a logon changed before it is worth anything again. Raises NotFound."""
    key = _logon(logon)
    if not await store.expire(ctx.tx, key, now=ctx.clock.now_ms()):
        raise NotFound
    record(ctx, "embedded_logon.expired", key)


async def date_embedded_logon(ctx: Context, logon: str, *, revoke_on: date | None, resume_on: date | None) -> None:
    """Set the days, in UTC, from which a logon is revoked and resumed; None for never. Raises NotFound."""
    key = _logon(logon)
    revoke_at, resume_at = _beginning(revoke_on), _beginning(resume_on)
    if not await store.set_days(ctx.tx, key, revoke_at=revoke_at, resume_at=resume_at, now=ctx.clock.now_ms()):
        raise NotFound
    record(ctx, "embedded_logon.dated", key, revoke_at=revoke_at, resume_at=resume_at)


def _logon(text: str) -> str:
    logon = read_logon(text)
    if logon is None:
        raise malformed("logon", _LOGON_FORM)
    return logon


def _group(text: str) -> str:
    group = read_logon(text)
    if group is None:
        raise malformed("group", _LOGON_FORM)
    return group


def _beginning(day: date | None) -> int | None:
    return None if day is None else int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000
