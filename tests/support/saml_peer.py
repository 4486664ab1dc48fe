"""A real SAML identity provider that is not ours: pysaml2, run by the system's Python."""

import base64
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest

from authme.kernel.clock import SystemClock
from authme.saml.keys import new_service_key
from support.outside import Outside, wait_until

_PYTHON = Path("/usr/bin/python3")
_PROGRAM = Path(__file__).parents[1] / "peers" / "saml_idp.py"


def skip_without_peer() -> None:
    """Skip the test where the identity provider is not there."""
    probe = [_PYTHON, "-c", "import saml2, pathlib; assert pathlib.Path('/usr/bin/xmlsec1').exists()"]
    if not _PYTHON.exists() or subprocess.run(probe, capture_output=True, check=False).returncode != 0:
        pytest.skip("python3-pysaml2 is not installed")


class SamlPeer(Outside):
    """The provider: `with SamlPeer(folder) as peer`. By `behave` it is told who logs in there, and what it signs."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.url = f"http://127.0.0.1:{self.port}"
        key, certificate = new_service_key("a provider of the tests", SystemClock().now())
        (folder / "key.pem").write_text(key)
        pem = "\n".join(certificate[start : start + 64] for start in range(0, len(certificate), 64))
        (folder / "certificate.pem").write_text(f"-----BEGIN CERTIFICATE-----\n{pem}\n-----END CERTIFICATE-----\n")

    def start(self) -> None:
        """Start it; return when it listens."""
        skip_without_peer()
        ready = self.folder / "ready"
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen([_PYTHON, "-I", _PROGRAM, self.folder, str(self.port)], stdout=log, stderr=log)
        self._process = process
        wait_until(lambda: ready.exists() or process.poll() is not None, "it did not start", seconds=30)
        assert ready.exists(), (self.folder / "log").read_text()[-2000:]

    @property
    def metadata_url(self) -> str:
        """Where its metadata is."""
        return f"{self.url}/metadata"

    def metadata(self) -> bytes:
        """Return its metadata."""
        answer = httpx.get(self.metadata_url)
        assert answer.status_code == 200, answer.text
        return answer.content

    def trust(self, service_metadata: bytes) -> None:
        """Let it know a service provider."""
        (self.folder / "service.xml").write_bytes(service_metadata)

    def log_in(self, begun: dict[str, Any]) -> dict[str, str]:
        """Send a request to it as a browser does, the person logging in there; return the form that it has the browser post."""
        if "samlRequest" in begun:
            form = {"SAMLRequest": begun["samlRequest"], "RelayState": begun["relayState"]}
            return _form(httpx.post(begun["url"], data=form, timeout=30))
        return _form(httpx.get(begun["url"], timeout=30))

    def log_in_unasked(self, service: str, acs_url: str) -> dict[str, str]:
        """Let the person begin there, without a request."""
        return _form(httpx.get(f"{self.url}/unsolicited", params={"service": service, "acs": acs_url}, timeout=30))


def shown(form: dict[str, str]) -> dict[str, str]:
    """Return what an application passes on of the form."""
    return {"samlResponse": form["SAMLResponse"]} | ({"relayState": form["RelayState"]} if "RelayState" in form else {})


def xml_of(form: dict[str, str]) -> str:
    """Return the response as XML."""
    return base64.b64decode(form["SAMLResponse"]).decode()


class _Form(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.fields["action"] = given.get("action") or ""
        if tag == "input" and given.get("name"):
            self.fields[str(given["name"])] = given.get("value") or ""


def _form(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 200, answer.text
    read = _Form()
    read.feed(answer.text)
    return read.fields
