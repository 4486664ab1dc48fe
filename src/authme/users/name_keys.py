"""Give users who were made before there was a search the key that they are found by."""

from sqlalchemy import and_, bindparam, select, update

from authme.kernel.context import Context
from authme.kernel.database import Statement
from authme.users.names import name_key
from authme.users.tables import user_account

_BATCH = 500
_is_unkeyed = and_(user_account.c.name.is_not(None), user_account.c.name_key.is_(None))
_FIND = Statement(select(user_account.c.id, user_account.c.name).where(_is_unkeyed).order_by(user_account.c.id).limit(_BATCH))
_GIVE = Statement(
    update(user_account)
    .where(and_(user_account.c.id == bindparam("of_user"), user_account.c.name == bindparam("named")))
    .values(name_key=bindparam("key"))
)


async def give_keys(ctx: Context) -> int:
    """Give a batch of users their keys; return how many. The version before goes on making users without one."""
    rows = await ctx.tx.all(_FIND)
    if rows:
        given = [{"of_user": row["id"], "named": row["name"], "key": name_key(row["name"])} for row in rows]
        await ctx.tx.run_many(_GIVE, given)
    return len(rows)
