"""Make an identity provider."""

from authme.audit import record
from authme.crypto.sealing import MasterKey
from authme.kernel.context import Context
from authme.kernel.database import UniqueViolation
from authme.kernel.errors import AlreadyExists
from authme.kernel.ids import new_id
from authme.providers import store
from authme.providers.model import Provider
from authme.structure.organization_chosen import check_chosen, hold_chosen
from authme.structure.provider_draft import Draft, read_draft
from authme.structure.provider_groups import check_groups
from authme.structure.provider_wire import CreateIdentityProviderRequest, IdentityProviderAnswer, shown


async def create(ctx: Context, body: CreateIdentityProviderRequest) -> IdentityProviderAnswer:
    """Make an identity provider of the organisation that is named, or else of the caller's; without any, of everybody.

    Raises FieldsRefused for fields that are not in order, metadata that cannot be read, and (107) an organisation or groups
    that are not there for the caller; AlreadyExists (409) for an alias that is taken.
    """
    check_chosen(ctx, body.organization_id)
    draft = await read_draft(ctx, body.kind, body)
    organization_id = await hold_chosen(ctx, body.organization_id)
    await check_groups(ctx, draft.settings, organization_id)
    made = _provider(ctx, body, draft, organization_id)
    try:
        await store.insert_provider(ctx.tx, made, draft.secret, ctx.part(MasterKey))
    except UniqueViolation as error:
        raise AlreadyExists("There is an identity provider with this alias.") from error
    record(ctx, "identity_provider.created", made.id, kind=made.kind)
    return shown(made)


def _provider(ctx: Context, body: CreateIdentityProviderRequest, draft: Draft, organization_id: str | None) -> Provider:
    now = ctx.clock.now_ms()
    return Provider(
        id=new_id(ctx.clock),
        organization_id=organization_id,
        kind=body.kind,
        alias=body.alias,
        name=body.name,
        is_enabled=body.is_enabled,
        first_use=body.first_use,
        creates_users=body.creates_users,
        settings=draft.settings,
        created_at=now,
        updated_at=now,
    )
