"""What the operation pages need of the running server."""

from collections.abc import Callable
from dataclasses import dataclass

from authme.kernel.database import Database


@dataclass(slots=True)
class Running:
    """The server as it runs."""

    database: Database
    openapi: Callable[[], bytes]
    """Return the OpenAPI document; it is made when somebody asks for it first."""
    is_stopping: bool = False
