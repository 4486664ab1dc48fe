"""What a test of a SAML identity provider says of it."""

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from authme.kernel.fetch import Fetcher
from authme.providers.model import Claims, OidcSettings, Provider, SamlSettings
from authme.saml.diagnose import diagnose
from support.given_providers import service_key
from support.providers import metadata
from support.saml_idp import SamlIdp

NOW = 1_764_000_000
PRIVATE, CERTIFICATE = service_key()
IDP = SamlIdp()
SAID = SamlSettings(
    entity_id="https://saml.example.com/metadata",
    redirect_url="https://saml.example.com/sso",
    certificates=(CERTIFICATE,),
    service_entity_id="https://authme.test/saml",
    acs_urls=("https://app.test/acs",),
    service_certificate=CERTIFICATE,
)


async def findings(secret: str | None = PRIVATE, **changes: Any) -> list[tuple[str, bool, str]]:
    values = {name: getattr(SAID, name) for name in SAID.__struct_fields__}
    return await _found(SamlSettings(**values | changes), secret)


async def _found(settings: SamlSettings | OidcSettings, secret: str | None = PRIVATE) -> list[tuple[str, bool, str]]:
    provider = Provider(
        id="0" * 24, organization_id=None, kind="SAML", alias="works", name="Works", is_enabled=True, first_use="LINK",
        creates_users=True, settings=settings, created_at=0, updated_at=0,
    )  # fmt: skip
    fetcher = Fetcher(seconds=2, allows_loopback=True)
    return [(one.check, one.ok, one.message) for one in await diagnose(fetcher, provider, secret, NOW)]


async def wrong(**changes: Any) -> list[tuple[str, str]]:
    return [(check, message) for check, ok, message in await findings(**changes) if not ok]


@contextlib.contextmanager
def publishing(body: bytes, status: int = 200) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/metadata"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


async def test_nothing_is_wrong_with_a_good_one():
    with publishing(metadata().encode()) as url:
        found = await findings(metadata_url=url)

    assert {check: ok for check, ok, _ in found} == dict.fromkeys(("CERTIFICATES", "SERVICE_KEY", "REQUESTS", "METADATA"), True)


@pytest.mark.parametrize(
    ("changes", "check", "says"),
    [
        ({"certificates": ()}, "CERTIFICATES", "nothing it says is believed"),
        ({"certificates": ("AAAA",)}, "CERTIFICATES", "cannot be read"),
        ({"secret": None}, "SERVICE_KEY", "is not there"),
        ({"secret": "x"}, "SERVICE_KEY", "is not there"),
        ({"service_certificate": IDP.certificate_base64}, "SERVICE_KEY", "not that of its certificate"),
        ({"redirect_url": None}, "REQUESTS", "no URL"),
        ({"acs_urls": ()}, "ACS_URLS", "No URL of an application"),
        ({"trusts_document": True}, "CLAIMS", "document is trusted"),
        ({"trusts_email": True}, "CLAIMS", "e-mail address is trusted"),
        ({"group_map": {"a": "0" * 24}}, "CLAIMS", "Groups are mapped"),
    ],
)
async def test_what_is_wrong_with_its_settings(changes: dict[str, Any], check: str, says: str):
    ((found, message),) = await wrong(**changes)

    assert (found, says in message) == (check, True)


async def test_a_certificate_that_is_over_is_said_and_is_not_wrong():
    found = await findings(certificates=(IDP.certificate_base64,))

    assert found[0][:2] == ("CERTIFICATES", True)
    assert "ended on 2016-01-01; its key is still believed" in found[0][2]


async def test_what_is_not_used_is_said():
    found = await findings(claims=Claims(document="cpf"))

    assert found[-1][:2] == ("CLAIMS", True)
    assert "cpf is not used" in found[-1][2]


async def test_what_does_not_agree_with_the_metadata_of_today():
    elsewhere = metadata(location="https://saml.example.com/new", certificate=IDP.certificate_base64)

    with publishing(elsewhere.encode()) as url:
        found = await wrong(metadata_url=url, signs_requests=False)

    assert [check for check, _ in found] == [
        "METADATA_CERTIFICATES",
        "METADATA_CERTIFICATES",
        "METADATA_URLS",
        "SIGNED_REQUESTS",
    ]


async def test_transient_name_ids_alone():
    transient = "<md:NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:transient</md:NameIDFormat><md:SingleSignOnService"

    with publishing(metadata().replace("<md:SingleSignOnService", transient).encode()) as url:
        assert [check for check, _ in await wrong(metadata_url=url)] == ["NAME_ID"]


async def test_metadata_that_cannot_be_had():
    with publishing(b"", 500) as url:
        assert "answers 500" in (await wrong(metadata_url=url))[0][1]
    assert "cannot be read" in (await wrong(metadata_url=url))[0][1]
    with publishing(b"<html/>") as url:
        assert "of no use" in (await wrong(metadata_url=url))[0][1]
    with publishing(metadata("https://other.test").encode()) as url:
        assert "with that entity id" in (await wrong(metadata_url=url))[0][1]
    assert "not a public one" in (await wrong(metadata_url="https://10.0.0.1/metadata"))[0][1]


async def test_what_is_no_saml_provider():
    assert await _found(OidcSettings(issuer="https://a.test", client_id="x")) == [
        ("KIND", False, "It is no SAML identity provider.")
    ]
