"""Who may call the operations of the structure."""

from authme.kernel.requirement import Requirement

ADMINISTRATION = Requirement.parse("CLI-AUTH-IDENTIFIED and CLI-1STPARTY and AUTH-BASIC and (ADMIN or IAM_ADMIN_MAINTENANCE)")
