"""The user that is a customer, at rest."""

from sqlalchemy import bindparam, update

from authme.kernel.database import Statement, Transaction
from authme.users.tables import user_account

_SET = Statement(update(user_account).where(user_account.c.id == bindparam("of_user")).values(customer_id=bindparam("number")))


def set_customer(tx: Transaction, user_id: str, number: int | None) -> None:
    """Note the number with a user who is held, or take it away, with the unit of work."""
    tx.defer(_SET, of_user=user_id, number=number)
