"""Which addresses may be asked: none that is not anybody's on the internet, however it is written."""

import pytest

from authme.kernel.fetch import ANY, Fetcher, NotFetched
from authme.kernel.fetch.guard import is_public
from kernel.fetch.peer import listening, moved

PUBLIC = [
    "93.184.216.34",
    "1.1.1.1",
    "2606:4700:4700::1111",
    "2a00:1450:4001:81b::200e",
    "64:ff9b::5db8:d822",
    "::ffff:1.1.1.1",
]
OF_THIS_MACHINE = ["127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1"]
NOT_PUBLIC = [
    # RFC 1918, RFC 6598, RFC 3927, RFC 1122, RFC 6890, RFC 5737, RFC 2544, RFC 7526, RFC 5771, RFC 1112
    "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "169.254.169.254", "0.0.0.0", "0.1.2.3",  # noqa: S104  # nothing is bound
    "192.0.0.8", "192.0.0.192", "192.0.2.1", "198.51.100.1", "203.0.113.1", "198.18.0.1", "198.19.255.255", "192.88.99.1",
    "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
    # Unspecified, unique local, link-local, site-local, multicast, documentation, discard, not given to anybody
    "::", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%lo", "fec0::1", "ff02::1", "ff0e::1", "2001:db8::1", "3fff::1",
    "100::1", "5f00::1", "4000::1", "1::1",
    # Of IPv4 in IPv6: mapped, compatible, translated, NAT64 of one network, 6to4, Teredo, ORCHID
    "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:0.0.0.0", "::127.0.0.1", "::10.0.0.1", "::1.1.1.1",
    "::ffff:0:127.0.0.1", "::ffff:0:1.1.1.1",
    "64:ff9b::a00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::7f00:1", "64:ff9b:1:7f00:0:100:101:101",
    "64:ff9b:1::101:101", "2002:7f00:1::1", "2002:a00:1::", "2002:101:101::", "2001:0:7f00:1::", "2001:0:101:101::80ff:fffe",
    "2001:20::1", "2001:1::1",
    "", "example.com", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "1.1.1.1 ", "1.1.1.1.", "[::1]", "::1%",
]  # fmt: skip
# How else 127.0.0.1, 0.0.0.0 and 169.254.169.254 are written in URLs.
WRITTEN_OTHERWISE = [
    "2130706433", "0x7f000001", "017700000001", "0177.0.0.1", "0x7f.0.0.1", "0x7f.1", "127.1", "127.0.1", "127.0.0.1.", "0",
    "0x0", "00000000000", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.254.43518", "localhost", "LOCALHOST",
    "localhost.",
    "[::1]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::]", "[::127.0.0.1]", "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]", "[fe80::1]", "[fc00::1]",
]  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_anybodys_is_asked(address: str):
    assert is_public(address, allows_loopback=False)
    assert is_public(address, allows_loopback=True)


@pytest.mark.parametrize("address", OF_THIS_MACHINE)
def test_this_machine_is_asked_in_development_alone(address: str):
    assert not is_public(address, allows_loopback=False)
    assert is_public(address, allows_loopback=True)


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_what_is_nobodys_or_somebodys_own_is_never_asked(address: str):
    assert not is_public(address, allows_loopback=False)
    assert not is_public(address, allows_loopback=True)


@pytest.mark.parametrize("host", WRITTEN_OTHERWISE)
@pytest.mark.parametrize("scheme", ["https", "http"])
async def test_a_server_is_not_asked_on_its_own_machine_however_that_is_written(host: str, scheme: str):
    """The host is looked up as the system does, which reads all of these."""
    async with listening() as peer:
        with pytest.raises(NotFetched, match=r"not a public one|not known|neither a name"):
            await Fetcher(seconds=5).fetch(f"{scheme}://{host}:{peer.port}/", at_most=100, schemes=ANY)

    assert peer.connections == 0


class Lookups:
    """Says what a test wants; another thing at each look-up, and the last of them on and on."""

    def __init__(self, *found: list[str]) -> None:
        self._found = list(found)
        self.asked: list[tuple[str, int]] = []

    async def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append((host, port))
        return self._found.pop(0) if len(self._found) > 1 else self._found[0]


class TestNames:
    @pytest.mark.parametrize(
        "found",
        [["10.0.0.1"], ["127.0.0.1"], ["1.1.1.1", "10.0.0.1"], ["10.0.0.1", "1.1.1.1"], ["1.1.1.1", "::1"], ["fe80::1%lo"], []],
        ids=str,
    )
    async def test_of_a_name_every_address_has_to_be_public(self, found: list[str]):
        async with listening() as peer:
            with pytest.raises(NotFetched, match="not a public one"):
                await Fetcher(seconds=5, resolve=Lookups(found)).fetch(
                    f"https://name.example.com:{peer.port}/", at_most=100, schemes=ANY
                )

        assert peer.connections == 0

    async def test_it_is_looked_up_once_and_the_address_that_was_checked_is_asked(self):
        """Whoever answers look-ups could say a private address the second time."""
        lookups = Lookups(["127.0.0.1"], ["10.0.0.1"])
        async with listening() as peer:
            fetcher = Fetcher(seconds=5, allows_loopback=True, resolve=lookups)

            answer = await fetcher.fetch(peer.url(host="name.example.com"), at_most=100)

        assert answer.body == b"hello"
        assert lookups.asked == [("name.example.com", peer.port)]
        assert f"\r\nHost: name.example.com:{peer.port}\r\n".encode() in peer.requests[0]

    async def test_behind_a_redirect_it_is_looked_up_and_checked_again(self):
        lookups = Lookups(["127.0.0.1"], ["10.0.0.1"])
        async with listening(moved("/again")) as peer:
            with pytest.raises(NotFetched, match="not a public one"):
                await Fetcher(seconds=5, allows_loopback=True, resolve=lookups).fetch(
                    peer.url(host="name.example.com"), at_most=100
                )

        assert peer.connections == 1

    async def test_in_development_too_a_name_that_leads_into_the_network_is_refused(self):
        with pytest.raises(NotFetched, match="not a public one"):
            await Fetcher(seconds=5, allows_loopback=True, resolve=Lookups(["169.254.169.254"])).fetch(
                "https://name.example.com", at_most=100
            )

    async def test_in_development_plain_http_is_for_this_machine_alone(self):
        for found in (["1.1.1.1"], ["127.0.0.1", "1.1.1.1"]):
            with pytest.raises(NotFetched, match="this machine alone"):
                await Fetcher(seconds=5, allows_loopback=True, resolve=Lookups(found)).fetch(
                    "http://name.example.com", at_most=100
                )

    async def test_an_address_that_does_not_answer_is_followed_by_the_next_one(self):
        lookups = Lookups(["127.0.0.2", "127.0.0.3", "127.0.0.1"])
        async with listening() as peer:
            fetcher = Fetcher(seconds=5, allows_loopback=True, resolve=lookups)

            assert (await fetcher.fetch(peer.url(host="name.example.com"), at_most=100)).body == b"hello"

    async def test_one_that_nobody_has_is_told_in_the_same_words_as_one_within_the_network(self):
        """Whoever may have a URL fetched would learn which names the network has."""
        with pytest.raises(NotFetched, match="not known") as unknown:
            await Fetcher(seconds=5).fetch("https://nobody.invalid", at_most=100)
        with pytest.raises(NotFetched) as within:
            await Fetcher(seconds=5, resolve=Lookups(["10.0.0.1"])).fetch("https://db.example.com", at_most=100)

        assert str(unknown.value) == str(within.value)
