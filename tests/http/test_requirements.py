"""Who may call what: every operation that is not public, as every kind of caller."""

from typing import Any

import pytest

from authme.app import endpoints
from authme.kernel.context import MFA
from authme.kernel.http import Endpoint
from support.answers import refusal
from support.api import Api
from support.given import Given

GUARDED = [endpoint for endpoint in endpoints() if not endpoint.requirement.is_public]

PERSONS = {"person", "administrator", "administrator twice proved", "maintenance only", "person twice proved"}
WITH_BOTH_OFFICES = {"administrator", "administrator twice proved"}
TWICE_PROVED = {"administrator twice proved", "person twice proved"}
ADMINISTRATORS = {"administrator", "administrator twice proved", "maintenance only"}
SERVICES = {f"service {scope}" for scope in ("read", "lock", "unlock", "remove", "update", "add", "factors", "logon")}
EVERY_FIRST_PARTY = PERSONS | SERVICES | {"named", "service", "identified"}
MAY: dict[str, set[str]] = {
    "UI-01": EVERY_FIRST_PARTY,
    "UI-02": EVERY_FIRST_PARTY,
    "UI-03": PERSONS,
    "UI-04": EVERY_FIRST_PARTY,
    "UI-05": EVERY_FIRST_PARTY,
    "UI-06": EVERY_FIRST_PARTY,
    "UI-07": EVERY_FIRST_PARTY,
    "UI-08": EVERY_FIRST_PARTY,
    "UI-09": EVERY_FIRST_PARTY,
    "UI-10": PERSONS,
    "UI-11": PERSONS,
    "UI-12": PERSONS,
    "UI-13": EVERY_FIRST_PARTY,
    "UI-14": EVERY_FIRST_PARTY,
    "UI-15": PERSONS,
    "UI-16": EVERY_FIRST_PARTY,
    "X-renew-app-token": PERSONS,
    "X-logout": PERSONS,
    "X-sessions": PERSONS,
    "X-end-session": PERSONS,
    "X-devices": PERSONS,
    "X-remove-device": PERSONS,
    "UI-17": {"administrator", "administrator twice proved", "maintenance only", "service read"},
    "UI-18": {"administrator", "administrator twice proved", "maintenance only", "service remove"},
    "UI-19": {"administrator", "administrator twice proved", "maintenance only", "service update"},
    "UI-20": {"administrator", "administrator twice proved", "maintenance only", "service logon"},
    "X-mainframe-logon": {"administrator", "administrator twice proved", "maintenance only", "service logon"},
    "UI-21": {"administrator", "administrator twice proved", "maintenance only", "service lock"},
    "UI-22": {"administrator", "administrator twice proved", "maintenance only", "service unlock"},
    "UI-23": {"administrator", "administrator twice proved", "maintenance only", "service remove"},
    "UI-24": {"administrator", "administrator twice proved", "maintenance only", "service add"},
    "UI-25": PERSONS,
    "UI-26": PERSONS,
    **dict.fromkeys(("UI-27", "UI-28", "X-tls-login"), EVERY_FIRST_PARTY),
    "X-prove-certificate": PERSONS,
    **dict.fromkeys(("UI-29", "X-begin-saml"), EVERY_FIRST_PARTY),
    "X-link-saml": PERSONS,
    **dict.fromkeys(("UI-42", "X-begin-federated"), EVERY_FIRST_PARTY),
    "X-link-federated": PERSONS,
    **dict.fromkeys(("UI-30", "UI-31", "UI-32", "UI-33", "UI-34"), EVERY_FIRST_PARTY),
    "UI-35": PERSONS,
    "UI-36": PERSONS,
    "UI-37": PERSONS,
    # It has no body that would be refused first: to remove a factor takes the highest level that its owner can reach.
    "UI-38": {"administrator twice proved", "person twice proved"},
    "UI-39": PERSONS,
    "UI-40": PERSONS,
    "UI-41": PERSONS,
    "UI-43": {"administrator", "administrator twice proved", "maintenance only", "service factors"},
    "UI-44": {"administrator", "administrator twice proved", "maintenance only", "service factors"},
    "UI-45": {"administrator", "administrator twice proved", "maintenance only", "service factors"},
    "X-me": PERSONS,
    "X-unlink": {"administrator twice proved", "person twice proved"},
    "X-search": {"administrator", "administrator twice proved", "maintenance only"},
    **dict.fromkeys((f"UA-0{number}" for number in range(1, 8)), PERSONS),
    **dict.fromkeys((f"{kind}-0{number}" for kind in ("BA", "SA") for number in range(1, 5)), PERSONS),
    **dict.fromkeys((f"GR-0{number}" for number in range(1, 10)), PERSONS),
    **dict.fromkeys(("X-roles", "X-register-role", "X-unregister-role"), ADMINISTRATORS),
    **dict.fromkeys((f"CG-0{number}" for number in range(1, 6)), ADMINISTRATORS),
    **dict.fromkeys((f"X-{verb}business" for verb in ("create-", "", "change-", "remove-")), ADMINISTRATORS),
    **dict.fromkeys(("X-businesses", "X-business-users", "X-put-business-user", "X-remove-business-user"), ADMINISTRATORS),
    "CI-01": {"administrator twice proved"},
    "CI-02": {"administrator twice proved"},
    **dict.fromkeys(("AK-01", "AK-02", "AK-03", "AK-04"), WITH_BOTH_OFFICES),
    "CI-03": {"administrator twice proved"},
    **dict.fromkeys(
        (
            f"X-{operation.format(noun)}"
            for noun in ("organization", "business-unit", "application", "service")
            for operation in ("create-{}", "{}s", "{}", "change-{}", "remove-{}")
        ),
        ADMINISTRATORS,
    ),
    **dict.fromkeys(
        (
            f"X-{name}"
            for name in (
                "create-identity-provider",
                "identity-providers",
                "identity-provider",
                "change-identity-provider",
                "remove-identity-provider",
            )
        ),
        ADMINISTRATORS,
    ),
    "X-test-identity-provider": ADMINISTRATORS,
    # Everybody here is a person or holds ADMIN, which somebody with IAM_ADMIN_MAINTENANCE alone is too: a person.
    "PA-01": PERSONS,
    "PA-02": SERVICES | {"service", "third-party service"},
    "X-cancel-order": ADMINISTRATORS,
    **dict.fromkeys(("CU-01", "CU-02", "X-customers", "X-customer", "X-remove-customer"), ADMINISTRATORS),
    "X-clients": {"administrator", "administrator twice proved", "maintenance only"},
    **dict.fromkeys(("MC-01", "MC-02", "X-my-clients"), TWICE_PROVED),
}
"""By hand, from the contract's words, and not from the expressions that the server reads."""


@pytest.fixture
async def callers(given: Given) -> dict[str, Api]:
    client, third = await given.client(), await given.client("account_lock", first_party=False)
    person = await given.user()
    only = await given.user(None, "IAM_ADMIN_MAINTENANCE")
    identified = await given.api.as_client(client.id).post("/user-identities/identification", json={"username": person.name})
    return {
        "nobody": given.api,
        "named": given.api.as_client(client.id),
        "named third party": given.api.as_client(third.id),
        "third-party service": given.api.as_(await given.client_token(third)),
        "service": given.api.as_(await given.client_token(client)),
        "service read": await given.service("identity_read"),
        "service lock": await given.service("account_lock"),
        "service unlock": await given.service("account_unlock"),
        "service remove": await given.service("identity_remove"),
        "service update": await given.service("identity_update"),
        "service add": await given.service("identity_add"),
        "service factors": await given.service("factor_manage"),
        "service logon": await given.service("logon_provision"),
        "identified": given.api.as_(identified.json()["accessToken"]),
        "person": await given.person(person, client),
        "person twice proved": given.api.as_(await given.mfa_token(person, client)),
        "administrator": await given.administrator(client),
        "administrator twice proved": await given.administrator(client, level=MFA),
        "maintenance only": await given.person(only, client),
        "person through a third party": given.api.as_(await given.mfa_token(person, third)),
    }


@pytest.mark.parametrize("endpoint", GUARDED, ids=lambda endpoint: endpoint.id)
async def test_only_whom_the_contract_names_gets_past_the_requirement(endpoint: Endpoint, callers: dict[str, Api]):
    path = endpoint.path
    for name in endpoint.parameters:
        path = path.replace(f"{{{name}}}", "0" * 24)

    passed = set()
    for name, caller in callers.items():
        if endpoint.id == "X-logout" and name in PERSONS:
            passed.add(name)  # shown elsewhere: it would end the session that the other operations need
            continue
        status, codes = await _ask(caller, endpoint, path)
        if status == 403 and codes == ["301"]:
            continue
        if status == 401 and codes in (["201"], ["9"]):
            assert name in {"nobody", "named", "named third party"}, (name, codes)
            continue
        passed.add(name)

    assert passed == MAY[endpoint.id]


async def _ask(caller: Api, endpoint: Endpoint, path: str) -> tuple[int, list[str]]:
    options: dict[str, Any] = {"json": {"nothing": "known"}} if endpoint.body is not None else {}
    answer = await caller.request(endpoint.method, path, **options)
    return refusal(answer) if answer.status_code >= 400 else (answer.status_code, [])


def test_the_list_above_is_of_every_guarded_operation():
    assert set(MAY) == {endpoint.id for endpoint in GUARDED}


@pytest.mark.parametrize("endpoint", GUARDED, ids=lambda endpoint: endpoint.id)
async def test_permission_comes_before_what_was_sent_and_before_existence(
    given: Given, endpoint: Endpoint, callers: dict[str, Api]
):
    """Whoever may not call learns neither which fields there are nor whether something exists."""
    if "named third party" in MAY[endpoint.id]:
        return
    existing = await given.user()
    bodies = [b"", b"{", b"\xff", b'{"userId":"' + existing.id.encode() + b'"}', b'{"userId":"' + b"0" * 24 + b'"}']
    caller = callers["person through a third party"]
    texts = set()
    for target in (existing.id, "0" * 24):
        path = endpoint.path
        for name in endpoint.parameters:
            path = path.replace(f"{{{name}}}", target)
        for body in bodies:
            answer = await caller.request(endpoint.method, path, content=body, headers={"content-type": "application/json"})
            texts.add((answer.status_code, answer.text))

    assert len(texts) == 1
    assert next(iter(texts))[0] == 403
