"""Tables of roles and groups."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, PrimaryKeyConstraint, SmallInteger, Table, Text, text

from authme.kernel.database import metadata

role = Table(
    "role",
    metadata,
    Column("name", Text, primary_key=True),
    # None: registered for everywhere.
    Column("organization_id", Text),
    Column("description", Text),
    Column("created_at", BigInteger, nullable=False),
)
Index("ix_role_in_organization", role.c.organization_id, role.c.name)

access_group = Table(
    "access_group",
    metadata,
    Column("id", Text, primary_key=True),
    Column("organization_id", Text),
    Column("business_id", Text, ForeignKey("business.id")),
    Column("corporate_group_id", Text, ForeignKey("corporate_group.id"), index=True),
    # The person whose own group it is.
    Column("owner_id", Text),
    Column("name", Text, nullable=False),
    Column("description", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)
Index("ix_access_group_in_organization", access_group.c.organization_id, access_group.c.id)
Index("ix_access_group_in_business", access_group.c.business_id, access_group.c.id)
Index("ix_access_group_of_owner", access_group.c.owner_id, access_group.c.id)
# Those that do not reach everybody, with all that says whom they reach: a look-up of roles on PostgreSQL
# reads it for each group, and never the group itself.
_CONFINED = text("business_id IS NOT NULL OR corporate_group_id IS NOT NULL")
Index(
    "ix_access_group_confined",
    access_group.c.id,
    access_group.c.business_id,
    access_group.c.corporate_group_id,
    sqlite_where=_CONFINED,
    postgresql_where=_CONFINED,
)

group_role = Table(
    "group_role",
    metadata,
    Column("group_id", Text, ForeignKey("access_group.id"), nullable=False),
    Column("role", Text, ForeignKey("role.name"), nullable=False, index=True),
    Column("created_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("group_id", "role"),
)

# The members of group_id hold the roles of depends_on_id too.
group_dependency = Table(
    "group_dependency",
    metadata,
    Column("group_id", Text, ForeignKey("access_group.id"), nullable=False),
    Column("depends_on_id", Text, ForeignKey("access_group.id"), nullable=False, index=True),
    Column("created_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("group_id", "depends_on_id"),
)

# One row, which every change of dependencies takes first: two changes that make a cycle together come one after the other.
group_graph = Table(
    "group_graph",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("changes", BigInteger, nullable=False),
)

group_member = Table(
    "group_member",
    metadata,
    Column("group_id", Text, ForeignKey("access_group.id"), nullable=False),
    # USER, BUSINESS_USER (a user as one of the group's business), BUSINESS (all its users) or SERVICE.
    Column("member_type", Text, nullable=False),
    Column("member_id", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("group_id", "member_type", "member_id"),
)
Index("ix_group_member_by_member", group_member.c.member_id, group_member.c.member_type, group_member.c.group_id)
