"""What the operation pages need of the running server."""

from dataclasses import dataclass

from authme.kernel.database import Database


@dataclass(slots=True)
class Running:
    """The server as it runs."""

    database: Database
    openapi: bytes
    """The OpenAPI document, encoded once."""
    is_stopping: bool = False
