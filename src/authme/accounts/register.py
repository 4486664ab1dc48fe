"""UI-01: make a user, who may be one of a business."""

from authme.groups.given import roles_given_to_business
from authme.kernel.context import Context
from authme.kernel.errors import Refusal
from authme.relation import check_may_hand_on
from authme.users.routes import CreatedUser, CreateUserRequest, create_user


async def register(ctx: Context, body: CreateUserRequest) -> CreatedUser | Refusal:
    """Make a user with a name to log in by.

    With a password the user is active once its contact is verified; without one it is pending until a password is made.
    Whoever only names a client is slowed down by network: a code is sent to each, and a taken name is told. 409 for that.
    Whoever makes a user of a business holds the roles that come to all its users (403).
    """
    made = await create_user(ctx, body)
    if not isinstance(made, Refusal) and made.business_id is not None:
        check_may_hand_on(ctx.caller, await roles_given_to_business(ctx.tx, made.business_id))
    return made
