"""The URL guard: the one way in which this server reads what a URL names.

Owns what may be fetched at all (scheme, address, redirects, size, time). Does not know what is done with it. Messages and
directories go to hosts that the operator names in the settings, and do not pass here.
"""

from authme.kernel.fetch.fetcher import ANY, HTTPS, Fetched, Fetcher, NotFetched, NotTaken

__all__ = ["ANY", "HTTPS", "Fetched", "Fetcher", "NotFetched", "NotTaken"]
