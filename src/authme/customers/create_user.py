"""CU-02: make a person a customer."""

from datetime import datetime

from authme import sessions
from authme.customers import user_store
from authme.customers.belonging import hold_business, hold_user, insert, place_of_new
from authme.customers.model import Customer
from authme.kernel.context import Context
from authme.kernel.errors import AlreadyExists, malformed
from authme.kernel.times import moment
from authme.kernel.wire import Answer, Id, Text, Title, Wire
from authme.users import names
from authme.users.wire import read_document


class UserCustomerRequest(Wire, frozen=True, kw_only=True):
    """CU-02."""

    user_id: Id
    document: Text
    name: Title
    business_id: Id | None = None


class UserCustomer(Answer, frozen=True):
    """A person who is a customer."""

    customer_id: int
    user_id: str
    document: str
    name: str
    business_id: str | None
    created_at: datetime


async def create_user_customer(ctx: Context, body: UserCustomerRequest) -> UserCustomer:
    """Make a person a customer, with the next number, which is in their next token as `customer_id`.

    The document is the user's (102), if the user has one. Raises (107) for a user or business that is not there for the
    caller, NotOnThisTarget for a user whom the caller may not manage, AlreadyExists (409) for a document or a user that is a
    customer already.
    """
    document = read_document(body.document, names.cpf)
    user = await hold_user(ctx, body.user_id)
    if body.business_id is not None:
        await hold_business(ctx, body.business_id)
    if user.document not in {None, document}:
        raise malformed("document", "the document of the user is expected")
    if user.customer_id is not None:
        raise AlreadyExists("The user is a customer.")
    made = Customer(
        kind="USER",
        document=document,
        name=body.name,
        user_id=user.id,
        business_id=body.business_id,
        organization_id=place_of_new(ctx, user.place),
        created_at=ctx.clock.now_ms(),
    )
    made = await insert(ctx, made)
    user_store.set_customer(ctx.tx, user.id, made.id)
    ctx.tx.announce(sessions.USER_TOPIC, user.id)
    return _shown(made, user.id)


def _shown(made: Customer, user_id: str) -> UserCustomer:
    return UserCustomer(
        customer_id=made.id,
        user_id=user_id,
        document=made.document,
        name=made.name,
        business_id=made.business_id,
        created_at=moment(made.created_at),
    )
