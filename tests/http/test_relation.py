"""Who reaches what: every operation on one thing, as every kind of caller, on their own, a sibling's and a foreign thing.

The world is made once; each operation gets a copy of it, so that what one removes is there for the next.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from authme.app import endpoints
from authme.kernel.clock import SystemClock
from authme.kernel.http import Endpoint
from support.answers import refusal
from support.api import Api
from support.given import Given, environment
from support.given_access import cnpj
from support.providers import changed, oidc
from support.two_engines import rows_of
from support.world import OFFICES, Ids, World, ids_for, make_world

# What is the caller's own by what they have proved, and not by relation; and orders, which are the same known or not.
ELSEWHERE = {
    "UI-37",
    "UI-38",
    "UI-39",
    "UI-40",
    "X-end-session",
    "X-unlink",
    "X-remove-device",
    "X-cancel-order",
    "X-customer",
    "X-remove-customer",
}
ON_ONE = {
    endpoint.id: endpoint
    for endpoint in endpoints()
    if endpoint.parameters and not endpoint.requirement.is_public and endpoint.id not in ELSEWHERE
}
TABLES = (
    "user_account", "identity", "factor", "client", "organization", "business_unit", "application", "service_account",
    "business", "corporate_group", "role", "access_group", "group_role", "group_dependency", "group_member", "api_key",
    "legacy_logon", "identity_provider",
)  # fmt: skip

YES, NO, ABSENT = "may", "requirement", "absent"
# Own, sibling's, foreign.
EVERYWHERE, IN_ORGANIZATION, OWN_ONLY, NOTHING = (YES, YES, YES), (YES, YES, ABSENT), (YES, ABSENT, ABSENT), (NO, NO, NO)
ADMINISTRATIVE = dict.fromkeys(OFFICES, NOTHING) | {"IAM_ADMIN_MAINTENANCE": EVERYWHERE, "ADMIN": IN_ORGANIZATION}
DELEGATED = ADMINISTRATIVE | dict.fromkeys(("BUSINESSOWNER", "BUSINESSADMIN", "PERSON"), OWN_ONLY)
OF_BUSINESS = ADMINISTRATIVE | dict.fromkeys(("BUSINESSOWNER", "BUSINESSADMIN"), OWN_ONLY)
OF_ADMIN = dict.fromkeys(OFFICES, NOTHING) | {"ADMIN": IN_ORGANIZATION}
MAINTAINED = dict.fromkeys(OFFICES, NOTHING) | {"IAM_ADMIN_MAINTENANCE": EVERYWHERE}
NOBODYS = ABSENT, ABSENT, ABSENT

EXPECTED: dict[str, dict[str, tuple[str, str, str]]] = {
    **dict.fromkeys(("UI-17", "UI-18", "UI-19", "UI-20", "UI-24", "UI-43"), MAINTAINED),
    # Of the user that is named no such name, no such factor and no logon is there.
    **dict.fromkeys(("UI-23", "UI-44", "UI-45", "X-mainframe-logon"), MAINTAINED | {"IAM_ADMIN_MAINTENANCE": NOBODYS}),
    **dict.fromkeys([f"GR-0{n}" for n in range(3, 10)], DELEGATED),
    # A person carries no role on, so theirs carries none.
    "GR-07": DELEGATED | {"PERSON": NOBODYS},
    **dict.fromkeys([f"UA-0{n}" for n in range(1, 8)], DELEGATED),
    **dict.fromkeys([f"{kind}-0{n}" for kind in ("BA", "SA") for n in (1, 2, 3)], DELEGATED),
    # A person has neither a business nor a service account.
    **dict.fromkeys(("BA-04", "SA-04"), DELEGATED | {"PERSON": NOBODYS}),
    **dict.fromkeys(("CG-03", "CG-04", "CG-05"), ADMINISTRATIVE),
    **dict.fromkeys(
        [
            f"X-{verb}{noun}"
            for noun in ("business-unit", "application", "service", "business", "organization")
            for verb in ("", "change-", "remove-")
        ],
        ADMINISTRATIVE,
    ),
    **dict.fromkeys((f"X-{verb}identity-provider" for verb in ("", "change-", "remove-", "test-")), ADMINISTRATIVE),
    **dict.fromkeys(("X-business-users", "X-put-business-user", "X-remove-business-user"), OF_BUSINESS),
    "X-unregister-role": ADMINISTRATIVE,
    "CI-02": OF_ADMIN,
    **dict.fromkeys(("AK-03", "AK-04"), OF_ADMIN),
    # One's own clients, whatever else one reaches.
    "MC-02": dict.fromkeys(OFFICES, NOTHING)
    | {"PERSON": OWN_ONLY}
    | dict.fromkeys(("BUSINESSOWNER", "BUSINESSADMIN"), NOBODYS),
}
"""By hand, from the contract's words and the model, and not from the code that decides it."""
# An administrator of an organisation sees and renames it, and cannot remove it.
FORBIDDEN = {("X-remove-organization", "ADMIN")}


@dataclass
class Copy:
    """A copy of the world, and its server."""

    world: World
    given: Given

    async def ask(self, endpoint: Endpoint, caller: str, ids: Ids) -> httpx.Response:
        api: Api = self.given.api.as_(self.world.tokens[caller])
        path = endpoint.path
        for name in endpoint.parameters:
            path = path.replace(f"{{{name}}}", ids[name])
        body = body_of(endpoint, ids)
        return await api.request(endpoint.method, path, **({} if body is None else {"json": body}))

    async def kept(self) -> dict[str, list[Any]]:
        url = self.given.env["AUTHME_DATABASE_URL"]
        return {table: sorted(await rows_of(url, f"SELECT * FROM {table}"), key=repr) for table in TABLES}  # noqa: S608  # names of ours


def body_of(endpoint: Endpoint, ids: Ids) -> Any:
    """Return a body that is in order for what these ids are."""
    bodies: dict[str, Any] = {
        "UI-19": {"name": "Another"},
        "UI-20": {"group": "WEB"},
        "UI-24": {"identities": [{"type": "USERNAME", "value": "another.name"}]},
        "UI-43": {"authenticationFactors": [{"contactType": "EMAIL", "email": "another@example.com"}]},
        "UI-44": {"name": "Another"},
        "UA-02": [{"userId": ids["userId"]}],
        "UA-05": [{"userId": ids["userId"]}],
        "BA-02": [{"businessId": ids["businessId"]}],
        "SA-02": [{"serviceId": ids["serviceId"]}],
        "GR-06": {"role": ids["roleName"]},
        "GR-08": {"groupId": ids["dependencyGroupId"]},
        "CG-04": {"name": "Another", "businessIds": [ids["businessId"]]},
        "X-change-business": {"name": "Another", "document": cnpj()},
        "X-put-business-user": {"office": "USER"},
        "X-change-identity-provider": changed(oidc(), alias=ids["identityProviderId"]),
        "AK-03": {"appId": "app", "clientId": ids["clientId"], "apiKey": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="},
    }
    if endpoint.id in bodies:
        return bodies[endpoint.id]
    return {"name": "Another"} if endpoint.method in {"PUT", "PATCH"} else None


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str], World]:
    """The world, made once."""
    file = tmp_path_factory.mktemp("world") / "authme.db"
    env = environment(f"sqlite:///{file}")

    async def make() -> World:
        given = Given(env, SystemClock())
        await given.open()
        try:
            return await make_world(given)
        finally:
            await given.close()

    return file, env, asyncio.run(make())


@pytest.fixture
async def copy(made: tuple[Path, dict[str, str], World], tmp_path: Path) -> AsyncIterator[Copy]:
    file, env, world = made
    for one in file.parent.iterdir():
        shutil.copy(one, tmp_path / one.name)
    given = Given(env | {"AUTHME_DATABASE_URL": f"sqlite:///{tmp_path / file.name}"}, SystemClock())
    await given.open()
    yield Copy(world, given)
    await given.close()


def outcome(answer: httpx.Response) -> str:
    """Return how far the caller came; what a state or a fresh session forbids comes behind the relation."""
    if answer.status_code < 400:
        return YES
    status, codes = refusal(answer)
    if status == 404:
        return ABSENT
    if (status, codes) == (403, ["301"]) and answer.json()[0]["message"].startswith("This operation requires"):
        return NO
    return YES if status == 409 or codes == ["107"] else f"{status} {codes}"


@pytest.mark.parametrize("caller", OFFICES)
@pytest.mark.parametrize("operation", ON_ONE)
async def test_each_caller_reaches_what_the_relation_gives(copy: Copy, operation: str, caller: str):
    endpoint, expected = ON_ONE[operation], EXPECTED[operation][caller]
    before = await copy.kept()

    places = (copy.world.foreign, copy.world.sibling, copy.world.own)
    for things, wanted in zip(places, reversed(expected), strict=True):
        answer = await copy.ask(endpoint, caller, named(things, operation, caller))

        if (operation, caller) in FORBIDDEN and wanted == YES:
            assert refusal(answer) == (403, ["302"])
        else:
            assert outcome(answer) == wanted, (wanted, answer.status_code, answer.text)
        if wanted != YES:
            assert await copy.kept() == before
        before = await copy.kept()


# Refused by what is so already, hangs on the thing, or does not belong to the group, behind the relation.
BY_STATE = {
    "GR-06", "GR-08", "UA-05", "X-unregister-role", "X-remove-organization", "X-remove-business-unit", "X-remove-business",
}  # fmt: skip


@pytest.mark.parametrize("operation", [one for one, callers in EXPECTED.items() if YES in callers["IAM_ADMIN_MAINTENANCE"]])
async def test_whoever_reaches_everything_is_answered(copy: Copy, operation: str):
    """So that the outcomes above are of requests that are in order otherwise."""
    caller = "IAM_ADMIN_MAINTENANCE"

    answer = await copy.ask(ON_ONE[operation], caller, named(copy.world.own, operation, caller))

    assert (answer.status_code == 409) == (operation in BY_STATE), answer.text
    assert answer.status_code == 409 or answer.status_code < 300, answer.text


def named(things: Ids, operation: str, caller: str) -> Ids:
    ids = ids_for(things, caller)
    if operation in {"UA-05", "UA-06", "X-remove-business-user", "X-put-business-user"}:
        ids |= {"userId": things["employeeId"]}
    if operation == "UA-07":
        ids |= {"userId": things["userId" if caller == "PERSON" else "employeeId"]}
    if operation == "MC-02":
        ids |= {"clientId": things["ownClientId"]}
    return ids


@pytest.mark.parametrize(
    "operation", [one for one, endpoint in ON_ONE.items() if len(endpoint.parameters) > 1 and EXPECTED[one]["ADMIN"] != NOTHING]
)
async def test_a_foreign_second_id_is_not_there_under_ones_own_first(copy: Copy, operation: str):
    endpoint = ON_ONE[operation]
    first, second = endpoint.parameters
    before = await copy.kept()
    own, foreign = copy.world.own, copy.world.foreign

    for mixed in (ids_for(own, "ADMIN") | {second: foreign[second]}, ids_for(foreign, "ADMIN") | {second: own[second]}):
        answer = await copy.ask(endpoint, "ADMIN", mixed)
        assert outcome(answer) == ABSENT, (first, second, answer.text)

    assert await copy.kept() == before


BODIES: dict[str, tuple[str, ...]] = {
    "UA-02": ("userId",),
    "UA-05": ("userId",),
    "BA-02": ("businessId",),
    "SA-02": ("serviceId",),
    "GR-06": ("roleName",),
    "GR-08": ("dependencyGroupId",),
    "CG-04": ("businessId",),
    "AK-03": ("clientId",),
}


@pytest.mark.parametrize("caller", ["ADMIN", "BUSINESSOWNER", "PERSON"])
@pytest.mark.parametrize("operation", BODIES)
async def test_what_is_foreign_in_a_body_is_not_there(copy: Copy, operation: str, caller: str):
    endpoint = ON_ONE[operation]
    if EXPECTED[operation][caller] == NOTHING:
        return
    before = await copy.kept()
    own = named(copy.world.own, operation, caller)
    foreign = named(copy.world.foreign, operation, caller)
    mixed = own | {name: foreign[name] for name in BODIES[operation]}

    answer = await copy.ask(endpoint, caller, mixed)

    assert answer.status_code in {400, 403, 409}, answer.text
    if answer.status_code == 400:
        assert set(refusal(answer)[1]) <= {"107", "102"}
    assert await copy.kept() == before


def test_the_list_above_is_of_every_operation_on_one_thing():
    assert set(EXPECTED) == set(ON_ONE)
