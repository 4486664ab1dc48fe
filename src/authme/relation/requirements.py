"""Requirements that operations of several features share."""

from authme.kernel.requirement import Requirement

ADMINISTRATORS = "CLI-AUTH-IDENTIFIED and CLI-1STPARTY and AUTH-BASIC and (ADMIN or IAM_ADMIN_MAINTENANCE)"
ADMINISTRATION = Requirement.parse(ADMINISTRATORS)
ACCESS = Requirement.parse(
    "CLI-AUTH-IDENTIFIED and CLI-1STPARTY and AUTH-BASIC and "
    "((PERSON and !BUSINESS) or BUSINESSOWNER or BUSINESSADMIN or ADMIN or IAM_ADMIN_MAINTENANCE)"
)
"""Of groups and who is in them: who may, and the relation says on which."""
