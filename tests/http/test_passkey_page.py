"""The page for passkeys, as it is served; what it does is seen in a browser (tests/process/test_passkey_page.py)."""

import re
from pathlib import Path

import pytest

from support.answers import refused
from support.given import Given, MakeGiven


@pytest.fixture
async def development(make_given: MakeGiven, tmp_path: Path) -> Given:
    settings = {"PASSKEY_RP_ID": "example.com", "PASSKEY_ORIGINS": "https://a.example.com, https://b.example.com"}
    return await make_given(f"sqlite:///{tmp_path}/authme.db", DEVELOPMENT="true", **settings)


async def test_the_page_talks_to_this_server_only_and_runs_its_scripts_only(development: Given):
    answer = await development.api.get("/dev/passkey")

    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = answer.headers["content-security-policy"].split("; ")
    assert {"default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'"} <= set(policy)
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert not re.search(r"<style|style=|<script(?![^>]* src=)|\son\w+=|https?://(?!\w\.example\.com)", answer.text)


async def test_the_page_knows_where_passkeys_are_good(development: Given):
    page = (await development.api.get("/dev/passkey")).text

    assert 'data-rp-id="example.com" data-origins="https://a.example.com https://b.example.com"' in page


async def test_every_file_that_the_page_names_is_there(development: Given):
    page = (await development.api.get("/dev/passkey")).text
    named = re.findall(r'(?:src|href)="(/dev/passkey/[^"]+)"', page)
    kinds = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}

    assert len(named) == 2
    for path in named:
        answer = await development.api.get(path)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == kinds[Path(path).suffix]


@pytest.mark.parametrize("file", ["passkey.html", "other.js", "__init__.py"])
async def test_no_other_file_is(development: Given, file: str):
    refused(await development.api.get(f"/dev/passkey/{file}"), 404, "401")


async def test_other_servers_have_no_such_page(given: Given):
    for path in ("/dev/passkey", "/dev/passkey/passkey.js"):
        refused(await given.api.get(path), 404, "402")
