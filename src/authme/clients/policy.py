"""Who may do what to which client."""

from typing import TYPE_CHECKING

from authme.clients.model import Client
from authme.kernel.context import Caller
from authme.kernel.errors import NotFound, NotOnThisTarget
from authme.relation import MAINTENANCE

if TYPE_CHECKING:
    from authme.clients.create import ClientDraft


def check_may_create(caller: Caller, draft: "ClientDraft") -> None:
    """Raise NotOnThisTarget when the client would stand in another organisation than its maker's.

    A scope is permission: nobody below IAM_ADMIN_MAINTENANCE hands out one that the calling token does not carry.
    """
    if caller.is_operator or caller.has(MAINTENANCE):
        return
    if draft.organization_id is not None and draft.organization_id != caller.organization_id:
        raise NotOnThisTarget
    if not set(draft.scopes) <= set(caller.scopes):
        raise NotOnThisTarget("A client cannot be given a scope that the caller does not have.")


def check_may_manage(caller: Caller, target: Client) -> None:
    """Raise NotFound unless the client is in the caller's organisation: outside it, it does not exist."""
    if caller.is_operator or caller.has(MAINTENANCE):
        return
    if caller.organization_id is None or caller.organization_id != target.organization_id:
        raise NotFound
