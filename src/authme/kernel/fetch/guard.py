"""Which URLs and addresses may be asked."""

import ipaddress
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

_PORTS: Final = {"http": 80, "https": 443}
_LONGEST: Final = 2048
# RFC 1123 section 2.1, and underscores, which names in the DNS have. Labels are not so long that no resolver takes them.
_NAME: Final = re.compile(r"(?=.{1,253}\Z)[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_-]{1,63})*")
_GLOBAL_UNICAST: Final = ipaddress.ip_network("2000::/3")
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
# Beside what the library knows: addresses for protocols (RFC 6890), the relay of 6to4 (RFC 7526), 6to4 itself, which carries
# any address of IPv4, and addresses for documents (RFC 9637).
_NOT_PUBLIC_4: Final = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24")))
_NOT_PUBLIC_6: Final = tuple(map(ipaddress.ip_network, ("2001::/23", "2002::/16", "3fff::/20")))
_LAST_32_BITS: Final = 0xFFFFFFFF


NOT_ASKED: Final = "The host is not known, or its address is not a public one."
"""Of a name, one text for both: whoever manages one organisation's provider must not learn which names the network has."""


class NotFetched(Exception):
    """Why nothing was fetched, in plain words, for operators."""


class NotTaken(NotFetched):
    """The same where the host did answer: it is up, and its answer is none that is taken."""


@dataclass(frozen=True, slots=True)
class Target:
    """A URL that may be asked, as far as its text tells."""

    scheme: str
    host: str
    """A name without a dot at its end, or an address without brackets."""
    port: int
    path: str
    """With the query."""

    @property
    def authority(self) -> str:
        """What the `Host` header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port: no redirect leads to another."""
        return (self.scheme, self.host, self.port)


def read_url(url: str, schemes: Collection[str]) -> Target:
    """Return what a URL names; raise NotFetched for one that is none, or of another scheme, or carries credentials."""
    if len(url) > _LONGEST or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise NotFetched("The URL is not well-formed.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise NotFetched("The URL is not well-formed.") from error
    if parts.scheme not in _PORTS or parts.scheme not in schemes:
        raise NotFetched(f"The URL's scheme is {parts.scheme or 'missing'}, and {' or '.join(sorted(schemes))} is expected.")
    if not parts.hostname or parts.username is not None or parts.password is not None:
        raise NotFetched("The URL has to name a host, and no credentials.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    host = _read_host(parts.hostname, in_brackets="[" in parts.netloc)
    return Target(parts.scheme, host, port if port is not None else _PORTS[parts.scheme], path)


def _read_host(host: str, *, in_brackets: bool) -> str:
    """Return the host's name without the dot at its end, or its address; raise NotFetched for anything else."""
    try:
        # A zone is one of this machine's links, and no host of the internet has one.
        if in_brackets and "%" not in host:
            return str(ipaddress.IPv6Address(host))
    except ValueError:
        pass
    name = host.removesuffix(".")
    if in_brackets or not _NAME.fullmatch(name):
        raise NotFetched("The URL's host is neither a name nor an address.")
    return name


def is_address(host: str) -> bool:
    """Whether the host of a URL is an address and no name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_this_machine(host: str) -> bool:
    """Whether the host of a URL is this machine, by its text."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_public(text: str, *, allows_loopback: bool) -> bool:
    """Whether an address is anybody's on the internet: not private, loopback, link-local, multicast or reserved.

    One of IPv6 that stands for one of IPv4 (mapped, NAT64) counts as that. Other tunnels are nobody's.
    """
    try:
        address = _meant(ipaddress.ip_address(text))
    except ValueError:
        return False
    if address.is_loopback:
        return allows_loopback
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_4)
    # Of the rest of the addresses that there are nothing is given to anybody (RFC 4291 section 2.4).
    return address in _GLOBAL_UNICAST and not any(address in network for network in _NOT_PUBLIC_6)


def _meant(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    if isinstance(address, ipaddress.IPv6Address) and (address.ipv4_mapped is not None or address in _NAT64):
        return ipaddress.IPv4Address(int(address) & _LAST_32_BITS)
    return address
