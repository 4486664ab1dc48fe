"""A real HTTP gateway for short messages."""

import json
from typing import Any

from support.outside import Outside, wait_until


class Gateway(Outside):
    """A gateway: `with Gateway(folder) as gateway`."""

    program = "gateway_program.py"

    def settings(self, **others: object) -> dict[str, object]:
        """Return the settings of a server that sends its short messages here, for `environment(…)`."""
        return {"sms_url": f"http://127.0.0.1:{self.port}/messages?from=authme"} | others

    def requests(self) -> list[dict[str, Any]]:
        """Return what it was sent, the oldest first: path, headers, body, and the status of its answer."""
        return [json.loads(file.read_text()) for file in self.files()]

    def wait_for(self, count: int = 1, *, seconds: float = 10) -> list[dict[str, Any]]:
        """Return the requests once there are so many."""
        wait_until(lambda: self.count() >= count, f"no {count} requests", seconds=seconds)
        return self.requests()
