"""The page for passkeys: a real server in development, a real browser, and an authenticator that the browser plays."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from support.browser import Page, browsing, needs_chromium
from support.given import Given, GivenClient, GivenUser, environment
from support.outside import wait_until
from support.postgres import free_port
from support.serving import serving

pytestmark = needs_chromium

WITHOUT_NEWER_FUNCTIONS = """
for (const name of ["parseCreationOptionsFromJSON", "parseRequestOptionsFromJSON"]) delete PublicKeyCredential[name];
delete PublicKeyCredential.prototype.toJSON;
"""


@dataclass(frozen=True)
class Place:
    """A server in development, and who is known there."""

    url: str
    client: GivenClient
    user: GivenUser

    @property
    def page(self) -> str:
        return f"{self.url.replace('127.0.0.1', 'localhost')}/dev/passkey"

    def newest_code(self) -> str:
        """Return the code of the newest message, once it is there."""
        return wait_until(self._find_code, "no code was sent")

    def _find_code(self) -> str:
        messages = httpx.get(f"{self.url}/dev/outbox", headers={"Accept": "application/json"}).json()["items"]
        return "".join(re.findall(r"^\d{6}$", messages[0]["text"], re.MULTILINE)) if messages else ""


@pytest.fixture
def place(tmp_path: Path, prepare: ..., env: dict[str, str]) -> Iterator[Place]:
    async def made(given: Given) -> tuple[GivenClient, GivenUser]:
        return await given.client("READ"), await given.user("person@example.com")

    client, user = prepare(made)
    with serving(env, tmp_path) as server:
        yield Place(server.url, client, user)


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    port = free_port()
    issuer = f"http://127.0.0.1:{port}"
    return environment(f"sqlite:///{tmp_path}/authme.db", PORT=port, ISSUER=issuer, DEVELOPMENT="true")


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    with browsing(tmp_path) as opened:
        yield opened


def log_in(page: Page, place: Place, password: str | None = None) -> None:
    for field, text in (("client", place.client.id), ("username", place.user.name), ("password", password)):
        page.type(f"#{field}", text or place.user.password)
    page.click("#login button")


def add_passkey(page: Page, place: Place) -> str:
    """Add a passkey; return the code that was asked for on the way."""
    page.click("#add button")
    page.wait_for_text("#asked", "a code was sent to pe***on@e******.com")
    code = place.newest_code()
    page.type("#token", code)
    page.click("#code button")
    page.wait_for_text("#session", "The passkey “My passkey” is registered.")
    return code


def step_up(page: Page, place: Place) -> None:
    log_in(page, place)
    page.wait_for_text("#session", "Logged in at AUTH-BASIC, proved by pwd.")
    page.click("#raise button")
    page.wait_for_text("#session", "Logged in at AUTH-MFA, proved by pwd, pop, mfa.")


def test_a_passkey_is_registered_and_used_and_used_again(place: Place, page: Page, tmp_path: Path):
    authenticator = page.add_authenticator()
    page.open(place.page)
    log_in(page, place)
    page.wait_for_text("#session", "Logged in at AUTH-BASIC, proved by pwd.")
    code = add_passkey(page, place)
    step_up(page, place)
    page.take_picture(tmp_path / "passkey.png")
    seen = page.text()
    first = page.passkeys(authenticator)
    page.open(place.page)
    step_up(page, place)

    assert [one["rpId"] for one in first] == ["localhost"]
    assert page.passkeys(authenticator)[0]["signCount"] > first[0]["signCount"]
    assert re.findall(r"UI-\d\d", seen) == [
        *("UI-05", "UI-35", "UI-25", "UI-26", "UI-35", "UI-39", "UI-40"),
        *("UI-05", "UI-25", "UI-26"),
    ]
    # Neither an access token (RFC 7519) nor a refresh token (a UUID) is there as a whole.
    assert not re.search(r"eyJ[\w-]+\.[\w-]+|[0-9a-f]{8}-[0-9a-f]{4}-", seen)
    assert code not in seen
    assert place.user.password not in seen
    assert page.complaints() == []
    assert {httpx.URL(url).netloc for url in page.requested()} == {httpx.URL(place.page).netloc}


def test_a_browser_without_the_newer_functions_does_it_too(place: Place, page: Page):
    page.add_authenticator()
    page.command("Page.addScriptToEvaluateOnNewDocument", source=WITHOUT_NEWER_FUNCTIONS)
    page.open(place.page)
    log_in(page, place)
    page.wait_for_text("#session", "AUTH-BASIC")

    add_passkey(page, place)
    step_up(page, place)

    assert page.run("'toJSON' in PublicKeyCredential.prototype") is False


def test_the_page_says_what_went_wrong(place: Place, page: Page):
    page.open(place.page)
    log_in(page, place, "not the password")
    page.wait_for_text("#error", "Refused with 401: Wrong username or password. (code 203)")
    assert page.text("#session") == "Nobody is logged in."
    assert page.text("#warning") == ""

    log_in(page, place)
    page.wait_for_text("#session", "AUTH-BASIC")
    assert page.text("#error") == ""
    page.click("#raise button")
    page.wait_for_text("#error", "Refused with 400")
    page.click("#add button")
    page.wait_for_text("#asked", "a code was sent")
    page.type("#token", "no code")
    page.click("#code button")
    page.wait_for_text("#error", "Validation code or username is not valid. (code 8)")
    assert page.text("#code") != ""


def test_at_a_host_that_passkeys_do_not_belong_to_the_page_says_where_to_go(place: Place, page: Page):
    page.open(f"{place.url}/dev/passkey")

    assert page.text("#warning") == (
        f"Passkeys of this server belong to the domain localhost; at {place.url} none will work. Open {place.page} instead."
    )
