"""Directories of any size on PostgreSQL, made in SQL: chains of groups, their members, and people who log in."""

from dataclasses import dataclass

import argon2
import asyncpg

PASSWORD = "correct horse battery"
DEPTH = 20
"""Groups in a chain: each depends on the next."""
GROUPS_OF_A_USER = 10
GROUPS_OF_A_BUSINESS = 2
LOGINS = 10_000
"""People with a name and a password; the other members are ids alone."""
WALKED = 135
"""Groups that a look-up walks, for everybody who logs in: 105 by their own groups, 30 by those of their business."""
_ROLES = 1000
# Five chains. The first belongs to the business, which is in its head; in the second it is in the middle; in the others are
# users, each in ten of all of them, as often above the middle as below it.
_GROUPS_FOR_A_BUSINESS = 5 * DEPTH


@dataclass(frozen=True)
class Size:
    """How many users and groups; each user is in GROUPS_OF_A_USER groups, and in those of their business."""

    users: int
    groups: int

    @property
    def memberships(self) -> int:
        """Users in groups."""
        return self.users * GROUPS_OF_A_USER

    @property
    def businesses(self) -> int:
        """As many for the groups there are that each directory's users walk alike."""
        return self.groups // _GROUPS_FOR_A_BUSINESS


SMALL = Size(users=10_000, groups=1_000)
# Ids as AuthMe makes them: seconds, something random, a counter.
_ID_OF = """
CREATE FUNCTION pg_temp.id_of(kind text, n bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT to_hex(1700000000 + n / 100) || substr(md5(kind || n), 1, 10) || lpad(to_hex(n % 16777216), 6, '0')
$$;
"""
_ROWS = (
    "INSERT INTO role SELECT 'ROLE_' || n, NULL, NULL, 0 FROM generate_series(0, {roles} - 1) n",
    """INSERT INTO business SELECT pg_temp.id_of('business', n), NULL, lpad(n::text, 14, '0'), 'B ' || n, NULL, 0, 0
       FROM generate_series(0, {businesses} - 1) n""",
    """INSERT INTO access_group SELECT pg_temp.id_of('group', n), NULL,
              CASE WHEN n % {for_a_business} < {depth} THEN pg_temp.id_of('business', n / {for_a_business}) END,
              NULL, NULL, 'G ' || n, NULL, 0, 0
       FROM generate_series(0, {groups} - 1) n""",
    """INSERT INTO group_role SELECT pg_temp.id_of('group', n), 'ROLE_' || n % {roles}, 0
       FROM generate_series(0, {groups} - 1) n""",
    """INSERT INTO group_dependency SELECT pg_temp.id_of('group', n), pg_temp.id_of('group', n + 1), 0
       FROM generate_series(0, {groups} - 1) n WHERE n % {depth} < {depth} - 1""",
    # In the order of the groups: a key that is filled in any other takes minutes more.
    """INSERT INTO group_member SELECT pg_temp.id_of('group', g), 'USER', pg_temp.id_of('user', u), 0 FROM (
         SELECT u, chain / 3 * {for_a_business} + (2 + chain % 3) * {depth}
                   + abs(k % 2 * ({depth} - 1) - (u / {users_a_login} + k / 2) % {depth}) AS g
         FROM generate_series(0, {users} - 1) u, generate_series(0, {of_a_user} - 1) k,
              LATERAL (SELECT ((hashint8(u) & 1073741823) + k * ({chains} / {of_a_user})) % {chains} AS chain) at
         ORDER BY g) placed""",
    """INSERT INTO group_member SELECT pg_temp.id_of('group', b * {for_a_business} + k * {depth} * 3 / 2), 'BUSINESS',
              pg_temp.id_of('business', b), 0
       FROM generate_series(0, {businesses} - 1) b, generate_series(0, {of_a_business} - 1) k""",
    """INSERT INTO user_account (id, kind, status, business_id, authorities, created_at, updated_at)
       SELECT pg_temp.id_of('user', u), 'PERSON', 'ACTIVE', pg_temp.id_of('business', u / {users_a_login} % {businesses}),
              '[]', 0, 0
       FROM generate_series(0, {users} - 1, {users_a_login}) u""",
    """INSERT INTO identity SELECT pg_temp.id_of('identity', u), pg_temp.id_of('user', u), 'EMAIL', name, name, 1, 1, 0
       FROM (SELECT u, 'p' || u / {users_a_login} || '@example.com' AS name
             FROM generate_series(0, {users} - 1, {users_a_login}) u) named""",
    "INSERT INTO credential SELECT id, '{password}', 0, 0, NULL FROM user_account",
)
_INDEXES = "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'group_member' AND indexname NOT LIKE 'pk%'"


async def fill(url: str, size: Size) -> list[str]:
    """Fill an empty database that has its schema; return the ids of the people who log in.

    What is loaded is right by construction, so foreign keys are not checked; and an index on members is built once, when all
    are there.
    """
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SET session_replication_role = replica; SET synchronous_commit = off")
        await connection.execute("SET maintenance_work_mem = '1GB'; SET work_mem = '256MB'")
        await connection.execute(_ID_OF)
        indexes = await connection.fetch(_INDEXES)
        for index in indexes:
            await connection.execute(f'DROP INDEX "{index["indexname"]}"')
        for row in _ROWS:
            await connection.execute(row.format(**_places(size)))
        for index in indexes:
            await connection.execute(index["indexdef"])
        # As it is after a while of use: statistics are there, and an index is read without its table.
        await connection.execute("VACUUM ANALYZE")
        rows = await connection.fetch("SELECT id FROM user_account ORDER BY id")
        return [row["id"] for row in rows]
    finally:
        await connection.close()


def _places(size: Size) -> dict[str, object]:
    return {
        "users": size.users,
        "groups": size.groups,
        "for_a_business": _GROUPS_FOR_A_BUSINESS,
        # Those that users are in.
        "chains": 3 * size.businesses,
        "of_a_user": GROUPS_OF_A_USER,
        "businesses": size.businesses,
        "of_a_business": GROUPS_OF_A_BUSINESS,
        "roles": _ROLES,
        "depth": DEPTH,
        "users_a_login": size.users // LOGINS,
        "password": argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD),
    }


def name_of(number: int) -> str:
    """Return the name by which one of the people logs in, counted from 0."""
    return f"p{number}@example.com"
