"""Corporate groups in the table of operations."""

from authme.kernel.http import API, Endpoint
from authme.kernel.paging import PAGE
from authme.relation.requirements import ADMINISTRATION
from authme.structure.corporate_group_change import change
from authme.structure.corporate_group_create import create
from authme.structure.corporate_group_find import list_page, show
from authme.structure.corporate_group_remove import remove
from authme.structure.corporate_group_wire import CorporateGroupAnswer, CorporateGroupPage, CorporateGroupRequest

_TAGS = ("Corporate Groups",)
_ALL = f"{API}/corporate-groups"
_ONE = f"{_ALL}/{{corporateGroupId}}"

ENDPOINTS = [
    Endpoint(
        "CG-01", "POST", _ALL, ADMINISTRATION, create, "Creates a corporate group", _TAGS,
        body=CorporateGroupRequest, answer=CorporateGroupAnswer, status=201, refusals=(409,),
    ),
    Endpoint(
        "CG-02", "GET", _ALL, ADMINISTRATION, list_page, "Lists corporate groups", _TAGS,
        answer=CorporateGroupPage, wants_request=True, query=PAGE, refusals=(400,),
    ),
    Endpoint("CG-03", "GET", _ONE, ADMINISTRATION, show, "Gets corporate group by id", _TAGS, answer=CorporateGroupAnswer),
    Endpoint(
        "CG-04", "PUT", _ONE, ADMINISTRATION, change, "Updates a corporate group", _TAGS,
        body=CorporateGroupRequest, answer=CorporateGroupAnswer, refusals=(409,),
    ),
    Endpoint(
        "CG-05", "DELETE", _ONE, ADMINISTRATION, remove, "Deletes a corporate group", _TAGS, status=204, refusals=(409,),
    ),
]  # fmt: skip
