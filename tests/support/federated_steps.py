"""A step of a walk by which somebody with an account at an OpenID provider gets a token."""

from functools import cache

from authme.kernel.context import Context
from authme.kernel.ids import new_id
from authme.users import names
from authme.users import store as users
from authme.users.model import Identity
from support.answers import refused
from support.federated import LOGIN, show
from support.openid_small import NONCE, SmallProvider
from support.walk import Walk, step

ALLOWS_A_PROVIDER_HERE = {"development": "true"}
_ALIAS = "walked"
_known: set[tuple[str, str]] = set()


@cache
def _running() -> SmallProvider:
    """Return one provider for all walks of a process, which ends with it."""
    return SmallProvider()


async def id_token_of(walk: Walk) -> str:
    """Return an ID token of the person, to whom their account is linked."""
    provider, user_id = _running(), walk.person.user.id
    provider.clock = walk.given.clock
    server = walk.given.env["AUTHME_DATABASE_URL"]
    if (server, "") not in _known:
        await walk.given.oidc_provider(**provider.settings(alias=_ALIAS))
    if (server, user_id) not in _known:
        name = names.federated(provider.issuer, user_id)

        async def link(ctx: Context) -> None:
            identity = Identity(
                id=new_id(ctx.clock), user_id=user_id, type="FEDERATED", value=name.value, verified=True, main=True,
                created_at=ctx.clock.now_ms(),
            )  # fmt: skip
            await users.insert_identities(ctx.tx, [(identity, name.key)])

        await walk.given.run(link)
    _known.update({(server, ""), (server, user_id)})
    # Twice within a second it would be the same token.
    return provider.id_token(sub=user_id, jti=new_id(walk.given.clock))


@step("UI-42", "new", "fed")
async def log_in_by_an_account_elsewhere(walk: Walk) -> None:
    walk.begins(await show(walk.visitor, await id_token_of(walk), provider=_ALIAS), "fed")


@step("UI-42 (wrong)")
async def log_in_by_an_account_elsewhere_wrongly(walk: Walk) -> None:
    body = {"provider": _ALIAS, "idToken": await id_token_of(walk), "nonce": f"not {NONCE}"}
    refused(await walk.visitor.post(LOGIN, json=body), 401, "207")
