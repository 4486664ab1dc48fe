"""Steps of a walk by which somebody with an account at a SAML identity provider gets a token."""

from authme.kernel.context import Context
from authme.kernel.ids import new_id
from authme.users import names
from authme.users import store as users
from authme.users.model import Identity
from support.answers import refused
from support.saml_world import LINK, SamlWorld, saml_world
from support.walk import Walk, step


async def world_of(walk: Walk) -> SamlWorld:
    """Return a provider at which the person has an account, linked to their user and named as they are."""
    world, user_id = await saml_world(walk.given), walk.person.user.id
    world.client = walk.clients[walk.client]
    name = names.saml(world.provider.id, world.idp.entity_id, user_id)

    async def link(ctx: Context) -> None:
        identity = Identity(
            id=new_id(ctx.clock), user_id=user_id, type="SAML", value=name.value, verified=True, main=True,
            created_at=ctx.clock.now_ms(),
        )  # fmt: skip
        await users.insert_identities(ctx.tx, [(identity, name.key)])

    await walk.given.run(link)
    return world


@step("UI-29 and UI-13", "new", "saml")
async def log_in_by_saml(walk: Walk) -> None:
    world = await world_of(walk)
    response = await world.response(name_id=walk.person.user.id)
    walk.begins(await world.enter(await world.exchange(response)), "saml")


@step("UI-29 (wrong)")
async def log_in_by_saml_wrongly(walk: Walk) -> None:
    world = await world_of(walk)
    response = await world.response(name_id=walk.person.user.id, audience="https://other.test")
    refused(await world.exchange(response), 401, "207")


@step("X-link-saml (wrong)")
async def link_wrongly(walk: Walk) -> None:
    world = await world_of(walk)
    answer = await walk.me.post(LINK, json={"samlResponse": await world.response()})
    if not walk.is_refused(answer):
        refused(answer, 401, "207")
