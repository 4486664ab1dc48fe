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
MAKES_KEYS = "CLI-1STPARTY and CLI-AUTH-IDENTIFIED and ADMIN"
MAKES_CLIENTS = "CLI-AUTH-IDENTIFIED and CLI-1STPARTY and AUTH-MFA and ADMIN"
MAKES_OWN_CLIENTS = "CLI-AUTH-IDENTIFIED and CLI-1STPARTY and AUTH-MFA and (PERSON or BUSINESSOWNER or BUSINESSADMIN)"
MANAGES_ACCESSES = (
    "CLI-AUTH-IDENTIFIED and CLI-1STPARTY and AUTH-BASIC and "
    "((PERSON and !BUSINESS) or BUSINESSOWNER or BUSINESSADMIN or ADMIN or IAM_ADMIN_MAINTENANCE)"
)
OF_USERS = f"{A}/user-accesses/{{groupId}}/users"
OF_BUSINESS_USERS = f"{A}/user-accesses/{{groupId}}/business-users"
OF_BUSINESSES = f"{A}/business-accesses/{{groupId}}/businesses"
OF_SERVICES = f"{A}/service-accesses/{{groupId}}/service-accounts"
ADMINISTRATION = "CLI-AUTH-IDENTIFIED and CLI-1STPARTY and AUTH-BASIC and (ADMIN or IAM_ADMIN_MAINTENANCE)"
BUYS = "CLI-AUTH-IDENTIFIED and CLI-1STPARTY and AUTH-BASIC and (PERSON or BUSINESS or BUSINESSOWNER or BUSINESSADMIN or ADMIN)"
MAKES_CUSTOMERS = f"({ADMINISTRATION}) or (CLI-1STPARTY and CLI-AUTH-BASIC and scope:customer_create)"
CORPORATE_GROUPS = f"{A}/corporate-groups"
GROUP = f"{A}/groups/{{groupId}}"
OF_LOGON = f"{A}/user-identities/legacy-logon"
CONTRACT = {
    ("UI-01", "POST", f"{A}/user-identities", BEFORE_LOGIN, 201, "Create Identity"),
    ("UI-02", "POST", f"{A}/user-identities/retrieve-identity", BEFORE_LOGIN, 201, "Retrieve an Identity"),
    ("UI-03", "POST", f"{A}/user-identities/me/generate-param", SIGNED_IN, 201, "Generate Param"),
    ("UI-04", "POST", f"{A}/user-identities/identification", BEFORE_LOGIN, 200, "User identification"),
    ("UI-05", "POST", f"{A}/user-identities/login", BEFORE_LOGIN, 200, "Login user"),
    ("UI-06", "POST", f"{A}/user-identities/login-legacy", BEFORE_LOGIN, 200, "Login legacy user"),
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
        "UI-20",
        "POST",
        f"{A}/user-identities/{{userId}}/mainframe-logon",
        f"{ADMINISTRATOR} or (CLI-1STPARTY and CLI-AUTH-BASIC and scope:logon_provision)",
        201,
        "Provision logon in mainframe",
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
    (
        "UI-27",
        "POST",
        f"{A}/user-identities/digital-certificate/challenge",
        BEFORE_LOGIN,
        201,
        "Generate token to login with digital certificate",
    ),
    (
        "UI-28",
        "POST",
        f"{A}/user-identities/digital-certificate/login",
        BEFORE_LOGIN,
        200,
        "Authenticate with digital certificate",
    ),
    (
        "UI-29",
        "POST",
        f"{A}/user-identities/saml/renew-app-token",
        BEFORE_LOGIN,
        200,
        "Generate a renew app token based on SAML integration informed data",
    ),
    ("UI-30", "POST", f"{OF_LOGON}/associate-by-email", BEFORE_LOGIN, 201, "Associate legacy logon by email"),
    ("UI-31", "POST", f"{OF_LOGON}/associate-by-mobile", BEFORE_LOGIN, 201, "Associate legacy logon by mobile"),
    ("UI-32", "POST", f"{OF_LOGON}/complete-association", BEFORE_LOGIN, 200, "Complete Associate legacy logon"),
    ("UI-33", "POST", f"{A}/user-identities/retrieve-legacy-identity", BEFORE_LOGIN, 201, "Retrieve a legacy identity"),
    ("UI-34", "POST", f"{A}/user-identities/reset-legacy-password", BEFORE_LOGIN, 200, "Reset a legacy identity"),
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
    ("UI-42", "POST", f"{A}/user-identities/login-federated", BEFORE_LOGIN, 200, "Login using federated accounts"),
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
    ("UA-01", "GET", OF_USERS, MANAGES_ACCESSES, 200, "Groups - List Users"),
    ("UA-02", "POST", OF_USERS, MANAGES_ACCESSES, 200, "Groups - Add User"),
    ("UA-03", "DELETE", f"{OF_USERS}/{{userId}}", MANAGES_ACCESSES, 204, "Groups - Remove User"),
    ("UA-04", "GET", OF_BUSINESS_USERS, MANAGES_ACCESSES, 200, "Groups - List Business Users"),
    ("UA-05", "POST", OF_BUSINESS_USERS, MANAGES_ACCESSES, 200, "Groups - Add Business User"),
    ("UA-06", "DELETE", f"{OF_BUSINESS_USERS}/{{userId}}", MANAGES_ACCESSES, 204, "Groups - Remove Business User"),
    ("UA-07", "GET", f"{A}/user-accesses/users/{{userId}}/roles", MANAGES_ACCESSES, 200, "List User Roles"),
    ("BA-01", "GET", OF_BUSINESSES, MANAGES_ACCESSES, 200, "Groups - List Business"),
    ("BA-02", "POST", OF_BUSINESSES, MANAGES_ACCESSES, 200, "Groups - Add Business"),
    ("BA-03", "DELETE", f"{OF_BUSINESSES}/{{businessId}}", MANAGES_ACCESSES, 204, "Groups - Remove Business"),
    (
        "BA-04",
        "GET",
        f"{A}/business-accesses/businesses/{{businessId}}/roles",
        MANAGES_ACCESSES,
        200,
        "List Business Roles",
    ),
    ("SA-01", "GET", OF_SERVICES, MANAGES_ACCESSES, 200, "Groups - List Services"),
    ("SA-02", "POST", OF_SERVICES, MANAGES_ACCESSES, 200, "Groups - Add Service"),
    ("SA-03", "DELETE", f"{OF_SERVICES}/{{serviceId}}", MANAGES_ACCESSES, 204, "Groups - Remove Service"),
    (
        "SA-04",
        "GET",
        f"{A}/service-accesses/service-accounts/{{serviceId}}/roles",
        MANAGES_ACCESSES,
        200,
        "List Service Roles",
    ),
    ("CI-01", "POST", f"{A}/client-identities", MAKES_CLIENTS, 201, "Create Identity"),
    ("CI-02", "DELETE", f"{A}/client-identities/{{clientId}}", MAKES_CLIENTS, 204, "Remove Identity"),
    (
        "CI-03",
        "PATCH",
        f"{A}/client-identities/organizational-structure",
        MAKES_CLIENTS,
        200,
        "Bulk Migrates Client Identities Organizational Structure",
    ),
    ("MC-01", "POST", f"{A}/client-identities/me", MAKES_OWN_CLIENTS, 201, "Create Identity"),
    ("MC-02", "DELETE", f"{A}/client-identities/me/{{clientId}}", MAKES_OWN_CLIENTS, 204, "Remove Client Identity"),
    ("PA-01", "POST", f"{A}/product-accesses/authorize", BUYS, 200, "Generate Opaque Token"),
    ("PA-02", "POST", f"{A}/product-accesses/validate", "CLI-AUTH-BASIC", 200, "Validate Opaque Token"),
    ("CU-01", "POST", f"{A}/customers/business", MAKES_CUSTOMERS, 201, "Creates a Business Customer"),
    ("CU-02", "POST", f"{A}/customers/user", MAKES_CUSTOMERS, 201, "Creates a User Customer"),
    ("GR-01", "POST", f"{A}/groups", MANAGES_ACCESSES, 201, "Creates a group"),
    ("GR-02", "GET", f"{A}/groups", MANAGES_ACCESSES, 200, "Lists groups"),
    ("GR-03", "GET", GROUP, MANAGES_ACCESSES, 200, "Gets group by id"),
    ("GR-04", "PUT", GROUP, MANAGES_ACCESSES, 200, "Updates a group"),
    ("GR-05", "DELETE", GROUP, MANAGES_ACCESSES, 204, "Delete a group"),
    ("GR-06", "POST", f"{GROUP}/roles", MANAGES_ACCESSES, 201, "Creates a group role"),
    ("GR-07", "DELETE", f"{GROUP}/roles/{{roleName}}", MANAGES_ACCESSES, 204, "Deletes a group role"),
    ("GR-08", "POST", f"{GROUP}/dependencies", MANAGES_ACCESSES, 201, "Creates a group dependency"),
    (
        "GR-09",
        "DELETE",
        f"{GROUP}/dependencies/{{dependencyGroupId}}",
        MANAGES_ACCESSES,
        204,
        "Deletes a group dependency",
    ),
    ("CG-01", "POST", CORPORATE_GROUPS, ADMINISTRATION, 201, "Creates a corporate group"),
    ("CG-02", "GET", CORPORATE_GROUPS, ADMINISTRATION, 200, "Lists corporate groups"),
    ("CG-03", "GET", f"{CORPORATE_GROUPS}/{{corporateGroupId}}", ADMINISTRATION, 200, "Gets corporate group by id"),
    ("CG-04", "PUT", f"{CORPORATE_GROUPS}/{{corporateGroupId}}", ADMINISTRATION, 200, "Updates a corporate group"),
    ("CG-05", "DELETE", f"{CORPORATE_GROUPS}/{{corporateGroupId}}", ADMINISTRATION, 204, "Deletes a corporate group"),
    ("CI-04", "POST", f"{A}/client-identities/login", "public", 200, "Login client"),
    ("CI-05", "POST", f"{A}/client-identities/{{clientId}}/login", "public", 200, "Login client (signed assertion)"),
    ("AK-01", "POST", f"{A}/api-key", MAKES_KEYS, 201, "Create a new ApiKey for the Identific"),
    ("AK-02", "GET", f"{A}/api-key", MAKES_KEYS, 200, "List all ApiKey"),
    ("AK-03", "PUT", f"{A}/api-key/{{apiKeyId}}", MAKES_KEYS, 200, "Update an ApiKey"),
    ("AK-04", "DELETE", f"{A}/api-key/{{apiKeyId}}", MAKES_KEYS, 204, "Delete an ApiKey"),
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
