"""A port of each worker on which callers show a certificate: asyncio's TLS, and HTTP/1.1 by h11.

Granian can demand certificates and does not pass them on, so this small server stands beside it for one operation of the same
application. Owns the possession of the key, and bounds of time, size and number. Does not judge the certificate:
`certificates` does.
"""

from authme.kernel.tls_port.connection import Bounds
from authme.kernel.tls_port.context import asking_context
from authme.kernel.tls_port.port import TlsPort

__all__ = ["Bounds", "TlsPort", "asking_context"]
