"""Which URLs may be asked, as far as their text tells."""

import pytest

from authme.kernel.fetch import ANY, HTTPS, Fetcher, NotFetched
from authme.kernel.fetch.guard import Target, read_url

KEY = "\N{FULLWIDTH LATIN SMALL LETTER E}xample.com"


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://example.com", Target("https", "example.com", 443, "/")),
        ("https://EXAMPLE.com.:8443/a/../b?c=d#e", Target("https", "example.com", 8443, "/a/../b?c=d")),
        ("http://example.com?x", Target("http", "example.com", 80, "/?x")),
        ("https://[2606:4700::1111]/", Target("https", "2606:4700::1111", 443, "/")),
        ("https://xn--bcher-kva.example", Target("https", "xn--bcher-kva.example", 443, "/")),
        ("https://a_b.example.com", Target("https", "a_b.example.com", 443, "/")),
        ("https://example.com:", Target("https", "example.com", 443, "/")),
    ],
)
def test_what_a_url_names(url: str, target: Target):
    assert read_url(url, ANY) == target


@pytest.mark.parametrize(
    "url",
    [
        "", "/", "example.com", "//example.com", "https:", "https://", "https:///a", "https://:443", "https://?", "https://.",
        "https://..", "https://example.com..", "https://a..example.com", "https://-example.com",
        "https://user@example.com", "https://user:word@example.com", "https://@example.com", "https://:@example.com",
        "https://example.com@127.0.0.1", "https://127.0.0.1\\@example.com", "https://example.com\\.127.0.0.1",
        "https://example.com:x", "https://example.com:-1", "https://example.com:65536", "https://example.com:4 43",
        "https://example.com\r\nHost: other", "https://example.com/\r\n\r\nGET / HTTP/1.1", "https://example.com/\t",
        "https://exa\nmple.com", "https://example.com/\x00", "https://example.com/a b", " https://example.com",
        "https://[::1", "https://::1]", "https://[example.com]", "https://[127.0.0.1]", "https://[fe80::1%25lo]",
        "https://[fe80::1%lo]", "https://[::1%1]", "https://[v1.a]", "https://ex%61mple.com", "https://example.com%00",
        "https://example.com,other.com", "https://a*b.com", "https://a'b.com", "https://{a}.com", "https://a;b.com",
        f"https://{KEY}", "https://exämple.com", "https://example\N{IDEOGRAPHIC FULL STOP}com",
        "https://\N{CIRCLED DIGIT ONE}27.0.0.1", "https://example.com/ä", "https://example.com/\ud800",
        f"https://{'a' * 64}.com", f"https://{'a.' * 127}com", f"https://example.com/{'a' * 2048}",
    ],
)  # fmt: skip
def test_what_is_none_or_carries_more_than_a_place(url: str):
    with pytest.raises(NotFetched):
        read_url(url, ANY)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com", "ftp://example.com", "file:///etc/passwd", "gopher://example.com", "data:text/plain,x",
        "javascript:alert(1)", "ldap://example.com", "ws://example.com", "jar:https://example.com!/", "httpss://example.com",
        "unix:///var/run/docker.sock", "dict://example.com", "blob:https://example.com/x", "view-source:https://example.com",
    ],
)  # fmt: skip
async def test_another_scheme_is_refused_by_name(url: str):
    scheme = url.partition(":")[0]

    with pytest.raises(NotFetched, match=f"scheme is {scheme}, and https is expected"):
        await Fetcher(seconds=1).fetch(url, at_most=1)


@pytest.mark.parametrize(
    ("url", "authority"),
    [
        ("https://example.com/a", "example.com"),
        ("https://example.com.:443/a", "example.com"),
        ("https://example.com:80", "example.com:80"),
        ("http://example.com:80", "example.com"),
        ("https://[2606:4700::1111]:8443", "[2606:4700::1111]:8443"),
        ("https://[2606:4700:0:0::1111]", "[2606:4700::1111]"),
    ],
)
def test_what_the_host_header_says(url: str, authority: str):
    assert read_url(url, ANY).authority == authority


class TestBeforeAsking:
    def test_a_url_is_checked_by_its_text_alone(self):
        fetcher = Fetcher(seconds=1)
        fetcher.check("https://nowhere.example.com/a")
        for url in ("http://example.com", "http://127.0.0.1", "https://user@example.com", "example.com"):
            with pytest.raises(NotFetched):
                fetcher.check(url)

    def test_in_development_plain_http_is_for_this_machine_alone(self):
        fetcher = Fetcher(seconds=1, allows_loopback=True)
        for url in ("http://127.0.0.1:1", "http://localhost", "http://[::1]:1", "https://example.com"):
            fetcher.check(url)
        for url in ("http://example.com", "http://10.0.0.1", "http://localhost.example.com", "http://127.0.0.1.nip.io"):
            with pytest.raises(NotFetched, match="this machine alone"):
                fetcher.check(url)


def test_https_alone_is_taken_unless_it_is_said():
    with pytest.raises(NotFetched):
        read_url("http://example.com", HTTPS)
