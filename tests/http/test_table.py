"""The endpoint table against the contract."""

from typing import Any

import msgspec

from authme.app import endpoints, openapi_document
from support.given import Given

A = "/security/iam/v1"
BEFORE_LOGIN = "CLI-1STPARTY and CLI-AUTH-IDENTIFIED"
ADMINISTRATOR = "(CLI-1STPARTY and AUTH-BASIC and IAM_ADMIN_MAINTENANCE)"
SIGNED_IN = "CLI-AUTH-IDENTIFIED and CLI-1STPARTY and AUTH-BASIC and USER"
FACTORS = f"{A}/user-identities/me/authentication-factors"
FACTOR = f"{FACTORS}/{{factorId}}"
MANAGES_FACTORS = (
    "(CLI-AUTH-IDENTIFIED and CLI-1STPARTY and AUTH-BASIC and IAM_ADMIN_MAINTENANCE) "
    "or (CLI-1STPARTY and CLI-AUTH-BASIC and scope:factor_manage)"
)
MAKES_CLIENTS = "CLI-AUTH-IDENTIFIED and CLI-1STPARTY and AUTH-MFA and ADMIN"
CONTRACT = {
    ("UI-01", "POST", f"{A}/user-identities", BEFORE_LOGIN, 201, "Create Identity"),
    ("UI-02", "POST", f"{A}/user-identities/retrieve-identity", BEFORE_LOGIN, 201, "Retrieve an Identity"),
    ("UI-03", "POST", f"{A}/user-identities/me/generate-param", SIGNED_IN, 201, "Generate Param"),
    ("UI-04", "POST", f"{A}/user-identities/identification", BEFORE_LOGIN, 200, "User identification"),
    ("UI-05", "POST", f"{A}/user-identities/login", BEFORE_LOGIN, 200, "Login user"),
    ("UI-07", "POST", f"{A}/user-identities/auth-legacy-by-param", BEFORE_LOGIN, 200, "Authenticate user by param"),
    ("UI-08", "POST", f"{A}/user-identities/remember-me", BEFORE_LOGIN, 200, "User remember-me"),
    ("UI-09", "POST", f"{A}/user-identities/renovate-token", BEFORE_LOGIN, 200, "User renovate-token"),
    ("UI-10", "POST", f"{A}/user-identities/me/associate-user-device", SIGNED_IN, 201, "User associate-user-device"),
    (
        "UI-11",
        "POST",
        f"{A}/user-identities/me/change-app",
        SIGNED_IN,
        200,
        "Generates token when user navigates between applications",
    ),
    ("UI-12", "POST", f"{A}/user-identities/me/access-token", SIGNED_IN, 200, "Generates an Access token"),
    ("UI-13", "POST", f"{A}/user-identities/renew-token", BEFORE_LOGIN, 200, "Renew Token"),
    ("UI-14", "POST", f"{A}/user-identities/password", BEFORE_LOGIN, 201, "Create password"),
    ("UI-16", "POST", f"{A}/user-identities/reset-password", BEFORE_LOGIN, 200, "Reset password"),
    (
        "UI-15",
        "POST",
        f"{A}/user-identities/me/change-password",
        SIGNED_IN,
        204,
        "Change Password",
    ),
    (
        "UI-17",
        "GET",
        f"{A}/user-identities/{{userId}}",
        f"{ADMINISTRATOR} or (CLI-1STPARTY and CLI-AUTH-BASIC and scope:identity_read)",
        200,
        "Get Identities from user",
    ),
    (
        "UI-18",
        "DELETE",
        f"{A}/user-identities/{{userId}}",
        f"{ADMINISTRATOR} or (CLI-1STPARTY and CLI-AUTH-BASIC and scope:identity_remove)",
        204,
        "Remove Identity",
    ),
    (
        "UI-19",
        "PATCH",
        f"{A}/user-identities/{{userId}}",
        f"{ADMINISTRATOR} or (CLI-1STPARTY and CLI-AUTH-BASIC and scope:identity_update)",
        200,
        "Updates specific identity attributes",
    ),
    (
        "UI-21",
        "POST",
        f"{A}/user-identities/lock",
        f"{ADMINISTRATOR} or (CLI-1STPARTY and CLI-AUTH-BASIC and scope:account_lock)",
        204,
        "Lock an user credential",
    ),
    (
        "UI-22",
        "POST",
        f"{A}/user-identities/unlock",
        f"{ADMINISTRATOR} or (CLI-1STPARTY and CLI-AUTH-BASIC and scope:account_unlock)",
        204,
        "Unlock an user credential",
    ),
    (
        "UI-23",
        "DELETE",
        f"{A}/user-identities/{{userId}}/identities/{{identityId}}",
        f"{ADMINISTRATOR} or (CLI-1STPARTY and CLI-AUTH-BASIC and scope:identity_remove)",
        204,
        "Remove Identity (one of several)",
    ),
    (
        "UI-24",
        "PATCH",
        f"{A}/user-identities/{{userId}}/identities",
        f"{ADMINISTRATOR} or (CLI-1STPARTY and CLI-AUTH-BASIC and scope:identity_add)",
        200,
        "Add Identity",
    ),
    ("UI-25", "POST", f"{A}/user-identities/me/leverage-mfa", SIGNED_IN, 201, "Leverage MFA"),
    ("UI-26", "POST", f"{A}/user-identities/me/fulfill-mfa", SIGNED_IN, 200, "Fulfill MFA"),
    ("UI-35", "POST", FACTORS, SIGNED_IN, 201, "Add alternative contacts to use on MFA process"),
    ("UI-36", "GET", FACTORS, SIGNED_IN, 200, "Retrieve all user authentication factors"),
    ("UI-37", "PUT", FACTOR, SIGNED_IN, 200, "Update an alternative contact to use on MFA process"),
    ("UI-38", "DELETE", FACTOR, SIGNED_IN, 204, "Delete an alternative contact"),
    ("UI-39", "POST", f"{FACTOR}/send-token", SIGNED_IN, 201, "Send a token to an authentication factor"),
    (
        "UI-40",
        "POST",
        f"{FACTOR}/validate-token",
        SIGNED_IN,
        200,
        "Validate a Token previously sent to an authentication factor",
    ),
    ("UI-41", "POST", f"{A}/user-identities/me/grant-auth-smart", SIGNED_IN, 200, "Grant Auth Smart Role"),
    (
        "UI-43",
        "POST",
        f"{A}/user-identities/{{id}}/authentication-factors",
        MANAGES_FACTORS,
        201,
        "Add alternative contacts to use on MFA process (administrative)",
    ),
    (
        "UI-44",
        "PATCH",
        f"{A}/user-identities/{{id}}/authentication-factors/{{factorId}}",
        MANAGES_FACTORS,
        200,
        "Partial update to alternative contact to use on MFA process with administrative roles",
    ),
    (
        "UI-45",
        "DELETE",
        f"{A}/user-identities/{{id}}/authentication-factors/{{factorId}}",
        MANAGES_FACTORS,
        204,
        "Delete an alternative contact with administrative roles",
    ),
    ("CI-01", "POST", f"{A}/client-identities", MAKES_CLIENTS, 201, "Create Identity"),
    ("CI-02", "DELETE", f"{A}/client-identities/{{clientId}}", MAKES_CLIENTS, 204, "Remove Identity"),
    ("CI-04", "POST", f"{A}/client-identities/login", "public", 200, "Login client"),
    ("CI-05", "POST", f"{A}/client-identities/{{clientId}}/login", "public", 200, "Login client (signed assertion)"),
    ("KE-01", "GET", f"{A}/keys", "public", 200, "Gets public key used to validate JWT"),
    ("GT-01", "POST", f"{A}/token", "public", 200, "Generate a access token and a refresh token"),
}


def operations() -> dict[str, dict[str, Any]]:
    return {
        operation["operationId"]: operation | {"method": method.upper(), "path": path}
        for path, methods in openapi_document()["paths"].items()
        for method, operation in methods.items()
    }


def test_every_operation_of_the_contract_is_served_exactly():
    served = {
        (
            id_,
            operation["method"],
            operation["path"],
            operation["x-requirement"],
            next(int(status) for status in operation["responses"] if status[0] == "2"),
            operation["summary"],
        )
        for id_, operation in operations().items()
    }

    assert served >= CONTRACT
    assert {id_ for id_, *_ in served - CONTRACT if not id_.startswith("X-")} == set()


def test_the_document_shows_the_table_and_nothing_else():
    assert set(operations()) == {endpoint.id for endpoint in endpoints()}
    for endpoint in endpoints():
        assert operations()[endpoint.id]["x-requirement"] == endpoint.requirement.text


def test_every_operation_is_described_with_its_refusals():
    for id_, operation in operations().items():
        assert operation["description"], id_
        if operation["path"].startswith(A):
            assert {"500", "503"} <= set(operation["responses"]), id_
            if operation["x-requirement"] != "public":
                assert {"401", "403"} <= set(operation["responses"]), id_


async def test_the_served_document_is_the_one_of_the_table(given: Given):
    served = await given.api.get("/openapi.json")

    assert served.json() == msgspec.json.decode(msgspec.json.encode(openapi_document()))
    assert served.json()["openapi"].startswith("3.1")
