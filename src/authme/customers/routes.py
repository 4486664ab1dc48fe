"""Customers in the table of operations."""

from authme.customers.create_business import BusinessCustomer, BusinessCustomerRequest, create_business_customer
from authme.customers.create_user import UserCustomer, UserCustomerRequest, create_user_customer
from authme.customers.find import QUERY, list_page, show
from authme.customers.remove import remove
from authme.customers.wire import CustomerAnswer, CustomerPage
from authme.kernel.http import API, Endpoint
from authme.kernel.requirement import Requirement
from authme.relation.requirements import ADMINISTRATION, ADMINISTRATORS

_CREATION = Requirement.parse(f"({ADMINISTRATORS}) or (CLI-1STPARTY and CLI-AUTH-BASIC and scope:customer_create)")
_TAGS = ("Customer",)
_ALL = f"{API}/customers"

ENDPOINTS = [
    Endpoint(
        "CU-01", "POST", f"{_ALL}/business", _CREATION, create_business_customer, "Creates a Business Customer", _TAGS,
        body=BusinessCustomerRequest, answer=BusinessCustomer, status=201, refusals=(409,),
    ),
    Endpoint(
        "CU-02", "POST", f"{_ALL}/user", _CREATION, create_user_customer, "Creates a User Customer", _TAGS,
        body=UserCustomerRequest, answer=UserCustomer, status=201, refusals=(409,),
    ),
    Endpoint(
        "X-customers", "GET", _ALL, ADMINISTRATION, list_page, "List customers", _TAGS,
        answer=CustomerPage, wants_request=True, query=QUERY, refusals=(400,),
    ),
    Endpoint(
        "X-customer", "GET", f"{_ALL}/{{customerId}}", ADMINISTRATION, show, "Get a customer", _TAGS,
        answer=CustomerAnswer, free_parameters=("customerId",),
    ),
    Endpoint(
        "X-remove-customer", "DELETE", f"{_ALL}/{{customerId}}", ADMINISTRATION, remove, "Remove a customer", _TAGS,
        status=204, free_parameters=("customerId",),
    ),
]  # fmt: skip
