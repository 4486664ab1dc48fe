"""Change an identity provider."""

import msgspec

from authme.audit import record
from authme.crypto.sealing import MasterKey
from authme.kernel.context import Context
from authme.kernel.database import UniqueViolation
from authme.kernel.errors import AlreadyExists, StateForbids
from authme.providers import store
from authme.providers.model import Provider
from authme.structure.provider_draft import read_draft
from authme.structure.provider_groups import check_groups
from authme.structure.provider_target import IDENTITY_PROVIDER
from authme.structure.provider_wire import ChangeIdentityProviderRequest, IdentityProviderAnswer, shown


async def change(ctx: Context, identity_provider_id: str, body: ChangeIdentityProviderRequest) -> IdentityProviderAnswer:
    """Replace everything of an identity provider but kind, organisation and, where none is given, the secret.

    Raises the same as its creation, and StateForbids (409) where it is changed at the same time.
    """
    was = await IDENTITY_PROVIDER.get(ctx, identity_provider_id)
    draft = await read_draft(ctx, was.kind, body, was)
    await hold_unchanged(ctx, was)
    await check_groups(ctx, draft.settings, was.organization_id)
    becomes = msgspec.structs.replace(
        was,
        alias=body.alias,
        name=body.name,
        is_enabled=body.is_enabled,
        first_use=body.first_use,
        creates_users=body.creates_users,
        settings=draft.settings,
        updated_at=ctx.clock.now_ms(),
    )
    await _write(ctx, becomes)
    if not draft.keeps_secret:
        await store.set_secret(ctx.tx, becomes.id, draft.secret, ctx.part(MasterKey))
    return shown(becomes)


async def set_enabled(ctx: Context, identity_provider_id: str, *, is_enabled: bool) -> None:
    """Let people log in by an identity provider, or nobody; what is so already succeeds."""
    was = await IDENTITY_PROVIDER.hold(ctx, identity_provider_id)
    if was.is_enabled != is_enabled:
        await _write(ctx, msgspec.structs.replace(was, is_enabled=is_enabled, updated_at=ctx.clock.now_ms()))


async def hold_unchanged(ctx: Context, was: Provider) -> None:
    """Hold an identity provider that was read before something slow; raise StateForbids if it is another one by now."""
    if await IDENTITY_PROVIDER.hold(ctx, was.id) != was:
        raise StateForbids("The identity provider was changed meanwhile.")


async def _write(ctx: Context, becomes: Provider) -> None:
    try:
        await store.change(ctx.tx, becomes)
    except UniqueViolation as error:
        raise AlreadyExists("There is an identity provider with this alias.") from error
    record(ctx, "identity_provider.changed", becomes.id, is_enabled=becomes.is_enabled)
