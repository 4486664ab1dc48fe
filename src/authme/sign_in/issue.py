"""The tokens of a session: what its client, its user and its level put into them."""

from authme.clients.model import Client
from authme.customers import store as customers
from authme.groups.held import HeldRoles
from authme.kernel.context import CLIENT_IDENTIFIED, IDENTIFIED, USER_LADDER, Context, rungs
from authme.legacy import store as logons
from authme.relation import ACTING
from authme.sessions.model import Session
from authme.tokens import refresh
from authme.tokens.mint import mint
from authme.tokens.model import TokenObject
from authme.users.model import User

_MS = 1000


async def issue(
    ctx: Context,
    client: Client,
    user: User,
    session: Session,
    *,
    scopes: tuple[str, ...] | None = None,
    acts_for: str | None = None,
    refresh_token: str | None = None,
    links: str | None = None,
) -> TokenObject:
    """Return the token object for a user's session at a client.

    Without `refresh_token` (the successor, at a renewal) a first one is issued. `acts_for` is the user's business, if the
    tokens are to act for it; `links` a logon that this unit of work makes the user's.
    """
    granted = client.scopes if scopes is None else scopes
    token = refresh_token or refresh.issue(ctx, session, client.id, granted, acts_for=acts_for)
    return await sign(ctx, client, user, session, scopes=granted, acts_for=acts_for, refresh_token=token, links=links)


async def sign(
    ctx: Context,
    client: Client,
    user: User,
    session: Session,
    *,
    scopes: tuple[str, ...],
    acts_for: str | None = None,
    refresh_token: str | None = None,
    links: str | None = None,
    roles: frozenset[str] | None = None,
) -> TokenObject:
    """Return the token object around this refresh token, and write nothing.

    `roles` are those that come to the user through groups once this unit of work is over, if it changes them.
    """
    if session.level == IDENTIFIED:
        roles = frozenset()
    elif roles is None:
        roles = await ctx.part(HeldRoles).of_user(ctx.tx, user.id, user.business_id)
    return await mint(
        ctx,
        client.token_profile,
        subject=user.id,
        scope=scopes,
        atoms=_atoms(client, user, session, acts_for) | roles,
        refresh_token=refresh_token,
        app_id=client.app_id,
        service_id=client.service_account_id,
        business_unit_id=client.business_unit_id,
        organization_id=user.organization_id or client.organization_id,
        logon=links or await _linked_logon(ctx, user, session),
        user_id=user.id,
        business_id=acts_for or _business_id(user, session),
        client_id_default=session.client_id,
        customer_id=await _customer_id(ctx, user, acts_for),
        sid=session.id,
        auth_time=session.auth_at // _MS,
        amr=session.amr or None,
        acr=session.level,
    )


async def _linked_logon(ctx: Context, user: User, session: Session) -> str | None:
    """Return the logon that was proved to be the user's, or made for them.

    Somebody's word is not enough: whoever may give names would get tokens that speak for any logon of the mainframe, also for
    one that is revoked there. Whoever has none costs no statement. Of somebody who is named and has proved nothing it would
    tell a stranger a logon.
    """
    if user.logon is None or session.level == IDENTIFIED:
        return None
    linked = await logons.find_of_user(ctx.tx, user.id)
    return linked.logon if linked is not None and linked.status == "PROVISIONED" else None


async def _customer_id(ctx: Context, user: User, acts_for: str | None) -> int | None:
    """Return the number of the customer for whom the token speaks: whoever acts for a business is not a customer in person."""
    if acts_for is None:
        return user.customer_id
    company = await customers.find_of_business(ctx.tx, acts_for)
    return company.id if company else None


def _business_id(user: User, session: Session) -> str | None:
    """Return the business of the session: one that the user left since is named no more, one joined comes with UI-09."""
    return user.business_id if session.business_id in {None, user.business_id} else None


def _atoms(client: Client, user: User, session: Session, acts_for: str | None) -> frozenset[str]:
    """Return what the token lets its holder be.

    It carries the client as identified only, even if the client proved its secret on the way: the token may be handed to a
    browser or telephone, which must not come to hold what operations grant to the service itself. Of somebody who is named
    and has proved nothing it carries neither kind nor office nor role.
    """
    proved = client.atoms(CLIENT_IDENTIFIED) | rungs(USER_LADDER, session.level)
    if session.level == IDENTIFIED:
        return proved
    return proved | user.atoms | frozenset(session.extra) | (ACTING if acts_for else frozenset())
