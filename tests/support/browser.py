"""A headless Chromium that reaches this machine and nothing else, driven over its DevTools protocol."""

import base64
import contextlib
import itertools
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.sync.client import ClientConnection, connect

from support.outside import wait_until

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")

_SECONDS = 30
_OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-port=0",
    # Whatever is not on this machine does not exist for the browser.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)


class ScriptFailed(AssertionError):
    """A script of the test threw in the page."""


class Page:
    """One tab. What it is asked for it waits for, up to a limit."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._numbers = itertools.count(1)
        self.events: list[dict[str, Any]] = []
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.command(f"{domain}.enable")

    def command(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Return the result of a command; what the browser tells meanwhile is kept in `events`."""
        number = next(self._numbers)
        self._connection.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            said = json.loads(self._connection.recv(timeout=_SECONDS))
            if said.get("id") == number:
                assert "error" not in said, f"{method}: {said['error']}"
                found: dict[str, Any] = said["result"]
                return found
            self.events.append(said)

    def add_authenticator(self) -> str:
        """Give the browser an authenticator whose user is there and always agrees; return its id."""
        self.command("WebAuthn.enable")
        kind = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        return str(self.command("WebAuthn.addVirtualAuthenticator", options=kind)["authenticatorId"])

    def passkeys(self, authenticator: str) -> list[dict[str, Any]]:
        """Return what an authenticator holds."""
        found: list[dict[str, Any]] = self.command("WebAuthn.getCredentials", authenticatorId=authenticator)["credentials"]
        return found

    def open(self, url: str) -> None:
        """Open a URL and wait until the page and its scripts are there."""
        # Only the new page is without this mark.
        self.run("window.isBeforeTheTest = true")
        failed = self.command("Page.navigate", url=url).get("errorText")
        assert failed is None, f"{url}: {failed}"
        self.wait_for("document.readyState === 'complete' && !window.isBeforeTheTest")

    def run(self, script: str) -> Any:
        """Run a script as if the user had asked for it, wait for what it promises, and return its JSON value."""
        ran = self.command(
            "Runtime.evaluate",
            expression=script,
            awaitPromise=True,
            returnByValue=True,
            userGesture=True,
            timeout=_SECONDS * 1000,
        )
        if "exceptionDetails" in ran:
            raise ScriptFailed(ran["exceptionDetails"].get("exception", {}).get("description", ran["exceptionDetails"]["text"]))
        return ran["result"].get("value")

    def wait_for(self, condition: str) -> None:
        """Wait until a condition holds in the page."""
        self._wait(lambda: bool(self.run(condition)), f"never: {condition}")

    def wait_for_text(self, selector: str, text: str) -> None:
        """Wait until a person reads this in a part of the page."""
        self._wait(lambda: text in self.text(selector), f"never in {selector}: {text}")

    def _wait(self, is_so: Callable[[], bool], otherwise: str) -> None:
        try:
            wait_until(is_so, otherwise, seconds=_SECONDS)
        except AssertionError as error:
            error.add_note(f"{self.text()}\n{self.complaints()}")
            raise

    def text(self, selector: str = "body") -> str:
        """Return what a person reads in the page, or in a part of it; nothing where that is not shown."""
        found = f"document.querySelector({json.dumps(selector)})"
        return str(self.run(f"{found}?.checkVisibility() ? {found}.innerText : ''"))

    def type(self, selector: str, text: str) -> None:
        """Type into a field, in the place of what is there."""
        self.run(f"{{ const field = document.querySelector({json.dumps(selector)}); field.focus(); field.select(); }}")
        self.command("Input.insertText", text=text)

    def click(self, selector: str) -> None:
        """Click in the middle of an element, which must be there to be seen."""
        script = f"""{{
            const element = document.querySelector({json.dumps(selector)});
            element.scrollIntoView({{ block: "center" }});
            const {{ x, y, width, height }} = element.getBoundingClientRect();
            [x + width / 2, y + height / 2, width * height];
        }}"""
        x, y, area = self.run(script)
        assert area > 0, f"{selector} is not shown"
        for kind in ("mousePressed", "mouseReleased"):
            self.command("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def take_picture(self, file: Path) -> None:
        """Keep the whole page as a picture (PNG)."""
        taken = self.command("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        file.write_bytes(base64.b64decode(taken["data"]))

    def complaints(self) -> list[str]:
        """Return what the browser complained of: scripts that threw, and what the page's policy forbade."""
        self.run("1")
        thrown = [
            one["params"]["exceptionDetails"]["text"] for one in self.events if one["method"] == "Runtime.exceptionThrown"
        ]
        logged = [one["params"]["entry"] for one in self.events if one["method"] == "Log.entryAdded"]
        return thrown + [one["text"] for one in logged if one["source"] in {"security", "javascript"}]

    def requested(self) -> list[str]:
        """Return the URLs that were asked for, in order."""
        return [one["params"]["request"]["url"] for one in self.events if one["method"] == "Network.requestWillBeSent"]


@contextlib.contextmanager
def browsing(folder: Path) -> Iterator[Page]:
    """Run a browser that has never been used; end it at the end, whatever happens."""
    profile = folder / "browser"
    assert CHROMIUM is not None
    with (folder / "browser.log").open("ab") as log:
        process = subprocess.Popen(
            [CHROMIUM, *_OPTIONS, f"--user-data-dir={profile}", "about:blank"],
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        port = _devtools_port(profile / "DevToolsActivePort", process)
        with connect(_page_url(port), max_size=None, proxy=None) as connection:
            yield Page(connection)
    finally:
        # All of its processes, which are in the group that it began.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)


def _devtools_port(file: Path, process: "subprocess.Popen[bytes]") -> int:
    def is_written() -> bool:
        assert process.poll() is None, "the browser ended"
        # The second line is written last.
        return file.exists() and file.read_text().count("\n") > 0

    wait_until(is_written, "the browser did not start", seconds=60)
    return int(file.read_text().split()[0])


def _page_url(port: int) -> str:
    targets = httpx.get(f"http://127.0.0.1:{port}/json/list", timeout=10, trust_env=False).json()
    return str(next(one["webSocketDebuggerUrl"] for one in targets if one["type"] == "page"))
