"""HTTP: the endpoint table as an ASGI application.

Owns reading and capping bodies, calling authentication and the requirement check, decoding, the unit of work, and rendering
answers and refusals. Does not know what any operation does, nor how a caller proves who it is: it is given an `Authenticator`.
"""

from authme.kernel.http.endpoint import API, Endpoint, Parameter, Reply
from authme.kernel.http.request import BasicCredentials, Request

__all__ = ["API", "BasicCredentials", "Endpoint", "Parameter", "Reply", "Request"]
