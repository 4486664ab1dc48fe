"""Whose certificate is believed: that of the host of the URL, of an authority that is trusted, today."""

import ssl
from pathlib import Path

import pytest

from authme.kernel.fetch import Fetcher, NotFetched
from kernel.fetch.peer import listening
from support.slapd_authority import Authority


async def this_machine(_host: str, _port: int) -> list[str]:
    return ["127.0.0.1"]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def fetcher(authority: Authority) -> Fetcher:
    return Fetcher(seconds=5, ca_file=authority.file, allows_loopback=True, resolve=this_machine)


def context(files: tuple[Path, Path]) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(*files)
    return made


async def test_a_host_is_believed_by_its_own_certificate(authority: Authority, fetcher: Fetcher):
    names: list[str | None] = []
    tls = context(authority.certify("name.example.com"))
    tls.sni_callback = lambda _socket, name, _context: names.append(name)
    async with listening(tls=tls) as peer:
        answer = await fetcher.fetch(peer.url(host="name.example.com"), at_most=100)
        await fetcher.fetch(peer.url(host="NAME.example.com."), at_most=100)

    assert answer.body == b"hello"
    assert names == ["name.example.com"] * 2


@pytest.mark.parametrize(
    ("names", "days", "host"),
    [
        (("other.example.com",), 1, "name.example.com"),
        (("example.com",), 1, "name.example.com"),
        (("*.example.com",), 1, "a.name.example.com"),
        (("name.example.com.other.com",), 1, "name.example.com"),
        (("name.example.com",), -1, "name.example.com"),
        (("name.example.com",), 1, "127.0.0.1"),
        (("127.0.0.1",), 1, "name.example.com"),
        (("10.0.0.1",), 1, "127.0.0.1"),
    ],
    ids=["other", "above", "below", "longer", "expired", "address", "of-the-address", "other-address"],
)
async def test_another_hosts_or_one_that_is_over_is_not_believed(
    authority: Authority, fetcher: Fetcher, names: tuple[str, ...], days: int, host: str
):
    async with listening(tls=context(authority.certify(*names, days=days))) as peer:
        with pytest.raises(NotFetched, match=r"cannot be asked: .*certificate verify failed"):
            await fetcher.fetch(peer.url(host=host), at_most=100)

    assert peer.requests == []


async def test_an_address_is_believed_by_a_certificate_for_it(authority: Authority, fetcher: Fetcher):
    async with listening(tls=context(authority.certify("127.0.0.1", "::1"))) as peer:
        assert (await fetcher.fetch(peer.url(), at_most=100)).body == b"hello"


async def test_another_authoritys_is_not_believed(authority: Authority, tmp_path: Path):
    strange = Authority(tmp_path, "stranger")
    async with listening(tls=context(strange.certify("name.example.com"))) as peer:
        for ca_file in (authority.file, None):
            with pytest.raises(NotFetched, match="certificate verify failed"):
                await Fetcher(seconds=5, ca_file=ca_file, allows_loopback=True, resolve=this_machine).fetch(
                    peer.url(host="name.example.com"), at_most=100
                )


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_an_old_version_of_tls_is_not_spoken(authority: Authority, fetcher: Fetcher):
    tls = context(authority.certify("name.example.com"))
    tls.minimum_version, tls.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    async with listening(tls=tls) as peer:
        with pytest.raises(NotFetched, match="cannot be asked"):
            await fetcher.fetch(peer.url(host="name.example.com"), at_most=100)


async def test_where_tls_is_expected_plain_http_is_not_spoken(fetcher: Fetcher):
    async with listening() as peer:
        with pytest.raises(NotFetched):
            await fetcher.fetch(peer.url().replace("http:", "https:"), at_most=100, seconds=0.3)

    assert peer.requests == []


async def test_a_file_of_authorities_that_is_not_there_is_said_so(tmp_path: Path):
    fetcher = Fetcher(seconds=5, ca_file=tmp_path / "nowhere.pem", allows_loopback=True)
    async with listening() as peer:
        with pytest.raises(NotFetched, match="No such file"):
            await fetcher.fetch(peer.url().replace("http:", "https:"), at_most=100)
