"""Devices and remember-me series at rest."""

from sqlalchemy import and_, bindparam, delete, func, select, update

from authme.devices.model import Device, Series
from authme.devices.tables import device, remember_me
from authme.kernel.database import Reader, Row, Statement, Transaction, upsert
from authme.sessions.tables import session

_is_device = and_(device.c.user_id == bindparam("of_user"), device.c.device_id == bindparam("of_device"))
_ASSOCIATE = Statement(
    upsert(
        device,
        key=[device.c.user_id, device.c.device_id],
        values={column.name: bindparam(column.name) for column in device.c},
        set_={
            "device_token_id": func.coalesce(bindparam("device_token_id"), device.c.device_token_id),
            "version": func.coalesce(bindparam("version"), device.c.version),
            "name": func.coalesce(bindparam("name"), device.c.name),
            "last_used_at": bindparam("last_used_at"),
        },
    ).returning(*device.c)
)
_FIND = Statement(select(device).where(_is_device))
_COUNT = Statement(select(func.count()).select_from(device).where(device.c.user_id == bindparam("of_user")))
_LIST = Statement(
    select(device)
    .where(and_(device.c.user_id == bindparam("of_user"), device.c.device_id > bindparam("after")))
    .order_by(device.c.device_id)
    .limit(bindparam("at_most"))
)
_TOUCH = Statement(
    update(device)
    .where(_is_device)
    .values(
        last_used_at=bindparam("now"),
        version=func.coalesce(bindparam("new_version"), device.c.version),
        device_token_id=func.coalesce(bindparam("new_token_id"), device.c.device_token_id),
    ),
    by_key=True,
)
_REMOVE = Statement(delete(device).where(_is_device))
_REMOVE_OF_USER = Statement(delete(device).where(device.c.user_id == bindparam("of_user")))

_BEGIN = Statement(remember_me.insert().values({column.name: bindparam(column.name) for column in remember_me.c}))
_FIND_SERIES = Statement(select(remember_me).where(remember_me.c.id == bindparam("of_series")))
_ROTATE = Statement(
    update(remember_me)
    .where(and_(remember_me.c.id == bindparam("of_series"), remember_me.c.token_hash == bindparam("was")))
    .values(
        token_hash=bindparam("becomes"),
        used_at=bindparam("now"),
        expires_at=bindparam("expires_at"),
    )
)
_END = Statement(delete(remember_me).where(remember_me.c.id == bindparam("of_series")))
_END_OF_USER = Statement(delete(remember_me).where(remember_me.c.user_id == bindparam("of_user")))
_is_on_device = and_(remember_me.c.user_id == bindparam("of_user"), remember_me.c.device_id == bindparam("of_device"))
_END_ON_DEVICE = Statement(delete(remember_me).where(_is_on_device))
_END_AT_CLIENT = Statement(delete(remember_me).where(and_(_is_on_device, remember_me.c.client_id == bindparam("of_client"))))
_of_session = select(session.c.client_id).where(session.c.id == bindparam("of_session"))
# Where and on what the session is: the series that began it or that it began, however often that was used since.
_END_OF_SESSION = Statement(
    delete(remember_me).where(
        and_(
            remember_me.c.user_id == bindparam("of_user"),
            remember_me.c.client_id == _of_session.scalar_subquery(),
            remember_me.c.device_id == _of_session.with_only_columns(session.c.device_id).scalar_subquery(),
        )
    )
)
_SWEEP = Statement(delete(remember_me).where(remember_me.c.expires_at <= bindparam("now")))


def _device(row: Row) -> Device:
    return Device(
        user_id=row["user_id"],
        device_id=row["device_id"],
        device_token_id=row["device_token_id"],
        version=row["version"],
        name=row["name"],
        associated_at=row["associated_at"],
        last_used_at=row["last_used_at"],
    )


async def associate(tx: Transaction, given: Device) -> Device:
    """Keep the device and return what is kept: of one that is there, what is not given stays as it was."""
    row = await tx.returning(
        _ASSOCIATE,
        user_id=given.user_id,
        device_id=given.device_id,
        device_token_id=given.device_token_id,
        version=given.version,
        name=given.name,
        associated_at=given.associated_at,
        last_used_at=given.last_used_at,
    )
    return given if row is None else _device(row)


async def find_device(reader: Reader, user_id: str, device_id: str) -> Device | None:
    """Return the device if the user associated it."""
    row = await reader.one(_FIND, of_user=user_id, of_device=device_id)
    return _device(row) if row else None


async def count_devices(reader: Reader, user_id: str) -> int:
    """Return how many devices the user has."""
    row = await reader.one(_COUNT, of_user=user_id)
    return int(row[0]) if row else 0


async def list_devices(reader: Reader, user_id: str, *, after: str, limit: int) -> list[Device]:
    """Return up to `limit` devices of the user whose name for them comes after `after`."""
    return [_device(row) for row in await reader.all(_LIST, of_user=user_id, after=after, at_most=limit)]


def touch(
    tx: Transaction, user_id: str, device_id: str, *, now: int, version: str | None = None, token_id: str | None = None
) -> None:
    """Note with the unit of work that the device was used, if the user associated it, and what it said of itself."""
    tx.defer(_TOUCH, of_user=user_id, of_device=device_id, now=now, new_version=version, new_token_id=token_id)


async def remove_device(tx: Transaction, user_id: str, device_id: str) -> bool:
    """Remove the device; False if the user has none of this name."""
    return await tx.run(_REMOVE, of_user=user_id, of_device=device_id) == 1


async def remove_devices_of_user(tx: Transaction, user_id: str) -> None:
    """Remove every device of the user."""
    await tx.run(_REMOVE_OF_USER, of_user=user_id)


def begin_series(tx: Transaction, begun: Series) -> None:
    """Insert the series with the unit of work, in the place of one that its user has on this device at this client."""
    tx.defer(_END_AT_CLIENT, of_user=begun.user_id, of_device=begun.device_id, of_client=begun.client_id)
    tx.defer(
        _BEGIN,
        id=begun.id,
        user_id=begun.user_id,
        client_id=begun.client_id,
        device_id=begun.device_id,
        token_hash=begun.token_hash,
        created_at=begun.created_at,
        used_at=begun.used_at,
        expires_at=begun.expires_at,
    )


async def find_series(reader: Reader, series_id: str) -> Series | None:
    """Return the series, also an expired one."""
    row = await reader.one(_FIND_SERIES, of_series=series_id)
    if row is None:
        return None
    return Series(
        id=row["id"],
        user_id=row["user_id"],
        client_id=row["client_id"],
        device_id=row["device_id"],
        token_hash=row["token_hash"],
        created_at=row["created_at"],
        used_at=row["used_at"],
        expires_at=row["expires_at"],
    )


async def rotate(tx: Transaction, series_id: str, *, was: bytes, becomes: bytes, now: int, expires_at: int) -> bool:
    """Put the next token in the place of `was`, for one of those who race for it; False for all others."""
    rotated = await tx.run(_ROTATE, of_series=series_id, was=was, becomes=becomes, now=now, expires_at=expires_at)
    return rotated == 1


async def end_series(tx: Transaction, series_id: str) -> bool:
    """End the series; False if it had ended."""
    return await tx.run(_END, of_series=series_id) == 1


async def end_series_of_user(tx: Transaction, user_id: str) -> None:
    """End every series of the user."""
    await tx.run(_END_OF_USER, of_user=user_id)


async def end_series_on_device(tx: Transaction, user_id: str, device_id: str) -> None:
    """End the user's series on the device, at whichever client."""
    await tx.run(_END_ON_DEVICE, of_user=user_id, of_device=device_id)


async def end_series_of_session(tx: Transaction, user_id: str, session_id: str) -> None:
    """End the series of the user that began the session, or that the session began."""
    await tx.run(_END_OF_SESSION, of_user=user_id, of_session=session_id)


async def sweep(tx: Transaction, *, now: int) -> int:
    """Delete series that expired; return how many."""
    return await tx.run(_SWEEP, now=now)
