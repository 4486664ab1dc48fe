"""Groups that an identity provider puts people in."""

from authme.groups import store
from authme.groups.given import roles_given_by
from authme.groups.model import Group
from authme.kernel.context import Context
from authme.kernel.errors import ErrorItem, FieldsRefused, field_malformed, named_in_body_unknown
from authme.providers.model import OidcSettings, SamlSettings
from authme.relation import check_may_hand_on, reaches


async def check_groups(ctx: Context, settings: OidcSettings | SamlSettings, organization_id: str | None) -> None:
    """Raise for groups in which a provider of this organisation, or of everybody, may not put people.

    Whoever manages a provider decides whom it vouches for, and so hands on what its groups carry, however little of it they
    change: NotOnThisTarget (302) for a role that they may not hand on. FieldsRefused: (107) for a group that is not there for
    the caller, (102) for one of another organisation, or of a business, a corporate group or a person, into which not
    everybody whom the provider vouches for may come.
    """
    field = f"{'oidc' if isinstance(settings, OidcSettings) else 'saml'}.groupMap"
    items: list[ErrorItem] = []
    groups: dict[str, Group] = {}
    for name, group_id in settings.group_map.items():
        group = groups.get(group_id) or await store.find_group(ctx.tx, group_id)
        if group is None or not reaches(ctx.caller, group.place):
            items += named_in_body_unknown(f"{field}.{name}", "group").items
            continue
        groups[group_id] = group
        if not _takes_everybody_of(group, organization_id):
            items.append(field_malformed(f"{field}.{name}", "a group of the provider's organisation itself is expected"))
    if items:
        raise FieldsRefused(items)
    for group_id in groups:
        check_may_hand_on(ctx.caller, await roles_given_by(ctx.tx, group_id))


def _takes_everybody_of(group: Group, organization_id: str | None) -> bool:
    is_organizations_own = group.business_id is None and group.corporate_group_id is None and group.owner_id is None
    return is_organizations_own and organization_id in {None, group.organization_id}
