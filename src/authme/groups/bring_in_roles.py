"""Bring in roles from elsewhere."""

from collections import defaultdict
from collections.abc import Sequence

from authme.audit import record_each
from authme.groups import role_store
from authme.groups.bring_in_lines import ImportedRole
from authme.groups.model import Role
from authme.kernel.context import Context
from authme.kernel.database import UniqueViolation
from authme.organizations.store import hold_organization
from authme.users.bring_in import Outcome, Run


async def bring_in_roles(run: Run, drafts: Sequence[tuple[int, ImportedRole]]) -> Outcome:
    """Register roles, each with its line number, in one unit of work. A role that is registered so already is skipped."""
    try:
        return await run(lambda ctx: _insert_all(ctx, drafts))
    except UniqueViolation:
        # Somebody registered one of them meanwhile; now it is there to be seen.
        return await run(lambda ctx: _insert_all(ctx, drafts))


async def _insert_all(ctx: Context, drafts: Sequence[tuple[int, ImportedRole]]) -> Outcome:
    outcome = Outcome()
    made: dict[str | None, list[str]] = defaultdict(list)
    # The first write of the unit: on SQLite nobody else registers any from here on.
    await role_store.hold_role(ctx.tx, drafts[0][1].name)
    registered = await role_store.find_organizations_of(ctx.tx, [draft.name for _, draft in drafts])
    for number, draft in drafts:
        if draft.name in registered:
            if registered[draft.name] == draft.organization_id:
                outcome.skipped += 1
            else:
                outcome.problems.append((number, "`role.organizationId`: the role is registered elsewhere"))
        elif draft.organization_id is not None and not await hold_organization(ctx.tx, draft.organization_id):
            outcome.problems.append((number, "`role.organizationId`: there is no such organisation"))
        else:
            await role_store.insert_role(ctx.tx, _role(ctx, draft))
            registered[draft.name] = draft.organization_id
            made[draft.organization_id].append(draft.name)
            outcome.imported += 1
    for organization_id, roles in made.items():
        await record_each(ctx, "role.registered", roles, organization=organization_id)
    return outcome


def _role(ctx: Context, draft: ImportedRole) -> Role:
    return Role(
        name=draft.name,
        organization_id=draft.organization_id,
        description=draft.description,
        created_at=ctx.clock.now_ms(),
    )
