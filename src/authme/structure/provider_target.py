"""The identity provider that an operation is about."""

from authme.providers import store
from authme.providers.model import Provider
from authme.structure.noun import Noun

IDENTITY_PROVIDER: Noun[Provider] = Noun("identity_provider", store.find, store.hold, store.remove, store.list_providers)
"""That of an organisation is reached by whoever reaches the organisation, that of everybody by whoever reaches everything."""
