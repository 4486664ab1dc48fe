"""The business that an operation is about."""

from authme.organizations import store
from authme.organizations.model import Business
from authme.structure import hanging
from authme.structure.noun import Noun

BUSINESS: Noun[Business] = Noun(
    "business",
    store.find_business,
    store.hold_business,
    store.delete_business,
    store.list_businesses,
    *hanging.OF_BUSINESS,
)
