"""A gateway for short messages over HTTP: FOLDER PORT.

`behaviour.json` may say: `status` (200 without), `location` (a Location header), `delay` (seconds before the answer), `bytes`
(of the answer's body), `only` (a word in the request that this is for).
"""

import itertools
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

FOLDER = Path(sys.argv[1])
_numbers = itertools.count()


class Handler(BaseHTTPRequestHandler):
    """Keeps every request and answers as it is told."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        how = json.loads((FOLDER / "behaviour.json").read_text())
        if how.get("only", "") not in body:
            how = {}
        status = how.get("status", 200)
        kept = {"path": self.path, "headers": dict(self.headers.items()), "body": body, "status": status}
        draft = FOLDER / "kept" / f"{time.time_ns():020d}-{os.getpid()}-{next(_numbers):06d}.draft"
        draft.write_text(json.dumps(kept))
        draft.rename(draft.with_suffix(".json"))
        time.sleep(how.get("delay", 0))
        answer = b"x" * how.get("bytes", 2)
        self.send_response(status)
        if "location" in how:
            self.send_header("Location", how["location"])
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        pass


server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Handler)
(FOLDER / "ready").touch()
server.serve_forever()
